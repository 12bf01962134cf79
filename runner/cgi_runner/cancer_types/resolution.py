"""Resolution: the one cancer type that a person's text means, what to say of it, or what was perhaps meant."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache

from cgi_runner.cancer_types.codes import (
    LISTS,
    OWN,
    ListedCode,
    clashes,
    codes_of,
    find_code,
    find_code_by_name,
    find_codes,
    find_main_type,
    split_list,
)
from cgi_runner.cancer_types.index import find_id, is_other
from cgi_runner.cancer_types.suggestions import suggestion, unknown_type
from cgi_runner.cancer_types.table import CancerType, name_of, richer_sibling, table
from cgi_runner.cancer_types.words import plain_words
from cgi_runner.errors import InputError

log = logging.getLogger(__name__)

# Names in CGI's list that do not say for which organ they stand there: the skin, salivary glands and the testis.
_OF_MANY_ORGANS = frozenset(
    {"squamous cell carcinoma", "adenoid cystic carcinoma", "teratoma", "mixed germ cell tumor"}
)


@dataclass(frozen=True)
class Choice:
    """The cancer type that goes to CGI, and how it was found.

    `step` says what was done to come to it, and is empty where an id was given; `warnings` are what to think of.
    """

    asked: str
    id: str
    step: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        """CGI's name for it; None for an id that is not in the list."""
        return name_of(self.id)

    def __str__(self) -> str:
        """Return the id with the name, as it is shown everywhere."""
        return describe(self.id)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a record says of it besides the id and the name: the step and the warnings."""
        return (*filter(None, [self.step]), *self.warnings)

    @property
    def sentence(self) -> str:
        """What was chosen, with its name and the step to it."""
        return f"cancer type {self}{': ' if self.step else ''}{self.step}"

    def log(self) -> None:
        """Say on screen what was chosen and what to think of."""
        log.info("%s", self.sentence)
        for warning in self.warnings:
            log.warning("%s", warning)


def describe(cancer_type: str) -> str:
    """Return an id with its name, as it is shown everywhere."""
    return f"{cancer_type} ({name_of(cancer_type) or 'not in the list of names'})"


def resolve(text: str, *, any_type: bool = False) -> str:
    """Return the id that CGI takes for what a person typed; see `choose`.

    Args:
        text: Id, name or code, as `choose` takes it.
        any_type: Whether an id that is not in the table is accepted.

    Returns:
        The id.

    Raises:
        InputError: No type is meant, or several are.

    """
    return choose(text, any_type=any_type).id


def choose(text: str, *, any_type: bool = False) -> Choice:
    """Find the cancer type for what a person typed: an id, a code with its list, or a name that only one type bears.

    Args:
        text: `BRCA`, `cgi:ES`, `oncotree:ES`, `tcga:SKCM`, `icd10:C34.1`, `icdo:9260/3` or `Ewing sarcoma`.
        any_type: Whether an id that is not in the table passes as it is, since CGI may have added some.

    Returns:
        The type with what must be said of it.

    Raises:
        InputError: The text is nothing of these, a code that means different diseases in different lists, or a code
            that no type of CGI fits; the tip suggests what may have been meant.

    """
    asked = text.strip()
    name, code = split_list(asked)
    if name:
        return _own(code, text, any_type=any_type) if name == OWN else choose_code(name, code)
    if kind := find_id(asked):
        _refuse_if_another_disease(kind)
        return Choice(asked, kind.id, "", (*_near_meanings(kind), *_sibling_warning(kind.id)))
    if kind := _by_name(asked):
        warnings = (*_other_codes(asked, kind), *_sibling_warning(kind.id))
        return Choice(asked, kind.id, f"the type for {asked!r}", warnings)
    if any_type and asked:
        return _choose_unlisted(asked)
    raise unknown_type(text)


def choose_code(name: str, code: str) -> Choice:
    """Find the cancer type for a code of a named list.

    Args:
        name: `oncotree`, `tcga`, `icd10` or `icdo`.
        code: A code of that list, or the name of one; finer codes of ICD-10 are cut (C34.1 to C34).

    Returns:
        The type, with the step from the code to it, which must be said.

    Raises:
        InputError: The list has no such code, or no type of CGI fits it.

    """
    spelling = f"{name}:{code.strip()}"
    entry = _find_entry(name, code)
    if entry is None:
        raise InputError(
            f"found {spelling}, expected a code of {LISTS[name]}",
            tip=suggestion(code.strip()) or "`cgi-runner cancer-types NAME` searches by name",
        )
    is_cut = name == "icd10" and entry.code.upper() != code.strip().upper()
    return _choose_entry(entry, spelling, f", to which {code.strip()} is cut" if is_cut else "")


def choose_main_type(text: str) -> Choice | None:
    """Find the cancer type for a main type of OncoTree, such as `Colorectal Cancer`.

    Args:
        text: What stands in the column CANCER_TYPE of a study of cBioPortal.

    Returns:
        The type, with the step to it; None if the text is no main type.

    Raises:
        InputError: It is one, and no type of CGI fits it.

    """
    entry = find_main_type(text)
    return _choose_entry(entry, entry.spelling) if entry else None


def _choose_entry(entry: ListedCode, spelling: str, cut: str = "") -> Choice:
    kind = entry.cancer_type
    if kind is None:
        raise InputError(f"found {entry}, which fits no cancer type of CGI: {entry.problem}", tip=_unfit_tip(entry))
    return Choice(spelling, kind.id, f"{entry.step}{cut}", (*_behavior_warning(entry), *_sibling_warning(kind.id)))


def _unfit_tip(entry: ListedCode) -> str:
    if entry.list == "icdo" and "organ" in entry.problem:
        return f"`cgi-runner cancer-types '{entry.code} C50'` searches with the organ, here the breast"
    return "give one of CGI's types; `cgi-runner cancer-types` lists them"


def _find_entry(name: str, code: str) -> ListedCode | None:
    """Return the entry of a code, or of the name of one, or None."""
    try:
        return find_code(name, code)
    except KeyError:
        return find_code_by_name(name, code) or (find_main_type(code) if name == "oncotree" else None)


def _behavior_warning(entry: ListedCode) -> tuple[str, ...]:
    """Say where a code is not that of a malignant tumour and CGI's type is another disease."""
    if entry.is_same or not entry.behavior:
        return ()
    return (f"{entry} is {entry.behavior}; CGI's biomarkers are for malignant tumours, and may not apply",)


def _own(code: str, text: str, *, any_type: bool) -> Choice:
    """Find an id that was said to be CGI's."""
    if kind := find_id(code):
        return Choice(text.strip(), kind.id, "", _sibling_warning(kind.id))
    if any_type and code:
        return Choice(
            text.strip(), code, "", (f"{code} is not in the list of CGI's cancer types; it is sent unchanged",)
        )
    raise unknown_type(code)


def _choose_unlisted(code: str) -> Choice:
    return Choice(code, code, "", (f"{code} is not in the list of CGI's cancer types; it is sent unchanged",))


def _by_name(asked: str) -> CancerType | None:
    """Return the type of a name, if all lists that have the name mean that type and the same disease."""
    found = _names().get(tuple(plain_words(asked)), [])
    kinds = {kind for kind, _ in found}
    return next(iter(kinds)) if len(kinds) == 1 and all(same for _, same in found) else None


@cache
def _names() -> dict[tuple[str, ...], list[tuple[CancerType | None, bool]]]:
    """Return the types that each name stands for, and whether as the same disease."""
    names: dict[tuple[str, ...], list[tuple[CancerType | None, bool]]] = {}
    for kind in table().values():
        names.setdefault(tuple(plain_words(kind.name)), []).append((kind, True))
    for name in ("oncotree", "tcga"):
        for entry in codes_of(name):
            names.setdefault(tuple(plain_words(entry.name)), []).append((entry.cancer_type, entry.is_same))
    for text in ("", *_OF_MANY_ORGANS):
        names.pop(tuple(plain_words(text)), None)
    return names


def _refuse_if_another_disease(kind: CancerType) -> None:
    others = [entry for entry in find_codes(kind.id) if is_other(entry)]
    if not others:
        return
    meanings = [f"{kind.name} for CGI", *(f"{entry.name} in {LISTS[entry.list]}" for entry in others)]
    spellings = [f"cgi:{kind.id} for {kind.name}"]
    spellings += [f"{entry.spelling} for {entry.name} ({entry.cgi_id or 'no type'} at CGI)" for entry in others]
    raise InputError(
        f"cancer type {kind.id!r} means {' and '.join(meanings)}", tip=f"write {' or '.join(reversed(spellings))}"
    )


def _near_meanings(kind: CancerType) -> tuple[str, ...]:
    """Say where the same code has a meaning near CGI's in another list."""
    near = [entry for entry in find_codes(kind.id) if clashes().get((entry.list, entry.code)) == "near"]
    if not near:
        return ()
    others = " and ".join(f"{entry.name} in {LISTS[entry.list]}" for entry in near)
    spellings = " or ".join([f"cgi:{kind.id}", *(entry.spelling for entry in near)])
    return (f"{kind.id} is read as CGI's {kind.name}, and is {others}; {spellings} says which is meant",)


def _other_codes(asked: str, kind: CancerType) -> tuple[str, ...]:
    """Say where a name, written as it is, is also a code that leads to another type: BLADDER, BRAIN, STOMACH."""
    others = [entry for entry in find_codes(asked) if entry.code == asked and entry.cancer_type != kind]
    return tuple(
        f"{asked} is read as the name of {kind}, and is a code of {LISTS[entry.list]}: {entry.spelling} gives "
        f"{describe(entry.cgi_id)}"
        for entry in others
        if entry.cgi_id
    )


def _sibling_warning(cancer_type: str) -> tuple[str, ...]:
    sibling = richer_sibling(cancer_type)
    if sibling is None:
        return ()
    types = f"{describe(cancer_type)} has almost no biomarkers at CGI and {sibling.type} has many"
    return (f"{types}, and neither gets those of the other: consider --cancer-type {sibling.type.id}",)
