"""Names of genes: what can be a symbol, why something else is none, and what is taken off before.

CGI looks genes up by their HGNC symbol; whatever is no symbol comes back as `other`, without a word. Rules for symbols
(capitals, digits, dashes; `C9orf72` as the exception) are those of the HGNC; `@` ended the names of gene clusters.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files

from cgi_runner.inputs.problems import quote
from cgi_runner.inputs.samples import is_gene_symbol
from cgi_runner.inputs.text_source import TextSource

SEVERAL = "several genes in one cell"
IDENTIFIER = "an id or a position, not a gene symbol"
NO_SYMBOL = "not a gene symbol"

_MAX_NAMED = 5
_SYMBOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*?(-?@)?", re.ASCII)
_SEVERAL = re.compile(r"[,;|&+/]|\s(and|or)\s", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"(ENS[A-Z]{0,4}[GTPE]\d{6,}|[NX][MRPG]_\d+|LRG_\d+|HGNC:\d+|ENTREZ:?\d+|UC\d{3}[A-Z]{3})([._].*)?"
    r"|chr(\d{1,2}|[XYM])([pq][\d.]*)?|(\d{1,2}|[XY])[pq][\d.]*",  # a chromosome, its arm or its band
    re.IGNORECASE | re.ASCII,
)
_CAPITALS = re.compile(r"[A-Z0-9._@-]+|C\d+orf\d+|Y_RNA|.*_(r|s|sn|sno)RNA", re.ASCII)
_EXONS = re.compile(
    r"(?<=[A-Z0-9])[ _]?[Ee]x(on)?s?[ _]?\d+$|\.(Ex?\d+|[A-Z]\d+[a-z]*[A-Z]\d+[a-z]*)(\..*)?$", re.ASCII
)
_BREAKPOINT = re.compile(r"(?<!\s)\s*[(\[][^()\[\]]*[)\]]$")


def clean_gene(text: str) -> str:
    """Take off what follows a symbol: a place in brackets (`EML4(13)`), an id (`BCR^ENSG…`), exons.

    Oncomine writes the exons of both partners, each behind the first letter of its gene: `EML4-ALK.E13A20`; others
    write `EML4ex13` or `EML4 exon 13`.
    """
    return _EXONS.sub("", _BREAKPOINT.sub("", text.partition("^")[0].strip()))


def rejection_of_gene(text: str) -> str:
    """Return why a cell names no gene; nothing where it may name one, or where the cell is faulty as a whole."""
    if _IDENTIFIER.fullmatch(text):
        return IDENTIFIER
    if _SEVERAL.search(text):
        return SEVERAL
    if is_gene_symbol(text) and not _SYMBOL.fullmatch(text):
        return NO_SYMBOL
    return ""


def is_in_capitals(gene: str) -> bool:
    """Whether a symbol is written as those of human genes are."""
    return bool(_CAPITALS.fullmatch(gene))


@cache
def _former_symbols() -> dict[str, str]:
    """Return the present symbol for each former one."""
    with (files("cgi_runner") / "data" / "former_symbols.tsv").open(encoding="utf-8") as lines:
        below = (line for line in lines if not line.startswith("#"))
        return {row["former"]: row["symbol"] for row in csv.DictReader(below, delimiter="\t")}


def report_former_symbols(source: TextSource, genes: Iterable[str]) -> None:
    """Warn of names that HGNC does not have, as CGI may know its symbols only.

    Args:
        source: The file, which gets the note.
        genes: All symbols that are sent.

    """
    present = {gene: symbol for gene in genes if (symbol := _former_symbols().get(gene.upper()))}
    if present:
        listed = ", ".join(f"{gene}: {symbol}" for gene, symbol in sorted(present.items())[:_MAX_NAMED])
        source.note(f"{len(present)} symbols that are not those of HGNC ({listed}): CGI may not know them", warn=True)


def report_lower_case(source: TextSource, genes: Collection[str]) -> None:
    """Warn of symbols that CGI is not going to know, as it knows those of human genes.

    Args:
        source: The file, which gets the note.
        genes: Symbols that are not in capitals.

    """
    if genes:
        listed = ", ".join(map(quote, sorted(genes)[:_MAX_NAMED]))
        source.note(f"{len(genes)} gene symbols not in capitals ({listed}): CGI may not know them", warn=True)
