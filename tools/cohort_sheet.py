#!/usr/bin/env python3
"""Write the sheet of a cohort from Galaxy's lists and a user's table, and link the files under their samples' names.

A user's table never names files here: it could name any file of the server. Only what it says of samples is taken over.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from pathlib import Path
from typing import Any

KINDS = ("mutations", "cnas", "translocations")
#: What a user's table may say of a sample, by other usual names of the column.
COLUMNS = {
    "sample": ("sample", "sampleid", "samplename", "tumorsamplebarcode"),
    "cancer_type": ("cancertype", "tumortype", "tumourtype"),
    "oncotree_code": ("oncotreecode", "oncotree"),
    "reference": ("reference", "genome", "build", "genomebuild", "ncbibuild"),
    "tumor_column": ("tumorcolumn",),
}
#: Names of elements that every patient of a nested collection may have; those of @ROLES@ in macros.xml.
ROLES = (
    "forward", "reverse", "unpaired", "tumor", "tumour", "normal", "somatic", "germline",
    "snv", "snvs", "snp", "snps", "indel", "indels",
)  # fmt: skip
ENDINGS = {"vcf": "vcf", "vcf_bgzip": "vcf.gz", "csv": "csv", "gz": "gz"}


class SheetError(Exception):
    """The lists and the table do not make a cohort; the message says why."""


def main(argv: list[str] | None = None) -> int:
    """Write samples.tsv into the working directory; 2 if that cannot be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "lists",
        type=Path,
        help="JSON: for each kind a list of [identifier, path, datatype, build]; for `more`, such lists of further"
        " mutations; for `sheets`, the lines of each",
    )
    parser.add_argument("--table", type=Path, help="what is known of each sample")
    parser.add_argument("--output", type=Path, default=Path("samples.tsv"))
    arguments = parser.parse_args(argv)
    try:
        lists = json.loads(arguments.lists.read_text(encoding="utf-8"))
        rows = known_rows(lists.pop("sheets", []), arguments.table)
        if lists:
            rows = join(rows or {}, link_files(lists), has_table=rows is not None)
        write_sheet(arguments.output, rows or {})
    except SheetError as error:
        print(f"{error}. Nothing was sent to CGI.")  # noqa: T201 - Galaxy shows what is printed
        return 2
    return 0


def known_rows(sheets: list[list[list[str]]], table: Path | None) -> dict[str, dict[str, str]] | None:
    """Return what is known of each sample, by Galaxy's sample sheets or by the user's table; None without either.

    Raises:
        SheetError: There are both, they cannot be used, or two sheets contradict each other.

    """
    if sheets and table:
        raise SheetError("The collection is a sample sheet and a table of samples was given, expected one of them")
    if table:
        return read_table(table)
    rows: dict[str, dict[str, str]] = {}
    for sheet in sheets:
        if not any(plain(cell) in names for names in COLUMNS.values() for cell in sheet[0][1:]):
            continue  # its columns are about something else
        for sample, row in parse_rows(sheet).items():
            known = rows.setdefault(sample, {})
            for column, cell in row.items():
                if cell and known.setdefault(column, cell) != cell:
                    raise SheetError(f"The sample sheets have {known[column]} and {cell} for {sample}, expected one")
    return rows or None


def plain(name: str) -> str:
    """Return a column's name without case, blanks and other signs."""
    return re.sub(r"[\W_]", "", name.lower())


def read_table(path: Path) -> dict[str, dict[str, str]]:
    """Return what the user's table says of each sample.

    Raises:
        SheetError: It has no samples, one of them twice, two columns for one thing, or it names files.

    """
    with path.open(encoding="utf-8-sig", newline="") as text:
        return parse_rows(list(csv.reader(text, delimiter="\t")))


def parse_rows(table: list[list[str]]) -> dict[str, dict[str, str]]:
    """Return what the lines of a table, the first of which names its columns, say of each sample.

    Raises:
        SheetError: It has no samples, one of them twice, two columns for one thing, or it names files.

    """
    header = [plain(cell) for cell in (table or [[]])[0]]
    lines = [cells for cells in table[1:] if any(cell.strip() for cell in cells)]
    if named := sorted(set(header) & set(KINDS)):
        raise SheetError(f"The table of samples names files in its column {named[0]}: the form gives the files")
    places: dict[str, int] = {}
    for column, names in COLUMNS.items():
        found = [place for place, name in enumerate(header) if name in names]
        if len(found) > 1:
            raise SheetError(f"The table of samples has two columns for {column}, expected one")
        if found:
            places[column] = found[0]
    if "sample" not in places or len(places) == 1:
        raise SheetError(
            "The table of samples needs tabs between its columns, a column sample and one more: cancer_type"
        )
    rows: dict[str, dict[str, str]] = {}
    for cells in lines:
        row = {column: cells[place].strip() for column, place in places.items() if place < len(cells)}
        sample = row.get("sample", "")
        if not sample or sample in rows:
            raise SheetError(f"The table of samples has {f'{sample} twice' if sample else 'a line without a sample'}")
        rows[sample] = row
    return rows


def link_files(lists: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Link each element under the name of its sample and give the files of each sample by their kind.

    Raises:
        SheetError: Two elements of a list are of the same sample, one is named by its role, or a further list of
            mutations has other samples than the first.

    """
    further = lists.pop("more", [])
    files: dict[str, dict[str, str]] = {}
    for kind, elements in lists.items():
        link_list(kind, elements, Path("inputs") / kind, files)
    samples = set(map(sample_of, (identifier for identifier, *_ in lists.get("mutations", []))))
    for number, elements in enumerate(further, 2):
        own = {sample_of(identifier) for identifier, *_ in elements}
        if differing := sorted(own ^ samples):
            raise SheetError(
                f"{', '.join(differing[:5])}: not in each list of mutations, expected the same identifiers in all"
            )
        link_list("mutations", elements, Path("inputs") / f"mutations-{number}", files)
    return files


def sample_of(identifier: str) -> str:
    """Give the sample that an element is of: its identifier without the endings of files."""
    return re.sub(r"([.](vcf|maf|tsv|csv|tabular|txt))?([.]b?gz)?$", "", identifier) or identifier


def link_list(kind: str, elements: list[list[str]], folder: Path, files: dict[str, dict[str, str]]) -> None:
    """Link the elements of one list into a folder, and add them to the files of their samples.

    Args:
        kind: Mutations, cnas or translocations.
        elements: The list, each with identifier, path, datatype and build.
        folder: Where the links go; it does not exist.
        files: What is known of each sample; changed.

    Raises:
        SheetError: Two elements are of the same sample, one is named by its role, or its genome is another.

    """
    folder.mkdir(parents=True)
    seen: set[str] = set()
    for identifier, source, datatype, build in elements:
        sample = sample_of(identifier)
        if set(re.split("[._ -]+", sample.lower())) <= set(ROLES):
            raise SheetError(
                f"The element {sample} names no patient: in pairs and nested lists every patient has one. Flatten"
                " the collection (the tool Flatten collection joins the names), or name the elements by patients"
            )
        if sample in seen:
            raise SheetError(f"The list of {kind} holds {sample} twice")
        seen.add(sample)
        row = files.setdefault(sample, {"sample": sample})
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", sample)
        link = folder / f"{name}.{ENDINGS.get(datatype, 'tsv')}"
        if link.is_symlink():  # the names of two samples differ in signs that the names of files do without
            link = folder / f"{len(files)}-{link.name}"
        link.symlink_to(source)
        row[kind] = f"{row[kind]};{link}" if kind in row else str(link)
        if kind == "mutations":
            add_build(row, known_build(build))


def add_build(row: dict[str, str], build: str) -> None:
    """Add the genome build of a file of mutations to what is known of its sample.

    Raises:
        SheetError: Another file of the sample has another one.

    """
    if build and row.get("reference") and row["reference"] != build:
        raise SheetError(f"The files of mutations of {row['sample']} have different database/builds")
    row["reference"] = build or row.get("reference", "")


def known_build(build: str) -> str:
    """Return the genome build by the database/build of a dataset; nothing where that is not set.

    Raises:
        SheetError: It is set to another genome.

    """
    for name, beginnings in {"hg38": ("hg38", "grch38"), "hg19": ("hg19", "grch37")}.items():
        if build.lower().startswith(beginnings):
            return name
    if build != "?":
        raise SheetError(f"The database/build {build} of a dataset is neither hg38 nor hg19")
    return ""


def join(
    rows: dict[str, dict[str, str]], files: dict[str, dict[str, str]], *, has_table: bool
) -> dict[str, dict[str, str]]:
    """Return the lines of the sheet: each sample of the lists with what the table says of it, which comes first.

    Raises:
        SheetError: A sample is in the lists or in the table only.

    """
    for here, there, what in ((files, rows, "the table of samples"), (rows, files, "the lists")):
        if has_table and (lacking := [sample for sample in here if sample not in there]):
            raise SheetError(f"{', '.join(lacking[:5])}: not in {what}, expected the same samples in both")
    known = {sample: {name: cell for name, cell in row.items() if cell} for sample, row in rows.items()}
    return {sample: {**row, **known.get(sample, {})} for sample, row in files.items()}


def write_sheet(path: Path, rows: dict[str, dict[str, str]]) -> None:
    """Write one line a sample, only the columns that are used."""
    columns = [column for column in (*COLUMNS, *KINDS) if any(row.get(column) for row in rows.values())]
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, delimiter="\t", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in rows.values())


if __name__ == "__main__":
    sys.exit(main())
