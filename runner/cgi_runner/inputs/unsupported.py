"""Files of copy numbers and structural variants that hold no calls: each is recognised and refused with a tip.

Where to draw the line between a gain and an amplification is a medical decision, and so is which gene a breakpoint
belongs to. Nothing is guessed here: the tip names the kind of file and the limits that its own tool uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cgi_runner.inputs.column_words import SYNONYMS, canonical, looks_like_sample
from cgi_runner.inputs.model import Kind
from cgi_runner.inputs.text_source import TextSource

_DECIDE = "decide on a cut-off, and give a table with the columns gene and cna (amp or del)"
_VCF = "give the VCF that it was made of, or a table with the columns chr, pos, ref, alt"
_NAME = "name the genes on both sides with an annotator, and give a table with the column fus (A__B)"


_WAYS_OUT: dict[Kind, str] = {"mutations": _VCF, "cnas": _DECIDE, "translocations": _NAME}


@dataclass(frozen=True)
class Unsupported:
    """A kind of file that cannot be sent as it is."""

    kind: Kind
    name: str
    columns: frozenset[str]
    """Columns that identify it."""
    limits: str
    """Where its own tool draws the line."""
    fusions: str = ""
    """What to do where the file was given for its fusions, which it holds besides."""
    mutations: str = "or gene and protein"
    """What to do else where it was given for its mutations."""

    def matches(self, names: Iterable[str]) -> bool:
        """Whether a header with these columns is of this kind."""
        return {canonical(name) for name in names}.issuperset(map(canonical, self.columns))

    def tip(self, kind: Kind) -> str:
        """Return what to do instead, where the file was given as one of this kind."""
        if self.fusions and kind != self.kind:
            return self.fusions if kind == "translocations" else f"{_VCF}, {self.mutations}"
        return f"{self.limits}; {_WAYS_OUT[self.kind]}"


def _table(name: str, columns: str, limits: str) -> Unsupported:
    return Unsupported("cnas", name, frozenset(columns.split()), limits)


_SEGMENTS = "segments of the genome name no genes, and their tool defines no cut-off"
TABLES = (
    _table(
        "a gene table of PURPLE (purple.cnv.gene)", "gene mincopynumber maxcopynumber",
        "PURPLE calls a gene amplified above 3 times the ploidy and deleted below 0.5 copies; its driver catalogue "
        "lists these calls and can be used directly",
    ),
    _table("segments of PURPLE (purple.cnv.somatic)", "chromosome start end copynumber bafcount", _SEGMENTS),
    _table(
        "a table of CNVkit (.cns, .cnr or genemetrics)", "gene chromosome start end log2",
        "CNVkit's own filter `ampdel` keeps 5 copies or more and 0 copies",
    ),
    _table(
        "GDC's gene-level copy numbers", "gene_id gene_name chromosome copy_number min_copy_number",
        "the GDC defines no cut-off for numbers of copies",
    ),
    Unsupported(
        "cnas", "peaks of GISTIC (all_lesions)", frozenset(("unique name", "descriptor", "wide peak limits")),
        "peaks are regions of a whole cohort; all_thresholded.by_genes.txt of the same run can be used directly",
    ),
    _table("segments of ASCAT", "sample chr startpos endpos nmajor nminor", _SEGMENTS),
    _table("segments of ASCAT (GDC)", "gdc_aliquot chromosome start end copy_number", _SEGMENTS),
    _table("segments of Sequenza", "chromosome start.pos end.pos cnt", _SEGMENTS),
    _table("segments of FACETS", "chrom seg num.mark cnlr.median", f"{_SEGMENTS}, but for FACETS-suite's gene level"),
    _table("segments of GATK", "contig start end num_points_copy_ratio", _SEGMENTS),
    _table("segments of GATK", "contig start end mean_log2_copy_ratio", _SEGMENTS),
    _table("segments (SEG)", "chrom loc.start loc.end seg.mean", _SEGMENTS),
    _table("segments (SEG)", "chromosome start end segment_mean", _SEGMENTS),
    _table("segments (SEG)", "chromosome start end num_probes", _SEGMENTS),
    _table("segments (SEG)", "chrom start end seg.mean", _SEGMENTS),
    _table("segments of GATK", "contig start end log2_copy_ratio", _SEGMENTS),
    *(
        _table(
            "segments with their genes (Funcotator or Oncotator)", columns,
            "GATK's calls +, - and 0 distinguish gains from losses, but not from amplifications and deletions",
        )
        for columns in ("contig start end segment_call", "gene segment_call")
    ),
    _table(
        "a table of CNVkit (breaks)", "gene chromosome location change",
        "CNVkit lists genes in which the number of copies changes, amplified or not",
    ),
    _table(
        "copy numbers of chromosome arms", "arm cn_state",
        "arms are no genes; the gene level of FACETS-suite can be used directly",
    ),
    _table(
        "copy numbers of chromosome arms", "chromosome_arm",
        "arms are no genes; all_thresholded.by_genes.txt of the same run can be used directly",
    ),
    _table(
        "germline deletions of PURPLE", "gene germlinestatus tumorstatus",
        "these are of the germline; PURPLE's driver catalogue lists the calls of the tumour and can be used directly",
    ),
    _table(
        "an Oncomine table", "rowtype func1.gene",
        "Oncomine decides by the confidence bounds of the number of copies, with limits for each assay",
    ),
    _table(
        "an Oncomine table (Ion Reporter)", "locus type iscn",
        "Oncomine decides by the confidence bounds of the number of copies, with limits for each assay",
    ),
)  # fmt: skip
"""Tables that are identified by their header."""

TRANSPOSED = _table(
    "a matrix whose columns are genes", "",
    "if these are levels (-2 to 2), give them with one gene a row, in the columns sample, gene and "
    "copy_number_alteration; DepMap's are numbers of copies and no levels",
)  # fmt: skip
SEGMENTS = _table("regions of the genome without genes", "", _SEGMENTS)
_KEYS = frozenset(("studyid", "unnamed:0", "patientid", "altered"))
_GENE = re.compile(r"(?=.*[A-Z])[A-Z0-9][A-Z0-9-]+")
_COLUMNS = frozenset(canonical(word) for words in SYNONYMS.values() for word in words)
_PLACES = (frozenset(("chr", "chrom", "chromosome", "contig", "seqnames", "svchrom")),
           frozenset(("start", "startpos", "startposition", "locstart", "chromstart", "svstart")),
           frozenset(("end", "stop", "endpos", "endposition", "locend", "chromend", "svend",
                      "ratio", "medianratio")))  # fmt: skip

VCF_OF_COPY_NUMBERS = Unsupported(
    "cnas", "a VCF of copy numbers (such as DRAGEN's)", frozenset(),
    "DRAGEN writes every segment whose number of copies is not the expected one as DUP or DEL, a single copy included",
)  # fmt: skip
BREAKPOINTS = (
    Unsupported(
        "translocations", "pairs of breakpoints (BEDPE)", frozenset(("chrom1", "start1", "chrom2", "start2")),
        "breakpoints are positions in the genome and name no genes",
    ),
    Unsupported(
        "translocations", "structural variants of LINX (linx.svs)", frozenset(("svid", "clusterid", "genestart")),
        "these are all breakpoints with the genes near them; linx.fusion.tsv can be used directly",
    ),
    Unsupported(
        "translocations", "breakends of LINX (linx.breakend)", frozenset(("svid", "gene", "isstart")),
        "these are the genes that each breakpoint touches; linx.fusion.tsv can be used directly",
    ),
    Unsupported(
        "translocations", "structural variants of AnnotSV", frozenset(("annotsv_id",)),
        "AnnotSV lists the genes that each variant covers or touches, and pairs none",
    ),
)  # fmt: skip
"""Tables of structural variants that are identified by their header."""
SMALL_VARIANTS = (
    Unsupported(
        "mutations", "a table of VEP", frozenset(("uploaded_variation", "location", "allele")),
        "VEP writes the reference allele into VCFs only (its option --vcf)",
    ),
    Unsupported(
        "mutations", "a table of CLC", frozenset(("region", "type", "reference", "allele", "reference allele")),
        "CLC writes regions such as 55242465..55242479, and exports VCFs as well",
    ),
)  # fmt: skip
"""Tables of small variants that are identified by their header."""

VCF_OF_BREAKPOINTS = Unsupported(
    "translocations", "a VCF of structural variants (such as Manta's, DELLY's or GRIDSS's)", frozenset(),
    "breakends are positions in the genome and name no genes; Manta passes what its score and filters support",
)  # fmt: skip
TSO500 = Unsupported(
    "cnas", "a combined output of TSO500", frozenset(),
    "TSO500 lists genes by their fold change, with a limit for each gene; its fusions stand in the same file",
    "copy the lines below [Fusions], from the one that begins with Gene Pair on, to a separate file, and give that",
    "or the lines below [Small Variants], from the one that begins with Gene on, to a separate file, and give that",
)  # fmt: skip
FOUNDATION = Unsupported(
    "cnas", "a report of FoundationOne (XML)", frozenset(),
    "FoundationOne calls an amplification at 4 copies above the ploidy or more, and a deletion where no copy is "
    "left; its rearrangements stand in the same file",
    "give its rearrangements as a table with the column fus (A__B)",
)  # fmt: skip

_STARTS = (
    ("[analysis details]", TSO500),
    ("[sequencing run details]", TSO500),
    ("<?xml", FOUNDATION),
    ("<rr:resultsreport", FOUNDATION),
    ("<resultsreport", FOUNDATION),
)
#: What only those of structural variants have; several of them have the alleles and fields of copy numbers as well.
_OF_STRUCTURE = (
    "<id=bnd", "##alt=<id=inv", "##alt=<id=tra", "##alt=<id=ins", "##info=<id=mateid", "##info=<id=event,",
    "##info=<id=chr2", "##info=<id=ct,", "##info=<id=strands", "source=generatesvcandidates", "##source=manta",
    "##source=lumpy", "##source=svaba", "##source=gridss", "##gripssversion", "##source=sniffles", "##source=severus",
    "##source=delly", "##source=survivor",
)  # fmt: skip
_ALT = 4  # place of the column ALT
_COPY_ALLELES = ("<DUP", "<DEL", "<CN", "<AMP", "<GAIN", "<LOSS")
_OF_COPIES = ("<id=cnv", "##format=<id=cn,", "##format=<id=sm,", "dragen:cnv", "source=dragen_cnv")
_OF_EITHER = ("##alt=<id=dup", "##alt=<id=del")


def find_by_header(names: list[str]) -> Unsupported | None:
    """Return the kind of table that these columns identify, or None."""
    return next((table for table in (*TABLES, *BREAKPOINTS, *SMALL_VARIANTS) if table.matches(names)), None)


def has_regions_only(names: list[str]) -> bool:
    """Whether a table of copy numbers has positions in the genome and no genes, by what its columns are called."""
    plain = {canonical(name) for name in names}
    return all(plain & alike for alike in _PLACES) and not any("gene" in name or "symbol" in name for name in plain)


def is_transposed(names: list[str]) -> bool:
    """Whether the columns of a matrix are genes, as in what cBioPortal's result page and DepMap give.

    DepMap writes the number of the gene after its symbol: `EGFR (1956)`.
    """
    others = [name for name in names if name and not looks_like_sample(name) and canonical(name) not in _KEYS]
    genes = [re.fullmatch(r"(\S+) \(\d+\)", name) or _GENE.fullmatch(name) for name in others]
    is_named = any(canonical(name) in _COLUMNS for name in others)
    return bool(others) and not is_named and len(others) < len(names) and all(genes)


def find_by_first_line(text: str) -> Unsupported | None:
    """Return the kind of file that begins with this line, or None."""
    start = text.strip().lower()
    return next((file for beginning, file in _STARTS if start.startswith(beginning)), None)


def find_in_vcf(source: TextSource, text: str) -> Unsupported | None:
    """Find out from the header of a VCF whether it is one of copy numbers or of breakpoints.

    Args:
        source: The file, of which the first line was read.
        text: The first line.

    Returns:
        None for a VCF of small variants.

    """
    is_of_copies = is_of_either = False
    line: tuple[int, str] | None = (1, text)
    while line and line[1].startswith("##"):
        lower = line[1].lower()
        if any(word in lower for word in _OF_STRUCTURE):
            return VCF_OF_BREAKPOINTS
        is_of_copies = is_of_copies or any(word in lower for word in _OF_COPIES)
        is_of_either = is_of_either or any(word in lower for word in _OF_EITHER)
        line = source.line()
    if is_of_copies:
        return VCF_OF_COPY_NUMBERS
    found = _find_by_record(record[1]) if (record := source.line()) else None
    return found or (VCF_OF_COPY_NUMBERS if is_of_either else None)


def _find_by_record(text: str) -> Unsupported | None:
    """Find out the same from the alternative alleles of the first record, where the header says nothing."""
    alleles = [*text.split("\t"), *[""] * _ALT][_ALT]
    if any(mark in alleles for mark in ("[", "]", "<BND", "<INV", "<TRA", "<INS")):
        return VCF_OF_BREAKPOINTS
    return VCF_OF_COPY_NUMBERS if alleles.startswith(_COPY_ALLELES) else None
