"""The cancer type of each line of a sheet: by its OncoTree code, its text, or the one for all."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from cgi_runner.cancer_types import (
    Choice,
    are_related,
    choose,
    choose_code,
    choose_main_type,
    describe,
    find_code,
    find_code_by_name,
    search,
)
from cgi_runner.cohort.names import plural
from cgi_runner.errors import InputError
from cgi_runner.inputs.problems import quote

log = logging.getLogger(__name__)

_LOOKED_AT = 5  # suggestions for a text that names no type


def choose_cancer_type(cells: Mapping[str, str], default: str, *, any_type: bool) -> Choice:
    """Find the cancer type of a line: by its OncoTree code if there is one, else by its text, else the default.

    Tables of cBioPortal have OncoTree's name of the code as CANCER_TYPE_DETAILED, which stands for an empty code.

    Args:
        cells: The filled cells of the line, by our names of the columns.
        default: The text for lines that name none; may be empty.
        any_type: Whether an id that is not in CGI's list passes.

    Returns:
        The type, with how it was found.

    Raises:
        InputError: There is none, it is not known, or code and text are two tumours that exclude each other: tables of
            cBioPortal have a code and beside it the name of a main type, which is wider.

    """
    text, code, detailed = (cells.get(name, "") for name in ("cancer_type", "oncotree_code", "cancer_type_detailed"))
    named = find_code_by_name("oncotree", detailed) if detailed and not code else None
    code = code or (named.code if named else "")
    if not code:
        return _choose_by_text(text, detailed, default, any_type=any_type)
    choice = choose(code) if ":" in code else choose_code("oncotree", code)
    if detailed and not named:
        choice = _compare_detailed(detailed, code, choice)
    try:
        other = choose(text).id if text else choice.id
    except InputError:
        return _compare_suggestions(text, code, choice)
    above = _types_above(code)
    if are_related(other, choice.id) or other in above:
        return choice
    if any(are_related(other, kind) for kind in above):
        return _warn_of_text(text, code, choice)
    raise InputError(
        f"found the cancer type {quote(text)}, {describe(other)}, and the OncoTree code {quote(code)}, {choice}",
        tip="leave one of them empty",
    )


def _choose_by_text(text: str, detailed: str, default: str, *, any_type: bool) -> Choice:
    if not (text or default or detailed):
        raise InputError("found no cancer type", tip="fill the column cancer_type, or give --cancer-type for all")
    choice = _choose_cell(text, any_type=any_type) if text else choose(detailed or default, any_type=any_type)
    if text and detailed:
        unused = f"{quote(detailed)} beside the cancer type {quote(text)} is no name of OncoTree, and is not used"
        return replace(choice, warnings=(*choice.warnings, unused))
    return choice


def _choose_cell(text: str, *, any_type: bool) -> Choice:
    """Read a cell as everywhere else, or as the main type of OncoTree that tables of cBioPortal have there."""
    try:
        return choose(text)
    except InputError:
        if choice := choose_main_type(text):
            return choice
        return choose(text, any_type=any_type)


def _compare_detailed(detailed: str, code: str, choice: Choice) -> Choice:
    """Warn where the detailed name is that of another tumour than the code's."""
    entry = find_code_by_name("oncotree", detailed)
    if entry is None or not entry.cgi_id:
        return choice
    kinds = {entry.cgi_id, *_types_above(entry.code)}
    return choice if any(are_related(choice.id, kind) for kind in kinds) else _warn_of_text(detailed, code, choice)


def _types_above(code: str) -> set[str]:
    """Return the types of the codes above one of OncoTree, whose names cBioPortal writes beside it as main types."""
    found = set()
    while code:
        try:
            entry = find_code("oncotree", code)
        except KeyError:
            break
        if entry.parent:  # the root is above all
            found.add(entry.cgi_id)
        code = entry.parent
    return found


def _compare_suggestions(text: str, code: str, choice: Choice) -> Choice:
    """Warn where a text that names no single type speaks of another tumour than the code."""
    near = search(text)[:_LOOKED_AT]
    if not near or any(are_related(kind.id, choice.id) for kind in near) or _types_above(code) & {k.id for k in near}:
        return choice
    return _warn_of_text(text, code, choice)


def _warn_of_text(text: str, code: str, choice: Choice) -> Choice:
    warning = f"the OncoTree code {code} is read as {choice}, and the cancer type beside it is {quote(text)}"
    return replace(choice, warnings=(*choice.warnings, warning))


def log_cancer_types(choices: Iterable[Choice]) -> None:
    """Say each cancer type once, with its name, how it was found and for how many samples."""
    for choice, count in Counter(choices).items():
        log.info("%s (%s)", choice.sentence, plural(count, "sample"))
        for warning in choice.warnings:
            log.warning("%s", warning)
