"""The configuration and the sheet of tumours, read once."""

import csv
import re
from pathlib import Path

from snakemake.exceptions import WorkflowError

KINDS = ("mutations", "cnas", "translocations")
COLUMNS = ("sample", "cancer_type", "reference", *KINDS, "tumor_column")
SHEET = Path(config["samples"])
RESULTS = Path(config.get("results", "results"))
#: Options of every command, by name with _ for -, such as credentials, state, api_url, deadline, strict.
OPTIONS = config.get("options", {})
ATTEMPTS = config.get("attempts", 3)


def read_sheet():
    """Give the lines of the sheet by sample; what is not understood is refused, as it could decide something."""
    with SHEET.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, delimiter="\t", restkey="more")
        columns, rows = list(reader.fieldnames or []), list(reader)
    if "sample" not in columns or set(columns) - set(COLUMNS):
        raise WorkflowError(
            f"{SHEET}: found the columns {columns}, expected, with tabs between them, some of {COLUMNS}"
        )
    for number, row in enumerate(rows, start=2):
        name = row.get("sample") or ""
        if "more" in row or not name or Path(name).name != name or name == "..":
            raise WorkflowError(
                f"{SHEET}: line {number}: found the sample {name!r}, expected a name that can be a folder,"
                " and no more cells than columns"
            )
    tumours = {row["sample"]: row for row in rows}
    if len(tumours) < len(rows):
        raise WorkflowError(f"{SHEET}: found a sample twice, expected one line each")
    return tumours


TUMOURS = read_sheet()


def split_cell(text):
    """Give the files that a cell names; semicolons stand between several, as for cgi-runner cohort."""
    return [name.strip() for name in (text or "").split(";") if name.strip()]


def files_of(row):
    """Give a tumour's input files by kind, relative to the sheet."""
    named = {kind: split_cell(row.get(kind)) for kind in KINDS}
    return {
        kind: [str(SHEET.parent / name) for name in names]
        for kind, names in named.items()
        if names
    }


def cell(column):
    """Give what a tumour's line says in a column; an empty cell leaves the option out."""
    return lambda wildcards: TUMOURS[wildcards.sample].get(column) or None
