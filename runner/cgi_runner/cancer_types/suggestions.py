"""Suggestions: what may have been meant by a text that names no single cancer type."""

from __future__ import annotations

from cgi_runner.cancer_types.codes import LISTS, OWN, ListedCode, find_codes
from cgi_runner.cancer_types.index import names_without_type, search
from cgi_runner.cancer_types.table import CancerType, table
from cgi_runner.errors import InputError

_SUGGESTIONS = 3


def unknown_type(text: str) -> InputError:
    """Return the error for a text that names no cancer type, whose tip says what may have been meant."""
    asked = text.strip()
    tip = suggestion(asked) or (
        f"the lists that can precede a colon are {', '.join((OWN, *LISTS))}"
        if ":" in asked
        else "`cgi-runner cancer-types` lists them; --any-cancer-type sends an id that is not in the list"
    )
    return InputError(f"cancer type {text!r} is not one of CGI's {len(table())} ids or names", tip=tip)


def suggestion(asked: str) -> str:
    """Return a tip with the types or spellings that may have been meant; empty if there are none."""
    known = find_codes(asked)
    if known and not known[0].cgi_id:
        return f"{known[0]} fits no cancer type of CGI: {known[0].problem}"
    close = search(asked) if asked else []
    if known:
        first = known[0]
        article = "a" if first.list == "tcga" else "an"
        also = [str(kind) for kind in close if kind not in [entry.cancer_type for entry in known]][: _SUGGESTIONS - 1]
        more = f"; or give {' or '.join(also)}" if also else ""
        return f"{first.code} is {article} {LISTS[first.list]} code ({first.name}): write {_spellings(known)}{more}"
    meant = f"did you mean {' or '.join(map(str, close[:_SUGGESTIONS]))}?" if close else ""
    unfit = names_without_type(asked)
    reason = f"{unfit[0]} fits no cancer type of CGI: {unfit[0].problem}" if unfit else ""
    return "; ".join(filter(None, [reason, meant]))


def _spellings(entries: list[ListedCode]) -> str:
    """Return how each code is written, with the type that it gives; once for those that give the same."""
    by_type: dict[CancerType, list[str]] = {}
    for entry in entries:
        if entry.cancer_type:
            by_type.setdefault(entry.cancer_type, []).append(entry.spelling)
    return " or ".join(f"{' or '.join(dict.fromkeys(codes))} for {kind}" for kind, codes in by_type.items())
