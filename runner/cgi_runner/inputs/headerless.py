"""Lists without a header: whether a first line is a row, and of which columns."""

from __future__ import annotations

from cgi_runner.inputs.genes import is_in_capitals, rejection_of_gene
from cgi_runner.inputs.model import Kind
from cgi_runner.inputs.readers.copy_number_words import AMP, DEL, meaning_of_word
from cgi_runner.inputs.readers.fusion_names import parse_fusion
from cgi_runner.inputs.samples import is_gene_symbol

#: What joins the partners of a fusion, and the parts of nothing else.
_JOINS = ("--", "::", "__")
_EXAMPLES: dict[Kind, str] = {
    "translocations": "fus and sample, or gene1, gene2 and sample",
    "cnas": "gene, cna and sample",
}


def columns_of_row(kind: Kind, cells: list[str]) -> list[str]:
    """Return the columns of a first line that can only be a row, or nothing.

    A fusion alone in its line and a gene with `amp` or `del` are clear; what a further cell means is not.

    Args:
        kind: What the file is said to hold.
        cells: The cells of its first line.

    """
    if kind == "translocations" and len(cells) == 1 and _is_fusion(cells[0]):
        return ["fus"]
    if kind == "cnas" and len(cells) == 2 and _is_call(cells):  # noqa: PLR2004 - a gene and its copy number
        return ["gene", "cna"]
    return []


def tip_for_row(kind: Kind, cells: list[str]) -> str:
    """Say which line is missing where a first line holds a fusion or a call; nothing for any other line.

    Args:
        kind: What the file is said to hold.
        cells: The cells of its first line.

    """
    is_row = {
        "translocations": any(map(_is_fusion, cells)) or (len(cells) > 1 and all(map(_is_gene, cells[:2]))),
        "cnas": any(_is_call([first, second]) for first in cells[:2] for second in cells[1:3]),
    }
    if not is_row.get(kind):
        return ""
    return f"this line seems to be a row: put the names of the columns above it, such as {_EXAMPLES[kind]}"


def _is_fusion(cell: str) -> bool:
    return any(join in cell for join in _JOINS) and isinstance(parse_fusion(cell), tuple)


def _is_gene(cell: str) -> bool:
    return is_gene_symbol(cell) and is_in_capitals(cell) and not rejection_of_gene(cell)


def _is_call(cells: list[str]) -> bool:
    gene, value = cells
    return _is_gene(gene) and meaning_of_word(value) in {AMP, DEL}
