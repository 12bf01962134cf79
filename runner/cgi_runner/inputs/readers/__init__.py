"""A reader for each format that users have."""
