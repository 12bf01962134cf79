"""Call the Cancer Genome Interpreter (CGI) as one step of a pipeline."""

__version__ = "0.1.0"
