"""What words and levels for a copy number mean to CGI, which knows `amp` and `del` only.

Meanings: cBioPortal's file formats (2 is a high-level amplification, -2 a deep loss, possibly homozygous), OncoKB's
annotator (amplification, deletion; gain and loss are neither), FACETS-suite (each AMP… is 2, HOMDEL is -2). Releases of
GENIE have 1.5 as well, which lies below an amplification as -1.5 does below a deep loss.
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files

AMP, DEL = "amp", "del"
NEITHER = "neither amp nor del"
LOW_LEVEL = "a level between -2 and 2, neither amp nor del"
NO_VALUE = "no copy number is given"
EXPECTED_WORD = "amp, del, or a word for a smaller change such as gain or loss"
EXPECTED_LEVEL = "a level: -2, -1.5, -1, 0, 1, 1.5 or 2"

_ABSENT = frozenset(("", "na", "n/a", "nan", ".", "null", "[not available]"))
_LEVELS = {-2.0: DEL, -1.5: LOW_LEVEL, -1.0: LOW_LEVEL, 0.0: LOW_LEVEL, 1.0: LOW_LEVEL, 1.5: LOW_LEVEL, 2.0: AMP}
_LOW_LEVELS = {-1.5: DEL, -1.0: DEL, 1.0: AMP, 1.5: AMP}
#: What may stand before any of the words.
_SAYS_NOTHING = frozenset(("copy", "number", "cn", "cnv", "cna"))
#: Other signs, such as those of a question or a choice, change what a word says.
_PLAIN = re.compile(r"[\w\s().,&+-]+")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)


def is_number(text: str) -> bool:
    """Whether a cell holds a number, which may be a level or a number of copies."""
    return bool(_NUMBER.fullmatch(text))


@lru_cache(maxsize=1000)
def meaning_of_word(text: str) -> str:
    """Return `amp`, `del`, the reason why a word is neither, or nothing for a word that is not known."""
    if _plain(text) in _ABSENT:
        return NO_VALUE
    meaning = _look_up(text)
    return meaning if meaning in {AMP, DEL, ""} else NEITHER


def low_level_call(text: str) -> str:
    """Return `amp` for a gain and `del` for a loss that CGI has no word for, an empty string for anything else."""
    if is_number(text):
        return _LOW_LEVELS.get(float(text), "")
    return {"gain": AMP, "loss": DEL}.get(_look_up(text), "")


def is_partial_amplification(text: str) -> bool:
    """Whether a word says that a part of a gene is amplified, as PURPLE's PARTIAL_AMP."""
    return _look_up(text) == "partial"


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.casefold()).strip()


def _look_up(text: str) -> str:
    """Return the meaning of a word in the table, in whatever order its parts stand: `deletion (homozygous)`."""
    known = _words().get(_plain(text), "")
    return known or (_parts().get(_parts_of(text), "") if _PLAIN.fullmatch(text) else "")


def _parts_of(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w+&]+", _plain(text))) - _SAYS_NOTHING


@cache
def _parts() -> dict[frozenset[str], str]:
    """Return the meaning of each set of parts that has only one."""
    meanings: dict[frozenset[str], set[str]] = {}
    for word, meaning in _words().items():
        meanings.setdefault(_parts_of(word), set()).add(meaning)
    return {parts: next(iter(found)) for parts, found in meanings.items() if parts and len(found) == 1}


@cache
def _words() -> dict[str, str]:
    with (files("cgi_runner") / "data" / "copy_number_words.tsv").open(encoding="utf-8") as lines:
        return {row["word"]: row["meaning"] for row in csv.DictReader(lines, delimiter="\t")}


@lru_cache(maxsize=1000)
def meaning_of_level(text: str) -> str:
    """Return the same of a level between -2 and 2, written as a whole number or with a point."""
    if text.strip().casefold() in _ABSENT:
        return NO_VALUE
    return _LEVELS.get(float(text), "") if is_number(text) else ""
