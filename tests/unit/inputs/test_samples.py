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


def test_files_without_samples_take_the_only_one_there_is(desk: Any) -> None:
    """One name in one file is the name in all, whatever the order of the files."""
    outcome = desk.hand_in(
        mutations="chr|pos|ref|alt\n1|10|C|T\n", cnas="gene|cna|sample\nMYC|amp|P1\n", translocations=FUSIONS
    )
    assert outcome.prepared.samples == {"P1": 3}
    assert [file.kind for file in outcome.prepared.files] == ["mutations", "cnas", "translocations"]


def test_without_any_name_it_is_sample(desk: Any) -> None:
    """Nothing names a sample, so one default name holds them together."""
    assert desk.hand_in(cnas=CNAS, translocations=FUSIONS).prepared.samples == {"sample": 2}


def test_several_names_elsewhere_are_a_question(desk: Any) -> None:
    """Nothing tells which of two patients' samples a file without names belongs to."""
    error = desk.refuse(mutations=MUTATIONS.format("P1", "P2"), cnas=CNAS)
    assert error.message == ("cnas.txt: found no samples, expected them as the other files name several ('P1', 'P2')")
    assert "--sample" in error.tip


def test_the_answer_is_an_option(desk: Any, caplog: pytest.LogCaptureFixture) -> None:
    """`--sample` names the rows that have no name, and leaves names alone."""
    outcome = desk.hand_in(mutations=MUTATIONS.format("P1", ""), cnas=CNAS, sample="P2")
    assert outcome.prepared.samples == {"P1": 1, "P2": 2}
    assert caplog.messages == ["mutations.txt names samples itself ('P1'): --sample is for rows that name none"]


def test_a_vcf_without_genotypes_is_named_by_the_option(desk: Any) -> None:
    """Nothing is there to pick from, so `--sample` says whose variants they are."""
    vcf = "##fileformat=VCFv4.2\n#CHROM|POS|ID|REF|ALT|QUAL|FILTER|INFO\n1|10|.|C|T|.|PASS|.\n"
    assert desk.hand_in(mutations=vcf, sample="P1").prepared.samples == {"P1": 1}


def test_samples_are_counted_in_sorted_order(desk: Any) -> None:
    """The counts are those of rows sent, not of rows read."""
    text = "chr|pos|ref|alt|sample\n1|10|C|T|B\n1|10|C|T|B\n1|30|C|T|A\nMT|5|C|T|C\n"
    assert list(desk.hand_in(mutations=text).prepared.samples.items()) == [("A", 1), ("B", 1)]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "found no input file, expected at least one of --mutations, --cnas, --translocations"),
        ({"cnas": Path("-"), "translocations": Path("-")}, "found `-` for several inputs, expected it for one"),
        ({"cnas": CNAS, "reference": "hg17"}, "found the reference 'hg17', expected hg19 or hg38"),
        ({"cnas": CNAS, "sample": "a\tb"}, "found the sample name 'a\ufffdb', expected printable text"),
    ],
)
def test_requests_must_make_sense(desk: Any, request_: dict[str, Any], message: str) -> None:
    """What cannot be done is said before any file is opened."""
    assert desk.refuse(**request_).message == message


def test_standard_input_is_read_once_and_stays_open(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash reads standard input, also when another file has to be read before it, and does not close it."""
    stdin = io.TextIOWrapper(io.BytesIO(b"gene\tcna\nMYC\tamp\n"))
    monkeypatch.setattr(sys, "stdin", stdin)
    outcome = desk.hand_in(cnas=Path("-"), translocations="fus|sample\nBCR__ABL1|P1\n")
    assert outcome.sent("cnas") == ["MYC amp P1 2"]
    assert outcome.prepared.files[0].source == "-"
    assert not stdin.buffer.closed


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"mutations": "chr|pos|ref|alt\n"}, "mutations.txt: found nothing to send, it has no rows"),
        (
            {"mutations": "chr|pos|ref|alt\nMT|1|C|T\n1|1|C|C\nMT|2|C|T\n"},
            "mutations.txt: found nothing to send, all of its 3 rows are of no use to CGI (CGI takes no mitochondrial",
        ),
        ({"cnas": "gene|cna|sample\nMYC|gain|P\n", "translocations": FUSIONS}, "cnas.txt: found nothing to send"),
    ],
)
def test_a_file_with_nothing_to_send_is_refused(desk: Any, files: dict[str, str], message: str) -> None:
    """An empty upload would fail at CGI, so the reasons are counted here."""
    assert desk.refuse(**files).message.startswith(message)
