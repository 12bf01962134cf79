"""Small archives of every generation of CGI's results, with the headers that were seen and rows made up by us."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

JOB = "deadbeef0123456789ab"


def _columns(text: str, by: str | None = None) -> list[str]:
    return text.split(by)


_GEN_1_ALTERATIONS = _columns(
    "Pfam_domain alt alt_type cadd_phred cancer cdna chr consequence default_id disrupting_driver_mut_prediction "
    "driver driver_gene driver_gene_source driver_mut_prediction driver_statement exac_af exon gdna gene gene_role "
    "info inframe_driver_mut_prediction input is_in_cluster is_in_delicate_domain known_match known_neutral "
    "known_neutral_reference known_neutral_source known_oncogenic known_oncogenic_reference known_oncogenic_source "
    "known_predisposing known_predisposing_reference known_predisposing_source known_variant_reference "
    "known_variant_source missense_driver_mut_prediction mutation_location pos protein protein_change protein_pos "
    "ref region sample strand transcript transcript_aminoacids transcript_exons",
)
_GEN_1_CNAS = _columns(
    "sample gene cna cancer known_in_tumors gene_role predicted_in_tumors internal_id driver driver_statement "
    "predicted_match known_match",
)
_GEN_1_FUSIONS = _columns(
    "sample fus effector_gene gene_role known_in_tumors internal_id cancer driver driver_statement known_match",
)
_GEN_1_DRUGS = _columns(
    "SAMPLE CANCER_TYPE SAMPLE_ALTERATION ALTERATION_MATCH TUMOR_MATCH DRUG BIOMARKER EFFECT BIOMARKER_IDX "
    "RESISTANCE_LIST RESISTANCE_TYPE TESTED_TUMOR EVIDENCE SOURCE",
)
_GEN_2A_ALTERATIONS = _columns(
    "MUTATION START POS_HG19 END CHR ALT REF STRAND INFO TYPE SYMBOL TRANSCRIPT PROTEIN_CHANGE BOOSTDM_DS "
    "BOOSTDM_SCORE ONCOGENIC_CLASSIFICATION SOURCE CONSEQUENCE IS_CANCER_GENE CONSENSUS_ROLE",
)
_GEN_2A_DRUGS = _columns(
    "SAMPLE DISEASES CTYPE SAMPLE_ALTERATION ALTERATION_MATCH CTYPE_MATCH DRUGS BIOMARKER RESPONSE BIOMARKER_IDX "
    "RESISTANCE_LIST RESISTANCE_TYPE EVIDENCE_LABEL SOURCE SOURCE_DETAILS",
)
_GEN_2B_ALTERATIONS = _columns(
    "Sample ID,Gene,Protein Change,Oncogenic Summary,Oncogenic Prediction,External oncogenic annotation,Mutation,"
    "Consequence,Transcript,Strand,Type",
    by=",",
)
_BIOMARKERS = _columns(
    "Sample ID,Alterations,Biomarker,Drugs,Diseases,Response,Evidence,Match,Source,BioM,Resist.,Tumor type",
    by=",",
)
_LEADING = ["Input ID", "CHROMOSOME", "POSITION", "REF", "ALT"]
_GEN_2C_TRAILING = _columns(
    "CGI-Sample ID,CGI-Gene,CGI-Protein Change,CGI-Oncogenic Summary,CGI-Oncogenic Prediction,"
    "CGI-External oncogenic annotation,CGI-Mutation,CGI-Consequence,CGI-Transcript,CGI-STRAND,CGI-Type",
    by=",",
)
_GEN_2C_ALTERATIONS = [*_LEADING, "chr", "pos", "ref", "alt", "ALT_TYPE", "STRAND", *_GEN_2C_TRAILING]
_GEN_2D_ALTERATIONS = [*_GEN_2C_ALTERATIONS, "CGI-HGVS", "CGI-HGVSc", "CGI-HGVSp"]
_GEN_2D_CNAS = _columns(
    "internal_id sample gene cna cancer predicted_in_tumors gene_role known_in_tumors driver driver_statement "
    "predicted_match known_match",
)

#: Three rows sent; in the archives that name rows, the second is the only one that did not come back.
UPLOAD = "chr\tpos\tref\talt\tsample\n7\t140753336\tA\tT\tone\n7\t55181378\tC\tT,A\tone\n3\t179234297\tA\tG\ttwo\n"
CNA_UPLOAD = "gene\tcna\tsample\nERBB2\tamp\tone\nPTEN\tgone\tone\nMYC\tamp\ttwo\n"
FUSION_UPLOAD = "fus\tsample\nBCR__ABL1\tone\nEML4__ALK\ttwo\n"

_SUMMARY = f"""===============================
=== Summary of the analysis ===
===============================

=== CGI-ANALYSIS ===
Analysis Code: a title: with a colon
Analysis ID: {JOB}
CGI version: v23.12.2
Date: 2024-09-09 12:17:40

=== INPUT ===
Analysed mutations: 2
Analysed cnas: 0
Analysed fusions: 0
Total samples: 2
Cancer type: CM
Reference genome: hg38
"""
_REPORT = f"""==============================
=== Report of the analysis ===
==============================

Date: 2023-05-30 15:43:09
CGI version: v23.05.3

Analysed mutations: 2
Cancer type: CM
Id: {JOB}
Reference: hg38
Title: a title
User: somebody@example.org
"""


def table(columns: list[str], *rows: Mapping[str, str], end: str = "\n") -> str:
    """Write a table of CGI's; cells that a row does not name are empty."""
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join("\t".join(cells) + end for cells in lines)


def _id_rows(*numbers: int) -> list[dict[str, str]]:
    """Rows of alterations.tsv for these rows of input01.tsv."""
    sent = [line.split("\t") for line in UPLOAD.splitlines()]
    return [
        {
            "Input ID": f"input01_{number}",
            "CHROMOSOME": sent[number][0],
            "POSITION": sent[number][1],
            "REF": sent[number][2],
            "ALT": sent[number][3],
            "CGI-Sample ID": sent[number][4],
            "CGI-Gene": "BRAF",
            "CGI-Oncogenic Summary": "oncogenic (annotated)",
            "CGI-Consequence": "missense_variant",
        }
        for number in numbers
    ]


def make_generation(name: str) -> dict[str, str]:
    """Return the members of an archive of this generation, by name."""
    return _GENERATIONS[name]()


def _gen_1() -> dict[str, str]:
    # `default_id` is the line of the input with its header; one input may give two rows.
    alterations = [
        {"default_id": "2", "gene": "BRAF", "driver": "known", "sample": "one"},
        {"default_id": "4", "gene": "PIK3CA", "driver": "known", "sample": "two"},
        {"default_id": "4", "gene": "KCNMB3", "driver": "other", "sample": "two"},
    ]
    cnas = [{"internal_id": "0", "gene": "ERBB2", "cna": "AMP"}, {"internal_id": "2", "gene": "MYC", "cna": "AMP"}]
    fusions = [{"internal_id": "0", "fus": "ABL1__BCR"}, {"internal_id": "1", "fus": "n/a"}]
    return {
        "mutation_analysis.tsv": table(_GEN_1_ALTERATIONS, *alterations, end="\r\n"),
        "drug_prescription.tsv": table(_GEN_1_DRUGS, {"SAMPLE": "one", "DRUG": " (BRAF inhibitor)"}, end="\r\n"),
        "drug_prescription_bioactivities.tsv": "SAMPLE\tCANCER_TYPE\r\n",
        "cna_analysis.tsv": table(_GEN_1_CNAS, *cnas, end="\r\n"),
        "fusion_analysis.tsv": table(_GEN_1_FUSIONS, *fusions, end="\r\n"),
        "not_mapped_entries.txt": "",
        "malformed_cnas.txt": "PTEN\tgone\n",
        "input01.tsv": UPLOAD,
        "input02.tsv": CNA_UPLOAD,
        "input03.tsv": FUSION_UPLOAD,
    }


def _gen_2a() -> dict[str, str]:
    rows = [
        {"MUTATION": "chr7:140753336 A>T", "SYMBOL": "BRAF", "CONSEQUENCE": "missense_variant", "INFO": "one"},
        {
            "MUTATION": "chr3:179234297 A>G",
            "ONCOGENIC_CLASSIFICATION": "known driver",
            "CONSEQUENCE": "missense_variant",
        },
    ]
    return {
        "mutation_analysis.tsv": table(_GEN_2A_ALTERATIONS, *rows),
        "drug_prescription.tsv": table(_GEN_2A_DRUGS, {"SAMPLE": "one", "CTYPE": "CM"}, end="\r\n"),
        "input01.tsv": UPLOAD,
    }


def _gen_2b() -> dict[str, str]:
    rows = [
        {
            "Sample ID": "one",
            "Gene": "BRAF",
            "Oncogenic Summary": "driver (annotated)",
            "Consequence": "missense_variant",
        },
        {"Sample ID": "two", "Gene": "PIK3CA", "Consequence": "missense_variant"},
    ]
    return {
        "alterations.tsv": table(_GEN_2B_ALTERATIONS, *rows),
        "prescriptions.tsv": table(_BIOMARKERS, {"Sample ID": "one", "BioM": "complete", "Match": "YES"}),
        "input01.tsv": UPLOAD,
    }


def _gen_2c() -> dict[str, str]:
    return {
        "alterations.tsv": table(_GEN_2C_ALTERATIONS, *_id_rows(1, 3)),
        "biomarkers.tsv": table(_BIOMARKERS, {"Alterations": "BRAF (V600E)", "Match": "YES", "BioM": "complete"}),
        "report.txt": _REPORT,
        "input01.tsv": UPLOAD,
    }


def _gen_2d() -> dict[str, str]:
    cnas = [
        {"internal_id": f"input02_{n}", "sample": sample, "gene": gene, "cna": "AMP"}
        for n, sample, gene in ((1, "one", "ERBB2"), (3, "two", "MYC"))
    ]
    fusions = [
        {"internal_id": f"input03_{n}", "sample": sample, "fus": fus}
        for n, sample, fus in ((1, "one", "ABL1__BCR"), (2, "two", "ALK__EML4"))
    ]
    foretinib = {"Alterations": "KRAS wildtype", "Drugs": "Foretinib\xa0(MET inhibitor)", "Match": "NO"}
    return {
        "alterations.tsv": table(_GEN_2D_ALTERATIONS, *_id_rows(1, 3)),
        "biomarkers.tsv": table(_BIOMARKERS, foretinib, {"Drugs": "IKKε inhibitor", "Match": "YES"}),
        "cna_analysis.tsv": table(_GEN_2D_CNAS, *cnas, end="\r\n"),
        "fusion_analysis.tsv": table(["internal_id", *_GEN_1_FUSIONS[:5]], *fusions, end="\r\n"),
        "summary.txt": _SUMMARY,
        "input01.tsv": UPLOAD,
        "input02.tsv": CNA_UPLOAD,
        "input03.tsv": FUSION_UPLOAD,
    }


_GENERATIONS = {"1": _gen_1, "2a": _gen_2a, "2b": _gen_2b, "2c": _gen_2c, "2d": _gen_2d}
GENERATIONS = tuple(_GENERATIONS)


def write_members(members: Mapping[str, str | bytes], folder: Path) -> Path:
    """Write the members of an archive as files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in members.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def write_zip(members: Mapping[str, str | bytes], path: Path) -> Path:
    """Write the members into an archive such as CGI sends: all at the root, deflated."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def zip_bytes(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make an archive of these members."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", method) as archive:
        warnings.simplefilter("ignore")  # members of one name are the point
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()
