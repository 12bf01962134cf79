"""Commands that need no service: cancer-types, sandbox."""

from __future__ import annotations

from pathlib import Path

import click

from cgi_runner.cli import options as opt


@click.command("cancer-types", epilog=opt.examples("cgi-runner cancer-types melanoma"))
@click.argument("query", default="", metavar="[QUERY]")
@opt.as_json
def cancer_types(*, query: str, as_json: bool) -> None:
    """List CGI's cancer types, or those whose id or name holds QUERY."""
    from cgi_runner.cancer_types import foreign_codes, search
    from cgi_runner.cli import show

    found = search(query)
    if as_json:
        show.machine([{"id": t.id, "name": t.name, "parents": list(t.parents)} for t in found])
        return
    foreign = foreign_codes().get(query.strip().upper())
    if foreign:
        click.echo(f"{foreign.code} is a {foreign.system} code; CGI calls it {foreign.cgi_id}", err=True)
    show.table([(t.id, t.name, ",".join(t.parents)) for t in found])


@click.command(epilog=opt.examples("cgi-runner sandbox --port 8080"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--duration", default=15.0, show_default=True, metavar="SECONDS", help="How long a job takes.")
@click.option("--quota", default=20, show_default=True, metavar="N", help="Jobs that an account may have stored.")
@click.option("--database", type=click.Path(path_type=Path), metavar="FILE", help="Keep the jobs beyond this run.")
def sandbox(*, host: str, port: int, duration: float, quota: int, database: Path | None) -> None:
    """Serve a stand-in of CGI's API on this machine, for demonstrations, tests and drills.

    It knows a few textbook alterations; nothing that it answers is an interpretation. Any e-mail and token will do.
    """
    from cgi_runner.sandbox import Sandbox

    service = Sandbox(database, host=host, port=port, duration=duration, quota=quota)
    try:
        click.echo(service.url)
        service.serve_forever()
    finally:
        service.close()
