"""Whether the inputs of one run are of the same samples, however each file calls them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from cgi_runner.errors import InputError
from cgi_runner.inputs.problems import quote_names
from cgi_runner.inputs.samples import is_tcga_barcode


def check_agreement(names: Mapping[str, frozenset[str]], *, may_differ: bool = False) -> str:
    """Make sure that no input is of samples that no other one has: one patient's would be several at CGI.

    Args:
        names: The samples that each input names, by the name of its file; inputs that name none have no entry.
        may_differ: Whether inputs of different samples are only worth a warning.

    Returns:
        A warning, or nothing where all inputs name the same samples.

    Raises:
        InputError: An input has no sample in common with any other.

    """
    alone = [source for source in names if not any(names[source] & names[one] for one in names if one != source)]
    if len(names) < 2 or len(set(names.values())) == 1:  # noqa: PLR2004 - it takes two to differ
        return ""
    told = "; ".join(f"{source} names {quote_names(sorted(found))}" for source, found in names.items())
    tip = "--sample NAME names all of them, where each file holds one sample"
    if any(is_tcga_barcode(name) for found in names.values() for name in found):
        tip += "; --tcga-barcodes compares TCGA barcodes by their sample, the first 15 characters"
    if alone and not may_differ:
        raise InputError(f"found inputs without a sample in common, expected the same samples: {told}", tip=tip)
    if alone:
        return f"inputs have no sample in common: {told}; {tip}"
    return f"not all samples are in all inputs: {told}; {tip}"


def describe_similar_names(names: Iterable[frozenset[str]]) -> str:
    """Return a warning of names that differ only in case, or in how blanks, dashes and accents are written.

    Args:
        names: The samples that each input names.

    """
    alike: dict[str, list[str]] = {}
    for name in sorted(frozenset[str]().union(*names)):
        alike.setdefault(_simplify(name), []).append(name)
    told = "; ".join(quote_names(similar) for similar in alike.values() if len(similar) > 1)
    return (
        f"names of samples that differ in case or punctuation only are sent as different samples: {told}"
        if told
        else ""
    )


def _simplify(name: str) -> str:
    return re.sub(r"[\W_]+", "_", unicodedata.normalize("NFKC", name).casefold())
