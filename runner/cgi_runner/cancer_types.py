"""CGI's cancer types: the table, resolving what a person typed, and suggestions when it is not an id.

The ids, parents and names are those of CGI's own list of 2017, still in use in the results of v23.12.2 (2025).
`AOG` stands where some copies of that list repeat `AG`; `HISLC` has the spelling that results have used since.
Codes of TCGA and OncoTree look alike and are not CGI's: eleven of TCGA's 33 are refused by CGI.
"""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from cgi_runner.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


_LIKE = 0.75  # of the letters, in order: one typing mistake in a word of four
_STEM, _STEM_LIKE = 4, 0.8  # letters that ovary and ovarian have in common
_SAY_NOTHING = frozenset({"cancer", "cancers", "tumor", "tumour", "of", "the"})


@dataclass(frozen=True)
class CancerType:
    """One entry of CGI's list: its id, its name and the ids of the types above it (none for CANCER)."""

    id: str
    name: str
    parents: tuple[str, ...]

    @property
    def is_predisposition(self) -> bool:
        """Whether it is the inherited risk of a tumour, which CGI's own page does not offer."""
        return self.id.endswith("-PR")


@dataclass(frozen=True)
class ForeignCode:
    """A code of another vocabulary (TCGA, OncoTree) and the id of CGI's type that comes nearest."""

    code: str
    system: str
    cgi_id: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (files("cgi_runner") / "data" / name).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines, delimiter="\t")


@cache
def table() -> dict[str, CancerType]:
    """Give every cancer type by its id, in the order of the ids."""
    return {
        row["id"]: CancerType(row["id"], row["name"], tuple(p for p in row["parents"].split(",") if p))
        for row in _rows("cancer_types.tsv")
    }


@cache
def foreign_codes() -> dict[str, ForeignCode]:
    """Give the codes of other vocabularies that people try, by code."""
    return {row["code"]: ForeignCode(row["code"], row["system"], row["cgi_id"]) for row in _rows("foreign_codes.tsv")}


def search(query: str) -> list[CancerType]:
    """Give the types whose id or name holds the query, exact ids first; all of them for an empty query."""
    wanted = query.strip().casefold()
    found = [t for t in table().values() if wanted in t.id.casefold() or wanted in t.name.casefold()]
    foreign = foreign_codes().get(query.strip().upper())
    if foreign and table()[foreign.cgi_id] not in found:
        found.append(table()[foreign.cgi_id])
    return sorted(found, key=lambda t: (t.id.casefold() != wanted, t.id))


def resolve(text: str, *, any_type: bool = False) -> str:
    """Give the id that CGI takes for what a person typed: an id, or a name that only one type bears.

    With `any_type`, what is not in the table passes as it is, for ids that CGI may have added since.

    Raises:
        InputError: The text is no id and no name; the tip suggests what may have been meant.

    """
    asked = text.strip()
    if asked in table():
        return asked
    folded = asked.casefold()
    ids = [t.id for t in table().values() if folded in (t.id.casefold(), t.name.casefold())]
    if len(ids) == 1:
        return ids[0]
    if any_type and asked:
        return asked
    raise InputError(f"cancer type {text!r} is not one of CGI's {len(table())} ids or names", tip=_suggestion(asked))


def _suggestion(asked: str) -> str:
    foreign = foreign_codes().get(asked.upper())
    if foreign:
        known = table()[foreign.cgi_id]
        return f"{foreign.code} is a {foreign.system} code; CGI calls it {known.id} ({known.name})"
    if close := near(asked):
        return "did you mean " + " or ".join(f"{t.id} ({t.name})" for t in close) + "?"
    return "`cgi-runner cancer-types` lists them; --any-cancer-type sends an id that is not in the list"


def near(query: str, most: int = 3) -> list[CancerType]:
    """Give the types whose id or name is like the query, best first; hereditary predispositions come last."""
    words = query.casefold().split()
    folded = " ".join(word for word in words if word not in _SAY_NOTHING)
    scored = [(_likeness(folded, kind), kind) for kind in table().values()] if folded else []
    good = [(score, kind) for score, kind in scored if score >= _LIKE]
    # Who mistypes a tumour rarely means the inherited risk of it, and more often the general type than a special one.
    good.sort(key=lambda pair: (pair[1].is_predisposition, -round(pair[0], 1), _depth(pair[1]), pair[1].id))
    return [kind for _, kind in good[:most]]


def _likeness(query: str, kind: CancerType) -> float:
    """Give 1 for what is the same to 0 for what has nothing in common; one word in common counts for half."""
    name = kind.name.casefold()
    by_words = [max(_word_ratio(word, other) for other in name.split()) for word in query.split()]
    of_words = (sum(by_words) / len(by_words) + max(by_words)) / 2
    return max(_ratio(query, kind.id.casefold()), _ratio(query, name), of_words)


def _word_ratio(one: str, other: str) -> float:
    return max(_ratio(one, other), _STEM_LIKE if len(one) > _STEM and one[:_STEM] == other[:_STEM] else 0.0)


def _ratio(one: str, other: str) -> float:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _LIKE else 0.0


def _depth(kind: CancerType) -> int:
    return 1 + min((_depth(table()[parent]) for parent in kind.parents), default=0)
