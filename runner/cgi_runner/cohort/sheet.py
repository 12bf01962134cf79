"""The sample sheet: one line a sample, read and judged whole before anything else happens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from cgi_runner.cancer_types import resolve
from cgi_runner.cohort.names import label_of
from cgi_runner.errors import InputError
from cgi_runner.inputs import Kind
from cgi_runner.inputs.faults import shown
from cgi_runner.inputs.lines import Source
from cgi_runner.inputs.samples import is_name
from cgi_runner.inputs.tables import SYNONYMS, split

KINDS: tuple[Kind, ...] = ("mutations", "cnas", "translocations")
REFERENCES = {"hg19": "hg19", "grch37": "hg19", "hg38": "hg38", "grch38": "hg38"}

_COLUMNS: dict[str, tuple[str, ...]] = {
    "sample": SYNONYMS["sample"],
    "cancer_type": ("cancer_type", "cancertype", "tumor_type", "tumour_type"),
    "reference": ("reference", "genome", "build"),
    **{kind: (kind,) for kind in KINDS},
}
_TIP = "a sheet has the columns sample, cancer_type, reference, mutations, cnas, translocations, separated by tabs"


@dataclass(frozen=True)
class Sample:
    """One tumour as the sheet has it; `label` is the name as tables can hold it, `sources` its own files."""

    name: str
    label: str
    cancer_type: str
    reference: str
    sources: Mapping[Kind, Path]


@dataclass(frozen=True)
class Bad:
    """A sample, or a line of the sheet, that cannot be used, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Defaults:
    """What holds for samples whose line does not say otherwise."""

    cancer_type: str = ""
    reference: str = "hg38"
    any_cancer_type: bool = False


@dataclass
class Sheet:
    """All samples that can be used, in the sheet's order, and all that cannot."""

    samples: list[Sample] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)


def read_sheet(path: Path, defaults: Defaults, *, shared: Collection[Kind] = ()) -> Sheet:
    """Read a sheet; paths in it are relative to its folder.

    Args:
        path: A table with a header, separated by tabs or commas; lines that begin with `#` before it are passed over.
        defaults: For lines that name no cancer type or no reference.
        shared: Kinds of input that come from one file for all samples, and so must have no column.

    Raises:
        InputError: It is no such table.

    """
    with closing(Source(path)) as source:
        line = source.line()
        while line and (not line[1].strip() or line[1].startswith("#")):
            line = source.line()
        if line is None:
            raise InputError(f"{source.name}: found no line with the names of the columns", tip=_TIP)
        header = _Header(source.name, line[1], shared)
        rows = [(number, header.cells(text)) for number, text in source.lines()]
    sheet = _judged(rows, path.parent.absolute(), defaults)
    if not sheet.samples and not sheet.bad:
        raise InputError(f"{source.name}: found no samples below the header", tip=_TIP)
    return sheet


def sheet_of(names: Iterable[str], defaults: Defaults) -> Sheet:
    """Make the sheet of samples that are known from shared files only, all of one cancer type.

    Raises:
        InputError: There is no cancer type, or no such one.

    """
    if not defaults.cancer_type:
        raise InputError(
            "found neither a sheet nor a cancer type, expected one", tip="give --cancer-type for all samples"
        )
    resolve(defaults.cancer_type, any_type=defaults.any_cancer_type)
    return _judged([(0, {"sample": name}) for name in names], Path(), defaults)


class _Header:
    """Where the known columns of a sheet are."""

    def __init__(self, source: str, text: str, shared: Collection[Kind]) -> None:
        self._separator = "\t" if "\t" in text or "," not in text else ","
        names = [name.lower() for name in split(text, self._separator)]
        self._width = len(names)
        self._places = {column: names.index(w) for column, words in _COLUMNS.items() for w in words[::-1] if w in names}
        if twice := next((name for name in names if name and names.count(name) > 1), None):
            raise InputError(f"{source}: found the column {shown(twice)} twice, expected it once", tip=_TIP)
        for column, words in _COLUMNS.items():
            if len(found := [name for name in names if name in words]) > 1:
                raise InputError(
                    f"{source}: found the columns {' and '.join(map(shown, found))}, expected one of them",
                    tip=f"leave out or rename those that do not hold what is meant by `{column}`",
                )
        if "sample" not in self._places:
            listed = ", ".join(map(shown, names[:12]))
            raise InputError(f"{source}: found the columns {listed}, expected one called sample", tip=_TIP)
        if both := next((kind for kind in shared if kind in self._places), None):
            raise InputError(
                f"{source}: found a column {both} and the option --{both}, expected one of them",
                tip="the column names a file for each sample, the option one file that holds them all",
            )

    def cells(self, text: str) -> dict[str, str] | None:
        """Give the cells of a line by the known columns, or None if there are more cells than columns."""
        cells = split(text, self._separator)
        # Spreadsheets leave empty cells at the end of a line away, or add some.
        if any(cells[self._width :]):
            return None
        cells += [""] * (self._width - len(cells))
        return {column: cells[place] for column, place in self._places.items()}


def _judged(rows: list[tuple[int, dict[str, str] | None]], folder: Path, defaults: Defaults) -> Sheet:
    sheet = Sheet()
    lines: dict[str, list[int]] = {}
    for number, cells in rows:
        if cells:
            lines.setdefault(label_of(cells["sample"]), []).append(number)
    for number, cells in rows:
        name = cells["sample"] if cells else ""
        same = lines[label_of(name)] if name else []
        try:
            _check_text(number, cells or {})
            sheet.samples.append(_sample(cells, folder, defaults, same))
        except InputError as error:
            tip = f" ({error.tip})" if error.tip else ""
            known = label_of(name) if _is_text(name) else ""
            sheet.bad.append(Bad(known or f"line {number}", f"{error.message}{tip}"))
    return sheet


def _check_text(number: int, cells: Mapping[str, str]) -> None:
    """See to it that what a line says can be written down again; columns that are not read may hold anything."""
    if odd := next((cell for cell in cells.values() if not _is_text(cell)), None):
        raise InputError(f"found {shown(odd)} on line {number}, expected UTF-8 text", tip="save the sheet as UTF-8")


def _is_text(cell: str) -> bool:
    """Whether all of it was UTF-8: bytes that were not are surrogates here."""
    return not any("\ud800" <= letter <= "\udfff" for letter in cell)


def _sample(cells: Mapping[str, str] | None, folder: Path, defaults: Defaults, same: list[int]) -> Sample:
    """Make sense of a line; `same` are all lines with this sample."""
    if cells is None:
        raise InputError("more cells than the header has columns")
    name, label = cells["sample"], label_of(cells["sample"])
    if not is_name(label):
        raise InputError(f"found the sample name {shown(name)}, expected a name of up to 200 letters")
    if len(same) > 1:
        raise InputError(f"the same sample stands on the lines {', '.join(map(str, same))}")
    asked = cells.get("cancer_type") or defaults.cancer_type
    if not asked:
        raise InputError("found no cancer type", tip="fill the column cancer_type, or give --cancer-type for all")
    reference = cells.get("reference") or defaults.reference
    if reference.lower() not in REFERENCES:
        raise InputError(f"found the reference {shown(reference)}, expected hg38 or hg19")
    cancer_type = resolve(asked, any_type=defaults.any_cancer_type)
    sources = {kind: folder / cells[kind] for kind in KINDS if cells.get(kind)}
    return Sample(name, label, cancer_type, REFERENCES[reference.lower()], sources)
