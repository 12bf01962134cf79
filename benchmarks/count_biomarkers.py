#!/usr/bin/env python3
"""Count the distinct biomarkers of each cancer type in folders of CGI's results.

`count_biomarkers.py FOLDER...` prints the rows of runner/cgi_runner/data/cancer_type_biomarkers.tsv. A biomarker is
distinct by its text, drugs, response and source. Folders hold only the biomarkers that their samples touch, so the
counts are a lower bound.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

# The columns of `biomarkers.tsv` and of the older `drug_prescription.tsv`.
TABLES = {
    "biomarkers.tsv": ("Biomarker", "Drugs", "Response", "Source", "Tumor type"),
    "drug_prescription.tsv": ("BIOMARKER", "DRUGS", "RESPONSE", "SOURCE_DETAILS", "CTYPE"),
}


def count_biomarkers(folders: Iterable[Path]) -> Counter[str]:
    """Count by cancer type; a biomarker for several types counts for each."""
    found: set[tuple[str, ...]] = set()
    for folder in folders:
        for name, columns in TABLES.items():
            if (folder / name).exists():
                with (folder / name).open(encoding="utf-8", newline="") as lines:
                    for row in csv.DictReader(lines, delimiter="\t"):
                        *biomarker, types = (row[column] for column in columns)
                        found |= {(*biomarker, kind.strip()) for kind in re.split("[,;]", types)}
    return Counter(kind for *_, kind in found)


if __name__ == "__main__":
    for kind, count in sorted(count_biomarkers(map(Path, sys.argv[1:])).items()):
        print(f"{kind}\t{count}")
