"""`python -m cgi_runner`."""

from cgi_runner.cli import main

main()
