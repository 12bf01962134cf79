"""A sample gets from a cohort what it would have got alone, byte for byte: random cohorts over real HTTP."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cgi_runner.cohort import merge
from cgi_runner.cohort.names import escape_name
from cgi_runner.cohort.record import has_open_jobs
from cgi_runner.inputs import Options
from support.depth import SOAK
from unit.cohort.conftest import TABLES, Bench, bench, files_in

VARIANTS = (
    "chr7\t140753336\tA\tT", "17\t7673802\tC\tT", "chr7\t55191822\tT\tG", "chr12\t25245350\tC\tT",
    "chr1\t114716123\tC\tT", "chr3\t179234297\tA\tG", "chr1\t999\tG\tGT", "chr10\t999\tCA\tC", "chrX\t1000\tA\tG,T",
)  # fmt: skip
UNSENT = ("MT\t100\tA\tG", "chr7\t100\tA\t<DEL>", "chrUn_1\t5\tA\tC")
PROTEINS = ("BRAF:p.V600E", "TP53:p.R273H", "KRAS:p.G12D", "EGFR:p.L858R", "ABC:p.A1B")
CNAS = ("ERBB2\tamp", "TP53\tdel", "MET\tamp", "PTEN\tdel", "XYZ\tgain")
FUSIONS = ("BCR__ABL1", "EML4--ALK", "TMPRSS2::ERG", "A__B", "single")
NAMES = (
    "input01",
    "s0001",
    "s0002",
    "Tumour",
    "tumour",
    "TUMOUR",
    "a/b",
    "a_b",
    "../up",
    "jobs",
    "Größe",
    "患者",
    "x y",
)


def rows(usable: tuple[str, ...], others: tuple[str, ...] = ()) -> st.SearchStrategy[list[str]]:
    """Return rows of a table, in any order and more than once; at least one of them is sent."""
    some = st.lists(st.sampled_from(usable + others), max_size=6)
    return st.tuples(some, st.sampled_from(usable)).map(lambda pair: [*pair[0], pair[1]])


TABLE = st.one_of(
    rows(VARIANTS, UNSENT).map(lambda some: ("chr\tpos\tref\talt", some)),
    rows(PROTEINS[:4]).map(lambda some: ("protein", some)),
)
SAMPLE = st.fixed_dictionaries(
    {"cancer_type": st.sampled_from(["CM", "BRCA"]), "reference": st.sampled_from(["hg38", "hg38", "hg19"])},
    optional={
        "mutations": TABLE,
        "cnas": rows(CNAS[:4], CNAS[4:]).map(lambda some: ("gene\tcna", some)),
        "translocations": rows(FUSIONS[:4], FUSIONS[4:]).map(lambda some: ("fus", some)),
    },
).filter(lambda sample: len(sample) > 2)
COHORT = st.dictionaries(
    st.sampled_from(NAMES) | st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=9),
    SAMPLE,
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def served() -> Iterator[Bench]:
    """Provide one service for all examples."""
    with bench(quota=100_000, deadline=1e9) as one:
        yield one


def write(folder: Path, cohort: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Write the files and the sheet of a cohort, and give for each sample what it takes to run it alone."""
    lines, alone = ["sample\tcancer_type\treference\tmutations\tcnas\ttranslocations"], {}
    for number, (name, sample) in enumerate(cohort.items()):
        sources = {}
        for kind in ("mutations", "cnas", "translocations"):
            if kind in sample:
                header, some = sample[kind]
                sources[kind] = folder / f"{number}-{kind}.tsv"
                sources[kind].write_text("\n".join([header, *some]) + "\n", encoding="utf-8")
        cells = [sources[kind].name if kind in sources else "" for kind in ("mutations", "cnas", "translocations")]
        lines.append("\t".join([name, sample["cancer_type"], sample["reference"], *cells]))
        alone[name] = {"sources": sources, "options": Options(sample=escape_name(name), ignore_build_hints=True)}
        alone[name] |= {key: sample[key] for key in ("cancer_type", "reference")}
    (folder / "sheet.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return alone


@settings(max_examples=40 if SOAK else 5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cohort=COHORT, max_rows=st.integers(1, 12))
def test_every_sample_gets_what_it_would_have_got_alone(
    served: Bench, cohort: dict[str, dict[str, Any]], max_rows: int
) -> None:
    """Tables, copies of the input and lists of dropped rows are those of the sample's own run, to the last byte."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        job_requests = write(folder, cohort)
        report = served.of_another().cohort(
            folder / "sheet.tsv",
            folder / "out",
            max_rows=max_rows,
            title=temporary,
            options=Options(ignore_build_hints=True),
        )
        report.raise_for_failures(strict=True)
        folders = report.ledger.plan.folders
        assert len({name.casefold() for name in folders.values()}) == len(cohort)
        singles = []
        for number, (name, job_request) in enumerate(job_requests.items()):
            singles.append(folder / f"alone{number}")
            alone = served.of_another().alone(singles[-1], title=temporary, **job_request)
            assert files_in(folder / "out" / folders[escape_name(name)]) == alone
        assert not has_open_jobs(folder / "out")
        if len({sample["reference"] for sample in cohort.values()}) > 1:
            return  # results of two genome builds are not merged
        merge(singles, folder / "merged")
        tables = {name for name in TABLES if (folder / "merged" / name).exists()}
        assert tables == set(report.ledger.tables)
        for name in tables:
            assert (folder / "merged" / name).read_bytes() == (folder / "out" / name).read_bytes()
