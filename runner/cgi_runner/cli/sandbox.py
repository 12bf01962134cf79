"""Commands that need no service: cancer-types, sandbox."""

from __future__ import annotations

import math
from pathlib import Path

import click

from cgi_runner.cli import options as opt
from cgi_runner.errors import InputError


@click.command("cancer-types", epilog=opt.examples("cgi-runner cancer-types melanoma"))
@click.argument("query", default="", metavar="[QUERY]")
@opt.as_json
def cancer_types(*, query: str, as_json: bool) -> None:
    """List CGI's cancer types, or those that QUERY may mean.

    QUERY is part of an id or a name, or a code of TCGA or OncoTree. Tabs stand between id, name and the ids of the
    types above it.
    """
    from cgi_runner.cancer_types import foreign_codes, near, search
    from cgi_runner.cli import show

    hits = search(query)
    found = hits + [t for t in near(query) if t not in hits] if all(t.is_predisposition for t in hits) else hits
    if as_json:
        show.machine([{"id": t.id, "name": t.name, "parents": list(t.parents)} for t in found])
        return
    foreign = foreign_codes().get(query.strip().upper())
    if foreign:
        click.echo(f"{foreign.code} is a {foreign.system} code; CGI calls it {foreign.cgi_id}", err=True)
    elif not hits:
        click.echo(f"no cancer type holds {query!r}{'; the nearest are:' if found else ''}", err=True)
    show.table([(t.id, t.name, ",".join(t.parents)) for t in found])


@click.command(epilog=opt.examples("cgi-runner sandbox --port 8080"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--duration", default=15.0, show_default=True, metavar="SECONDS", help="How long a job takes.")
@click.option(
    "--quota",
    default=20,
    show_default=True,
    type=click.IntRange(0),
    metavar="N",
    help="Jobs that an account may have stored.",
)
@click.option(
    "--database", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Keep the jobs beyond this run."
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="RULE",
    help="Misbehave, for a drill, e.g. 'post drop handled' or 'logs 503 times=3'; see docs/drills.md. Repeatable.",
)
def sandbox(
    *, host: str, port: int, duration: float, quota: int, database: Path | None, faults: tuple[str, ...]
) -> None:
    """Serve a stand-in of CGI's API on this machine.

    For demonstrations, tests and drills: it knows a few textbook alterations, and nothing that it answers is an
    interpretation. It prints its address; give that to the other commands as --api-url or CGI_API_URL. Any e-mail
    and token will do. Ctrl-C ends it.
    """
    from cgi_runner.sandbox import Sandbox

    if not 0 <= duration < math.inf:  # which is also not true of no number
        raise InputError(f"a job cannot take {duration} seconds", tip="write it like --duration 15")
    service = Sandbox(database, host=host, port=port, duration=duration, quota=quota)
    if faults:
        from cgi_runner.sandbox.faults import FaultPlan, parse

        service.interceptors.append(FaultPlan([parse(line) for line in faults]))
    try:
        click.echo(service.url)
        service.serve_forever()
    finally:
        service.close()
