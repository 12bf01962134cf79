"""CGI's cancer types as the sandbox needs them: which ids exist, and which of them mean the same tumour."""

from __future__ import annotations

from functools import cache
from importlib import resources

ANY = "CANCER"


@cache
def parents() -> dict[str, tuple[str, ...]]:
    """Every cancer type id with the ids directly above it; the root has none."""
    text = (resources.files("cgi_runner") / "data" / "cancer_types.tsv").read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    columns = header.split("\t")
    rows = [dict(zip(columns, line.split("\t"), strict=True)) for line in lines]
    return {row["id"]: tuple(up for up in row["parents"].split(",") if up) for row in rows}


@cache
def lineage(cancer_type: str) -> frozenset[str]:
    """Return the type itself and everything above it."""
    above = (lineage(up) for up in parents().get(cancer_type, ()))
    return frozenset({cancer_type}).union(*above)


def same_tumour(submitted: str, tested: str) -> bool:
    """Whether a biomarker tested in one tumour type counts as a match for the submitted one.

    As in the open-source pipeline of CGI (2019): up and down the tree, so `CANCER` matches everything (fact 37).

    Args:
        submitted: Id of the type that the job was submitted with.
        tested: Id of the type in which the biomarker was tested.

    """
    return tested in lineage(submitted) or submitted in lineage(tested)
