"""The sample sheet: one line a sample, read and checked whole before anything else happens."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from cgi_runner.cancer_types import Choice, choose
from cgi_runner.cohort.names import escape_name
from cgi_runner.cohort.sheet_cancer_types import choose_cancer_type, log_cancer_types
from cgi_runner.cohort.sheet_columns import (
    NORMAL_WORDS,
    SheetColumns,
    check_unknown,
    find_columns,
)
from cgi_runner.cohort.sheet_table import read_cells
from cgi_runner.errors import InputError
from cgi_runner.inputs import KINDS, Kind
from cgi_runner.inputs.build_evidence import detect_build
from cgi_runner.inputs.problems import is_present, quote, quote_names
from cgi_runner.inputs.sample_agreement import describe_similar_names
from cgi_runner.inputs.samples import is_name
from cgi_runner.inputs.text_source import TextSource

log = logging.getLogger(__name__)

REFERENCES = {"hg19": "hg19", "grch37": "hg19", "hg38": "hg38", "grch38": "hg38"}
NORMAL = "a normal sample, not a tumour"
REMARK = "the line begins with #"


@dataclass(frozen=True)
class Sample:
    """One tumour as the sheet has it; `label` is the name as tables can hold it, `sources` its own files."""

    name: str
    label: str
    cancer_type: str
    reference: str | None
    """hg19 or hg38; None takes what its files say."""
    sources: Mapping[Kind, Path | Sequence[Path]]
    tumor_column: str | None = None
    """The column of its VCF that holds the tumour, where the sheet names it."""
    choice: Choice | None = None
    """How its cancer type was found."""


@dataclass(frozen=True)
class RejectedSample:
    """A sample, or a line of the sheet, that cannot be used, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Defaults:
    """What holds for samples whose line does not say otherwise."""

    cancer_type: str = ""
    reference: str | None = None
    any_cancer_type: bool = False


@dataclass
class Sheet:
    """All samples that can be used, in the sheet's order, and all that cannot."""

    samples: list[Sample] = field(default_factory=list)
    rejected: list[RejectedSample] = field(default_factory=list)
    left_out: list[RejectedSample] = field(default_factory=list)
    """Lines of normal samples and lines after a `#`, which are left out without being a mistake."""
    columns: dict[str, str] = field(default_factory=dict)
    """What the sheet calls the columns that were read, by our names."""
    unused: list[str] = field(default_factory=list)
    """Its other columns."""


def read_sheet(path: Path, defaults: Defaults, *, shared: Collection[Kind] = ()) -> Sheet:
    """Read a sheet; paths in it are relative to its folder.

    Args:
        path: A table with a header, separated by tabs, commas or semicolons; lines that begin with `#` before it are
            passed over. Clinical tables of cBioPortal and samplesheets of nf-core with a column `vcf` are such tables.
        defaults: For lines that name no cancer type or no reference.
        shared: Kinds of input that come from one file for all samples, and so must have no column.

    Raises:
        InputError: It is no such table, or has a column that could decide something and is not known.

    """
    with closing(TextSource(path)) as source:
        names, lines = read_cells(source)
        columns = find_columns(source.name, names, shared)
    folder = path.parent.absolute()
    check_unknown(columns, [cells for _, cells in lines], folder)
    _report_columns(columns)
    rows = [(number, _cells(columns, cells)) for number, cells in lines]
    # Where all lines begin so, it is how the samples are called.
    remarks = {number for number, cells in lines if cells[0].startswith("#")}
    sheet = _parse_rows(rows, folder, defaults, remarks if len(remarks) < len(lines) else ())
    sheet.columns, sheet.unused = columns.taken, columns.unused
    log_cancer_types(sample.choice for sample in sheet.samples if sample.choice)
    _warn(columns.source, sheet)
    if not sheet.samples and not sheet.rejected:
        raise InputError(f"{columns.source}: found no samples below the header", tip="give one line for each tumour")
    return sheet


def _warn(source: str, sheet: Sheet) -> None:
    """Warn of lines that are left out, and of names that are hardly two samples'."""
    for reason, why in ((NORMAL, "as the sheet calls them normal"), (REMARK, "as they begin with #")):
        if names := [one.name for one in sheet.left_out if one.reason == reason]:
            log.warning("%s: left out, %s: %s", source, why, quote_names(names))
    if similar := describe_similar_names([frozenset(sample.label for sample in sheet.samples)]):
        log.warning("%s: %s", source, similar)


def _report_columns(columns: SheetColumns) -> None:
    """Say which columns decide where the sheet calls them otherwise, and which are not used."""
    renamed = [f"{column} from {quote(name)}" for column, name in columns.taken.items() if name.lower() != column]
    parts = [", ".join(renamed)] if renamed else []
    if "oncotree_code" in columns.places and "cancer_type" in columns.places:
        parts.append(f"cancer types from {quote(columns.taken['oncotree_code'])} where it is filled")
    elif "cancer_type_detailed" in columns.places:
        parts.append(f"cancer types from {quote(columns.taken['cancer_type_detailed'])} where it names one of OncoTree")
    if columns.unused:
        parts.append(f"not used: {quote_names(columns.unused)}")
    if parts:
        log.info("%s: %s", columns.source, "; ".join(parts))


def sheet_from_names(names: Iterable[str], defaults: Defaults) -> Sheet:
    """Make the sheet of samples that are known from shared files only, all of one cancer type.

    Args:
        names: The samples.
        defaults: Cancer type and genome build for all of them.

    Raises:
        InputError: There is no cancer type, or no such one.

    """
    if not defaults.cancer_type:
        raise InputError(
            "found neither a sheet nor a cancer type, expected one", tip="give --cancer-type for all samples"
        )
    choose(defaults.cancer_type, any_type=defaults.any_cancer_type).log()
    return _parse_rows([(0, {"sample": name}) for name in names], Path(), defaults)


def _cells(columns: SheetColumns, cells: Sequence[str]) -> dict[str, str] | None:
    """Return the cells of a line by the known columns, or None if there are more cells than columns."""
    # Spreadsheets leave empty cells at the end of a line away, or add some.
    if any(cells[len(columns.names) :]):
        return None
    filled = [*cells, *[""] * (len(columns.names) - len(cells))]
    return {column: filled[place] for column, place in columns.places.items()}


def _parse_rows(
    rows: list[tuple[int, dict[str, str] | None]], folder: Path, defaults: Defaults, remarks: Collection[int] = ()
) -> Sheet:
    """Parse the lines, but for those whose numbers are in `remarks`."""
    sheet = Sheet()
    lines: dict[str, list[int]] = {}
    for number, cells in rows:
        if cells and number not in remarks:
            lines.setdefault(escape_name(cells["sample"]), []).append(number)
    for number, cells in rows:
        name = cells["sample"] if cells else ""
        same = lines.get(escape_name(name), []) if name else []
        known = escape_name(name) if _is_text(name) else ""
        if number in remarks:
            sheet.left_out.append(RejectedSample(f"line {number}", REMARK))
            continue
        try:
            _check_text(number, cells or {})
            if cells and _is_normal(cells):
                sheet.left_out.append(RejectedSample(known or f"line {number}", NORMAL))
                continue
            sheet.samples.append(_parse_sample(cells, folder, defaults, same))
        except InputError as error:
            tip = f" ({error.tip})" if error.tip else ""
            sheet.rejected.append(RejectedSample(known or f"line {number}", f"{error.message}{tip}"))
    return sheet


def _is_normal(cells: Mapping[str, str]) -> bool:
    """Whether a line is a normal's: status 0 of nf-core, where 1 is the tumour, or a type like Solid Tissue Normal."""
    status, type_ = cells.get("status", "").casefold(), cells.get("sample_type", "").casefold()
    is_samplesheet = "patient" in cells and any(kind in cells for kind in KINDS)
    if status == "0" and not is_samplesheet and any(kind in cells for kind in KINDS):
        raise InputError(
            "found the status '0', which is a normal's in samplesheets with a column patient, expected tumor or normal",
            tip="write tumor or normal in the column status",
        )
    return (
        status in NORMAL_WORDS
        or bool({"normal", "normale"} & set(type_.split()))
        or (is_samplesheet and status == "0")
        or type_ in NORMAL_WORDS
    )


def _check_text(number: int, cells: Mapping[str, str]) -> None:
    """Make sure that what a line says can be written down again; columns that are not read may hold anything."""
    if odd := next((cell for cell in cells.values() if not _is_text(cell)), None):
        raise InputError(f"found {quote(odd)} on line {number}, expected UTF-8 text", tip="save the sheet as UTF-8")


def _is_text(cell: str) -> bool:
    """Whether all of it was UTF-8: bytes that were not are surrogates here."""
    return not any("\ud800" <= letter <= "\udfff" for letter in cell)


def _parse_sample(cells: Mapping[str, str] | None, folder: Path, defaults: Defaults, same: list[int]) -> Sample:
    """Parse a line; `same` are all lines with this sample."""
    if cells is None:
        raise InputError("more cells than the header has columns")
    name, label = cells["sample"], escape_name(cells["sample"])
    if not is_name(label):
        raise InputError(f"found the sample name {quote(name)}, expected a name of up to 200 characters")
    if len(same) > 1:
        raise InputError(
            f"the same sample is on the lines {', '.join(map(str, same))}",
            tip="put several files of one sample into one cell, separated by semicolons",
        )
    given = {column: cell for column, cell in cells.items() if is_present(cell)}
    choice = choose_cancer_type(given, defaults.cancer_type, any_type=defaults.any_cancer_type)
    return Sample(
        name,
        label,
        choice.id,
        _reference(given.get("reference") or defaults.reference),
        {kind: _paths(folder, given[kind]) for kind in KINDS if kind in given},
        given.get("tumor_column"),
        choice,
    )


def _reference(text: str | None) -> str | None:
    if not text:
        return None
    known = REFERENCES.get(text.lower()) or detect_build(text)
    if known not in REFERENCES:
        raise InputError(f"found the reference {quote(text)}, expected hg38 or hg19")
    return known


def _paths(folder: Path, cell: str) -> Path | Sequence[Path]:
    """Return the file of a cell, or all that it names with semicolons between them."""
    parts = [part for part in map(str.strip, cell.split(";")) if part]
    whole = _path(folder, cell)
    _refuse_other_separators(folder, cell, whole)
    # A name may have a semicolon in it.
    return whole if len(parts) < 2 or whole.exists() else tuple(_path(folder, part) for part in parts)  # noqa: PLR2004


def _refuse_other_separators(folder: Path, cell: str, whole: Path) -> None:
    """Say what separates several files, or the folders of a path, where another sign stands there."""
    if whole.exists():
        return
    for sign in (",", "|"):
        parts = [part.strip() for part in cell.split(sign) if part.strip()]
        if len(parts) > 1 and all(_path(folder, part).is_file() for part in parts):
            raise InputError(f"found the files {quote(cell)}, expected semicolons between them", tip="write ; there")
    if "\\" in cell and _path(folder, cell.replace("\\", "/")).is_file():
        raise InputError(f"found the path {quote(cell)}, expected / between its folders", tip="write / there")


def _path(folder: Path, cell: str) -> Path:
    if "://" in cell:
        raise InputError(f"found the address {quote(cell)}, expected a file", tip="download it, and give its path")
    try:
        return folder / Path(cell).expanduser()
    except RuntimeError:
        raise InputError(f"found the path {quote(cell)}, expected a home folder that exists") from None
