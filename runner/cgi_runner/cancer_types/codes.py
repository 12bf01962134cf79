"""Codes of other lists and the cancer type of CGI that each is taken for, by tables that were reviewed by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cgi_runner.cancer_types.table import CancerType, read_rows, table
from cgi_runner.cancer_types.words import plain_words

# The prefix that names each list, its table and how people write its name.
LISTS = {"tcga": "TCGA", "oncotree": "OncoTree", "icd10": "ICD-10", "icdo": "ICD-O"}

OWN = "cgi"  # the prefix that names CGI's own list

_ICD10 = re.compile(r"[A-Z]\d\d(\.\d{1,4}|\d)?")
_ICDO = re.compile(r"(M-?)?(\d{4}/\d)")  # registries write M before a morphology
_NONE = "none: "
_CATEGORY = 3  # letters of an ICD-10 category, such as C34
# ICD-10's chapter D by number and ICD-O's digit after the slash (World Health Organization).
_ICD10_BEHAVIORS = (
    (range(10), "a tumour in situ"),
    (range(10, 37), "a benign tumour"),
    (range(37, 49), "a tumour of uncertain behaviour"),
)
_ICDO_BEHAVIORS = {"0": "a benign tumour", "1": "a tumour of uncertain behaviour", "2": "a tumour in situ"}
_FINER = 5  # letters of its finer codes, such as C92.0


@dataclass(frozen=True)
class ListedCode:
    """A code of another list and what it is taken for.

    `how` says which step that is: `same` disease; `wider` or `nearest` type of CGI; `ancestor CODE`: taken like that
    code above it; `biomarkers ID`: CGI has that type, but the biomarkers are elsewhere; `none: REASON`: no type fits.
    """

    list: str
    code: str
    name: str
    cgi_id: str
    how: str
    parent: str = ""
    nci: tuple[str, ...] = ()

    @property
    def spelling(self) -> str:
        """How the code is written where the list must be named."""
        return f"{self.list}:{self.code}"

    @property
    def cancer_type(self) -> CancerType | None:
        """CGI's type, or None if none fits."""
        return table().get(self.cgi_id)

    @property
    def is_same(self) -> bool:
        """Whether CGI's type is the same disease."""
        return self.how == "same"

    def __str__(self) -> str:
        """Return the code with its list and name, as it is shown everywhere."""
        return f"{self.spelling} ({self.name})"

    @property
    def behavior(self) -> str:
        """How the tumour behaves if it is not malignant, as ICD-10 and ICD-O say it by their codes; else empty."""
        if self.list == "icdo":
            return _ICDO_BEHAVIORS.get(self.code.partition("/")[2], "")
        number = int(self.code[1:_CATEGORY]) if self.list == "icd10" and self.code.startswith("D") else None
        return next((behavior for codes, behavior in _ICD10_BEHAVIORS if number in codes), "")

    @property
    def problem(self) -> str:
        """Why no type of CGI fits; empty if one does."""
        return self.how.removeprefix(_NONE) if self.how.startswith(_NONE) else ""

    @property
    def step(self) -> str:
        """How CGI's type stands to the code, to be said after that type; empty if none fits."""
        what, _, detail = self.how.partition(" ")
        if what == "ancestor":
            above = find_code(self.list, detail)
            return f"the type of {above}, above {self}, for which CGI has none of its own"
        return {
            "same": f"the type for {self}",
            "wider": f"the wider type for {self}, for which CGI has none of its own",
            "nearest": f"the nearest type to {self}, for which CGI has none of its own",
            "biomarkers": f"the type that has the biomarkers for {self}; {table().get(detail)} has few",
        }.get(what, "")


@cache
def _codes(name: str) -> dict[str, ListedCode]:
    return {
        row["code"].upper(): ListedCode(
            name,
            row["code"],
            row["name"],
            row["cgi_id"],
            row["how"],
            row.get("parent", ""),
            tuple(code for code in row.get("nci", "").split(",") if code),
        )
        for row in read_rows(f"{name}.tsv")
    }


def codes_of(name: str) -> list[ListedCode]:
    """Return all codes of a list, in its order."""
    return list(_codes(name).values())


def find_code(name: str, code: str) -> ListedCode:
    """Return the entry of a code; capitals do not matter, and finer codes of ICD-10 are cut to what the table has.

    Args:
        name: One of LISTS.
        code: A code of that list.

    Raises:
        KeyError: The list has no such code, or there is no such list.

    """
    entry = _get(name, code)
    if entry is None:
        raise KeyError(f"{name}:{code}")
    return entry


def _get(name: str, code: str) -> ListedCode | None:
    wanted = code.strip().upper()
    if name == "tcga":
        wanted = wanted.removeprefix("TCGA-")  # as the projects of the Genomic Data Commons are called
    if name == "icdo" and (morphology := _ICDO.fullmatch(wanted)):
        wanted = morphology.group(2)
    known = _codes(name)
    if name == "icd10" and _ICD10.fullmatch(wanted):
        plain = wanted.replace(".", "")
        finer = f"{plain[:_CATEGORY]}.{plain[_CATEGORY:]}"[:_FINER]
        return known.get(finer) or known.get(plain[:_CATEGORY])
    return known.get(wanted)


def find_code_by_name(name: str, text: str) -> ListedCode | None:
    """Return the entry that has this name, without case, accents and spelling, or None if not exactly one has it.

    Args:
        name: One of LISTS.
        text: A name of that list, such as `Colon Adenocarcinoma`.

    """
    found = _entries_by_name(name).get(tuple(plain_words(text)), [])
    return found[0] if len(found) == 1 else None


def find_main_type(text: str) -> ListedCode | None:
    """Return the entry of a main type of OncoTree, such as `Colorectal Cancer`, or None.

    Main types have no code; studies of cBioPortal write them as CANCER_TYPE, beside the code or without it.
    """
    return _main_types().get(tuple(plain_words(text)))


def main_types() -> list[ListedCode]:
    """Return all main types of OncoTree."""
    return list(_main_types().values())


@cache
def _main_types() -> dict[tuple[str, ...], ListedCode]:
    return {
        tuple(plain_words(row["name"])): ListedCode("oncotree", row["name"], "main type", row["cgi_id"], row["how"])
        for row in read_rows("oncotree_main_types.tsv")
    }


@cache
def _entries_by_name(name: str) -> dict[tuple[str, ...], list[ListedCode]]:
    names: dict[tuple[str, ...], list[ListedCode]] = {}
    for entry in codes_of(name):
        names.setdefault(tuple(plain_words(entry.name)), []).append(entry)
    return names


def find_codes(text: str) -> list[ListedCode]:
    """Return what a code may be in other lists: in the one that it names, or in any of them.

    A number of the NCI Thesaurus stands for the codes for which OncoTree gives it.
    """
    asked, code = split_list(text)
    wanted = code.upper().removeprefix("NCIT:")
    found = [entry for name in LISTS if asked in ("", name) and (entry := _get(name, wanted))]
    if asked:
        return found
    return found + [entry for entry in codes_of("oncotree") if wanted in entry.nci]


def is_code_shaped(text: str) -> bool:
    """Whether it looks like a code of ICD-10 or ICD-O, whether or not it is in a table."""
    wanted = text.strip().upper()
    return bool(_ICD10.fullmatch(wanted) or _ICDO.fullmatch(wanted))


def split_list(text: str) -> tuple[str, str]:
    """Split a code from the list that it is said to be of: `cgi`, one of LISTS, or nothing where none is named."""
    prefix, _, code = text.strip().partition(":")
    name = prefix.strip().lower().replace("-", "")
    return (name, code.strip()) if name in (OWN, *LISTS) else ("", text.strip())


@cache
def clashes() -> dict[tuple[str, str], str]:
    """Return the codes that are ids of CGI too, by list and code: `same`, `near` or `other` disease."""
    return {(row["list"].lower(), row["code"]): row["meaning"] for row in read_rows("code_clashes.tsv")}
