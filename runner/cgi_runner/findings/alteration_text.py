"""Taking `Alterations` of a drug match apart: which alterations of the sample CGI has put together in one cell.

The forms, in all real tables at hand: `BRAF (V600E)`, `RET MUT* (M918T)` (not a driver), `PIK3CA MUT (H1047R)` (2021
and before), `ERBB2 AMP`, `PTEN DEL`, `ABL1__BCR `, `KRAS wildtype`; several of them are joined by a comma and a blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MUTATION = re.compile(r"(\S+)(?: (MUT\*?))? \((.*)\)")
_EXACT = re.compile(r"[A-Z][0-9]+[A-Z*]")
_POSITION = re.compile(r"[A-Z]?[0-9]+|\.")
_LISTED = re.compile(r"(\S+)(?: MUT\*?)? (?:\((.*)\)|([A-Z][0-9]+[A-Z*]?))")
"""A biomarker of certain changes, `ATM (N2875K,R3008C)` or `AKT1 E17K`, or of positions."""
_COPY_NUMBER = re.compile(r"(\S+) (AMP|DEL)", re.IGNORECASE)
_WILD_TYPE = re.compile(r"(\S+) wild-?type", re.IGNORECASE)
_FUSION = re.compile(r"\S+__\S+")


@dataclass(frozen=True, slots=True)
class Named:
    """One alteration as a drug match names it; `form` is mutation, cna, fusion, wild type, or unknown."""

    form: str
    gene: str
    change: str = ""
    is_marked: bool = False
    """Whether CGI marks it as not a driver."""


def parse(cell: str) -> list[Named]:
    """Take a cell of `Alterations` apart; what does not parse comes back as it is, as `unknown`."""
    return [_parse(name) for name in split_names(cell)]


def split_names(cell: str) -> list[str]:
    """Take a cell of `Alterations` or of biomarkers apart into its names, as they are written."""
    return [name for part in _split(cell) if (name := part.strip())]


def _split(cell: str) -> Iterator[str]:
    """Yield the parts between commas outside parentheses; the time grows with the length, whatever the text holds."""
    held: list[str] = []
    depth = 0
    for piece in cell.split(", "):
        held.append(piece)
        depth = max(0, depth + piece.count("(") - piece.count(")"))
        if not depth:
            yield ", ".join(held)
            held.clear()
    yield ", ".join(held)


def _parse(text: str) -> Named:
    if match := _MUTATION.fullmatch(text):
        return Named("mutation", match[1], match[3], is_marked=match[2] == "MUT*")
    if match := _COPY_NUMBER.fullmatch(text):
        return Named("cna", match[1], match[2].upper())
    if match := _WILD_TYPE.fullmatch(text):
        return Named("wild type", match[1])
    if _FUSION.fullmatch(text):
        return Named("fusion", text)
    return Named("unknown", text)


def unlisted_changes(alterations: str, biomarker: str) -> tuple[str, ...]:
    """Return the changes of alterations that a biomarker does not list, where it lists changes of their genes.

    CGI calls such a match complete as well: in a real archive, `ATM (N2875H)` with a list that has N2875K.

    Args:
        alterations: Cell of the column `Sample alterations`.
        biomarker: Cell of the column `Biomarker`.

    Returns:
        Substitutions only, and nothing where the list has anything but substitutions and positions.

    """
    listed: dict[str, set[str]] = {}
    for part in split_names(biomarker):
        if match := _LISTED.fullmatch(part):
            listed.setdefault(match[1], set()).update(re.split(r"\s*[,;]\s*", (match[2] or match[3]).strip()))
    found = dict.fromkeys(
        named.change
        for named in parse(alterations)
        if (changes := listed.get(named.gene))
        and all(_EXACT.fullmatch(each) or _POSITION.fullmatch(each) for each in changes)
        and _EXACT.fullmatch(named.change)
        and not changes & {named.change, named.change[:-1], named.change[1:-1]}
    )
    return tuple(found)


def is_wild_type(alterations: str, biomarker: str) -> bool:
    """Whether a match rests on the absence of an alteration, whatever `BioM` says.

    Args:
        alterations: Cell of the column `Sample alterations`.
        biomarker: Cell of the column `Biomarker`.

    """
    words = f"{alterations} {biomarker}".casefold()
    return "wildtype" in words or "wild type" in words or "wild-type" in words
