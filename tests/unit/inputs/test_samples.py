"""Whose alterations these are, over all files of a request."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

CNAS = "gene|cna\nMYC|amp\n"
FUSIONS = "fus\nBCR__ABL1\n"
MUTATIONS = "chr|pos|ref|alt|sample\n1|10|C|T|{}\n1|20|C|T|{}\n"


def test_files_without_samples_take_the_only_one_there_is(inputs: Any) -> None:
    """One name in one file is the name in all, whatever the order of the files."""
    outcome = inputs.prepare(
        mutations="chr|pos|ref|alt\n1|10|C|T\n", cnas="gene|cna|sample\nMYC|amp|P1\n", translocations=FUSIONS
    )
    assert outcome.prepared.samples == {"P1": 3}
    assert [file.kind for file in outcome.prepared.files] == ["mutations", "cnas", "translocations"]


def test_without_any_name_it_is_sample(inputs: Any) -> None:
    """Nothing names a sample, so one default name holds them together."""
    assert inputs.prepare(cnas=CNAS, translocations=FUSIONS).prepared.samples == {"sample": 2}


def test_several_names_elsewhere_are_a_question(inputs: Any) -> None:
    """Nothing tells which of two patients' samples a file without names belongs to."""
    error = inputs.refuse(mutations=MUTATIONS.format("P1", "P2"), cnas=CNAS)
    assert error.message == ("cnas.txt: found no samples, expected them as the other files name several ('P1', 'P2')")
    assert "--sample" in error.tip


def test_the_answer_is_an_option(inputs: Any) -> None:
    """`--sample` names the rows of the one sample that a file holds, those without a name included, and says so."""
    outcome = inputs.prepare(mutations=MUTATIONS.format("P1", ""), cnas=CNAS, sample="P2")
    assert outcome.prepared.samples == {"P2": 3}
    assert outcome.prepared.decisions == [
        "mutations.txt: the sample 'P1' is sent as 'P2' (asked for)",
        "mutations.txt: the sample '' is sent as 'P2' (asked for)",
    ]


def test_one_name_for_two_samples_is_refused(inputs: Any) -> None:
    """`--sample` would merge two patients; the tip leads out."""
    error = inputs.refuse(mutations=MUTATIONS.format("P1", "P2"), sample="P3")
    assert error.message == "mutations.txt: line 3: found the samples 'P1', 'P2', expected one for --sample 'P3'"
    assert "leave --sample out" in error.tip
    assert inputs.prepare(mutations=MUTATIONS.format("P1", "P2")).prepared.samples == {"P1": 1, "P2": 1}


def test_a_vcf_without_genotypes_is_named_by_the_option(inputs: Any) -> None:
    """Nothing is there to pick from, so `--sample` says whose variants they are."""
    vcf = "##fileformat=VCFv4.2\n#CHROM|POS|ID|REF|ALT|QUAL|FILTER|INFO\n1|10|.|C|T|.|PASS|.\n"
    assert inputs.prepare(mutations=vcf, sample="P1").prepared.samples == {"P1": 1}


def test_samples_are_counted_in_sorted_order(inputs: Any) -> None:
    """The counts are those of rows sent, not of rows read."""
    text = "chr|pos|ref|alt|sample\n1|10|C|T|B\n1|10|C|T|B\n1|30|C|T|A\nMT|5|C|T|C\n"
    assert list(inputs.prepare(mutations=text).prepared.samples.items()) == [("A", 1), ("B", 1)]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "found no input file, expected at least one of --mutations, --cnas, --translocations"),
        ({"cnas": Path("-"), "translocations": Path("-")}, "found `-` for several inputs, expected it for one"),
        ({"cnas": CNAS, "reference": "hg17"}, "found the reference 'hg17', expected hg19 or hg38"),
        ({"cnas": CNAS, "sample": "a\tb"}, "found the sample name 'a\ufffdb', expected printable text"),
    ],
)
def test_requests_must_make_sense(inputs: Any, request_: dict[str, Any], message: str) -> None:
    """What cannot be done is said before any file is opened."""
    assert inputs.refuse(**request_).message == message


def test_standard_input_is_read_once_and_stays_open(inputs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash reads standard input, also when another file has to be read before it, and does not close it."""
    stdin = io.TextIOWrapper(io.BytesIO(b"gene\tcna\nMYC\tamp\n"))
    monkeypatch.setattr(sys, "stdin", stdin)
    outcome = inputs.prepare(cnas=Path("-"), translocations="fus|sample\nBCR__ABL1|P1\n")
    assert outcome.sent("cnas") == ["MYC amp P1 2"]
    assert outcome.prepared.files[0].source == "-"
    assert not stdin.buffer.closed


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"mutations": "chr|pos|ref|alt\n"}, "mutations.txt: found nothing to send, it has no rows"),
        (
            {"mutations": "chr|pos|ref|alt\nMT|1|C|T\n1|1|C|C\nMT|2|C|T\n"},
            "mutations.txt: found nothing to send, none of its 3 rows is sent (CGI takes no mitochondrial",
        ),
        ({"cnas": "gene|cna|sample\nMYC|gain|P\n", "translocations": FUSIONS}, "cnas.txt: found nothing to send"),
    ],
)
def test_a_file_with_nothing_to_send_is_refused(inputs: Any, files: dict[str, str], message: str) -> None:
    """An empty upload would fail at CGI, so the reasons are counted here."""
    assert inputs.refuse(**files).message.startswith(message)
