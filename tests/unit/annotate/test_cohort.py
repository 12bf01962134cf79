"""A file with all samples of a cohort, and files of any length: each allele from the right folder, in little memory."""

from __future__ import annotations

import shutil
import tracemalloc
from pathlib import Path

from support.cli import cgi_runner
from unit.annotate.conftest import NAMES, annotate, keys_of, statuses, vcf

BRAF = "7 140753336 . A T . . . GT 0/1 0/1 0/0"
EGFR = "7 55191822 . T G . . . GT 0/0 0/1 0/0"
SAMPLES = "melanoma-1 lung-1 breast-1"


def test_each_carrier_has_the_answer_of_its_own_folder(finished_cohort: Path) -> None:
    """BRAF V600E was sent for the melanoma only: the lung tumour that carries it here has no result of another's."""
    first, second = keys_of(annotate(vcf(BRAF, EGFR, samples=SAMPLES), finished_cohort))
    assert first["CGI_Status"] == "melanoma-1%3Dreturned|lung-1%3Dother_sample"
    assert first["CGI_Gene"] == "melanoma-1%3DBRAF"
    assert (second["CGI_Status"], second["CGI_Protein"]) == ("returned", "L858R")


def test_a_sample_s_folder_answers_for_it_alone(finished_cohort: Path, tmp_path: Path) -> None:
    """The same file, with one sample's results."""
    folder = shutil.copytree(finished_cohort / "lung-1", tmp_path / "lung-1")
    assert statuses(annotate(vcf(BRAF, EGFR, samples=SAMPLES), Path(folder))) == ["not_in_run", "returned"]


def test_a_sample_without_results_yet_is_unknown(finished_cohort: Path, tmp_path: Path) -> None:
    """Its job still runs: that is neither an answer nor none."""
    folder = Path(shutil.copytree(finished_cohort, tmp_path / "cohort"))
    (folder / "lung-1" / "cgi-job.json").unlink()
    (keys,) = keys_of(annotate(vcf(EGFR, samples=SAMPLES), folder))
    assert keys["CGI_Status"] == "unknown"
    assert keys["CGI_Reason"] == "the_results_of_the_sample_are_not_there_yet"


def test_merged_tables_are_joined_by_their_samples(finished_cohort: Path, tmp_path: Path) -> None:
    """What `cohort-merge` has written answers for all of its samples."""
    merged = tmp_path / "merged"
    outcome = cgi_runner("cohort-merge", finished_cohort, "--output", merged)
    assert outcome.code == 0, outcome.err
    text = vcf("7 140753336 . A T . . . GT 0/1 0/0 0/0", EGFR, samples=SAMPLES)
    assert statuses(annotate(text, merged)) == ["returned", "returned"]


def test_memory_does_not_grow_with_the_file(results: Path) -> None:
    """More than twice the records, and no megabyte more."""
    peaks = []
    for count in (5_000, 12_000):
        lines = "".join(f"1\t{n}\t.\tA\tC\t.\tPASS\tDP=3\n" for n in range(1, count))
        source = f"##fileformat=VCFv4.3\n{NAMES}\n{lines}"
        (results.parent / "source.txt").write_text(source)
        del source, lines
        tracemalloc.start()
        outcome = cgi_runner("annotate", results.parent / "source.txt", results, "--sample", "one", "-o",
                             results.parent / "out.vcf.gz")  # fmt: skip
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert outcome.code == 0, outcome.err
    assert peaks[1] < peaks[0] + 1_000_000
