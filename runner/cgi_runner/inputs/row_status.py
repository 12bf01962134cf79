"""Columns that people add to tables of copy numbers and fusions, and that say whether a row counts.

They tell what came of a test, whether a report is to have the row, whether it is somatic, and of which tissue it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from cgi_runner.inputs import status_words as words
from cgi_runner.inputs.column_words import SYNONYMS, canonical, letters_of
from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.problems import quote
from cgi_runner.inputs.somatic import CallStatus

_ORIGINS = re.compile(
    r"\w*status|(variant|fusion|sv|cna|cnv|alteration|mutation)?(origin(type)?|origen|origine|origem|herkunft|ursprung)"
    r"|(somatic|germline)(or|vs|and)?(somatic|germline)(origin|status|call|flag|class|type)?"
)
#: Columns that ask for one of the two, and are answered by yes or no.
_QUESTION = re.compile(r"(is)?(somatic|germline)(call|flag)?")
#: Whether a report is to have the row.
_REPORTED = re.compile(r"(is)?report(ed|able)(status)?")
_UNREPORTED = re.compile(r"(not|un|non)[ _-]?report(ed|able)|non[ _-]?driver[ _-]?gene|no|n|false|f|0", re.IGNORECASE)
_FILTERS = frozenset(map(canonical, SYNONYMS["filter"]))
_QUALITY = re.compile(r"(qc|quality|qualitycontrol)(status|result|call|flag|check)?")
_FAILED = re.compile(r"fail(ed|ure)?|not[ _-]passed|bad|poor|rejected", re.IGNORECASE)


class RowStatus:
    """Decides the same of the rows of tables of copy numbers and fusions, by columns that people add to them."""

    def __init__(self, header: Header, names: Sequence[str], read: Collection[str], options: Options) -> None:
        """Find the columns.

        Args:
            header: The header of the table.
            names: Names of its columns, under which `rejection_reason` gets the cells.
            read: Those of them that hold the alteration itself.
            options: What the user asked for.

        """
        self._header = header
        self._status, self._keeps_germline = CallStatus(options), options.keep_germline
        plain = {name: letters_of(name) for name in names if name not in read}
        self._origins = [name for name, word in plain.items() if _ORIGINS.fullmatch(word)]
        self._rules = {name: rule for name, word in plain.items() if (rule := _find_rule(word))}
        self._findings = {
            name: words.judge_finding if word in words.FINDINGS else words.judge_outcome
            for name, word in plain.items()
            if word in words.FINDINGS or words.OUTCOMES.fullmatch(word)
        }
        self._filters = [name for name in names if canonical(name) in _FILTERS]
        self._qualities = [name for name, word in plain.items() if _QUALITY.fullmatch(word)]
        self._reports = [name for name, word in plain.items() if _REPORTED.fullmatch(word)]
        self._others = {name for name in plain if name not in self._findings}
        self._warned: set[str] = set()

    def rejection_reason(self, line: int, cells: Mapping[str, str]) -> str:
        """Return why a row is left out: not found, of the germline, filters failed; else return an empty string.

        Args:
            line: Number of the line, from 1.
            cells: All its cells by the name of their column.

        """
        for name, judge in self._findings.items():
            if judge(cells[name]) == "absent":
                return f"not detected: {name}={cells[name]}"
        for name in self._qualities:
            if _FAILED.fullmatch(cells[name].strip()):
                return f"quality control failed: {name}={cells[name]}"
        for name in self._reports:
            if _UNREPORTED.fullmatch(cells[name].strip()):
                return f"not reported: {name}={cells[name]}"
        for name in [name for name in self._others if words.is_denial(cells[name])]:
            self._others.discard(name)
            self._header.source.note(
                f"rows are sent although the column {quote(name)} says {quote(cells[name])}, the first on line {line}",
                warn=True,
            )
        mark = self._germline_mark(line, cells)
        filters = [cells[name] for name in self._filters if cells[name].casefold() != "none"]
        reasons = (self._status.rejection_reason(cell, mark) for cell in filters or [""])
        return next(filter(None, reasons), "")

    def _germline_mark(self, line: int, cells: Mapping[str, str]) -> str:
        """Return the column and the cell that say that a row is not the tumour's; warn of a cell that may say it."""
        marks = [name for name in self._origins if cells[name].strip().casefold().startswith(words.GERMLINE_STEMS)]
        for name, judge in self._rules.items():
            verdict = judge(cells[name])
            marks += [name] if verdict == "germline" else []
            if verdict == "unknown" and name not in self._warned and not self._keeps_germline:
                self._warned.add(name)
                self._header.source.note(words.warning_of_unknown(name, line, cells[name]), warn=True)
        return f"{marks[0]}={cells[marks[0]]}" if marks else ""


def _find_rule(plain: str) -> words.WordRule | None:
    """Return what judges the cells of a column that asks for the origin, or says of which tissue a row is."""
    if _QUESTION.fullmatch(plain):
        return words.judge_origin({"germline" if "germline" in plain else "somatic"})
    return words.find_tissue_rule(plain)
