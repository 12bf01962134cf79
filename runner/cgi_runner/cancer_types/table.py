"""CGI's own list: ids, names and parents, and where the biomarkers are."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A type is warned of if a reviewed sibling has this many times its biomarkers; matching never crosses to a sibling.
_MANY_TIMES = 4


@dataclass(frozen=True)
class CancerType:
    """One entry of CGI's list: its id, its name and the ids of the types above it (none for CANCER)."""

    id: str
    name: str
    parents: tuple[str, ...]

    def __str__(self) -> str:
        """Return the id with the name, as it is shown everywhere."""
        return f"{self.id} ({self.name})"

    @property
    def is_predisposition(self) -> bool:
        """Whether it is the inherited risk of a tumour, which CGI's own page does not offer."""
        return self.id.endswith("-PR")


@dataclass(frozen=True)
class Sibling:
    """A type beside another one in CGI's tree, where most of the biomarkers of the disease are.

    `includes` tells whether the disease of the other type is also a case of this one.
    """

    type: CancerType
    includes: bool


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Read a table of this package; lines that begin with `#` name its source."""
    with (files("cgi_runner") / "data" / name).open(encoding="utf-8") as lines:
        yield from csv.DictReader(
            (line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )


@cache
def table() -> dict[str, CancerType]:
    """Return every cancer type by its id, in the order of the ids."""
    return {
        row["id"]: CancerType(row["id"], row["name"], tuple(p for p in row["parents"].split(",") if p))
        for row in read_rows("cancer_types.tsv")
    }


def name_of(cancer_type: str) -> str | None:
    """Return the name of an id, or None for one that is not in the list."""
    known = table().get(cancer_type)
    return known.name if known else None


def ancestors(cancer_type: str) -> frozenset[str]:
    """Return the ids of all types above this one; none for an id that is not in the list."""
    parents = table()[cancer_type].parents if cancer_type in table() else ()
    return frozenset(parents).union(*map(ancestors, parents))


def are_related(one: str, other: str) -> bool:
    """Whether the two types are the same, one is above the other, or one has the biomarkers of the other.

    Args:
        one: Id of a type.
        other: Id of a type.

    """
    richer = [sibling.type.id for kind in (one, other) if (sibling := richer_sibling(kind))]
    return one == other or one in ancestors(other) or other in ancestors(one) or one in richer or other in richer


def depth(cancer_type: CancerType) -> int:
    """Return the shortest way to the root: 0 for CANCER."""
    return min((1 + depth(table()[parent]) for parent in cancer_type.parents), default=0)


@cache
def biomarkers() -> dict[str, int]:
    """Return how many biomarkers were seen for each id in real archives; ids without any are absent."""
    return {row["id"]: int(row["biomarkers"]) for row in read_rows("cancer_type_biomarkers.tsv")}


@cache
def _siblings() -> dict[str, Sibling]:
    return {
        row["id"]: Sibling(table()[row["sibling"]], row["includes"] == "yes")
        for row in read_rows("cancer_type_siblings.tsv")
    }


def richer_sibling(cancer_type: str) -> Sibling | None:
    """Return the sibling that has the biomarkers of the disease, if this type has next to none."""
    sibling = _siblings().get(cancer_type)
    if not sibling:
        return None
    own, others = (biomarkers().get(kind, 0) for kind in (cancer_type, sibling.type.id))
    return sibling if others > _MANY_TIMES * own else None
