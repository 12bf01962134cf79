"""The benchmarks work, and what is written about them is what they found."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT))

from benchmarks import mutations, preparing, report
from benchmarks.measure import TINY, Row, Scale
from benchmarks.run import MEASURES

from cgi_runner.inputs import Options, prepare


def take_measure(name: str, tmp_path: Path) -> list[Row]:
    """Take a measure at the small scale as `make bench` does, and give its rows."""
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks.run", "--tiny", "--only", name, "--figures", str(figures)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return report.load(figures)


@pytest.mark.soak
@pytest.mark.timeout(600)  # an engine that has not built the image yet takes its time
@pytest.mark.parametrize("name", MEASURES)
def test_each_measure_runs(name: str, tmp_path: Path) -> None:
    """Every row has a figure or says why it has none, and when that was."""
    rows = take_measure(name, tmp_path)
    assert rows
    for row in rows:
        assert row.key.startswith(f"{name}.")
        assert (row.ours is None) == bool(row.skipped), row
        assert not row.key.endswith(".failed"), row.skipped
        assert {"date", "load", "cores", "commit"} <= row.taken.keys()


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (Row("a.b", "x", ours=3, peers=1, judged="ratio", most=3), True),
        (Row("a.b", "x", ours=3.1, peers=1, judged="ratio", most=3), False),
        (Row("a.b", "x", ours=69, peers=100, judged="ratio", least=0.7), False),
        (Row("a.b", "x", ours=41, judged="ours", most=40), False),
        (Row("a.b", "x", ours=2, peers=1), None),
        (Row("a.b", "x", skipped="none here", judged="ours", most=1), None),
    ],
)
def test_a_bar_is_kept_or_missed(row: Row, kept: bool | None) -> None:
    """A missed bar is said twice, at the top and in the table; a row without a figure is neither kept nor missed."""
    assert row.kept is kept
    page = report.render([row])
    assert ("## Missed bars" in page) == ("**missed**" in page) == (kept is False)


def test_a_measure_that_is_repeated_replaces_its_rows_only() -> None:
    """Other measures keep their rows, and a figure is not given up for a row without one."""
    old = [Row("startup.a", "a", ours=1), Row("startup.gone", "g", ours=1), Row("image.size", "s", ours=46)]
    newer = [Row("startup.a", "a", ours=2), Row("startup.b", "b", ours=3)]
    merged = report.merge(old, "startup", newer, MEASURES)
    assert [(row.key, row.ours) for row in merged] == [("startup.a", 2), ("startup.b", 3), ("image.size", 46)]
    kept = report.merge(merged, "image", [Row("image.size", "s", skipped="no engine")], MEASURES)
    assert kept[-1].ours == 46
    broken = report.merge(merged, "startup", [Row("startup.failed", "f", skipped="it broke")], MEASURES)
    assert {row.key for row in broken} == {"startup.a", "startup.b", "startup.failed", "image.size"}


@pytest.mark.parametrize("name", ["caller_vcf", "plain_vcf", "maf", "table", "unsorted_vcf"])
def test_made_up_mutations_are_good_ones(name: str, tmp_path: Path) -> None:
    """What is prepared in the benchmarks is what it is called, and nearly all of it is sent."""
    path = mutations.write(tmp_path / name, name, TINY.rows)
    (file,) = prepare({"mutations": path}, tmp_path, Options(reference="hg38")).files
    assert file.format == {"maf": "MAF", "table": "table"}.get(name, "VCF")
    assert TINY.rows <= file.rows_read < 1.1 * TINY.rows
    assert file.rows_sent > 0.98 * file.rows_read


def test_the_page_is_written_from_the_figures() -> None:
    """Nobody has edited the table by hand."""
    if not report.FIGURES.exists():
        pytest.skip("nothing has been measured yet")
    assert report.PAGE.read_text(encoding="utf-8") == report.render(report.load())
    assert report.PICTURE.read_text(encoding="utf-8") == report.render_picture(report.load())


def test_the_picture_shows_each_row_that_has_a_peer() -> None:
    """It is valid XML whatever a row is called, and no bar is longer than the page."""
    rows = [Row("a.b", "x < y & z", ours=50, peers=1, peer="p"), Row("a.c", "alone", ours=1)]
    rows.append(Row("a.d", "alone in being fast", ours=2, peers=1, peer="p", judged="ratio", least=0.7))
    picture = ET.fromstring(report.render_picture(rows))
    texts = [text.text or "" for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert any(text.startswith("x < y & z") for text in texts)
    assert "50.00" in texts
    assert not any("alone" in text for text in texts)
    page = float(picture.get("viewBox", "").split()[2])
    boxes = [*picture.iter("{http://www.w3.org/2000/svg}rect")]
    assert all(float(box.get("x", "0")) + float(box.get("width", "0")) <= page for box in boxes)


def test_a_missed_bar_comes_with_its_reason() -> None:
    """Whoever reads the page learns why, where it is known."""
    row = Row("a.b", "x", ours=3, peers=1, judged="ratio", most=2, why="it does more")
    assert "the bar is ratio ≤ 2. The reason: it does more." in report.render([row])


@pytest.mark.parametrize(("ours", "theirs", "agree"), [
    ("7\t10\tA\tT\ts\t1", "chr7\t10\tA\tT\ts", True),
    ("7\t10\t-\tGG\ts\t1", "chr7\t10\tA\tAGG\ts", True),
    ("7\t11\tG\t-\ts\t1", "chr7\t10\tAG\tA\ts", True),
    ("7\t10\tA\tT\ts\t1", "chr7\t10\tA\tG\ts", False),
    ("7\t10\tA\tT\ts\t1", "chr7\t11\tA\tT\ts", False),
    ("7\t10\tA\tT\ts\t1", "chr7\t10\tA\tT\tother", False),
])  # fmt: skip
def test_rows_of_the_peer_are_compared_whatever_their_spelling(ours: str, theirs: str, agree: bool) -> None:
    """The pipeline does not trim alleles; other rows are other rows."""
    assert (preparing.normalise_rows([ours + "\n"]) == preparing.normalise_rows([theirs + "\n"])) is agree


def test_every_row_of_the_page_is_of_full_size() -> None:
    """The figures that are kept are not those of a trial at a small scale."""
    if not report.FIGURES.exists():
        pytest.skip("nothing has been measured yet")
    page = report.PAGE.read_text(encoding="utf-8")
    tiny: Scale = TINY
    assert f"preparing {tiny.rows:,} rows" not in page
    assert {row.key.partition(".")[0] for row in report.load()} <= set(MEASURES)


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md"])
def test_claims_elsewhere_agree_with_the_page(file: str) -> None:
    """Sizes that other pages claim of image and environment are those that were measured, to the digit they give."""
    if not report.FIGURES.exists():
        pytest.skip("nothing has been measured yet")
    rows = {row["key"]: row["ours"] for row in json.loads(report.FIGURES.read_text(encoding="utf-8"))}
    text = (ROOT / file).read_text(encoding="utf-8")
    for claimed in re.findall(r"image is (\d+) MB", text):
        assert rows.get("image.size") is None or abs(rows["image.size"] - int(claimed)) <= 1
