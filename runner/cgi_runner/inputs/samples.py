"""Whose alterations these are: sample names, and which of a file's sample columns are meant."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from cgi_runner.errors import InputError
from cgi_runner.inputs.faults import Faults, shown
from cgi_runner.inputs.model import Options

log = logging.getLogger(__name__)

LONGEST_NAME = 200
MOST_LISTED = 10
DEFAULT = "sample"
#: What R and pandas write where there is nothing, in capitals.
MISSING = frozenset(("NA", "NAN"))
SAMPLE_TIP = "say whose alterations these are: --sample NAME"

#: A date, which spreadsheets make of genes such as SEPT9 and MARCH1, or the number of its day.
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(rf"\d+|\d{{1,4}}-({_MONTH})|({_MONTH})-\d{{1,4}}", re.IGNORECASE | re.ASCII)


def is_there(text: str) -> bool:
    """Whether a cell holds anything."""
    return text.upper() not in MISSING | {""}


def is_name(text: str) -> bool:
    """Whether the text can be the name of a sample in a table: something printable without blanks around it."""
    return is_there(text) and text.isprintable() and text == text.strip() and len(text) <= LONGEST_NAME


def is_symbol(text: str) -> bool:
    """Whether the text can name a gene, a transcript or a partner of a fusion; a date, which SEPT9 becomes, cannot."""
    could = text[:1].isalnum() and text.isprintable() and " " not in text and len(text) <= LONGEST_NAME
    return could and is_there(text) and not _DATE.fullmatch(text)


def chosen(faults: Faults, line: int, names: Sequence[str], options: Options) -> dict[int, str]:
    """Give the sample columns to read, by their place among `names`, and the names to send them under.

    The sample that was asked for picks its column; a file with a single column is renamed to it unless that is another
    known sample's, one without any is named by it later.
    """
    sample = options.sample
    for name in names:
        if not is_name(name):
            faults.add(line, "header", name, "the name of a sample, printable and without blanks around it")
        if names.count(name) > 1:
            faults.stop(f"line {line}: found the sample {shown(name)} twice in the header, expected it once")
    if sample is None or not names:
        return dict(enumerate(names))
    if sample in names:
        return {names.index(sample): sample}
    if len(names) == 1 and names[0] not in options.others:
        log.log(
            logging.DEBUG if options.others else logging.INFO,
            "%s: its only sample, %s, is taken for %s",
            faults.source,
            shown(names[0]),
            shown(sample),
        )
        return {0: sample}
    return faults.stop(
        f"line {line}: found the samples {listed(names)}, expected {shown(sample)} among them",
        tip="give one of the names in the file: --sample NAME",
    )


def default_name(source: str, sample: str | None, others: set[str]) -> str:
    """Give the sample of a file that names none: the one asked for, or else the only one of the other files."""
    if sample is not None:
        return sample
    if len(others) > 1:
        raise InputError(
            f"{source}: found no samples, expected them as the other files name several ({listed(sorted(others))})",
            tip="add a column `sample` to the file, or " + SAMPLE_TIP,
        )
    return next(iter(others), DEFAULT)


def listed(names: Sequence[str]) -> str:
    """Give a few names, quoted, for a message."""
    more = ["…"] if len(names) > MOST_LISTED else []
    return ", ".join([*map(shown, names[:MOST_LISTED]), *more])
