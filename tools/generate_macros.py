#!/usr/bin/env python3
"""Write macros_generated.xml: the cancer types from the package's one table, the exit codes from galaxy_step.py."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "runner" / "cgi_runner" / "data" / "cancer_types.tsv"
INTERRUPTED = "The command was interrupted. Run the tool again: it finds its job."
TARGET = HERE / "macros_generated.xml"


def generated() -> str:
    """Give the text of the file as it should be."""
    sys.path.insert(0, str(HERE))
    from galaxy_step import ADVICE

    codes = [exit_code(str(code), text) for code, text in ADVICE.items()]
    with TABLE.open(encoding="utf-8") as lines:
        rows = sorted(csv.DictReader(lines, delimiter="\t"), key=lambda row: row["name"].casefold())
    options = [
        f"        <option value={quoteattr(row['id'])}>{escape(row['name'])} ({escape(row['id'])})</option>"
        for row in rows
    ]
    return "\n".join(
        (
            "<macros>",
            "    <!-- Written by generate_macros.py: change the tables it reads, not this file. -->",
            '    <xml name="stdio">',
            "        <stdio>",
            *codes,
            *(exit_code(signals, INTERRUPTED) for signals in ("10:", ":-1")),
            "        </stdio>",
            "    </xml>",
            '    <xml name="cancer_types">',
            *options,
            "    </xml>",
            "</macros>",
            "",
        )
    )


def exit_code(codes: str, text: str) -> str:
    """Give the element that explains exit codes to Galaxy."""
    return f'            <exit_code range="{codes}" level="fatal" description={quoteattr(text)}/>'


if __name__ == "__main__":
    TARGET.write_text(generated(), encoding="utf-8")
