"""The build that is sent: never another than that of the positions, and never without a word."""

import logging
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.inputs.genome import GENOMES, NAMES, other_build
from cgi_runner.inputs.hotspots import hotspots

Vcf = Callable[..., str]

VEP = '##VEP="v98" assembly="GRCh37.p13"\n'
BRAF_HG19 = "7 140453136 . A T . PASS ."
SILENT = {
    "VCF": "##fileformat=VCFv4.2\n#CHROM|POS|ID|REF|ALT|QUAL|FILTER|INFO\n7|10|.|A|T|.|.|.\n",
    "MAF": "Chromosome|Start_Position|End_Position|Reference_Allele|Tumor_Seq_Allele2\n7|10|10|A|T\n",
    "table": "chr|pos|ref|alt\n7|10|A|T\n",
    "gdna": "gdna\n7:g.10A>T\n",
}


def test_what_the_file_tells_is_taken_and_said(inputs: Any, vcf: Vcf, caplog: pytest.LogCaptureFixture) -> None:
    """The screen and the record have the place in the file."""
    caplog.set_level(logging.INFO)
    found = inputs.prepare(mutations=vcf(BRAF_HG19, meta=VEP), reference=None)
    reason = 'mutations.txt, line 2: \'##VEP="v98" assembly="GRCh37.p13"\', is hg19'
    assert found.sent() == ["7 140453136 A T sample 4"]
    assert (found.prepared.reference.build, found.prepared.reference.reason) == ("hg19", reason)
    assert f"reference: hg19 ({reason})" in caplog.messages


def test_what_the_user_says_against_the_file_is_refused_and_the_tip_works(inputs: Any, vcf: Vcf) -> None:
    """Both ways out of the tip end in a file that is sent; the second stands in the warnings."""
    text = vcf(BRAF_HG19, meta=VEP)
    error = inputs.refuse(mutations=text, reference="hg38")
    assert error.tip == "--reference hg19 if the file is right, --ignore-build-hints if the hints are wrong"
    assert inputs.prepare(mutations=text, reference="hg19").prepared.reference.warnings == ()
    forced = inputs.prepare(mutations=text, reference="hg38", ignore_build_hints=True).prepared.reference
    assert (forced.build, len(forced.warnings)) == ("hg38", 2)
    assert all("--ignore-build-hints" in warning for warning in forced.warnings)


def test_a_file_without_a_word_beside_one_with_it_is_a_warning(
    inputs: Any, vcf: Vcf, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What one file says is not known of the other, and the screen and the record say whose build was taken."""
    paths = [tmp_path / "told.vcf", tmp_path / "silent.vcf"]
    for path, meta in zip(paths, (VEP, ""), strict=True):
        path.write_text(vcf("7 140453136 . A T . PASS .", meta=meta))
    found = inputs.prepare(mutations=paths, reference=None, sample="P1").prepared.reference
    warning = "silent.vcf does not name the genome build: its positions are sent as hg19"
    assert (found.build, found.warnings) == ("hg19", (warning,))
    assert warning in caplog.text


@pytest.mark.parametrize("kind", SILENT)
def test_positions_of_an_unknown_build_are_refused(inputs: Any, kind: str) -> None:
    """There is no default, and the tip works."""
    error = inputs.refuse(mutations=SILENT[kind], reference=None)
    assert error.message == ("mutations.txt: found no genome build, expected it in the file or as --reference")
    assert error.tip == "name the build that the positions are in: --reference hg19 or --reference hg38"
    assert inputs.prepare(mutations=SILENT[kind], reference="hg19").prepared.reference.build == "hg19"


def test_hotspots_are_told_where_the_build_is_unknown_and_do_not_decide(inputs: Any) -> None:
    """They help a person who does not know the build."""
    error = inputs.refuse(mutations="gdna\nchr3:g.178936091G>A\n", reference=None)
    assert error.tip.endswith("1 row (PIK3CA E545K) at hotspots of hg19 suggest --reference hg19")


@pytest.mark.parametrize(
    "files",
    [
        {"mutations": "protein\nTP53:p.R248Q\n"},
        {"cnas": "gene|cna\nMET|amp\n"},
        {"translocations": "fus\nBCR__ABL1\n"},
    ],
)
def test_inputs_without_positions_need_no_build(inputs: Any, files: dict[str, str]) -> None:
    """The service has the field all the same; the record says that it does not matter."""
    chosen = inputs.prepare(reference=None, **files).prepared.reference
    assert (chosen.build, chosen.reason) == ("hg38", "no input has positions, so the build does not matter")
    assert inputs.prepare(reference="hg19", **files).prepared.reference.build == "hg19"


def test_a_position_past_the_end_of_its_chromosome_tells_the_build_that_it_fits(inputs: Any) -> None:
    """The file is right, and not to be corrected."""
    error = inputs.refuse(mutations="chr|pos|ref|alt\n1|248956423|A|T\n", reference="hg38")
    assert error.message.endswith(
        "found '248956423', expected a position from 1 to 248956422, the end of chromosome 1 in hg38; it fits hg19"
    )
    assert error.tip == "give --reference hg19 if the positions are of that build"
    assert inputs.prepare(mutations="chr|pos|ref|alt\n1|248956423|A|T\n", reference="hg19").sent()
    nowhere = inputs.refuse(mutations="chr|pos|ref|alt\n1|249250622|A|T\n", reference="hg38")
    assert "fits" not in nowhere.message


def test_fewer_hotspots_of_the_other_build_are_a_warning(inputs: Any, caplog: pytest.LogCaptureFixture) -> None:
    """One row may be there by chance, or left over from a liftover."""
    rows = "7|140753336|A|T\n12|25245350|C|T\n17|7578406|C|T\n"
    found = inputs.prepare(mutations="chr|pos|ref|alt\n" + rows, reference="hg38")
    warning = "mutations.txt: found 1 row (TP53 R175H) at hotspots of hg19 and 2 at those of hg38"
    assert found.prepared.reference.warnings == (warning,)
    assert warning in caplog.messages


def panel(chance: random.Random, build: str) -> str:
    """Write 20 variants of a build as a table, one to three of them at hotspots."""
    spots = chance.sample(hotspots(), chance.randint(1, 3))
    rows = {(spot.chromosome, spot.position(build)): (spot.reference, "N") for spot in spots}
    while len(rows) < 20:
        rank = chance.randint(1, 24)
        # Where a chromosome ends in both builds, so that hotspots alone must tell them apart.
        end = min(genome.lengths[rank] for genome in GENOMES.values())
        rows.setdefault((NAMES[rank], chance.randint(1, end)), ("A", "C"))
    return "chr|pos|ref|alt\n" + "".join(f"{c}|{p}|{ref}|{alt}\n" for (c, p), (ref, alt) in rows.items())


@pytest.mark.parametrize("build", GENOMES)
def test_panels_with_a_hotspot_are_sent_in_their_own_build_only(inputs: Any, build: str) -> None:
    """Whole files, from the first line to what would be uploaded."""
    chance = random.Random(7)
    for text in [panel(chance, build) for _ in range(100)]:
        assert len(inputs.prepare(mutations=text, reference=build).sent()) == 20
        assert "at hotspots of" in inputs.refuse(mutations=text, reference=other_build(build)).message
