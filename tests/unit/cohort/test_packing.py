"""Which samples share a job, and what is in its files."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgi_runner.cohort import packing
from cgi_runner.cohort.packing import Batch, build_submission, make_batches
from cgi_runner.cohort.prepare import PreparedSample
from cgi_runner.cohort.shared_inputs import SampleRows, hash_by_sample
from cgi_runner.cohort.sheet import Sample
from cgi_runner.inputs import Options, prepare
from cgi_runner.inputs.reference import Reference

HG38 = Reference("hg38", "--reference")
PLACES = st.lists(
    st.tuples(st.sampled_from(["1", "2", "10", "X"]), st.integers(1, 2000), st.sampled_from("CGT")), min_size=1
)


def member(name: str, rows: int, cancer_type: str = "CM", layout: bytes = b"") -> PreparedSample:
    """Return a sample with so many rows."""
    kind = "mutations" if layout else "cnas"
    part = SampleRows(kind, Path("x"), layout or b"gene\n", name.encode(), rows, f"{name}{rows}", {})  # type: ignore[arg-type]
    return PreparedSample(Sample(name, name, cancer_type, "hg38", {}), (part,), Path("dropped.tsv"), {}, HG38)


@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from(["CM", "BRCA"]), st.sampled_from([b"", b"chr\n", b"p\n"]))),
    st.integers(1, 40),
)
def test_no_job_has_too_many_rows_or_samples_that_do_not_fit(
    samples: list[tuple[int, str, bytes]], max_rows: int
) -> None:
    """Each sample is in one job, with its like, and no two jobs that could be one are left half-empty."""
    members = [member(f"n{n}", rows, cancer, layout) for n, (rows, cancer, layout) in enumerate(samples)]
    batches = make_batches(members, max_rows=max_rows, first=3)
    assert [batch.number for batch in batches] == list(range(3, 3 + len(batches)))
    assert Counter(m.sample.name for p in batches for m in p.members) == Counter(m.sample.name for m in members)
    keys = [{(m.sample.cancer_type, m.layout) for m in batch.members} for batch in batches]
    assert all(len(key) == 1 for key in keys)
    assert all(batch.rows <= max_rows or len(batch.members) == 1 for batch in batches)
    for one, other in ((a, b) for a in range(len(batches)) for b in range(a + 1, len(batches)) if keys[a] == keys[b]):
        assert batches[one].rows + min(m.rows for m in batches[other].members) > max_rows


@settings(max_examples=30, deadline=None)
@given(st.lists(PLACES, min_size=1, max_size=4))
def test_a_pack_is_the_sorted_union_of_its_samples(samples: list[list[tuple[str, int, str]]]) -> None:
    """All rows are there, in the order of a single prepared file, under ids that tell whose they are."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        members = []
        for number, rows in enumerate(samples):
            place = folder / str(number)
            place.mkdir()
            text = "".join(f"{c}\t{p}\tA\t{a}\n" for c, p, a in rows)
            (place / "in.tsv").write_text(f"chr\tpos\tref\talt\n{text}", encoding="utf-8")
            prepare({"mutations": place / "in.tsv"}, place, Options(reference="hg38", sample=f"Max Müller {number}"))
            header, by_sample = hash_by_sample(place / "mutations.tsv")
            ((name, (count, sha256)),) = by_sample.items()
            part = SampleRows("mutations", place / "mutations.tsv", header, name, count, sha256, {})
            members.append(PreparedSample(Sample(str(number), str(number), "CM", "hg38", {}), (part,), place, {}, HG38))
        batch = Batch(1, tuple(members))
        asked = build_submission(batch, folder / "pack", title="T")
        lines = asked.files["mutations"].read_text(encoding="utf-8").splitlines()[1:]
        assert "Müller" not in asked.files["mutations"].read_text(encoding="utf-8")
        places = [(line.split("\t")[0], int(line.split("\t")[1])) for line in lines]
        ranks = {"1": 1, "2": 2, "10": 10, "X": 23}
        assert places == sorted(places, key=lambda place: (ranks[place[0]], place[1]))
        for one, id_ in zip(members, batch.ids, strict=True):
            own = [line for line in lines if line.split("\t")[4] == id_.decode()]
            alone = one.parts[0].path.read_text(encoding="utf-8").replace(one.parts[0].name.decode(), id_.decode())
            assert own == alone.splitlines()[1:]


def test_a_large_sample_is_copied_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample alone in its job may have any number of rows: they are passed on as they stand, under its id."""
    monkeypatch.setattr(packing, "_BLOCK", 7)
    path = tmp_path / "cnas.tsv"
    path.write_text("gene\tcna\tsample\tsource_line\n" + "".join(f"G{n:03}\tamp\tx\t{n}\n" for n in range(30)))
    header, by_sample = hash_by_sample(path)
    part = SampleRows("cnas", path, header, b"x", *by_sample[b"x"], {})
    asked = build_submission(
        Batch(1, (PreparedSample(Sample("x", "x", "CM", "hg38", {}), (part,), path, {}, HG38),)),
        tmp_path / "p",
        title="",
    )
    assert asked.files["cnas"].read_text() == path.read_text().replace("\tx\t", "\ts0001\t")


def test_packs_of_the_same_content_are_two_jobs() -> None:
    """Two samples with the very same alterations must not be taken for one job, which one of them would delete."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "in.tsv").write_text("gene\tcna\nMET\tamp\n", encoding="utf-8")
        prepare({"cnas": folder / "in.tsv"}, folder, Options(reference="hg38", sample="x"))
        header, _ = hash_by_sample(folder / "cnas.tsv")
        part = SampleRows("cnas", folder / "cnas.tsv", header, b"x", 1, "", {})
        prepared = [PreparedSample(Sample(name, name, "CM", "hg38", {}), (part,), folder, {}, HG38) for name in "ab"]
        submissions = [
            build_submission(Batch(n, (one,)), folder / str(n), title="T") for n, one in enumerate(prepared, 1)
        ]
        assert submissions[0].sha256 == submissions[1].sha256
        assert submissions[0].title_tag != submissions[1].title_tag
        assert submissions[0].title == "T 01 (1 sample)"
