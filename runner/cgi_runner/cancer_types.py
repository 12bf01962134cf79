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


@dataclass(frozen=True)
class CancerType:
    """One entry of CGI's list: its id, its name and the ids of the types above it (none for CANCER)."""

    id: str
    name: str
    parents: tuple[str, ...]


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
    near = [t for t in search(asked) if asked][:3] or _near(asked)
    if near:
        return "did you mean " + " or ".join(f"{t.id} ({t.name})" for t in near) + "?"
    return "`cgi-runner cancer-types` lists them; --any-cancer-type sends an id that is not in the list"


def _near(asked: str) -> list[CancerType]:
    by_text = {t.name.casefold(): t for t in table().values()} | {t.id.casefold(): t for t in table().values()}
    close = difflib.get_close_matches(asked.casefold(), by_text, n=3, cutoff=0.6)
    return list(dict.fromkeys(by_text[text] for text in close))
