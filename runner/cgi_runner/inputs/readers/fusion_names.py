"""The two partners of a fusion, however it is written: `EML4--ALK`, `EML4 - ALK fusion`, `EML4(13)::ALK(20)`."""

from __future__ import annotations

import re

from cgi_runner.inputs.genes import clean_gene, is_in_capitals, rejection_of_gene
from cgi_runner.inputs.samples import is_gene_symbol

NOT_TWO = "not a fusion of two named genes"
ONE_SIDED = "only one partner is named"
INTERGENIC = "a partner is intergenic"
SAME_GENE = "both partners are the same gene"
HYPHENS = "several hyphens: it is not clear which of them joins the partners"
LONGEST = 300
TOO_LONG = f"longer than {LONGEST} characters, which is too long for the name of a fusion"
"""Text, and no name: some patterns take the square of its length."""

Partners = tuple[str, str]

_SEPARATORS = ("__", "--", "::")
#: Dashes and arrows that word processors make of a hyphen.
_DASHES = re.compile(r"[\u2010-\u2015\u2212]| ?(->|\u2192) ?")
_NOBODY = frozenset(("", ".", "-", "?", "na", "n/a", "nan", "none", "null", "unknown", "intragenic", "rearrangement"))
#: What reports write where a partner would stand; none of these is a symbol of HGNC.
_NO_PARTNER = re.compile(
    r"(re)?arrang(ed|ements?)|r|split|break[- ]?(apart)?|breakpoint|translocat(ed|ion)|inver(ted|sion)|fus(ed|ion)"
    r"|(un|not )?detected|pos(itive)?|neg(ative)?|no|not|others?|any|partner|present|absent|normal|wt|wild[- ]?type"
    r"|itd|ptd|kdd|tkd|v(ar)?(iant)?[ivx\d]+[ab]?|ex(on)?\d+(-\d+)?(skip\w*)?|skip(ped|ping)"
    r"|del(eted|etion)?|dup(licat\w+)?|insertion|amp(lif\w+)?|gain|loss|mut(ated|ation|ant)?"
    # a change of the protein, such as V600E; F11R is a gene
    r"|p\..*|(?!f11r$)[acdefghiklmnpqrstvwy]\d{2,4}[acdefghiklmnpqrstvwy*]",
    re.IGNORECASE,
)
DENIED = "marked as absent, uncertain or germline"
_DENIED = re.compile(
    r"[(\[][^()\[\]]*\b(no|not|neg|negative|absent|undetected|fail(ed)?|artifact|false|germ-?line|nicht|kein\w*|negativ\w*"
    r"|suspected|possibl[ey]|equivocal|uncertain|inconclusive|indeterminate|unconfirmed|unclear|fraglich|sospechos[ao])\b",
    re.IGNORECASE,
)
#: cBioPortal writes `EML4-ALK fusion`, and behind it the assay where that is Archer; reports have other words for it.
_ENDING = re.compile(
    r"[\s_-]+(gene[\s_-]+)?(fusions?|rearrangements?|translocations?)([\s_-]+(gene|transcript))?(\s*-\s*archer)?$",
    re.IGNORECASE,
)
#: What stands in brackets after both partners: exons, a variant, the frame.
_BRACKETS = re.compile(r"(\s*[(\[][^()\[\]]*[)\]])+$")
_WORD = re.compile(r"^(gene\s+)?fusions?(\s*:\s*|\s+(of\s+)?)", re.IGNORECASE)
_INTERGENIC = re.compile(r"\bintergenic\b|\(\d+\),|^IGR\b", re.IGNORECASE)
#: Symbols with a hyphen of their own (HGNC): HLA genes, homeobox families, histones, mitochondrial and antisense genes;
#: besides names of clones, which annotations give to genes without a symbol.
_HYPHENATED = re.compile(
    r"HLA-([A-Z]|D[MOPQR][ABN]?\d*)|NKX\d-\d+|H[1-4][A-Z]?-\d+[A-Z]?|MT-[A-Z0-9]+|KRTAP\d+-\d+|ERV[A-Z0-9]+-\d+"
    r"|MIR\d+[A-Z]*-\d+|RNU\d+-\d+P?|TR[A-Z]-[ACGTN]{3}\d+-\d+|[A-Z]+\d*-\d+[A-Z]\d+\.\d+"
    r"|[A-Z0-9]+-(AS|IT|OT|DT|ET)\d*|IG[HKL]-@",
)


def parse_fusion(text: str) -> Partners | str:
    """Return the partners in the order in which they are written, or the reason why there are not two."""
    text = " ".join(text.split())
    if reason := _rejection_of_text(text):
        return reason
    bare = _take_off_words(_DASHES.sub("-", text))
    for separator in _SEPARATORS:
        first, found, second = bare.partition(separator)
        if found:
            if any(other in part for part in (first, second) for other in _SEPARATORS):
                return NOT_TWO
            return check_partners(first, second)
    if bare.count(":") == 1:
        cells = [clean_gene(cell) for cell in bare.split(":")]
        if any("-" in cell and not _HYPHENATED.fullmatch(cell) for cell in cells):
            return NOT_TWO
        return check_partners(*cells)
    return _split_at_hyphen(bare)


def _rejection_of_text(text: str) -> str:
    """Return why a text names no partner, whatever stands in it."""
    if len(text) > LONGEST:
        return TOO_LONG
    return DENIED if _DENIED.search(text) else ""


def _take_off_words(text: str) -> str:
    """Take off what is said of a fusion before and after its partners."""
    return _ENDING.sub("", _BRACKETS.sub("", _ENDING.sub("", _WORD.sub("", text))))


def check_partners(first: str, second: str) -> Partners | str:
    """Return two partners without what follows their symbols, or the reason why they are not two genes.

    Args:
        first: The first partner, as the file has it.
        second: The second one.

    """
    cells = [" ".join(first.split()), " ".join(second.split())]
    if any(_INTERGENIC.search(cell) for cell in cells):
        return INTERGENIC
    if reason := _rejection_of_text(cells[0]) or _rejection_of_text(cells[1]):
        return reason
    genes = [clean_gene(cell) for cell in cells]
    absent = [gene.casefold() in _NOBODY or bool(_NO_PARTNER.fullmatch(gene)) for gene in genes]
    if any(absent):
        return NOT_TWO if all(absent) else ONE_SIDED
    for gene in genes:
        if reason := rejection_of_gene(gene):
            return reason
        if not is_gene_symbol(gene):
            return NOT_TWO
    return SAME_GENE if genes[0] == genes[1] else (genes[0], genes[1])


def _is_one_partner(text: str) -> bool:
    """Whether a text names one gene and nothing else."""
    is_nobody = text.casefold() in _NOBODY or _NO_PARTNER.fullmatch(text)
    return is_in_capitals(text) and "_" not in text and not is_nobody and not rejection_of_gene(text)


def _split_at_hyphen(text: str) -> Partners | str:
    """Split at the one hyphen that is not part of a symbol."""
    if _NO_PARTNER.fullmatch(text):
        return NOT_TWO
    parts = re.split(r" ?- ?", text)
    if len(parts) == 1:
        return ONE_SIDED if _is_one_partner(text) else NOT_TWO
    if _HYPHENATED.fullmatch(text):
        return ONE_SIDED
    ways = [("-".join(parts[:place]), "-".join(parts[place:])) for place in range(1, len(parts))]
    good = [way for way in ways if all("-" not in gene or _HYPHENATED.fullmatch(gene) for gene in way)]
    return check_partners(*good[0]) if len(good) == 1 else HYPHENS
