"""Names of samples that are safe in a table and on disk, whatever the user calls them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

#: What else lies in a cohort's folder, in lower case; no sample's folder may be called so.
RESERVED = frozenset(
    {
        "jobs",
        "cohort.json",
        "samples.tsv",
        "dropped.tsv",
        "cgi-job.json",
        "cgi-results.zip",
        "cgi-logs.txt",
        "report.html",
    }
    | {"alterations.tsv", "biomarkers.tsv", "cna_analysis.tsv", "fusion_analysis.tsv", "summary.txt"}
)
_LONGEST = 80
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


def escape_name(name: str) -> str:
    r"""Return the name as it is in tables, which have no quotes: what is not printable is escaped, a tab as `\t`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)


def normalise_name(name: str) -> str:
    """Return what is the same for names that people take for one: case and the ways to write an accent do not count."""
    return unicodedata.normalize("NFC", name).casefold()


@dataclass(frozen=True)
class OtherNames:
    """The other samples of the sheet: names that people might take for one of theirs are in it."""

    listed: Counter[str]
    label: str

    def __contains__(self, name: object) -> bool:
        """Whether the name is one of theirs."""
        return self.listed[normalise_name(str(name))] > (normalise_name(str(name)) == normalise_name(self.label))


def plural(number: int, noun: str) -> str:
    """Return `1 sample`, `2 samples`.

    Args:
        number: How many there are.
        noun: In the singular; it takes an s.

    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def folder_names(labels: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return each sample a folder name of its own: no slashes, no accents, unique on disks that ignore case.

    A name that is safe already stays as it is; one that had to be changed, or differs from another only in case, may
    get a number.

    Args:
        labels: Names of samples.
        taken: Folder names that are in use already.

    Returns:
        The folder name for each label.

    """
    asked = {label: _safe(label) for label in labels}
    used = {name.casefold() for name in taken} | RESERVED
    found: dict[str, str] = {}
    # Names that need no change come first, so that no other sample can take theirs.
    for label in sorted(asked, key=lambda label: asked[label] != label):
        name, number = asked[label], 2
        while name.casefold() in used:
            ending = f"-{number}"
            name, number = asked[label][: _LONGEST - len(ending)] + ending, number + 1
        used.add(name.casefold())
        found[label] = name
    return {label: found[label] for label in asked}


def is_safe(folder: str) -> bool:
    """Whether this can be the name of a sample's folder."""
    return folder == _safe(folder) and folder.casefold() not in RESERVED


def _safe(label: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    name = _UNSAFE.sub("_", bare)
    return (name if name[:1].isalnum() or name[:1] == "_" else f"_{name}")[:_LONGEST]
