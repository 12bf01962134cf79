"""Inputs of one run that call their samples by different names."""

from __future__ import annotations

from typing import Any

import pytest

from cgi_runner.errors import InputError
from cgi_runner.inputs.sample_agreement import check_agreement, describe_similar_names
from cgi_runner.inputs.samples import tcga_sample


def names(**found: str) -> dict[str, frozenset[str]]:
    """Return the samples of each file from words."""
    return {source: frozenset(text.split()) for source, text in found.items()}


@pytest.mark.parametrize(
    "found",
    [names(a="TUMOR", b="P1"), names(a="TUMOR", b="P1", c="P1_RNA"), names(a="P1 P2", b="P2", c="P3")],
)
def test_inputs_without_a_sample_in_common_are_refused(found: dict[str, frozenset[str]]) -> None:
    """One patient under several names would be several patients at CGI; the error names them and the way out."""
    with pytest.raises(InputError, match="without a sample in common") as raised:
        check_agreement(found)
    assert all(source in raised.value.message for source in found)
    assert "--sample" in raised.value.tip
    assert "no sample in common" in check_agreement(found, may_differ=True)


def test_tcga_barcodes_have_a_way_out() -> None:
    """An aliquot and its sample are one: the tip says how to have them taken for one."""
    with pytest.raises(InputError) as raised:
        check_agreement(names(a="TCGA-AB-1234-01A-11D-A10S-08", b="TCGA-AB-1234-01"))
    assert "--tcga-barcodes" in raised.value.tip


@pytest.mark.parametrize("found", [names(a="P1 P2", b="P1"), names(a="P1 P2", b="P1", c="P2")])
def test_inputs_with_some_samples_in_common_are_a_warning(found: dict[str, frozenset[str]]) -> None:
    """A patient without copy numbers is nothing odd in a table of many."""
    assert check_agreement(found).startswith("not all samples are in all inputs")


@pytest.mark.parametrize("found", [names(a="P1"), names(a="P1", b="P1"), names(), names(a="A B", b="B A")])
def test_inputs_of_the_same_samples_are_fine(found: dict[str, frozenset[str]]) -> None:
    """There is nothing to say."""
    assert check_agreement(found) == ""


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("TCGA-AB-1234-01A-11D-A10S-08", "TCGA-AB-1234-01"),
        ("TCGA-AB-1234-01A", "TCGA-AB-1234-01"),
        ("TCGA-AB-1234-01", "TCGA-AB-1234-01"),
        ("TCGA-AB-1234", "TCGA-AB-1234"),
        ("P-0001234-T01-IM6", "P-0001234-T01-IM6"),
    ],
)
def test_the_sample_of_a_tcga_barcode_is_its_first_15_characters(name: str, sample: str) -> None:
    """Tumour and normal of a patient stay apart; what is no barcode of a sample stays as it is."""
    assert tcga_sample(name) == sample


CNAS = "gene|cna|sample\nMYC|amp|{}\n"
FUSIONS = "fus|sample\nEML4__ALK|{}\n"
ALIQUOT, SAMPLE = "TCGA-AB-1234-01A-11D-A10S-08", "TCGA-AB-1234-01"


def test_one_patient_under_three_names_is_refused(inputs: Any, vcf: Any) -> None:
    """A VCF, copy numbers and fusions of one patient would be three at CGI; `--sample` makes them one."""
    files = {
        "mutations": vcf("7 140753336 . A T . PASS . GT 0/1", samples="Tumor1"),
        "cnas": CNAS.format("P1"),
        "translocations": FUSIONS.format("P1_RNA"),
    }
    error = inputs.refuse(**files)
    assert "found inputs without a sample in common" in error.message
    assert all(name in error.message for name in ("'Tumor1'", "'P1'", "'P1_RNA'", "--cnas"))
    assert "--sample NAME" in error.tip
    outcome = inputs.prepare(**files, sample="P1")
    assert outcome.prepared.samples == {"P1": 3}


def test_a_sample_without_copy_numbers_is_a_warning(inputs: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The screen and the record tell which samples are not in all inputs."""
    outcome = inputs.prepare(cnas=CNAS.format("P1"), translocations=FUSIONS.format("P1") + "BCR__ABL1|P2\n")
    assert outcome.prepared.samples == {"P1": 2, "P2": 1}
    assert "not all samples are in all inputs" in caplog.text
    assert all("not all samples" in file.notes[-1] for file in outcome.prepared.files)


def test_a_file_without_names_is_of_the_sample_of_the_others(inputs: Any) -> None:
    """It takes the name of the only sample there is."""
    outcome = inputs.prepare(cnas="gene|cna\nMYC|amp\n", translocations=FUSIONS.format("P1"))
    assert outcome.prepared.samples == {"P1": 2}


@pytest.mark.parametrize(
    "cnas",
    [CNAS.format(SAMPLE), f"Gene Symbol|Cytoband|{SAMPLE}\nMYC|8q|2\n", f"Gene Symbol|Cytoband|{SAMPLE}A\nMYC|8q|2\n"],
)
def test_tcga_barcodes_are_taken_for_their_sample_when_asked(inputs: Any, cnas: str) -> None:
    """An aliquot of the mutations and the sample of the copy numbers are one, in tables and in matrices."""
    maf = "Chromosome|Start_Position|Reference_Allele|Tumor_Seq_Allele1|Tumor_Seq_Allele2|Tumor_Sample_Barcode\n"
    mutations = maf + f"7|140753336|A|A|T|{ALIQUOT}\n"
    assert "--tcga-barcodes" in inputs.refuse(mutations=mutations, cnas=cnas).tip
    outcome = inputs.prepare(mutations=mutations, cnas=cnas, tcga_barcodes=True)
    assert outcome.prepared.samples == {SAMPLE: 2}


def test_the_barcode_of_a_vcf_is_taken_for_its_sample_when_asked(inputs: Any, vcf: Any) -> None:
    """So is a column of a VCF, and the record says so."""
    mutations = vcf("7 140753336 . A T . PASS . GT 0/1", samples=ALIQUOT)
    outcome = inputs.prepare(mutations=mutations, cnas=CNAS.format(SAMPLE), tcga_barcodes=True)
    assert outcome.prepared.samples == {SAMPLE: 2}
    assert any("the sample of the barcode" in note for note in outcome.prepared.files[0].notes)


def test_what_a_barcode_is_cut_to_is_said(inputs: Any) -> None:
    """Of many samples, the first few are named and the rest counted."""
    rows = [f"7\t140753336\tA\tT\tTCGA-AB-12{number:02}-01A-11D-A10S-08" for number in range(8)]
    outcome = inputs.prepare(mutations="chr\tpos\tref\talt\tsample\n" + "\n".join(rows), tcga_barcodes=True)
    decisions = outcome.prepared.files[0].files[0].decisions
    cut = "the sample 'TCGA-AB-1200-01A-11D-A10S-08' is sent as 'TCGA-AB-1200-01' (the sample of the barcode)"
    assert cut in decisions
    assert decisions[-1] == "3 more samples are sent under other names (the sample of the barcode)"


@pytest.mark.parametrize("pair", ["p1 P1", "P-1 P_1", "P.1 p_1"])
def test_names_that_are_nearly_one_are_a_warning(inputs: Any, pair: str) -> None:
    """In one file or in two, and in the record; they stay two samples."""
    one, two = pair.split()
    warning = "names of samples that differ in case or punctuation only are sent as different samples: " + ", ".join(
        map(repr, sorted(pair.split()))
    )
    prepared = inputs.prepare(mutations=f"chr|pos|ref|alt|sample\n1|10|C|T|{one}\n1|20|C|T|{two}\n").prepared
    assert (prepared.warnings, set(prepared.samples)) == ([warning], {one, two})
    assert warning in prepared.files[0].notes
    cnas = f"gene|cna|sample\nMYC|amp|{two}\nMYC|amp|P9\n"
    mutations = f"chr|pos|ref|alt|sample\n1|10|C|T|{one}\n1|20|C|T|P9\n"
    assert warning in inputs.prepare(mutations=mutations, cnas=cnas).prepared.warnings


@pytest.mark.parametrize("found", ["P1 P11", "P1_1 P11", "A B", "P1T P1"])
def test_other_names_are_not_similar(found: str) -> None:
    """A letter more is another name."""
    assert describe_similar_names([frozenset(found.split())]) == ""
