#!/usr/bin/env python3
"""Write types.yml, the closed lists that the CWL tools share, from the runner's table of cancer types.

`make_types.py` writes the file; `make_types.py --check` exits with 1 when the file is not up to date.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "runner" / "cgi_runner" / "data" / "cancer_types.tsv"
TYPES = HERE / "types.yml"
REFERENCES = ("hg38", "hg19")

HEAD = """\
# Written by make_types.py from the runner's table of cancer types; change the table, not this file.
- name: cancer_type
  type: enum
  label: Cancer type
  doc: |
    Id of a tumour type in CGI's own table:
"""
MIDDLE = """\
  symbols:
"""
FOOT = """\
- name: reference
  type: enum
  label: Reference genome
  doc: Genome build that the coordinates belong to.
  symbols:
"""


def render(table: Path) -> str:
    """Give the text of types.yml for a table with the columns id, parents and name."""
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    # The names stand in the doc: engines copy YAML comments many times over, which once made loading take a minute.
    names = "".join(f"    {row['id']}: {row['name']}\n" for row in rows)
    symbols = "".join(f'    - "{row["id"]}"\n' for row in rows)
    return HEAD + names + MIDDLE + symbols + FOOT + "".join(f"    - {name}\n" for name in REFERENCES)


def main(arguments: list[str]) -> int:
    """Write types.yml, or with `--check` compare it; gives the exit code."""
    text = render(TABLE)
    if arguments == ["--check"]:
        return int(not TYPES.exists() or TYPES.read_text(encoding="utf-8") != text)
    TYPES.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
