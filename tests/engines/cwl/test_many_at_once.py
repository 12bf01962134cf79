"""Waiting costs no processor: many more samples than processors are under way at once on a laptop."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from engines.cwl.engines import CWL, ROOT, Engine
from engines.cwl.service import TOKEN, served

SAMPLES = [f"tumour-{number:02}" for number in range(40)]
SECONDS_AT_WORK = 10
LONGEST = 200  # seconds; one after the other, the jobs alone would take twice that
TSV = "http://edamontology.org/format_3475"


@pytest.mark.cwl
@pytest.mark.timeout(200)
@pytest.mark.skipif(os.environ.get("REQUIRE_ENGINES") != "1", reason="a measurement; REQUIRE_ENGINES=1 takes it")
def test_forty_samples_take_little_longer_than_one(laptop: Engine, tmp_path: Path) -> None:
    """Forty jobs of ten seconds, one by one, would take seven minutes."""
    rows = [line.split("\t")[:4] for line in (ROOT / "examples/mutations.tsv").read_text().splitlines()]
    (tmp_path / "variants.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
    (tmp_path / "credentials").write_text(f"honest@example.org {TOKEN}\n")
    with served(duration=SECONDS_AT_WORK) as url:
        cohort = {
            "samples": SAMPLES,
            "cancer_types": ["CM"] * len(SAMPLES),
            "reference": "hg38",
            "mutations": [[{"class": "File", "location": "variants.tsv", "format": TSV}]] * len(SAMPLES),
            "cnas": [None] * len(SAMPLES),
            "translocations": [None] * len(SAMPLES),
            "api_url": url,
            "credentials": {"class": "File", "location": "credentials"},
        }
        (tmp_path / "cohort.json").write_text(json.dumps(cohort))
        many = ("--parallel", "--parallel-max", "40", "--outdir", "results")
        began = time.monotonic()
        answer = laptop.run(*many, CWL / "interpret-cohort.cwl", "cohort.json", folder=tmp_path)
        seconds = time.monotonic() - began
    assert answer.returncode == 0, answer.stderr
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == SAMPLES
    assert seconds <= LONGEST
