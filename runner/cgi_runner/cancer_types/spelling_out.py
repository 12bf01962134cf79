"""A longer query, made plain: abbreviations and codes spelled out, and the primary tumour of a metastasis."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from cgi_runner.cancer_types.codes import clashes, codes_of, find_codes, is_code_shaped
from cgi_runner.cancer_types.table import read_rows, table
from cgi_runner.cancer_types.words import meanings_of_words, organs, words_of

if TYPE_CHECKING:
    from collections.abc import Container

SHORTEST = 3
"""Letters of an abbreviation: shorter ones are too often something else."""
_BETWEEN = re.compile(r"[\s,;|]+")
_METASTASIS = r"(mets|metastas\w+|met\u00e1stas\w+|m\u00e9tastas\w+|\w+metastas\w+)"
#: Where the primary tumour stands behind or before the place to which it has spread.
_PRIMARY_BEHIND = re.compile(
    rf"^.*\b{_METASTASIS}\s+(\w+\s+)?(of|from|bei|von|vom|eine[srm]|des?|du|del|della|di|da|do)\s+(?=\S)", re.IGNORECASE
)
_PRIMARY_BEFORE = re.compile(
    rf"\s+((with|mit|con|com|avec)\b.*\b{_METASTASIS}\b.*"
    r"|(metastatic|metastasi[sz]ed|met[a\u00e1]st[a\u00e1][st]i\w+|spread)\s+(to|in|into|en|a|al|nach)\b.*)$",
    re.IGNORECASE,
)


@cache
def _abbreviations() -> dict[str, str]:
    """Return the name of the type for each abbreviation of three letters or more that means one disease."""
    ids = {kind.id: kind.name for kind in table().values() if len(kind.id) >= SHORTEST}
    foreign = {code for (_, code), meaning in clashes().items() if meaning == "other"}
    usual = {row["phrase"]: table()[row["cgi_id"]].name for row in read_rows("cancer_type_synonyms.tsv")}
    codes = {entry.code: entry.name for entry in codes_of("oncotree") if entry.cgi_id and len(entry.code) >= SHORTEST}
    return {
        short: name for short, name in {**codes, **ids, **usual}.items() if short.isupper() and short not in foreign
    }


def spell_out(query: str, vocabulary: Container[str]) -> str:
    """Put names for the abbreviations and codes in a longer query, such as `blast phase CML` or `8070/3, C34.1`.

    Of a metastasis, the primary tumour is meant, not the organ to which it has spread.

    Args:
        query: What was asked for.
        vocabulary: Words that are names by themselves, which stay in front of what they are short for.

    """
    primary = _PRIMARY_BEFORE.sub("", _PRIMARY_BEHIND.sub("", query))
    texts = [text.strip(".()[]") for text in _BETWEEN.split(primary)]
    if len(texts) == 1 and primary == query:
        return primary
    named = _organs_in(" ".join(text for text in texts if not text.isupper()))
    return " ".join(_spell_out_word(text, vocabulary, named) for text in texts)


def _organs_in(text: str) -> frozenset[str]:
    """Return the organs that words of a text name, in whatever language."""
    meanings = meanings_of_words()
    return organs().intersection(meant for word in words_of(text) for meant in meanings.get(word, (word,)))


def _spell_out_word(text: str, vocabulary: Container[str], organs_named: frozenset[str]) -> str:
    """Put the name for an abbreviation, after it where it is a word by itself; NST says nothing.

    A code of ICD-10 beside one of ICD-O names the organ. An abbreviation for a tumour of another organ than the one
    beside it means something else: ACC of the parotid gland is not of the adrenal one.
    """
    if is_code_shaped(text):
        return " ".join(entry.name for entry in find_codes(text)[:1])
    name = _abbreviations().get(text, "") if meanings_of_words().get(text.casefold()) != () else ""
    if organs_named and (here := _organs_in(name)) and not organs_named & here:
        return text
    return name if name and text.casefold() not in vocabulary else f"{text} {name}".strip()
