"""The command `sandbox`: serve the sandbox on this machine."""

from __future__ import annotations

import math
from pathlib import Path

import click

from cgi_runner.cli import options as opt
from cgi_runner.errors import InputError


@click.command(epilog=opt.examples("cgi-runner sandbox --port 8080"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on; 0 picks a free one.")
@click.option("--duration", default=15.0, show_default=True, metavar="SECONDS", help="How long a job takes.")
@click.option(
    "--quota",
    default=20,
    show_default=True,
    type=click.IntRange(0),
    metavar="N",
    help="Number of jobs that an account can store.",
)
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Store the jobs here so that they survive a restart.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="RULE",
    help="Simulate a fault, e.g. 'post drop handled' or 'logs 503 times=3'; see docs/drills.md. Repeatable.",
)
def sandbox(
    *, host: str, port: int, duration: float, quota: int, database: Path | None, faults: tuple[str, ...]
) -> None:
    """Serve a stand-in for CGI's API on this machine.

    For demonstrations, tests and drills: it knows a few textbook alterations, and nothing that it returns is an
    interpretation. It prints its address; pass that to the other commands as --api-url or CGI_API_URL. Any e-mail
    and token are accepted. Ctrl-C stops it.
    """
    from cgi_runner.local_sandbox import translate_sandbox_errors
    from cgi_sandbox import Sandbox

    if not 0 <= duration < math.inf:  # which is also not true of no number
        raise InputError(f"a job cannot take {duration} seconds", tip="write it like --duration 15")
    with translate_sandbox_errors():
        service = Sandbox(database, host=host, port=port, duration=duration, quota=quota)
        if faults:
            from cgi_sandbox.faults import FaultPlan, parse

            service.interceptors.append(FaultPlan([parse(line) for line in faults]))
        try:
            click.echo(service.url)
            service.serve_forever()
        finally:
            service.close()
