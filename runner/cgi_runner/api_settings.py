"""What callers of the public API may give by keyword, and what it means inside."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypedDict, cast

from cgi_runner.cohort.sheet import REFERENCES
from cgi_runner.connection import ServiceAddress
from cgi_runner.errors import InputError
from cgi_runner.files import replace_surrogates
from cgi_runner.inputs import KINDS, Kind, Options

PathLike = str | os.PathLike[str]


class Settings(TypedDict, total=False):
    """What `run` and `run_cohort` take beside their own parameters; each means what the option of that name means."""

    mutations: PathLike | Sequence[PathLike]
    cnas: PathLike | Sequence[PathLike]
    translocations: PathLike | Sequence[PathLike]
    reference: str
    """hg38 (GRCh38) or hg19 (GRCh37); left out, what the files say."""
    title: str
    any_cancer_type: bool
    ignore_build_hints: bool
    sample_column: str
    tcga_barcodes: bool
    filters: Iterable[str]
    keep_filtered: bool
    keep_germline: bool
    ignore_genotypes: bool
    insertion_start: str
    merge_phased: bool
    low_level_cnas: bool
    partial_amplifications: bool
    strict_input: bool
    sandbox: bool
    """Whether a stand-in inside this process is called, without an account."""
    api_url: str
    credentials: PathLike
    """File with one line: e-mail, space, token; left out, the environment, as for the commands."""
    ca_bundle: PathLike
    insecure: bool
    deadline: float | str
    """How long to wait, in seconds or as `2h`; 6 hours if left out."""
    delete: bool
    delete_adopted: bool
    fresh: bool
    pseudonyms: bool
    """Whether made-up names are sent in place of those of samples and the title."""
    strict: bool


_READING = (
    "ignore_build_hints",
    "sample_column",
    "tcga_barcodes",
    "keep_filtered",
    "keep_germline",
    "ignore_genotypes",
    "insertion_start",
    "merge_phased",
    "low_level_cnas",
    "partial_amplifications",
    "strict_input",
)


def refuse_unknown(settings: Settings) -> None:
    """Refuse a mistyped keyword, as Python itself does: it must not be taken for a default.

    Raises:
        TypeError: There is one.

    """
    if unknown := sorted(settings.keys() - Settings.__annotations__.keys()):
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}")


def parse_path(name: str, value: PathLike) -> Path:
    """Take a path; an empty one would mean the current folder.

    Args:
        name: What it is of, for the error.
        value: The path.

    Raises:
        InputError: It is empty.

    """
    if not str(value).strip():
        raise InputError(f"{name} is empty: is a variable unset?")
    return Path(value)


def parse_sources(settings: Settings, *, is_required: bool) -> dict[Kind, Path | Sequence[Path]]:
    """Return the input files of each kind.

    Args:
        settings: What was given.
        is_required: Whether there has to be one.

    Raises:
        InputError: There is none.

    """
    found: dict[Kind, Path | Sequence[Path]] = {}
    for kind in KINDS:
        given = settings.get(kind)
        if given is None:
            continue
        several = [given] if isinstance(given, str | os.PathLike) else given
        found[kind] = [parse_path(kind, each) for each in several]
    if is_required and not any(found.values()):
        raise InputError("no input file was given", tip="name at least one of mutations, cnas, translocations")
    return found


def parse_reference(settings: Settings) -> str | None:
    """Return hg19 or hg38, or None where the files decide.

    Raises:
        InputError: Another build was given.

    """
    asked = settings.get("reference")
    if asked is None:
        return None
    if asked.lower() not in REFERENCES:
        raise InputError(f"found the reference {asked!r}, expected hg38 (GRCh38) or hg19 (GRCh37)")
    return REFERENCES[asked.lower()]


def parse_title(settings: Settings) -> str:
    """Return the title on one line, of letters that a form can hold."""
    return replace_surrogates(" ".join(settings.get("title", "").split()))


def parse_options(settings: Settings) -> Options:
    """Return how the input files are to be read."""
    given = {name: value for name, value in settings.items() if name in _READING}
    return Options(filters=frozenset(settings.get("filters", ())), **cast("dict[str, Any]", given))


def parse_address(settings: Settings) -> ServiceAddress:
    """Return which service is called, and how.

    Raises:
        InputError: A value is empty.

    """
    url, bundle, file = settings.get("api_url"), settings.get("ca_bundle"), settings.get("credentials")
    if url is not None and not url.strip():
        raise InputError("api_url is empty: is a variable unset?")
    return ServiceAddress(
        url,
        None if file is None else parse_path("credentials", file),
        None if bundle is None else parse_path("ca_bundle", bundle),
        insecure=settings.get("insecure", False),
    )
