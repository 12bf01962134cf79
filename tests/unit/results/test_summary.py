"""The summary of an archive: its own words, and what they say of the job in either version."""

from __future__ import annotations

from pathlib import Path

from cgi_runner.results.summary import Summary, read_summary


def test_a_summary_is_read_as_it_is(tmp_path: Path) -> None:
    """Lines with a colon that are no headings; the older name only where the newer is not there; the beginning only."""
    assert read_summary(tmp_path) == {}
    (tmp_path / "report.txt").write_bytes(b"Title : old \n")
    assert read_summary(tmp_path) == {"Title": "old"}
    text = b"=== Time: now ===\nno pair\nTitle: a: b\xe9\n" + b"x" * 65536 + b"\nLate: yes\n"
    (tmp_path / "summary.txt").write_bytes(text)
    assert read_summary(tmp_path) == {"Title": "a: b\ufffd"}


def test_both_versions_name_the_job() -> None:
    """By their own words, of which the newer count where both are there and say anything."""
    older = Summary({"Id": "1", "Title": "one", "Reference": "hg19"})
    newer = Summary({"Analysis ID": "2", "Analysis Code": "two", "Reference genome": "hg38", "Cancer type": "CM"})
    told = [(each.job_id, each.title, each.reference, each.cancer_type) for each in (older, newer)]
    assert told == [("1", "one", "hg19", ""), ("2", "two", "hg38", "CM")]
    assert Summary({**older, **newer}).title == "two"
    assert Summary({**older, "Analysis Code": ""}).title == "one"
