"""The command line: commands parse, call and print; everything else lives below and never prints."""

from cgi_runner.cli.main import main

__all__ = ["main"]
