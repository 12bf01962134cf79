"""Columns that people add to tables of copy numbers and fusions, and that say whether a row counts.

They tell what came of a test, whether a report is to have the row, whether it is somatic, and of which tissue it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from cgi_runner.inputs.column_words import SYNONYMS, canonical, letters_of
from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.problems import quote
from cgi_runner.inputs.somatic import (
    FINDINGS,
    NO,
    NOT_FOUND,
    SAMPLE_TYPE,
    YES,
    CallStatus,
    is_normal_tissue,
    is_not_found,
)

_ORIGINS = re.compile(
    r"\w*status|(variant|fusion|sv|cna|cnv|alteration|mutation)?(origin(type)?|origen|origine|origem|herkunft|ursprung)"
    r"|(somatic|germline)(or|vs|and)?(somatic|germline)(origin|status|call|flag|class|type)?"
)
_GERMLINE = ("germ", "keimbahn", "constitutional", "konstitutionell", "inherited", "hereditary", "heredit\u00e4r")
#: Columns that ask for one of the two, and are answered by yes or no.
_QUESTION = re.compile(r"(is)?(somatic|germline)(call|flag)?")
OUTCOMES = re.compile(
    r"((fusion|sv|cna|cnv|variant|alteration|test|final|rearrangement)?(call|status|interpretation|outcome|conclusion))"
    r"|assessment|evaluation|rearrangement|rearranged|befund|ergebnis|resultado|resultat"
)
#: Whether a report is to have the row.
_REPORTED = re.compile(r"(is)?report(ed|able)(status)?")
_UNREPORTED = re.compile(r"(not|un|non)[ _-]?report(ed|able)|non[ _-]?driver[ _-]?gene|no|n|false|f|0", re.IGNORECASE)
NO_CALL = re.compile(r"no[ _-]?call", re.IGNORECASE)
#: Words that deny whatever column they stand in.
DENIAL = re.compile(
    r"(was |is )?(not[ _-](detected|found|present|seen|identified)|undetected|false[ _-]?positive|art[ei]fact)"
    r"|nicht (nachgewiesen|nachweisbar|detektiert|gefunden|vorhanden)|kein nachweis|nein|negativ[oa]"
    r"|non[ -](d[e\u00e9]tect[e\u00e9]e?|rilevat[oa])|no (detectad|hallad|encontrad)[oa]"
    r"|n[a\u00e3]o detectad[oa]|ausente",
    re.IGNORECASE,
)
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
        self._status = CallStatus(options)
        plain = {name: letters_of(name) for name in names if name not in read}
        self._origins = [name for name, word in plain.items() if _ORIGINS.fullmatch(word)]
        self._questions = {name: "germline" in word for name, word in plain.items() if _QUESTION.fullmatch(word)}
        self._types = [name for name, word in plain.items() if SAMPLE_TYPE.fullmatch(word)]
        self._findings = [name for name, word in plain.items() if word in FINDINGS or OUTCOMES.fullmatch(word)]
        self._flags = {name for name, word in plain.items() if word in FINDINGS}
        self._filters = [name for name in names if canonical(name) in _FILTERS]
        self._qualities = [name for name, word in plain.items() if _QUALITY.fullmatch(word)]
        self._reports = [name for name, word in plain.items() if _REPORTED.fullmatch(word)]
        self._others = {name for name in plain if name not in self._findings}

    def rejection_reason(self, line: int, cells: Mapping[str, str]) -> str:
        """Say why a row is left out: not found, of the germline, filters failed; else return an empty string.

        Args:
            line: Number of the line, from 1.
            cells: All its cells by the name of their column.

        """
        for name in self._findings:
            cell = cells[name].strip()
            denies = is_not_found(cell) if name in self._flags else NOT_FOUND.fullmatch(cell)
            if denies or NO_CALL.fullmatch(cell) or DENIAL.fullmatch(cell):
                return f"not detected: {name}={cells[name]}"
        for name in self._qualities:
            if _FAILED.fullmatch(cells[name].strip()):
                return f"quality control failed: {name}={cells[name]}"
        for name in self._reports:
            if _UNREPORTED.fullmatch(cells[name].strip()):
                return f"not reported: {name}={cells[name]}"
        for name in [name for name in self._others if DENIAL.fullmatch(cells[name].strip())]:
            self._others.discard(name)
            self._header.source.note(
                f"rows are sent though the column {quote(name)} says {quote(cells[name])}, the first on line {line}",
                warn=True,
            )
        mark = self._mark_of_germline(cells)
        filters = [cells[name] for name in self._filters if cells[name].casefold() != "none"]
        reasons = (self._status.rejection_reason(cell, mark) for cell in filters or [""])
        return next(filter(None, reasons), "")

    def _mark_of_germline(self, cells: Mapping[str, str]) -> str:
        """Return the column and the cell that say that a row is not the tumour's."""
        marks = [name for name in self._origins if cells[name].strip().casefold().startswith(_GERMLINE)]
        for name, asks_for_germline in self._questions.items():
            cell = cells[name].strip().casefold()
            is_germline = cell in YES if asks_for_germline else cell in NO
            marks += [name] if is_germline or cell.startswith(_GERMLINE) else []
        marks += [name for name in self._types if is_normal_tissue(cells[name])]
        return f"{marks[0]}={cells[marks[0]]}" if marks else ""
