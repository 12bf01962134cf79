#!/usr/bin/env python3
"""Write macros_generated.xml: the cancer types from the package's one table, the exit codes from galaxy_step.py."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "runner" / "cgi_runner" / "data"
TABLE = DATA / "cancer_types.tsv"
#: Lists whose codes people type into the form, with the most codes of one cancer type that its label names.
CODES = {"TCGA": "tcga.tsv", "OncoTree": "oncotree.tsv"}
MAX_CODES = 3
INTERRUPTED = "The command was interrupted. Run the tool again: it finds its job."
TARGET = HERE / "macros_generated.xml"


def generated() -> str:
    """Return the text of the file as it should be."""
    sys.path.insert(0, str(HERE))
    from galaxy_step import ADVICE

    codes = [exit_code(str(code), text) for code, text in ADVICE.items()]
    with TABLE.open(encoding="utf-8") as lines:
        rows = sorted(csv.DictReader(lines, delimiter="\t"), key=lambda row: row["name"].casefold())
    codes_of = {name: read_codes(DATA / file) for name, file in CODES.items()}
    # TCGA has 33 studies, and each is found; the many narrower types of OncoTree would bury the names.
    codes_of["wider than TCGA"] = read_codes(DATA / CODES["TCGA"], same=False)
    options = [
        f"        <option value={quoteattr(row['id'])}>{escape(label(row['name'], row['id'], codes_of))}</option>"
        for row in rows
    ]
    return "\n".join(
        (
            "<macros>",
            "    <!-- Written by generate_macros.py: change the tables it reads, not this file. -->",
            '    <xml name="stdio">',
            "        <stdio>",
            *codes,
            *(exit_code(signals, INTERRUPTED) for signals in (f"{max(ADVICE) + 1}:", ":-1")),
            "        </stdio>",
            "    </xml>",
            '    <xml name="cancer_types">',
            *options,
            "    </xml>",
            "</macros>",
            "",
        )
    )


def read_codes(path: Path, *, same: bool = True) -> dict[str, list[str]]:
    """Return the codes of a list that mean the same as a cancer type of CGI, or something narrower, by CGI's id."""
    found: dict[str, list[str]] = {}
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"):
            if row["cgi_id"] and (row["how"] == "same") is same:
                found.setdefault(row["cgi_id"], []).append(row["code"])
    return found


def label(name: str, cgi_id: str, codes_of: dict[str, dict[str, list[str]]]) -> str:
    """Return what the form shows of a cancer type: its name, CGI's id, and the codes of other lists, to be found by."""
    others = [f"{what} {' '.join(codes[cgi_id][:MAX_CODES])}" for what, codes in codes_of.items() if cgi_id in codes]
    return f"{name} ({'; '.join([cgi_id, *others])})"


def exit_code(codes: str, text: str) -> str:
    """Return the element that explains exit codes to Galaxy."""
    return f'            <exit_code range="{codes}" level="fatal" description={quoteattr(text)}/>'


if __name__ == "__main__":
    TARGET.write_text(generated(), encoding="utf-8")
