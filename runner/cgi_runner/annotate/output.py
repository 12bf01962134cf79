"""Where an annotated file may be written: never over the input, and never over a file of the results."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from pathlib import Path

from cgi_runner.annotate.cbioportal import COLUMNS
from cgi_runner.annotate.fields import PREFIX, STATUS
from cgi_runner.annotate.text_file import read_lines
from cgi_runner.errors import InputError
from cgi_runner.inputs.problems import printable

_MAX_LINES = 10_000  # of a header
_OTHER_FORMATS = (".bcf", ".bz2", ".xz", ".zst", ".zip")


def check_output(path: Path, results: Path, output: Path) -> None:
    """Make sure that an output can be written without a loss.

    Args:
        path: The file to annotate.
        results: The output folder or the zip that it gets the results from.
        output: The file to write; `-` for standard output.

    Raises:
        InputError: The input is no file, or the output would replace it or a file of the results, or its name
            promises a format that is not written.

    """
    if not path.is_file():
        raise InputError(
            f"{printable(str(path))} is not a file", tip="name a VCF or a MAF; it is not read from standard input"
        )
    if str(output) == "-":
        return
    name = printable(str(output))
    if output.suffix.lower() in _OTHER_FORMATS:
        raise InputError(
            f"{name}: found the ending {output.suffix}, expected a plain name or one that ends with .gz",
            tip="name a VCF or a MAF, plain or .gz; other programs convert it",
        )
    if not output.exists() or (output.is_file() and not output.stat().st_size):  # some engines make it beforehand
        return
    if output.samefile(path):
        raise InputError(f"{name} is the input itself", tip="name another --output")
    if results.exists() and output.is_file() and _belongs_to(output, results) and not _is_annotated(output):
        raise InputError(f"{name} is a file of the results and would be overwritten", tip="name another --output")


def _belongs_to(output: Path, results: Path) -> bool:
    return output.resolve().is_relative_to(results.resolve())


def _is_annotated(path: Path) -> bool:
    """Whether a file is an earlier output, which the same command may write again."""
    try:
        with closing(read_lines(path)) as lines:
            return any(
                line.startswith(f"##{PREFIX}results=") or {STATUS, COLUMNS[STATUS]} & {*line.rstrip("\r\n").split("\t")}
                for line in islice(lines, _MAX_LINES)
            )
    except InputError:
        return False
