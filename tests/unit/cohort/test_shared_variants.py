"""Samples that share variants in one job: each gets what it would have got alone, whatever CGI writes into its rows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from cgi_runner.inputs import Options
from support.faults import heal, inject
from unit.cohort.conftest import Bench, bench, files_in, rows_of

#: Few variants, so that most are in several samples: substitutions, an insertion, a deletion and two of one place.
VARIANTS = (
    *("chr7\t140753336\tA\tT", "chr7\t140753336\tA\tG", "chr17\t7673802\tC\tT", "chr1\t999\tG\tGT"),
    *("chr10\t999\tCA\tC", "chr12\t25245350\tC\tT", "chr3\t179234297\tA\tG"),
)
CNAS = ("ERBB2\tamp", "TP53\tdel", "MET\tamp")


@pytest.fixture(scope="module")
def served() -> Iterator[Bench]:
    """Provide one service for all tests, which returns shared variants as CGI does."""
    with bench(quota=100_000, deadline=1e9) as one:
        yield one


def write_sheet(folder: Path, count: int, chance: random.Random) -> dict[str, dict[str, Path]]:
    """Write a sheet of samples with random variants, and give the files of each."""
    lines, sources = ["sample\tcancer_type\treference\tmutations\tcnas"], {}
    for number in range(1, count + 1):
        paths = {}
        for kind, header, pool in (("mutations", "chr\tpos\tref\talt", VARIANTS), ("cnas", "gene\tcna", CNAS)):
            some = chance.sample(pool, chance.randint(1, len(pool)))
            paths[kind] = folder / f"{number}-{kind}.tsv"
            paths[kind].write_text("\n".join([header, *some]) + "\n", encoding="utf-8")
        lines.append(f"P{number}\tCM\thg38\t{paths['mutations'].name}\t{paths['cnas'].name}")
        sources[f"P{number}"] = paths
    (folder / "sheet.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sources


@pytest.mark.parametrize("count", [2, 5, pytest.param(30, marks=pytest.mark.soak)])
def test_samples_that_share_variants_get_what_they_would_have_got_alone(
    served: Bench, count: int, tmp_path: Path
) -> None:
    """To the last byte, though CGI gives all rows of a shared variant the id and the echo of one of them."""
    sources = write_sheet(tmp_path, count, random.Random(count))
    report = served.of_another().cohort(tmp_path / "sheet.tsv", tmp_path / "out", title=str(tmp_path))
    report.raise_for_failures(strict=True)
    packed = rows_of(tmp_path / "out" / "jobs" / "01" / "alterations.tsv")
    assert len({row["Input ID"] for row in packed}) < len(packed)
    for name, paths in sources.items():
        wish = {"sources": paths, "options": Options(sample=name), "cancer_type": "CM", "reference": "hg38"}
        alone = served.of_another().alone(tmp_path / f"alone-{name}", title=str(tmp_path), **wish)
        assert files_in(tmp_path / "out" / name) == alone


@pytest.mark.parametrize("change", ["crlf", "quotes", "other-order", "extra-column", "missing"])
def test_a_changed_copy_of_the_upload_changes_no_sample(served: Bench, change: str, tmp_path: Path) -> None:
    """What was sent is made anew and counts; the folders are those of a job whose copy is identical byte for byte."""
    write_sheet(tmp_path, 3, random.Random(3))
    served.of_another().cohort(tmp_path / "sheet.tsv", tmp_path / "plain", title=str(tmp_path)).raise_for_failures(
        strict=True
    )
    inject(served.sandbox, f"download copy={change} times=9")
    try:
        report = served.of_another().cohort(tmp_path / "sheet.tsv", tmp_path / "out", title=str(tmp_path))
    finally:
        heal(served.sandbox)
    report.raise_for_failures(strict=True)
    for name in ("P1", "P2", "P3"):
        assert files_in(tmp_path / "out" / name) == files_in(tmp_path / "plain" / name)
