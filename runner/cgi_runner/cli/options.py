"""Options that several commands share: the same flag has the same meaning everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from cgi_runner.cli.option_types import ServiceOptions
    from cgi_runner.connection import ServiceConnection
    from cgi_runner.job import JobContext

F = TypeVar("F", bound=Callable[..., Any])


_PATH = click.Path(path_type=Path)
#: Parameters whose empty value says nothing else than leaving them out does: no title, no query.
_MAY_BE_EMPTY = frozenset({"title", "query"})


def _apply(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def refuse_empty_values(command: click.Command, ctx: click.Context, arguments: list[str]) -> None:
    """Refuse an option or argument that is there and empty, as a script's unset variable makes it.

    Most of them would mean the default, without a word: another service, other credentials, the current folder.

    Args:
        command: The command that is called.
        ctx: A context for it.
        arguments: What stands behind the command's name on the command line.

    Raises:
        click.BadParameter: A value is empty.

    """
    try:
        given = command.make_parser(ctx).parse_args(args=list(arguments))[0]
    except click.UsageError:
        return  # the command itself says so, with its own context
    for param in command.params:
        value = given.get(param.name or "")
        values = value if isinstance(value, list | tuple) else [value]
        if param.name not in _MAY_BE_EMPTY and any(isinstance(one, str) and not one.strip() for one in values):
            raise click.BadParameter("it is empty: is a variable unset?", ctx=ctx, param=param)


def examples(*commands: str, heading: str = "Example") -> str:
    """Return the end of a command's help: commands as they would be typed; a test runs every one of them.

    Args:
        *commands: Command lines.
        heading: What stands above them, without a colon.

    """
    return "\n".join(["\b", f"{heading}:", *(f"  {command}" for command in commands)])


def _one_line(ctx: click.Context, param: click.Parameter, text: str) -> str:
    """Take a text from argv, which may hold line ends and bytes of any kind."""
    from cgi_runner.files import replace_surrogates

    del ctx, param
    return replace_surrogates(" ".join(text.split()))


files = _apply(
    click.option(
        "--mutations",
        type=_PATH,
        multiple=True,
        metavar="FILE",
        help="VCF (also .gz), MAF, table or HGVS; - for stdin. Repeatable.",
    ),
    click.option(
        "--cnas",
        type=_PATH,
        multiple=True,
        metavar="FILE",
        help="Copy numbers: a table with columns gene and cna, GISTIC, cBioPortal, OncoKB, FACETS-suite or PURPLE.",
    ),
    click.option(
        "--translocations",
        type=_PATH,
        multiple=True,
        metavar="FILE",
        help="Fusions: a table with a column fus (A__B), or the file of a fusion caller.",
    ),
)
any_cancer_type = click.option(
    "--any-cancer-type", is_flag=True, help="Accept a cancer type that is not in the built-in list."
)
reference = click.option(
    "--reference",
    type=click.Choice(["hg38", "hg19", "GRCh38", "GRCh37"], case_sensitive=False),
    metavar="BUILD",
    help="Genome build of the positions: hg38 (or GRCh38), hg19 (or GRCh37). Default: what the files say.",
)
ignore_build_hints = click.option(
    "--ignore-build-hints", is_flag=True, help="Use the build of --reference even if the files name another one."
)
title = click.option(
    "--title",
    default="",
    metavar="TEXT",
    callback=_one_line,
    help="Job title at CGI (100 characters at most, including a tag that identifies the job).",
)


def _names(ctx: click.Context, param: click.Parameter, text: str | None) -> frozenset[str]:
    """Take names with commas between them."""
    names = frozenset(name for name in (part.strip() for part in (text or "").split(",")) if name)
    if text is not None and not names:
        raise click.BadParameter("it is empty, expected names such as PASS,Tier1", ctx, param)
    return names


reading = _apply(
    click.option(
        "--filters",
        metavar="NAMES",
        callback=_names,
        help="Values of FILTER that count as passed, such as PASS,Tier1 [default: PASS and .].",
    ),
    click.option("--keep-filtered", is_flag=True, help="Send variants that failed their filters, too."),
    click.option("--keep-germline", is_flag=True, help="Send variants that the file marks as not somatic, too."),
    click.option(
        "--ignore-genotypes", is_flag=True, help="Treat every row as called, whatever its genotype or result says."
    ),
    click.option(
        "--insertion-start",
        type=click.Choice(["before", "at"]),
        metavar="before|at",
        help="For insertions of a MAF with Start = End: whether Start is the base before (before) or after (at).",
    ),
    click.option(
        "--merge-phased", is_flag=True, help="Join adjacent substitutions that the file shows to be in phase."
    ),
    click.option("--low-level-cnas", is_flag=True, help="Send gains as amp and losses as del, too."),
    click.option("--partial-amplifications", is_flag=True, help="Send PURPLE's PARTIAL_AMP as amp, too."),
    click.option("--strict-input", is_flag=True, help="Refuse a file if any of its rows is invalid."),
    click.option("--sample-column", metavar="NAME", help="Column of a table that names the samples."),
    click.option(
        "--tcga-barcodes", is_flag=True, help="Shorten TCGA barcodes to their sample: the first 15 characters."
    ),
)
columns = _apply(
    click.option("--tumor-column", metavar="NAME", help="Sample column of the tumour in a VCF."),
    click.option("--all-samples", is_flag=True, help="Send all sample columns of a VCF except normals, as tumours."),
)

sample = click.option(
    "--sample", metavar="NAME", help="Name of the patient's sample, for an input that holds one sample."
)


def cancer_type(**settings: Any) -> Callable[[F], F]:
    """Return the option of the cancer type, which only a cohort may go without."""
    return click.option(
        "--cancer-type",
        metavar="ID",
        help="CGI's id, a name, or a code with its list, e.g. oncotree:ES, tcga:SKCM, icd10:C50; "
        "`cgi-runner cancer-types` searches.",
        **settings,
    )


inputs = _apply(
    files,
    cancer_type(required=True),
    any_cancer_type,
    reference,
    ignore_build_hints,
    title,
    sample,
    columns,
    reading,
)

output = click.option(
    "-o", "--output", type=_PATH, required=True, metavar="DIR", help="Folder for the results and the job's record."
)


def _use_state(ctx: click.Context, param: click.Parameter, folder: Path | None) -> None:
    """Keep locks and notes in the folder that the user names until the command ends."""
    del param
    if folder:
        from cgi_runner.output.locking import use_state_dir

        use_state_dir(folder)
        ctx.call_on_close(lambda: use_state_dir(None))


service = _apply(
    click.option("--api-url", metavar="URL", help="Base URL of the API.  [env: CGI_API_URL]"),
    click.option(
        "--credentials", type=_PATH, metavar="FILE",
        help="File with one line: e-mail, space, token.  [env: CGI_EMAIL and CGI_TOKEN, or CGI_CREDENTIALS_FILE]",
    ),
    click.option("--ca-bundle", type=_PATH, metavar="FILE", help="Certificates (PEM) to trust for the service."),
    click.option(
        "--state", type=_PATH, metavar="DIR", callback=_use_state, expose_value=False,
        help="Folder for locks and notes that keep a job from being run twice; machines and containers can share it."
        "  [env: CGI_RUNNER_STATE]",
    ),
    click.option("--insecure", is_flag=True, help="Do not verify the service's certificate. Dangerous."),
)  # fmt: skip

sandbox = click.option("--sandbox", is_flag=True, help="Use a stand-in service inside this process: no account needed.")
deadline = click.option("--deadline", default="6h", show_default=True, metavar="TIME", help="How long to wait.")
delete = click.option("--delete", is_flag=True, help="Delete the job at CGI once its results are verified here.")
delete_adopted = click.option(
    "--delete-adopted", is_flag=True, help="With --delete, delete the job even if another run has submitted it."
)
strict = click.option("--strict", is_flag=True, help="Exit with 9 if rows that were sent are missing from the results.")
fresh = click.option(
    "--fresh",
    is_flag=True,
    help="Submit a new job even if an identical one exists; re-running in the same folder resumes it.",
)
pseudonyms = click.option(
    "--pseudonyms",
    is_flag=True,
    help="Send S001, S002 ... in place of sample names and title; pseudonyms.tsv in DIR maps them to the names.",
)
attempts = click.option(
    "--attempts", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
    help="Number of attempts: exit codes 6, 7 and 8 are retried, with growing pauses, within --deadline.",
)  # fmt: skip
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")


@contextmanager
def connect(
    options: ServiceOptions, *, sandbox_folder: Path | None = None, is_needed: Callable[[Path], bool] | None = None
) -> Iterator[ServiceConnection]:
    """Connect to the service that the options name, or a sandbox that keeps its jobs in a folder.

    Args:
        options: Values of the command's options, by name.
        sandbox_folder: Output folder of the sandbox's jobs; None for a service elsewhere.
        is_needed: Tells whether the sandbox's jobs are still needed in the end: while the folder's job is open.

    Yields:
        The connection, closed when the block ends.

    """
    from cgi_runner.connection import ServiceAddress, connect_sandbox, connect_service

    texts = cast("Mapping[str, str | None]", options)  # of inputs; other commands have none
    address = ServiceAddress(
        options["api_url"], options["credentials"], options["ca_bundle"], insecure=options["insecure"]
    )
    with (
        connect_sandbox(address, sandbox_folder, is_needed)
        if sandbox_folder
        else connect_service(address, {what: texts.get(what) for what in ("title", "sample")})
    ) as connection:
        yield connection


def job_context(connection: ServiceConnection, deadline: str = "0") -> JobContext:
    """Return what a job is worked with, on a terminal with a progress line.

    Args:
        connection: The service.
        deadline: How long to wait, as it was typed.

    """
    from cgi_runner.cli.progress import progress

    return connection.context(deadline, progress())
