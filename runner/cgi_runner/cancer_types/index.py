"""The index of all names and codes, and the search in it: the cancer types that a text may mean, best first."""

from __future__ import annotations

import difflib
import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from cgi_runner.cancer_types.codes import (
    LISTS,
    OWN,
    ListedCode,
    clashes,
    codes_of,
    find_code,
    find_codes,
    is_code_shaped,
    main_types,
    split_list,
)
from cgi_runner.cancer_types.spelling_out import SHORTEST, spell_out
from cgi_runner.cancer_types.table import CancerType, depth, read_rows, richer_sibling, table
from cgi_runner.cancer_types.words import meanings_of_words, organs, words_of

_GENERIC = frozenset(
    ["cancer", "carcinoma", "tumor", "neoplasm", "malignant", "disease", "cell", "invasive", "grade", "high", "low"]
)
_GENERIC_WEIGHT = 0.3
_UNKNOWN_WEIGHT = 2.0  # about that of a word that one type in seven bears
_ORGAN_WEIGHT = 1.5
_OTHER_ORGAN = 0.4  # of the likeness remains if the organs differ
_NO_ORGAN = 0.85  # if only one of both names an organ
_OTHER_ENTITY = 0.6  # if the query names a disease by one word, such as liposarcoma, and the name has another
_STEP = 0.97  # if the code's type is not the same disease
_ENOUGH = 0.3
_ALIKE = 0.8  # of the letters of a word: one mistake in five
_ROOT = "TISSUE"  # of OncoTree
_ID_ALIKE = 0.75  # one mistake in four letters
_ENTITY_ENDINGS = ("oma", "emia", "osis")
_LONG_ENDING = 8  # letters of a disease at the end of a longer word
_LONGEST = 300  # letters of a query that are read: no name is longer, and each unknown word costs a search
_ANY_ORGAN = "SOLID"  # where a morphology is all that is known
_CLOSE = 0.02  # likenesses that differ by less are the same, and the more general type comes first


@dataclass(frozen=True)
class Entry:
    """A name that leads to a cancer type: CGI's own, one of another list or a synonym.

    `tissue` are words that the name may as well have: the organ under which OncoTree lists it.
    """

    words: frozenset[str]
    type: CancerType
    weight: float = 1
    tissue: frozenset[str] = frozenset()


def search(query: str) -> list[CancerType]:
    """Return the types that the query may mean, best first; all of them for an empty query.

    An exact code comes first, then names by the words they share with the query (organs and rare words weigh more
    than "carcinoma"), then what holds the query's letters.
    """
    query = query.strip()[:_LONGEST]
    wanted = query.casefold()
    if not wanted:
        return list(table().values())
    within = [t for t in table().values() if wanted in t.id.casefold() or wanted in t.name.casefold()]
    # Who asks for a tumour rarely means the inherited risk of it.
    within.sort(key=lambda kind: (kind.is_predisposition, kind.id))
    code = split_list(query)[1]
    if is_code_shaped(code):
        names = [entry.name for entry in find_codes(query)]
        named = [kind for name in names for kind in by_name(name)]
        return list(dict.fromkeys([*by_code(query), *named, *([table()[_ANY_ORGAN]] if "/" in code and names else [])]))
    return list(dict.fromkeys([*by_code(query), *by_name(query), *within, *_by_mistyped_id(query)]))


def by_code(query: str) -> list[CancerType]:
    """Return the types that a code means: in CGI's list and the others, the disease that clinicians mean first."""
    name, asked = split_list(query)
    entries = find_codes(query)
    foreign = [entry.cancer_type for entry in entries if entry.cancer_type]
    own = find_id(asked)
    if own is None or name in LISTS:
        return foreign
    sibling = richer_sibling(own.id)
    here = [sibling.type, own] if sibling and sibling.includes else [own, *([sibling.type] if sibling else [])]
    return foreign + here if any(is_other(entry) for entry in entries) and name != OWN else here + foreign


def _by_mistyped_id(query: str) -> list[CancerType]:
    """Return the types whose id is like a single word, such as BRAC."""
    return [table()[kind] for kind in difflib.get_close_matches(query.strip().upper(), table(), cutoff=_ID_ALIKE)]


def find_id(text: str) -> CancerType | None:
    """Return the type with this id; capitals do not matter, unless it is a word for an organ (LIP is a liposarcoma)."""
    if text in organs():
        return None
    return next((kind for kind in table().values() if kind.id.casefold() == text.casefold()), None)


def is_other(entry: ListedCode) -> bool:
    """Whether the code is also an id of CGI, for another disease."""
    return clashes().get((entry.list, entry.code)) == "other"


def by_name(query: str) -> list[CancerType]:
    """Return the types whose names share telling words with the query, best first."""
    asked = _find_known(words_of(spell_out(query, _vocabulary())))
    best = _scores(asked)
    found = [kind for kind, score in best.items() if score >= _ENOUGH]
    # Of names that are as like, CGI's own comes first, then the more general type.
    own = {kind: asked.keys() == frozenset(words_of(kind.name)) for kind in found}
    found.sort(
        key=lambda kind: (kind.is_predisposition, -round(best[kind] / _CLOSE), not own[kind], depth(kind), kind.id)
    )
    return _with_richer_first(found)


def _scores(asked: dict[str, float]) -> dict[CancerType, float]:
    """Return the likeness of each type's best name to the words, for the types that share a telling word with them."""
    best: dict[CancerType, float] = {}
    for entry in _candidates(asked):
        likeness = entry.weight * _likeness(asked, entry.words, entry.tissue)
        best[entry.type] = max(best.get(entry.type, 0), likeness)
    return best


def names_without_type(query: str) -> list[ListedCode]:
    """Return the codes for which no type of CGI fits and whose names are more like the query than those of any type."""
    asked = _find_known(words_of(query.strip()[:_LONGEST]))
    telling = asked.keys() - _GENERIC
    liked = [(_likeness(asked, words, frozenset()), entry) for entry, words in _names_without_type() if words & telling]
    enough = max(_ENOUGH, *_scores(asked).values(), 0)
    return [entry for score, entry in sorted(liked, key=lambda one: -one[0]) if score > enough]


@cache
def _names_without_type() -> list[tuple[ListedCode, frozenset[str]]]:
    listed = [entry for name in LISTS for entry in codes_of(name) if not entry.cancer_type]
    return [(entry, frozenset(words_of(entry.name))) for entry in listed]


def _with_richer_first(found: list[CancerType]) -> list[CancerType]:
    """Put the type that has the biomarkers before a part of it that has next to none."""
    ordered: dict[CancerType, None] = {}
    for kind in found:
        sibling = richer_sibling(kind.id)
        if sibling and sibling.includes:
            ordered[sibling.type] = None
        ordered[kind] = None
        if sibling:
            ordered[sibling.type] = None
    return list(ordered)


@cache
def entries() -> list[Entry]:
    """Return every name that leads to a type."""
    own = [Entry(frozenset(words_of(kind.name)), kind) for kind in table().values()]
    listed = [
        Entry(frozenset(words_of(entry.name)), kind, 1 if entry.is_same else _STEP, _tissue(entry))
        for name in LISTS
        for entry in codes_of(name)
        if (kind := entry.cancer_type)
    ]
    synonyms = [
        Entry(frozenset(words_of(row["phrase"])), table()[row["cgi_id"]])
        for row in read_rows("cancer_type_synonyms.tsv")
    ]
    main = [
        Entry(frozenset(words_of(entry.code)), kind, 1 if entry.is_same else _STEP)
        for entry in main_types()
        if (kind := entry.cancer_type)
    ]
    return [entry for entry in own + listed + main + synonyms if entry.words]


def _tissue(entry: ListedCode) -> frozenset[str]:
    """Return the words of the organ at the top of OncoTree's branch."""
    while entry.parent and entry.parent != _ROOT:
        entry = find_code(entry.list, entry.parent)
    return frozenset(words_of(entry.name)) & organs() if entry.parent else frozenset()


@cache
def _index() -> dict[str, list[Entry]]:
    index: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries():
        for word in entry.words:
            index[word].append(entry)
    return dict(index)


@cache
def _entities() -> frozenset[str]:
    """Return the words that name a disease by themselves, wherever it grows: liposarcoma, paraganglioma, melanoma."""
    return frozenset(
        word for entry in entries() if len(entry.words) == 1 for word in entry.words if word.endswith(_ENTITY_ENDINGS)
    ) - {"carcinoma", "adenocarcinoma", "sarcoma", "tumor", "adenoma"}


@cache
def _weight(word: str) -> float:
    """Return how much a word tells: much if few types bear it, more if it is an organ, little if it says "tumour"."""
    if word in _GENERIC:
        return _GENERIC_WEIGHT
    bearers = len({entry.type for entry in _index().get(word, [])})
    rarity = math.log(1 + len(table()) / bearers) if bearers else _UNKNOWN_WEIGHT
    return rarity * (_ORGAN_WEIGHT if word in organs() else 1)


@cache
def _vocabulary() -> dict[str, tuple[str, ...]]:
    """Return every word that can be typed, with what it means in the index's terms."""
    without_type = {word for _, words in _names_without_type() for word in words}
    return {**meanings_of_words(), **{word: (word,) for word in (*without_type, *_index())}}


def _find_known(words: tuple[str, ...]) -> dict[str, float]:
    """Return the words as the index has them, with how sure that is; a mistyped word stands for the nearest."""
    known: dict[str, float] = {}
    for word in _join_split(words):
        alike = _nearest(word)
        sure = difflib.SequenceMatcher(None, word, alike[0]).ratio() if alike else 0
        for meant in _vocabulary()[alike[0]] if alike else (word,):
            known[meant] = max(known.get(meant, 0), sure)
    return known


def _nearest(word: str) -> list[str]:
    """Return the word of the vocabulary that a word stands for, or none: esthesioneuroblastoma is a neuroblastoma."""
    if word in _vocabulary():
        return [word]
    ends = [end for end in _entities() if len(end) >= _LONG_ENDING and word.endswith(end)]
    # Nonsquamous is no misspelling of squamous.
    others = _vocabulary() if not word.startswith("non") else [one for one in _vocabulary() if one.startswith("non")]
    return difflib.get_close_matches(word, others, n=1, cutoff=_ALIKE) or sorted(ends, key=len)[-1:]


def _join_split(words: tuple[str, ...]) -> tuple[str, ...]:
    """Join two words that are one in the index, such as `chondro sarcoma`, if the first is none by itself."""
    joined: list[str] = []
    for word in words:
        before = joined[-1] if joined else ""
        if len(before) >= SHORTEST and before not in _vocabulary() and before + word in _vocabulary():
            joined[-1] = before + word
        else:
            joined.append(word)
    return tuple(joined)


def _candidates(asked: dict[str, float]) -> list[Entry]:
    """Return the names that share a telling word with the query, or any word if it has none that tells."""
    telling = [word for word in asked if word not in _GENERIC]
    return list(dict.fromkeys(entry for word in telling or asked for entry in _index().get(word, [])))


def _shares_rarer(asked: dict[str, float], words: frozenset[str], entities: frozenset[str]) -> bool:
    """Whether a name shares a word with the query that is no organ and tells more than each of these."""
    rarest = max(_weight(word) for word in entities)
    return any(_weight(word) * sure > rarest for word, sure in asked.items() if word in words - organs())


def _likeness(asked: dict[str, float], name: frozenset[str], tissue: frozenset[str]) -> float:
    """Return 1 for a name of the same words, down to 0 for nothing in common; `tissue` is the organ of the name."""
    words = name | (tissue & asked.keys())
    shared = sum(_weight(word) * sure for word, sure in asked.items() if word in words)
    if "cancer" in asked and "cancer" not in words and "carcinoma" in words:
        shared += _GENERIC_WEIGHT / 2  # people say cancer, and pathologists carcinoma
    total = sum(map(_weight, asked)) + sum(map(_weight, words))
    named, there = organs() & asked.keys(), organs() & (words | tissue)
    factor = 1.0
    if named and there and not named & there:
        factor = _OTHER_ORGAN
    elif bool(named) != bool(organs() & words) and not words <= asked.keys():
        factor = _NO_ORGAN
    entities = _entities() & asked.keys()
    # A rare word, such as Burkitt, tells more than leukemia beside it.
    if entities - words and not entities & words and not _shares_rarer(asked, words, entities):
        factor *= _OTHER_ENTITY
    return 2 * shared / total * factor
