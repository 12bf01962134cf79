"""The command line as data, for tests that hold descriptions for engines against it."""

from __future__ import annotations

import click

from cgi_runner import errors
from cgi_runner.cli.main import cli

#: Every code that a failure of the runner itself has.
EXIT_CODES = {
    error.exit_code
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.RunnerError)
}
#: Those after which the same command may succeed.
TEMPORARY = {3, 6, 7, 8}


def list_options(*commands: str) -> set[str]:
    """Return the options of some commands, the longest spelling of each, without dashes: `cancer_type`."""
    return {
        flag.removeprefix("--").replace("-", "_")
        for command in commands
        for option in cli.commands[command].params
        if isinstance(option, click.Option)
        for flag in (*option.opts, *option.secondary_opts)
        if flag.startswith("--")
    } | {"help"}
