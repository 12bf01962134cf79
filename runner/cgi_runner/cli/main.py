"""The command group, and what turns every failure into one line, a tip and an exit code."""

from __future__ import annotations

import io
import logging
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import click

from cgi_runner import __version__
from cgi_runner.cli import options as opt
from cgi_runner.cli import signals
from cgi_runner.cli.annotate import annotate
from cgi_runner.cli.cancer_types import cancer_types
from cgi_runner.cli.check import check
from cgi_runner.cli.cohort import cohort
from cgi_runner.cli.cohort_merge import merge
from cgi_runner.cli.compare import compare
from cgi_runner.cli.delete import delete
from cgi_runner.cli.fetch import fetch
from cgi_runner.cli.list_jobs import list_jobs
from cgi_runner.cli.logs import logs
from cgi_runner.cli.report import report
from cgi_runner.cli.run import run
from cgi_runner.cli.sandbox import sandbox
from cgi_runner.cli.status import status
from cgi_runner.cli.submit import submit
from cgi_runner.cli.wait import wait
from cgi_runner.errors import InputError, RunnerError
from cgi_runner.redaction import RedactingFormatter, redact, register_secret, safe_excerpt

log = logging.getLogger("cgi_runner")
sandbox_log = logging.getLogger("cgi_sandbox")

_USAGE = 2
_FAULT = 1
_STDOUT, _STDERR = 1, 2
#: What to do next, by exit code, where an error has no tip of its own.
_TIPS = {
    6: "run the same command again: it downloads the results again",
    7: "try again later with the same command: it finds its job again",
}
_ASK = "`cgi-runner --help` shows the commands; --debug before the command shows the requests"


class PlainFormatter(RedactingFormatter):
    """A formatter that keeps tracebacks back, for people who did not ask for them."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        """Return nothing."""
        del ei
        return ""


class Commands(click.Group):
    """The command group; its commands are listed in the order of a job's life, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order in which they were added."""
        del ctx
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and refuse empty values of its options.

        Args:
            ctx: Context of the group.
            args: What follows the options of the group.

        Returns:
            Name, command and its arguments, as click has it.

        """
        name, command, rest = super().resolve_command(ctx, args)
        if command and not ctx.resilient_parsing:
            opt.refuse_empty_values(command, click.Context(command, parent=ctx, info_name=name), rest)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; how it is stopped from outside is settled here, since click makes one code of all.

        Args:
            ctx: Context of the group.

        Raises:
            Exit: With 0 if stdout is closed, with the signal's code after a stop.

        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Somebody like `head` has read enough of stdout.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None
        except (KeyboardInterrupt, Exception) as error:
            # A stop may come in the middle of anything: what fails on the way out of one is no failure of its own.
            if code := signals.exit_code_for(error):
                raise click.exceptions.Exit(code) from None
            raise


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=opt.examples(
        r"printf 'protein\nBRAF:p.V600E\n' > mutations.tsv",
        "cgi-runner run --sandbox --mutations mutations.tsv --sample P1 --cancer-type cgi:CM -o demo",
        heading="Try it without an account",
    ),
)
@click.version_option(__version__, prog_name="cgi-runner")
@click.option("--debug", is_flag=True, help="Show requests (without secrets) and tracebacks.")
@click.option("-q", "--quiet", is_flag=True, help="Show warnings and errors only.")
@click.pass_context
def cli(ctx: click.Context, *, debug: bool, quiet: bool) -> None:
    """Call the Cancer Genome Interpreter (CGI) as one step of a pipeline.

    Submits the alterations of a tumour once, downloads and verifies the results, and reports every row that is
    missing. Your data are sent to the service that you name; CGI's knowledge base is for research (CC BY-NC 4.0).
    """
    _set_up_logging(debug=debug, quiet=quiet)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(_USAGE)


#: In the order of a job's life, as `--help` lists them.
COMMANDS = (
    cancer_types, check, run, submit, wait, fetch, report, annotate, compare, status, logs, list_jobs, delete, cohort,
    merge, sandbox,
)  # fmt: skip
for command in COMMANDS:
    cli.add_command(command)


def _set_up_logging(*, debug: bool, quiet: bool) -> None:
    """Send everything that is said to stderr, through the one place that takes secrets out."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(message)s") if debug else PlainFormatter("%(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # What libraries note for their own makers, such as every lock and connection, helps nobody here.
    root.setLevel(logging.WARNING)
    for ours in (log, sandbox_log):
        ours.setLevel(logging.DEBUG if debug else logging.WARNING if quiet else logging.INFO)


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code that pipelines act on."""
    try:
        signals.install_handlers()
        _forbid_core_files()
        code = _run(sys.argv[1:] if argv is None else argv)
        signals.reset_handlers()
    except SystemExit:  # click's, where whoever read its own pages has gone
        signals.reset_handlers()
        code = 0
    except KeyboardInterrupt as stop:
        signals.reset_handlers()
        code = signals.exit_code_for(stop)
    _discard_stderr()
    sys.exit(code)


def _discard_stderr() -> None:
    """Discard output that nobody reads: the interpreter would end with another exit code because of it."""
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STDERR)


def _forbid_core_files() -> None:
    """Make sure that a crash leaves no image of the memory, which holds the token, on a disk that others may read."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _run(arguments: list[str]) -> int:
    """Run the command line and give its exit code, having told whatever there is to tell."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started this; nobody wants to hear
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - as long as the process lives
    # What is typed in place of a job's id may be the token: nothing is shown before it is known.
    register_secret(os.environ.get("CGI_EMAIL", "").strip(), os.environ.get("CGI_TOKEN", "").strip())
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(arguments, prog_name="cgi-runner", standalone_mode=False)
        sys.stdout.flush()
    except RunnerError as error:
        _mask_credentials(arguments)
        return _report_error(error)
    except click.ClickException as error:
        _mask_credentials(arguments, are_misplaced=True)
        return _report_error(_usage_error(error))
    except click.exceptions.Abort as error:
        return signals.exit_code_for(error) or signals.INTERRUPTED
    except OSError as error:
        # What stdout still holds cannot be written; the interpreter would try again at its end, and fail aloud.
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)
        return 0 if isinstance(error, BrokenPipeError) else _report_error(_os_error(error))
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback for people who did not ask
        _mask_credentials(arguments)
        return _report_bug(error)
    return code if isinstance(code, int) else 0


def _mask_credentials(arguments: list[str], *, are_misplaced: bool = False) -> None:
    """Mask secrets in what is said of an error, even if it came before anybody had to read them."""
    from cgi_runner.config import register_credentials_in_args, register_token_like_args

    register_credentials_in_args(arguments)
    if are_misplaced:
        register_token_like_args(arguments)


def _usage_error(error: click.ClickException) -> RunnerError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "cgi-runner"
    if isinstance(error, click.NoSuchOption) and error.option_name in {"-q", "--quiet", "--debug", "--version"}:
        tip = f"{error.option_name} goes before the command: {command.replace(' ', f' {error.option_name} ', 1)}"
        return InputError(error.format_message(), tip=tip)
    return InputError(error.format_message(), tip=f"`{command} --help` lists the options")


def _os_error(error: OSError) -> RunnerError:
    """Return the error for a disk or a file that does not do as it is told."""
    where = f"{error.filename}: " if error.filename else ""
    return RunnerError(
        f"{where}{error.strerror or error}",
        tip="check free space and permissions, then run the same command again to resume",
    )


def _report_error(error: RunnerError) -> int:
    log.debug("the error in full:", exc_info=error)
    _echo_status("ERROR", str(error.message), fg="red")
    _echo_status("TIP", error.tip or _TIPS.get(error.exit_code, _ASK), fg="cyan")
    return error.exit_code


def _report_bug(error: Exception) -> int:
    log.debug("the error in full:", exc_info=error)
    _echo_status("ERROR", f"{type(error).__name__}: {safe_excerpt(str(error))}: this is a bug in cgi-runner", fg="red")
    _echo_status("TIP", "run it again with --debug and report the output; it contains no secrets", fg="cyan")
    return _FAULT


def _echo_status(kind: str, text: str, *, fg: str) -> None:
    no_color = False if os.environ.get("NO_COLOR") else None
    with suppress(OSError):  # if nobody listens, the exit code still tells
        click.echo(f"{click.style(kind, fg=fg, bold=True)} {redact(text)}", err=True, color=no_color)
