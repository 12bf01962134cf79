"""Options that several commands share: the same flag has the same meaning everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cgi_runner.errors import InputError

if TYPE_CHECKING:
    from cgi_runner.api import Api
    from cgi_runner.http import Session
    from cgi_runner.job import Desk, Wish

F = TypeVar("F", bound=Callable[..., Any])


class _Named(click.Path):
    """A path; an empty one, which a script's unset variable makes, would mean the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path."""
        if not str(value):
            self.fail("it is empty: is a variable unset?", param, ctx)
        return super().convert(value, param, ctx)


_PATH = _Named(path_type=Path)
_BUILDS = {"hg19": "hg19", "grch37": "hg19", "hg38": "hg38", "grch38": "hg38"}


def _apply(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def examples(*commands: str, heading: str = "Example") -> str:
    """Give the end of a command's help: commands as they would be typed; a test runs every one of them."""
    return "\n".join(["\b", f"{heading}:", *(f"  {command}" for command in commands)])


def _one_line(ctx: click.Context, param: click.Parameter, text: str) -> str:
    """Take a text from argv, which may hold line ends and bytes of any kind."""
    del ctx, param
    return " ".join(text.split()).encode("utf-8", "replace").decode()


files = _apply(
    click.option("--mutations", type=_PATH, metavar="FILE", help="VCF (also .gz), MAF, table or HGVS; - for stdin."),
    click.option("--cnas", type=_PATH, metavar="FILE", help="Copy numbers: a table gene/cna, or a GISTIC matrix."),
    click.option("--translocations", type=_PATH, metavar="FILE", help="Fusions: a table with a column fus (A__B)."),
)
any_cancer_type = click.option("--any-cancer-type", is_flag=True, help="Let an id through that is not in the list.")
reference = click.option(
    "--reference",
    type=click.Choice(["hg38", "hg19", "GRCh38", "GRCh37"], case_sensitive=False),
    default="hg38",
    show_default=True,
    metavar="BUILD",
    help="Genome build of the coordinates: hg38 (or GRCh38), hg19 (or GRCh37).",
)
title = click.option(
    "--title",
    default="",
    metavar="TEXT",
    callback=_one_line,
    help="Title of the job at CGI, where a long one is shortened; a mark is added to it.",
)
pass_only = click.option("--pass-only", is_flag=True, help="Send only variants whose FILTER is PASS.")


def cancer_type(**settings: Any) -> Callable[[F], F]:
    """Give the option of the cancer type, which only a cohort may go without."""
    return click.option(
        "--cancer-type", metavar="ID", help="CGI's id or name; see `cgi-runner cancer-types`.", **settings
    )


inputs = _apply(
    files,
    cancer_type(required=True),
    any_cancer_type,
    reference,
    title,
    click.option("--sample", metavar="NAME", help="Sample of rows that name none; of a VCF, only this column."),
    pass_only,
)

output = click.option(
    "-o", "--output", type=_PATH, required=True, metavar="DIR", help="Folder for the results and the job's record."
)

service = _apply(
    click.option("--api-url", metavar="URL", help="Another service than CGI's own.  [env: CGI_API_URL]"),
    click.option(
        "--credentials", type=_PATH, metavar="FILE",
        help="File with one line: e-mail, space, token.  [env: CGI_EMAIL and CGI_TOKEN, or CGI_CREDENTIALS_FILE]",
    ),
    click.option("--ca-bundle", type=_PATH, metavar="FILE", help="Certificates (PEM) to trust for the service."),
    click.option("--insecure", is_flag=True, help="Do not check the service's certificate. Dangerous."),
)  # fmt: skip

sandbox = click.option("--sandbox", is_flag=True, help="Use a stand-in service inside this process: no account needed.")
deadline = click.option("--deadline", default="6h", show_default=True, metavar="TIME", help="How long to wait.")
delete = click.option("--delete", is_flag=True, help="Delete the job at CGI once its results are verified here.")
strict = click.option("--strict", is_flag=True, help="Exit with 9 if rows that were sent did not come back.")
fresh = click.option(
    "--fresh",
    is_flag=True,
    help="Submit anew even if this very job is in the account; in the same folder, go on with that until it has ended.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")


def wish(options: dict[str, Any]) -> Wish:
    """Make sense of the input options.

    Raises:
        InputError: No file, two files on stdin, or an unknown cancer type.

    """
    from cgi_runner.cancer_types import resolve
    from cgi_runner.inputs import Kind
    from cgi_runner.job import Wish

    kinds: tuple[Kind, ...] = ("mutations", "cnas", "translocations")
    sources = {kind: options[kind] for kind in kinds if options[kind] is not None}
    if not sources:
        raise InputError("no input file was given", tip="name at least one of --mutations, --cnas, --translocations")
    return Wish(
        sources=sources,
        cancer_type=resolve(options["cancer_type"], any_type=options["any_cancer_type"]),
        reference=_BUILDS[options["reference"].lower()],
        title=options["title"],
        sample=options["sample"],
        pass_only=options["pass_only"],
    )


@dataclass(frozen=True)
class Contact:
    """A service that can be called: the API, its name for records, and what tells the account from others."""

    api: Api
    service: str
    account: str
    session: Session

    def desk(self, deadline: str = "0") -> Desk:
        """Give what a job is worked with, on a terminal with a progress line."""
        from cgi_runner.cli.progress import screen
        from cgi_runner.clock import parse_duration
        from cgi_runner.job import Desk

        return Desk(self.api, self.service, self.account, parse_duration(deadline), screen=screen())


@contextmanager
def contact(options: dict[str, Any], *, sandbox_folder: Path | None = None) -> Iterator[Contact]:
    """Have the service that the options name, or a sandbox that keeps its jobs in a folder.

    Raises:
        CredentialsError: There are none, or they cannot be used.
        InputError: The address cannot be used.

    """
    import hashlib

    from cgi_runner.api import Api
    from cgi_runner.clock import SystemClock
    from cgi_runner.http import Session
    from cgi_runner.redaction import is_secret_in
    from cgi_runner.settings import Patience, Service, find_credentials, find_service

    if sandbox_folder:
        if options["api_url"]:
            raise InputError("both --sandbox and --api-url were given", tip="choose one of them")
        from cgi_runner.cli.stand_in import stand_in

        with (
            stand_in(sandbox_folder) as (url, credentials),
            closing(Session(Service(url), credentials, clock=SystemClock(), patience=Patience())) as session,
        ):
            yield Contact(Api(session), "sandbox", "sandbox", session)
        return
    credentials = find_credentials(options["credentials"])
    for what in ("title", "sample"):
        if is_secret_in(options.get(what) or "", credentials.token):
            raise InputError(f"the {what} holds the token", tip="leave it out: it would be kept at CGI, and in results")
    where = find_service(options["api_url"], ca_bundle=options["ca_bundle"], insecure=options["insecure"])
    if is_secret_in(where.url, credentials.token):
        raise InputError("the address of the service holds the token", tip="leave it out: it would be kept in records")
    # The same account, however its e-mail is written.
    account = hashlib.sha256(credentials.email.casefold().encode()).hexdigest()
    with closing(Session(where, credentials, clock=SystemClock(), patience=Patience())) as session:
        yield Contact(Api(session), where.url, account, session)
