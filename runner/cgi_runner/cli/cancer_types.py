"""The command `cancer-types`: search CGI's cancer types."""

from __future__ import annotations

import click

from cgi_runner.cli import options as opt


@click.command("cancer-types", epilog=opt.examples("cgi-runner cancer-types melanoma"))
@click.argument("query", nargs=-1, metavar="[QUERY]...")
@opt.as_json
def cancer_types(*, query: tuple[str, ...], as_json: bool) -> None:
    """List CGI's cancer types, or those that match QUERY, best match first.

    QUERY is a name or part of a name, in English or with the usual words for organs in Spanish, Portuguese, French and
    German; an id; or a code of OncoTree, TCGA, ICD-10 or ICD-O, with or without the name of its list (oncotree:ES).
    The tab-separated columns are id, name, and the ids of the parent types.
    """
    from cgi_runner import cancer_types as types
    from cgi_runner.cli import printing

    text = " ".join(query)
    found = types.search(text)
    if as_json:
        printing.print_json([{"id": t.id, "name": t.name, "parents": list(t.parents)} for t in found])
        return
    for entry in types.find_codes(text):
        click.echo(f"{entry}: {entry.problem}" if entry.problem else f"{entry.cancer_type}: {entry.step}", err=True)
    if not found:
        click.echo(f"no cancer type matches {text!r}", err=True)
    printing.print_rows([(t.id, t.name, ",".join(t.parents)) for t in found])
