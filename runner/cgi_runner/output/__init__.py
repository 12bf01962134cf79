"""The output folder of a job: its record, its locks, its files."""
