"""Where the known columns of a table are, whatever they are called, and whether one is there twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cgi_runner.inputs.column_words import OTHER_NAMES, SYNONYMS, canonical
from cgi_runner.inputs.problems import InputProblems, quote

SAMPLE_TIP = ", or say which one names the samples: --sample-column NAME"
_CANONICAL = {column: tuple(dict.fromkeys(map(canonical, words))) for column, words in SYNONYMS.items()}
_LAST = {column: tuple(map(canonical, words)) for column, words in OTHER_NAMES.items()}
#: The MAF's own column; VEP has one of the same letters in capitals, which tells the strand of the gene.
_STRAND = "Strand"
#: Ion Torrent's tables have these beside their own way to write an indel, and `Filter` for each of many measures.
_COPIED = {"pos": "vcfposition", "ref": "vcfref", "alt": "vcfvariant"}


def find_columns(names: Sequence[str]) -> dict[str, int]:
    """Return the place of each known column that is among these names, by what CGI calls it."""
    lower = [canonical(name) for name in names]
    known = ((column, (*words, *_LAST.get(column, ()))) for column, words in _CANONICAL.items())
    found = {column: next(filter(lower.__contains__, words), None) for column, words in known}
    found |= _COPIED if _has_copied_columns(lower) else {}
    places = {column: lower.index(word) for column, word in found.items() if word}
    return places | ({"strand": names.index(_STRAND)} if _STRAND in names else {})


def _has_copied_columns(lower: Sequence[str]) -> bool:
    """Return whether a table has the columns of a VCF beside its own."""
    return set(lower).issuperset(_COPIED.values())


def check_columns(
    problems: InputProblems, line: int, names: Sequence[str], places: Iterable[int], columns: Iterable[str]
) -> None:
    """Report a problem when a column is there twice, or under two names.

    Args:
        problems: Those of the file.
        line: Number of the header's line, from 1.
        names: The names of all columns.
        places: Columns that may be there once.
        columns: Those that may have one of their names only, by what CGI calls them.

    Raises:
        InputError: One of them is.

    """
    lower = [canonical(name) for name in names]
    may_repeat = {"filter"} if _has_copied_columns(lower) else set[str]()
    for place in places:
        is_alone = names[place] == _STRAND and names.count(_STRAND) == 1
        if lower.count(lower[place]) > 1 and not is_alone and lower[place] not in may_repeat:
            problems.abort(f"line {line}: found the column {quote(names[place])} twice, expected it once")
    for column in columns:
        found = [quote(name) for name in names if canonical(name) in _CANONICAL[column]]
        if len(found) > 1:
            problems.abort(
                f"line {line}: found the columns {' and '.join(found)}, expected one of them",
                tip=f"leave out or rename those that do not hold what is meant by `{column}`"
                + (SAMPLE_TIP if column == "sample" else ""),
            )
