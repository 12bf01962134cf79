"""What the columns of tables are called: those that are known, and those that may say whose a row is.

Names are those of the formats that are read, in English, and those that sheets of clinics have.
"""

from __future__ import annotations

import re
import unicodedata

from cgi_runner.inputs.lazy_pattern import LazyPattern

SYNONYMS = {
    "chr": ("chr", "chrom", "chromosome"),
    "pos": ("pos", "position", "start", "start_position"),
    "end": ("end", "end_position", "stop", "chromend"),
    "ref": ("ref", "reference", "reference_allele"),
    "alt": ("alt", "alternate", "alternative", "alternate_allele", "tumor_seq_allele2"),
    "sample": (
        "sample",
        "sample_id",
        "sampleid",
        "sample_name",
        "tumor_sample_barcode",
        "tumor_sample",
        "biospecimen_id",
        "kids_first_biospecimen_id",
        "sample_barcode",
        "tumor_sample_id",
        "tumor_sample_name",
        "tumour_sample",
        "tumour_sample_id",
        "tumour_sample_name",
        "tumour_sample_barcode",
    ),
    "maf": ("tumor_seq_allele2",),
    "allele1": ("tumor_seq_allele1",),
    "build": (
        "ncbi_build",
        "genome_build",
        "build",
        "assembly",
        "reference_genome",
        "ref_genome",
        "genome",
        "grch",
        "genome_version",
        "genome_assembly",
        "assembly_version",
        "reference_build",
        "human_genome_build",
    ),
    "filter": ("filter", "filters", "filter_status", "vcf_filter", "filter_vcf"),
    "strand": ("strand",),
    "gdna": ("gdna", "hgvsg"),
    "protein": ("protein",),
    "protein_change": (
        "hgvsp_short",
        "hgvsp",
        "protein_change",
        "amino_acid_change",
        "aa_change",
        "protein_effect",
        "mutation_aa",
    ),
    "gene": ("gene", "hugo_symbol", "gene_symbol", "gene symbol", "gene.symbol", "symbol", "gene_name"),
    "cna": (
        "cna",
        "cnv",
        "cna_type",
        "cnv_type",
        "copy_number_alteration",
        "copy_number_status",
        "copy number status",
        "copy_number_call",
        "copy number call",
        "cna_status",
        "cnv_status",
        "cna status",
        "cnv status",
    ),
    "locus": ("locus id",),
    "cytoband": ("cytoband",),
    "fus": (
        "fus",
        "fusion",
        "fusions",
        "gene_fusion",
        "gene fusion",
        "fusion_gene",
        "fusion gene",
        "fusion_name",
        "fusionname",
    ),
}
"""What CGI calls a column, and what else it is called; blanks, dots, dashes, underscores and case do not count."""

OTHER_NAMES = {
    "chr": ("contig", "chromosome_name", "seqnames"),
    "pos": ("genomic_position", "genome_position", "start_pos", "coordinate", "chromosome_start"),
    "end": ("end_pos", "stop_pos", "chromosome_end"),
    "ref": ("ref_allele", "reference_base", "ref_base", "reference_call", "reference_genome_allele"),
    "alt": (
        "alt_allele",
        "alternate_base",
        "alt_base",
        "variant_allele",
        "var",
        "variant",
        "alternative_call",
        "mutated_to_allele",
    ),
    "sample": ("tumor_name", "tumour_name", "icgc_sample_id"),
    "strand": ("chromosome_strand",),
}
"""Names that count only where none of the former is there: MuTect's, VarScan2's, cBioPortal's, Illumina's, Sophia's,
Ion Torrent's, ICGC's."""

_PATIENT = (
    "patient|case|subject|individual|donor|participant|person|proband|mrn|initials|patienten|fall|paciente|caso|cas"
    "|paziente"
)
_WHO = (
    f"{_PATIENT}|sample|biospecimen|specimen|aliquot|barcode|accession|proben?|muestra|amostra|echantillon|campione"
    "|cellline|biosample|organoid|xenograft|pdx|biopsy|timepoint|visit"
)
#: Words that mean many other things unless a number or a name is asked for.
_WHO_IF_NUMBERED = (
    "pat|smpl|pt|u?subj|lab|labor|dna|library|model|depmap|block|order|auftrags?|befund|histo|einsende|requisition|report"
    "|pair|analysis|run|seq|sequencing|submitter|external|internal|entity|slide|isolate|extract"
)
_NUMBER = (
    "id|ids|name|barcode|code|key|no|nr|n|number|num|uuid|identifier|label|alias|nummer|numero|codigo|nombre|nom|nome"
)
_NAMING = "id|name|barcode|uuid|identifier|label|alias"
#: The file that a row is of, where the files of several patients were put below one another.
_FILE = (
    r"(source|src|input|original|raw|tumou?r)?((vcf|bam|cram|maf)?file(name|path|id)?|(vcf|bam|cram)(name|path|uuid)?)"
)
#: Names that the sample or the patient of a row is known to go by, and that are not read as the sample's.
_LIKE_A_SAMPLE = LazyPattern(
    rf"(bcr|tcga|icgc|gdc|submitted|submitter|primary)?(matched)?(tumou?r|norm(al)?)?({_WHO})+(submitter)?"
    rf"({_NUMBER})?"
    rf"|({_NUMBER})(de?(l|la)?)?({_WHO})"
    rf"|tumou?r(id|name|barcode|uuid|identifier)|({_WHO_IF_NUMBERED})({_NUMBER})|samples|pat"
    rf"|[a-z]+(sample|specimen|patient|biopsy)({_NAMING})|tumou?rdna({_NUMBER})|sourcename|isolate|{_FILE}"
)
_LIKE_A_PATIENT = LazyPattern(
    rf"(bcr|tcga|icgc|gdc|submitted)?({_PATIENT})+(submitter)?({_NUMBER})?|(pat|pt|subj)({_NUMBER})"
)


def canonical(name: str) -> str:
    """Return a column's name as it is compared: in lower case, without blanks, dots, dashes, underscores and a `#`."""
    return re.sub(r"^#|[\s._-]+", "", name.lower())


def without_index(name: str) -> str:
    """Return the name of a column without its number, which `bcftools query -H` writes before it, as in [2]POS."""
    return re.sub(r"^\[\d+\]", "", name)


def looks_like_sample(name: str) -> bool:
    """Whether a column may name the sample or the patient of its rows."""
    return bool(_LIKE_A_SAMPLE.fullmatch(letters_of(name)))


def looks_like_patient(name: str) -> bool:
    """Whether a column may name the patient that a sample is of."""
    return bool(_LIKE_A_PATIENT.fullmatch(letters_of(name)))


def letters_of(name: str) -> str:
    """Return a name in lower case, without accents and all that is neither a letter nor a digit."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name.lower()) if letter.isalnum())
