"""The command group, and what turns every failure into one line, a tip and an exit code."""

from __future__ import annotations

import io
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import click

from cgi_runner import __version__
from cgi_runner.cli import cohort, inspect, jobs, local, stops, work
from cgi_runner.cli import options as opt
from cgi_runner.errors import InputError, RunnerError
from cgi_runner.redaction import RedactingFormatter, excerpt, hide, redact

log = logging.getLogger("cgi_runner")

_USAGE = 2
_FAULT = 1
_STDOUT = 1
#: What to do next, by exit code, where an error has no tip of its own.
_TIPS = {
    6: "run the same command again: it fetches the results anew",
    7: "try again later with the same command: it finds its job again",
}
_ASK = "`cgi-runner --help` shows the commands; --debug before the command shows what was asked of the service"


class PlainFormatter(RedactingFormatter):
    """A formatter that keeps tracebacks back, for people who did not ask for them."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        """Give nothing."""
        del ei
        return ""


class Commands(click.Group):
    """The command group; its commands are listed in the order of a job's life, not of the alphabet."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; how it is stopped from outside is settled here, since click makes one code of all."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Somebody like `head` has read enough of stdout.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None
        except (KeyboardInterrupt, Exception) as error:
            # A stop may come in the middle of anything: what fails on the way out of one is no failure of its own.
            if code := stops.code_of(error):
                raise click.exceptions.Exit(code) from None
            raise


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=opt.examples(
        "cgi-runner run --sandbox --mutations examples/mutations.tsv --cancer-type CM --output demo",
        heading="Try it without an account",
    ),
)
@click.version_option(__version__, prog_name="cgi-runner")
@click.option("--debug", is_flag=True, help="Show requests (without secrets) and tracebacks.")
@click.option("-q", "--quiet", is_flag=True, help="Show warnings and errors only.")
@click.pass_context
def cli(ctx: click.Context, *, debug: bool, quiet: bool) -> None:
    """Call the Cancer Genome Interpreter (CGI) as one step of a pipeline.

    Alterations of a tumour go out once, the results come back whole and verified, and every row that does not come
    back is named. Data leave this machine for the service that you name; CGI's knowledge base is for research
    (CC BY-NC 4.0).
    """
    _set_up_logging(debug=debug, quiet=quiet)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(_USAGE)


for command in (
    work.run, work.check, work.submit, cohort.cohort, cohort.merge,
    jobs.wait, jobs.fetch, inspect.status, inspect.logs, inspect.list_jobs, inspect.delete,
    local.cancer_types, local.sandbox,
):  # fmt: skip
    cli.add_command(command)


def _set_up_logging(*, debug: bool, quiet: bool) -> None:
    """Send everything that is said to stderr, through the one place that takes secrets out."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(message)s") if debug else PlainFormatter("%(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # What libraries note for their own makers, such as every lock and connection, helps nobody here.
    root.setLevel(logging.WARNING)
    log.setLevel(logging.DEBUG if debug else logging.WARNING if quiet else logging.INFO)


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code that pipelines act on."""
    try:
        stops.heed()
        code = _run(sys.argv[1:] if argv is None else argv)
        stops.let_through()
    except KeyboardInterrupt as stop:
        stops.let_through()
        code = stops.code_of(stop)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    """Run the command line and give its exit code, having told whatever there is to tell."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started this; nobody wants to hear
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - as long as the process lives
    # What is typed in place of a job's id may be the token: nothing is shown before it is known.
    hide(os.environ.get("CGI_EMAIL", "").strip(), os.environ.get("CGI_TOKEN", "").strip())
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(arguments, prog_name="cgi-runner", standalone_mode=False)
        sys.stdout.flush()
    except RunnerError as error:
        _hide_slips(arguments)
        return _tell(error)
    except click.ClickException as error:
        _hide_slips(arguments, are_misplaced=True)
        return _tell(_of_usage(error))
    except click.exceptions.Abort as error:
        return stops.code_of(error) or stops.INTERRUPTED
    except OSError as error:
        # What stdout still holds cannot be written; the interpreter would try again at its end, and fail aloud.
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)
        return 0 if isinstance(error, BrokenPipeError) else _tell(_of_the_machine(error))
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback for people who did not ask
        _hide_slips(arguments)
        return _fault(error)
    return code if isinstance(code, int) else 0


def _hide_slips(arguments: list[str], *, are_misplaced: bool = False) -> None:
    """Have secrets masked in what is told of an error, even if it came before anybody had to read them."""
    from cgi_runner.settings import hide_what_looks_secret, hide_whatever_may_be_secret

    hide_whatever_may_be_secret(arguments)
    if are_misplaced:
        hide_what_looks_secret(arguments)


def _of_usage(error: click.ClickException) -> RunnerError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "cgi-runner"
    return InputError(error.format_message(), tip=f"`{command} --help` shows what can be given")


def _of_the_machine(error: OSError) -> RunnerError:
    """Make the error for a disk or a file that does not do as it is told."""
    where = f"{error.filename}: " if error.filename else ""
    return RunnerError(
        f"{where}{error.strerror or error}",
        tip="look after free space and permissions, then run the same command again: it goes on where it stopped",
    )


def _tell(error: RunnerError) -> int:
    log.debug("the error in full:", exc_info=error)
    _say("ERROR", str(error.message), fg="red")
    _say("TIP", error.tip or _TIPS.get(error.exit_code, _ASK), fg="cyan")
    return error.exit_code


def _fault(error: Exception) -> int:
    log.debug("the fault in full:", exc_info=error)
    _say("ERROR", f"{type(error).__name__}: {excerpt(str(error))}: this is a fault of cgi-runner itself", fg="red")
    _say("TIP", "run it again with --debug and report what it shows; no secret is in it", fg="cyan")
    return _FAULT


def _say(kind: str, text: str, *, fg: str) -> None:
    no_color: Any = False if os.environ.get("NO_COLOR") else None
    with suppress(OSError):  # if nobody listens, the exit code still tells
        click.echo(f"{click.style(kind, fg=fg, bold=True)} {redact(text)}", err=True, color=no_color)
