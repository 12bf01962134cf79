"""The words of a cancer type's name, made alike: spelling, plurals, organs in several languages."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from cgi_runner.cancer_types.table import read_rows

_WORD = re.compile(r"[a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_ELISION = re.compile(r"\b[dl]['\u2019]")  # l'ovaire
_GENITIVE = re.compile(r"['\u2019`]s?\b")  # Ewing's
_GERMAN_TUMOR = re.compile(
    r"(.{3,}?)s?(kreb|kanker|adenokarzinom|karzinom|tumor|sarkom|lymphom|melanom|mesotheliom|adenom|gliom|leukamie)(e|en)?"
)
_NEGATIONS = frozenset({"non", "no", "nao", "nicht"})
_NEGATED = frozenset({"small", "hodgkin", "seminomatous", "seminoma"})  # `no` also says "in the" in Portuguese
_CELLS = frozenset({"t", "b", "nk"})
_PLURAL = 4  # letters: shorter words keep their s


@cache
def _meanings() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return what words, alone or two together, mean in the table's terms."""
    return {
        tuple(plain_words(row["word"])): tuple(map(_singular, row["means"].split()))
        for row in read_rows("cancer_type_words.tsv")
    }


def meanings_of_words() -> dict[str, tuple[str, ...]]:
    """Return the single words of the table, with what they mean in its terms."""
    return {words[0]: meant for words, meant in _meanings().items() if len(words) == 1}


@cache
def organs() -> frozenset[str]:
    """Return the words that name an organ."""
    rows = read_rows("cancer_type_words.tsv")
    return frozenset(_singular(word) for row in rows if row["kind"] == "organ" for word in row["means"].split())


def plain_words(text: str) -> list[str]:
    """Return the words without accents, apostrophes, capitals and the differences of American and British spelling."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    bare = _GENITIVE.sub("", _ELISION.sub("", bare)).replace("tumour", "tumor")
    return [_singular(word.replace("ae", "e").replace("oe", "e")) for word in _WORD.findall(bare)]


def words_of(text: str) -> tuple[str, ...]:
    """Return the words that tell one cancer type from another, in the table's terms."""
    words = [word for word in plain_words(text) if _meanings().get((word,)) != ()]
    meant: list[str] = []
    while words:
        pair = tuple(words[:2])
        size = len(pair) if pair in _meanings() else 1
        meant += _meanings()[pair] if pair in _meanings() else _translate(words[0])
        words = words[size:]
    return _join_words(meant)


def _translate(word: str) -> tuple[str, ...]:
    if (word,) in _meanings():
        return _meanings()[word,]
    if compound := _GERMAN_TUMOR.fullmatch(word):
        organ, tumor = map(_singular, compound.group(1, 2))
        if (organ,) in _meanings():
            return (*_meanings()[organ,], *_meanings().get((tumor,), (tumor,)))
    return (word,)


def _join_words(words: list[str]) -> tuple[str, ...]:
    """Join what says little by itself: `non small` is the opposite of `small`, a `T cell` is no cell like others."""
    joined: list[str] = []
    negation = ""
    for position, word in enumerate(words):
        if word in _NEGATIONS and (word == "non" or _NEGATED & set(words[position + 1 : position + 2])):
            negation = "non"
        elif word == "cell" and joined and joined[-1] in _CELLS:
            joined[-1] += "cell"
        elif word not in _NEGATIONS:
            joined.append(negation + word)
            negation = ""
    return tuple(joined)


def _singular(word: str) -> str:
    if len(word) < _PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")
