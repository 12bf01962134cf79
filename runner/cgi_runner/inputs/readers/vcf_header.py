"""The header of a VCF, up to the line with the column names."""

from __future__ import annotations

from collections.abc import Sequence

from cgi_runner.inputs.columns import without_quotes
from cgi_runner.inputs.problems import quote
from cgi_runner.inputs.text_source import TextSource

FIXED = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")
NAMES_LINE = "#CHROM POS ID REF ALT QUAL FILTER INFO, separated by tabs"


def are_column_names(names: Sequence[str]) -> bool:
    """Return whether the cells of a line are the column names of a VCF; samples may follow a column FORMAT."""
    return tuple(name.upper() for name in names[:8]) == FIXED and names[8:9] in ([], ["FORMAT"])


def read_header(source: TextSource, line: tuple[int, str]) -> tuple[int, list[str], list[str]]:
    """Read up to the line with the column names.

    Args:
        source: The file, read up to and with `line`.
        line: Its first line, with its number.

    Returns:
        The number of the line with the column names, the names, and the lines before it.

    Raises:
        InputError: There is no such line.

    """
    number, header = 1, list[str]()
    following: tuple[int, str] | None = line
    while (
        following and (text := without_quotes(following[1])).startswith("#") and not text.upper().startswith(FIXED[0])
    ):
        number = following[0]
        header.append(text)
        following = source.line()
    if not following:
        source.problems.abort(
            f"line {number}: the file ends here, expected the line with the column names: {NAMES_LINE}"
        )
    number, text = following
    columns = text.split("\t")
    if not are_column_names(columns):
        source.problems.abort(f"line {number}: found {quote(text)}, expected the column names: {NAMES_LINE}")
    return number, columns, header
