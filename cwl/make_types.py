#!/usr/bin/env python3
"""Write the closed lists that the CWL files share: cancer_type.yml, from the runner's own table, and reference.yml.

`make_types.py` writes the files; `make_types.py --check` exits with 1 when they are not up to date.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "runner" / "cgi_runner" / "data" / "cancer_types.tsv"

TYPE = """\
# Written by make_types.py; change what it reads, not this file.
name: {name}
type: enum
label: {label}
doc: |
{doc}symbols:
{symbols}"""


def files(table: Path) -> dict[str, str]:
    """Return the text of each file by its name, for a table with the columns id, parents and name."""
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    # The names stand in the doc: engines copy YAML comments many times over, which once made loading take a minute.
    names = ["Id of a tumour type in CGI's own table:", *(f"{row['id']}: {row['name']}" for row in rows)]
    return {
        "cancer_type.yml": _enum("cancer_type", "Cancer type", names, (row["id"] for row in rows)),
        "reference.yml": _enum(
            "reference", "Reference genome", ["Genome build that the coordinates belong to."], ("hg38", "hg19")
        ),
    }


def _enum(name: str, label: str, doc: Iterable[str], symbols: Iterable[str]) -> str:
    return TYPE.format(
        name=name,
        label=label,
        doc="".join(f"  {line}\n" for line in doc),
        symbols="".join(f'  - "{symbol}"\n' for symbol in symbols),
    )


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` compare them; gives the exit code."""
    wanted = {HERE / name: text for name, text in files(TABLE).items()}
    if arguments == ["--check"]:
        return int(any(not path.exists() or path.read_text(encoding="utf-8") != text for path, text in wanted.items()))
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
