"""Sorting, folding and writing, whatever the order and number of rows."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cgi_runner.inputs import merging, sorting
from cgi_runner.inputs.rows import VariantColumns
from cgi_runner.inputs.schema import CNAS, MAX_LINES, MUTATIONS, OutputSchema, line_in_file
from cgi_runner.inputs.sorted_run import SortedRun
from cgi_runner.inputs.sorting import ExternalSorter

keys = st.tuples(
    st.integers(1, 24),
    st.integers(1, 30),
    st.sampled_from(["A", "C", "CA", "-", "G" * 90]),  # the last is longer than what is read of a run at once
    st.just("T"),
    st.sampled_from(["a", "b", "\u2028é"]),
)


def sort(
    path: Path, rows: list[Any], batch: int, schema: OutputSchema = MUTATIONS, *, in_columns: bool = False
) -> SortedRun:
    """Sort the rows into the file, handed over in batches, every second one or none in columns."""
    with closing(ExternalSorter(path, schema)) as sorter:
        for start in range(0, len(rows), batch):
            part = rows[start : start + batch]
            sorter.extend(columns_of(part) if in_columns and start % (2 * batch) == 0 else part)
        return sorter.finish()


def columns_of(rows: list[Any]) -> VariantColumns:
    """Return rows of variants as columns."""
    cells = zip(*((*key, line) for key, line in rows), strict=True)
    return VariantColumns(*(list(column) for column in cells))


def expected(rows: list[Any], schema: OutputSchema = MUTATIONS) -> str:
    """Write the same file in the simplest way: sorted in memory."""
    lines = defaultdict(list)
    for key, line in rows:
        lines[key].append(line)
    text = schema.header
    for key in sorted(lines):
        listed, more = sorted(lines[key])[:MAX_LINES], len(lines[key][MAX_LINES:])
        text += schema.row(key, listed, more)
    return text


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make windows, runs and merges so small that a few rows need them all."""
    monkeypatch.setattr(sorting, "WINDOW", 4)
    monkeypatch.setattr(sorting, "RUN", 8)
    monkeypatch.setattr(sorting, "MAX_RUNS", 3)
    monkeypatch.setattr(merging, "PART", 40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(
    drawn=st.lists(keys, max_size=20) | st.lists(keys, min_size=100, max_size=200),
    batch=st.integers(1, 50),
    is_sorted=st.booleans(),
    files=st.integers(1, 3),
    in_columns=st.booleans(),
)
@pytest.mark.usefixtures("small")
def test_any_order_gives_the_same_file(
    tmp_path: Path, drawn: list[Any], batch: int, is_sorted: bool, files: int, in_columns: bool
) -> None:
    """In order or not, of one file or of several, in merged runs or none, in columns or rows: as sorted in memory."""
    schema = MUTATIONS.numbered() if files > 1 else MUTATIONS
    rows = [(key, line) for line, key in enumerate(sorted(drawn) if is_sorted else drawn, 1)]
    if files > 1:
        rows = [(key, line_in_file(line % files + 1, line)) for key, line in rows]
    path = tmp_path / "mutations.tsv"
    run = sort(path, rows, batch, schema, in_columns=in_columns)
    assert path.read_text(encoding="utf-8") == expected(rows, schema)
    assert run.path == path
    assert run.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert run.samples.total() == len(set(drawn))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("small")
def test_sorted_rows_are_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows in order, but for the few places that normalising moves them, need no second pass."""
    monkeypatch.setattr(ExternalSorter, "_merge", lambda _: pytest.fail("merged"))
    rows = [((1, position + (position % 3), "A", "T", "s"), position) for position in range(1, 500)]
    sort(tmp_path / "mutations.tsv", rows, 7)
    assert (tmp_path / "mutations.tsv").read_text() == expected(rows)


@pytest.mark.usefixtures("small")
def test_columns_in_order_are_written_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns whose places ascend need no row of their own, as that takes most of the time."""
    rows = [((1 + position // 300, 1 + position % 300, "A", "T", "s"), position) for position in range(500)]
    with monkeypatch.context() as patch:
        patch.setattr(VariantColumns, "rows", lambda *_: pytest.fail("taken apart"))
        with closing(ExternalSorter(tmp_path / "mutations.tsv", MUTATIONS)) as sorter:
            for start in range(0, len(rows), 7):
                sorter.extend(columns_of(rows[start : start + 7]))
            run = sorter.finish()
    assert (tmp_path / "mutations.tsv").read_text() == expected(rows)
    assert run.samples == {"s": 500}


@pytest.mark.usefixtures("small")
def test_other_kinds_are_merged_too(tmp_path: Path) -> None:
    """Genes in no order come out sorted, as variants do."""
    rows = [((f"G{7 * number % 100:02}", "amp", "s"), number) for number in range(100)]
    sort(tmp_path / "cnas.tsv", rows, 9, CNAS)
    genes = [line.split("\t")[0] for line in (tmp_path / "cnas.tsv").read_text().splitlines()]
    assert genes == ["gene", *(f"G{number:02}" for number in range(100))]


def test_many_shuffled_rows_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many rows in no order come out as if they had been in order."""
    monkeypatch.setattr(sorting, "RUN", 10_000)
    rows = [((1 + number % 24, 1 + number // 24, "A", "T", "s"), number) for number in range(60_000)]
    random.Random(7).shuffle(rows)
    sort(tmp_path / "mutations.tsv", rows, 1000)
    assert (tmp_path / "mutations.tsv").read_text() == expected(rows)


def test_no_number_of_runs_opens_more_than_three_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand runs stay below any system's limit of open files: the first run, the others and the result."""
    monkeypatch.setattr(sorting, "WINDOW", 4)
    monkeypatch.setattr(sorting, "RUN", 10)
    monkeypatch.setattr(sorting, "MAX_RUNS", 2_000)
    opened: set[int] = set()
    open_file = Path.open

    def remember(path: Path, *args: Any, **more: Any) -> Any:
        file = open_file(path, *args, **more)
        opened.add(file.fileno())  # a number is used again once its file is closed
        return file

    monkeypatch.setattr(Path, "open", remember)
    rows = [((1, 1 + 7919 * number % 10_007, "A", "T", "s"), number) for number in range(1, 10_007)]
    sort(tmp_path / "mutations.tsv", rows, 10)
    assert len(opened) <= 3
    monkeypatch.undo()
    assert (tmp_path / "mutations.tsv").read_text() == expected(rows)


@pytest.mark.usefixtures("small")
def test_nothing_is_left_behind_by_a_failure(tmp_path: Path) -> None:
    """Runs on disk are removed when the reading ends in a fault."""
    sorter = ExternalSorter(tmp_path / "mutations.tsv", MUTATIONS)
    sorter.extend([((1, position, "A", "T", "s"), 1) for position in range(40, 0, -1)])
    sorter.extend([((1, position, "A", "T", "s"), 1) for position in range(39, 0, -1)])
    assert len(list(tmp_path.iterdir())) > 1
    sorter.close()
    assert [path.name for path in tmp_path.iterdir()] == ["mutations.tsv"]
