"""The tables of fusion callers, portals and annotators: which columns tell each of them, and what they leave out.

Columns are those of the tools' own documents: Arriba (output-files), STAR-Fusion and FusionInspector (wiki),
FusionCatcher (manual, final-list_candidate-fusion-genes), pizzly (flattened table), LINX (README, fusions),
JAFFA (jaffa_results.csv), deFuse (results.tsv), EricScript (results.filtered.tsv), AGFusion (fusion_transcripts.csv),
Isofox (README, fusions), DRAGEN (fusion_candidates), cBioPortal (file formats: structural variants, fusions), OncoKB
annotator (README); hgene and tgene as of FusionGDB and ChimerDB, up_gene and dw_gene of SOAPfuse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cgi_runner.inputs.column_words import SYNONYMS
from cgi_runner.inputs.readers.fusion_names import INTERGENIC, NOT_TWO, Partners, check_partners
from cgi_runner.inputs.readers.fusions import FusionFormat

DISCARDED = "discarded by Arriba's own filters"
UNREPORTED = "not reported by LINX"
GERMLINE = "germline"
INTERGENIC_SITE = "intergenic"

_COUNTED = re.compile(r"[^(),]+\(\d+\)")


def _left_out_by_arriba(cells: Mapping[str, str]) -> str:
    """Arriba names the genes beside an intergenic breakpoint, which are not part of the fusion.

    Behind a filter's name it counts reads; without a number, the filter removed the whole event.
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


def _joined_by_underscore(text: str) -> Partners | str:
    return check_partners(*text.split("_")) if text.count("_") == 1 else NOT_TWO


_PAIRS = (
    ("genea", "geneb"), ("gene1", "gene2"), ("site1_gene", "site2_gene"), ("gene5", "gene3"),
    ("gene5prime", "gene3prime"), ("5_prime_gene", "3_prime_gene"), ("five_prime_gene", "three_prime_gene"),
    ("left_gene", "right_gene"), ("5' gene", "3' gene"), ("partner1", "partner2"), ("gene_a_name", "gene_b_name"),
    ("hgene", "tgene"), ("up_gene", "dw_gene"), ("5' partner", "3' partner"), ("gene", "partner"),
    ("gene", "partner_gene"), ("gene", "fusion_partner"),
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
    ),
    FusionFormat("pizzly", partners=("genea.name", "geneb.name")),
    FusionFormat("LINX", partners=("genestart", "geneend"), others=("name",), exclude=_unreported_by_linx),
    FusionFormat("LINX", "name", others=("reportedtype",), parse=_joined_by_underscore, exclude=_unreported_by_linx),
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
    *(FusionFormat("two gene columns", partners=pair, has_status=True) for pair in _PAIRS),
    *(FusionFormat("fusions", name, is_free=True, has_status=True) for name in SYNONYMS["fus"]),
)
"""The most telling ones first; a header is of the first one whose columns it has."""
