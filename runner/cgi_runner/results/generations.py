"""Which tables an archive holds. CGI changed files and columns five times under one address: names decide, not dates.

Generations: 1 (2018-2021), 2a (2022-11 to 2023-02), 2b (2023-03), 2c (v23.05), 2d (v23.12 and on).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cgi_runner.results.tables import Table

_INPUT = re.compile(r"input(\d+)\.tsv")
_ALTERATIONS = ("alterations.tsv", "mutation_analysis.tsv")
_BIOMARKERS = ("biomarkers.tsv", "prescriptions.tsv", "drug_prescription.tsv")
_FUSIONS = ("fusion_analysis.tsv", "fusion_analysis.txt")
#: Columns that came with a version, the newest first.
_BY_ALTERATIONS = (
    ("CGI-HGVS", "2d"),
    ("Input ID", "2c"),
    ("Oncogenic Summary", "2b"),
    ("ONCOGENIC_CLASSIFICATION", "2a"),
    ("driver_statement", "1"),
)
_MATCHED = "BioM"  # since 2b
_BY_BIOMARKERS = (("DISEASES", "2a"), ("BIOMARKER_IDX", "1"))


@dataclass(frozen=True)
class ResultTables:
    """The tables of one archive; None for those it does not hold. `inputs` is by the number in `inputNN.tsv`."""

    format_version: str
    alterations: Table | None
    biomarkers: Table | None
    cnas: Table | None
    fusions: Table | None
    inputs: dict[str, Table]

    @property
    def is_known(self) -> bool:
        """Whether the layout is one of those seen before."""
        return self.format_version != "unknown"

    def lacks(self, kinds: Iterable[str]) -> list[str]:
        """Return of which kinds of alterations there is no table, and whether there is none of biomarkers.

        Args:
            kinds: The kinds that were sent.

        """
        found = {"mutations": self.alterations, "cnas": self.cnas, "translocations": self.fusions}
        return [kind for kind in kinds if not found.get(kind)] + ([] if self.biomarkers else ["biomarkers"])

    def holds_tables(self, members: Iterable[str]) -> bool:
        """Return whether there is a table that may hold results, be it under a name that was never seen before."""
        known = (self.alterations, self.biomarkers, self.cnas, self.fusions)
        return any(known) or any(name.endswith((".tsv", ".csv")) and not _INPUT.fullmatch(name) for name in members)


def read_result_tables(folder: Path) -> ResultTables:
    """Recognise the tables in a folder with an unpacked archive."""
    alterations, biomarkers = _first(folder, _ALTERATIONS), _first(folder, _BIOMARKERS)
    inputs = {m[1]: Table(path) for path in sorted(folder.iterdir()) if (m := _INPUT.fullmatch(path.name))}
    cnas, fusions = _first(folder, ("cna_analysis.tsv",)), _first(folder, _FUSIONS)
    return ResultTables(_detect_version(alterations, biomarkers), alterations, biomarkers, cnas, fusions, inputs)


def _first(folder: Path, names: tuple[str, ...]) -> Table | None:
    return next((Table(folder / name) for name in names if (folder / name).is_file()), None)


def _detect_version(alterations: Table | None, biomarkers: Table | None) -> str:
    """Return the version by headers; an archive of copy numbers or fusions alone has only biomarkers to go by."""
    if alterations:
        return next((version for column, version in _BY_ALTERATIONS if alterations.has(column)), "unknown")
    if biomarkers and biomarkers.has(_MATCHED):
        return "2d" if biomarkers.path.name == _BIOMARKERS[0] else "2b"
    return next((version for column, version in _BY_BIOMARKERS if biomarkers and biomarkers.has(column)), "unknown")
