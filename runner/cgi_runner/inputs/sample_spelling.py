"""Spellings of a sample's name: what a service may make of it on the way, and names that it could mix up by that."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable

from cgi_runner.errors import InputError

#: A name that a program may take for a number.
_NUMBER = re.compile(r"0*([0-9]+)(?:\.0+)?")


def plain_spelling(name: str) -> str:
    """Return what all spellings of a name have in common: accents composed or not, `&` escaped or not, any blanks."""
    return " ".join(unicodedata.normalize("NFC", html.unescape(name)).split())


def loose_spelling(name: str) -> str:
    """Return what the spellings of a name share that are less likely: capitals or not, and `007`, `7` or `7.0`."""
    plain = plain_spelling(name).casefold()
    number = _NUMBER.fullmatch(plain)
    return number[1] if number else plain


def refuse_one_spelling(names: Iterable[str]) -> None:
    """Refuse samples of one job whose names are spellings of one name: each could come back under the other's.

    Args:
        names: The names that are sent.

    Raises:
        InputError: Two of them are.

    """
    found: dict[str, str] = {}
    for name in names:
        other = found.setdefault(plain_spelling(name), name)
        if other != name:
            raise InputError(
                f"found the samples {other!a} and {name!a}, expected names that differ in more than their"
                " spelling: results could be returned under the wrong one",
                tip="if they are one sample, give it one name; if they are two, add --pseudonyms",
            )
