"""The tables of fusion callers, portals and annotators: which columns identify each of them, and what they leave out.

Columns are those of the tools' own documents: Arriba (output-files), STAR-Fusion and FusionInspector (wiki),
FusionCatcher (manual, final-list_candidate-fusion-genes), pizzly (flattened table), LINX (README, fusions),
JAFFA (jaffa_results.csv), deFuse (results.tsv), EricScript (results.filtered.tsv), AGFusion (fusion_transcripts.csv),
Isofox (README, fusions), DRAGEN (fusion_candidates), TSO500 (AllFusions, combined output), SQUID (annotated output),
CICERO (final_fusions), STAR-SEQR (candidates), Archer, cBioPortal (file formats: structural variants, fusions), OncoKB
annotator (README); hgene and tgene as of FusionGDB and ChimerDB, up_gene and dw_gene of SOAPfuse, 5_FPG_GENE_NAME and
3_FPG_GENE_NAME of Oncofuse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from cgi_runner.inputs.column_words import SYNONYMS
from cgi_runner.inputs.readers.fusion_names import INTERGENIC, NOT_TWO, Partners, check_partners, parse_fusion
from cgi_runner.inputs.readers.fusions import FusionFormat

DISCARDED = "discarded by Arriba's own filters"
UNREPORTED = "not reported by LINX"
GERMLINE = "germline"
NOT_KEPT = "KeepFusion is not True"
RATED_BAD = "rated bad by CICERO"
NOT_PASSED = "DISPOSITION is not PASS"
NO_FUSED_GENES = "not a fusion of genes (SQUID)"
INTERGENIC_SITE = "intergenic"
IN_NORMAL = "found in the matched normal, too (FusionCatcher)"
#: Labels of which FusionCatcher's manual says that such a fusion is very probably none.
_DOUBTFUL_LABEL = re.compile(
    r"1000genomes|banned|bodymap2|cacg|conjoing|cortex|ct[abcd]|distance1000bp|gtex|hpa|mt|non_cancer_tissues"
    r"|non_tumor_cells|pair_pseudo_genes|paralogs|readthrough|rp(11)?|rrna|similar_(reads|symbols)"
    r"|(ensembl|refseq|ucsc)_(fully|same_strand)_overlapping"
)

_COUNTED = re.compile(r"[^(),]+\(\d+\)")


def _left_out_by_arriba(cells: Mapping[str, str]) -> str:
    """Arriba names the genes beside an intergenic breakpoint, which are not part of the fusion.

    After a filter's name it counts reads; without a number, the filter removed the whole event.
    """
    if INTERGENIC_SITE in {cells.get("site1", ""), cells.get("site2", "")}:
        return INTERGENIC
    filters = cells.get("filters", "").strip()
    whole = [name for name in filters.split(",") if name not in ("", ".") and not _COUNTED.fullmatch(name)]
    return DISCARDED if whole else ""


def _unreported_by_linx(cells: Mapping[str, str]) -> str:
    return UNREPORTED if cells.get("reported", "").casefold() in {"false", "0"} else ""


def _germline(cells: Mapping[str, str]) -> str:
    return GERMLINE if cells.get("sv_status", "").casefold() == GERMLINE else ""


def _exclude_unless(column: str, expected: str, reason: str) -> Callable[[Mapping[str, str]], str]:
    """Make a rule that leaves out rows that have another word than this one in a column."""
    return lambda cells: "" if cells[column].strip().casefold() == expected else reason


def _rated_bad(cells: Mapping[str, str]) -> str:
    return RATED_BAD if cells["rating"].strip().casefold() == "bad" else ""


def _labels_of_fusioncatcher(cells: Mapping[str, str]) -> set[str]:
    return {label.strip().casefold() for label in cells.get("fusion_description", "").split(",")}


def _found_in_normal(cells: Mapping[str, str]) -> str:
    return IN_NORMAL if "matched-normal" in _labels_of_fusioncatcher(cells) else ""


def _doubts_of_fusioncatcher(cells: Mapping[str, str]) -> set[str]:
    return set(filter(_DOUBTFUL_LABEL.fullmatch, _labels_of_fusioncatcher(cells)))


def _parse_slash(text: str) -> Partners | str:
    return check_partners(*text.split("/")) if text.count("/") == 1 else parse_fusion(text)


def _parse_underscore(text: str) -> Partners | str:
    return check_partners(*text.split("_")) if text.count("_") == 1 else NOT_TWO


_PAIRS = (
    ("genea", "geneb"), ("gene1", "gene2"), ("site1_gene", "site2_gene"), ("gene5", "gene3"),
    ("gene5prime", "gene3prime"), ("5_prime_gene", "3_prime_gene"), ("five_prime_gene", "three_prime_gene"),
    ("left_gene", "right_gene"), ("5' gene", "3' gene"), ("partner1", "partner2"), ("gene_a_name", "gene_b_name"),
    ("hgene", "tgene"), ("up_gene", "dw_gene"), ("5' partner", "3' partner"), ("gene", "partner"),
    ("gene", "partner_gene"), ("gene", "fusion_partner"), ("5_fpg_gene_name", "3_fpg_gene_name"),
)  # fmt: skip

FUSION_FORMATS = (
    FusionFormat(
        "Arriba",
        partners=("gene1", "gene2"),
        others=("breakpoint1", "breakpoint2"),
        confidence="confidence",
        exclude=_left_out_by_arriba,
    ),
    FusionFormat("STAR-Fusion", "fusionname", others=("junctionreadcount",)),
    FusionFormat("STAR-Fusion", "fusion_name", others=("junctionreads",)),
    FusionFormat(
        "FusionCatcher",
        partners=("gene_1_symbol(5end_fusion_partner)", "gene_2_symbol(3end_fusion_partner)"),
        exclude=_found_in_normal,
        doubts=_doubts_of_fusioncatcher,
    ),
    FusionFormat("pizzly", partners=("genea.name", "geneb.name")),
    FusionFormat("LINX", partners=("genestart", "geneend"), others=("name",), exclude=_unreported_by_linx),
    FusionFormat("LINX", "name", others=("reportedtype",), parse=_parse_underscore, exclude=_unreported_by_linx),
    FusionFormat(
        "cBioPortal structural variants",
        partners=("site1_hugo_symbol", "site2_hugo_symbol"),
        exclude=_germline,
    ),
    FusionFormat("EricScript", partners=("genename1", "genename2"), others=("ericscore",)),
    FusionFormat("deFuse", partners=("gene_name1", "gene_name2")),
    FusionFormat("AGFusion", partners=("5'_gene", "3'_gene"), others=("fusion_effect",)),
    FusionFormat("Isofox", partners=("genenameup", "genenamedown"), has_status=True),
    FusionFormat("DRAGEN", "fusiongene", others=("score", "leftbreakpoint"), has_status=True),
    FusionFormat("JAFFA", "fusion genes", confidence="classification"),
    FusionFormat(
        "SQUID",
        "fusedgenes",
        others=("type", "chrom1"),
        exclude=_exclude_unless("type", "fusion-gene", NO_FUSED_GENES),
    ),
    FusionFormat(
        "TSO500 AllFusions",
        partners=("gene a", "gene b"),
        others=("keepfusion",),
        exclude=_exclude_unless("keepfusion", "true", NOT_KEPT),
        has_status=True,
    ),
    FusionFormat("TSO500", "gene pair", others=("fusion supporting reads",), parse=_parse_slash, has_status=True),
    FusionFormat("CICERO", partners=("genea", "geneb"), others=("rating",), confidence="rating", exclude=_rated_bad),
    FusionFormat(
        "STAR-SEQR",
        partners=("left_symbol", "right_symbol"),
        others=("disposition",),
        exclude=_exclude_unless("disposition", "pass", NOT_PASSED),
    ),
    *(
        FusionFormat("Archer", name, others=("strong evidence",), confidence="strong evidence", has_status=True)
        for name in SYNONYMS["fus"]
    ),
    *(FusionFormat("two gene columns", partners=pair, has_status=True) for pair in _PAIRS),
    *(FusionFormat("fusions", name, is_free=True, has_status=True) for name in SYNONYMS["fus"]),
)
"""The most specific ones first; a header is of the first one whose columns it has."""
