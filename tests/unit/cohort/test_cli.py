"""The commands for many samples, as a user meets them."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.cli.cohort_progress import CohortProgress
from cgi_runner.cli.main import cli
from cgi_runner.errors import RowsMissingError
from cgi_sandbox import mutations
from conftest import CREDENTIALS, SimulatedClock
from support.cli import cgi_runner
from unit.cohort.conftest import everything_in, rows_of

Table = Callable[..., Path]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no command wait: the sandbox inside it is done at once, and the clock moves by sleeping."""
    SimulatedClock().replace_system_clock(monkeypatch)
    monkeypatch.setenv("CGI_SANDBOX_DURATION", "0.01")


def test_a_cohort_on_the_sandbox(three: Path, tmp_path: Path) -> None:
    """It prints where the results are, the warnings, and leaves no sandbox behind."""
    outcome = cgi_runner("cohort", three, "--sandbox", "--output", tmp_path / "out")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0] == f"3 samples in 2 jobs: verified results in {tmp_path / 'out'}"
    assert any(line.startswith("  warning: job 01: ") and "wild types" in line for line in lines)
    assert f"  {tmp_path / 'out' / 'alterations.tsv'}" in lines
    assert "job 01 is done" in outcome.err
    assert not (tmp_path / "out" / ".cgi-sandbox").exists()


def test_events_for_machines(three: Path, tmp_path: Path) -> None:
    """One JSON object a line: the plan, every change of every job, the end."""
    outcome = cgi_runner("cohort", three, "--sandbox", "--json", "-o", tmp_path / "out")
    events = [json.loads(line) for line in outcome.out.splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["plan", "end"]
    assert {event["state"] for event in events[1:-1]} >= {"waiting", "fetching", "done"}
    assert all("time" in event for event in events)
    assert (events[0]["jobs"], events[-1]["samples_done"]) == (2, 3)


def test_one_file_of_all_samples_needs_no_sheet(tmp_path: Path, table: Table) -> None:
    """The samples are those of the file, the cancer type is that of the option."""
    maf = table("all.tsv", "chr\tpos\tref\talt\tsample", "chr7\t140753336\tA\tT\ta", "chr17\t7673802\tC\tT\tb")
    outcome = cgi_runner(
        "cohort", "--sandbox", "--mutations", maf, "--cancer-type", "melanoma (cutaneous)", "-o", tmp_path / "out"
    )
    assert outcome.is_plain_failure(2)
    outcome = cgi_runner("cohort", "--sandbox", "--mutations", maf, "--cancer-type", "CM", "-o", tmp_path / "out")
    assert outcome.code == 0
    assert [row["sample"] for row in rows_of(tmp_path / "out" / "samples.tsv")] == ["a", "b"]


def test_bad_samples_and_skipping_them(three: Path, tmp_path: Path) -> None:
    """Exit code 2 with all of them and a tip; --skip-bad goes on and says so."""
    with three.open("a", encoding="utf-8") as sheet:
        sheet.write("lost\tCM\tlost.tsv\n")
    outcome = cgi_runner("cohort", three, "--sandbox", "--output", tmp_path / "out")
    assert outcome.is_plain_failure(2)
    assert "lost.tsv: No such file or directory" in outcome.err
    assert not (tmp_path / "out").exists()
    outcome = cgi_runner("cohort", three, "--sandbox", "--skip-bad", "--output", tmp_path / "out")
    assert outcome.code == 0
    assert "  skipped: 1 sample, for the reasons given above" in outcome.out


def test_a_deadline_keeps_the_sandbox(three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be waited for goes on: the same command finds its jobs in the same sandbox."""
    monkeypatch.setenv("CGI_SANDBOX_DURATION", "1h")
    outcome = cgi_runner("cohort", three, "--sandbox", "--deadline", "10s", "--output", tmp_path / "out")
    assert outcome.is_plain_failure(3)
    assert "0 of 3 samples in 2 jobs" in outcome.out
    assert (tmp_path / "out" / ".cgi-sandbox").is_dir()
    jobs = [json.loads(path.read_text(encoding="utf-8"))["job_id"] for path in _records(tmp_path / "out")]
    outcome = cgi_runner("cohort", three, "--sandbox", "--deadline", "10s", "--output", tmp_path / "out")
    assert outcome.code == 3
    assert jobs == [json.loads(path.read_text(encoding="utf-8"))["job_id"] for path in _records(tmp_path / "out")]


def _records(out: Path) -> list[Path]:
    return sorted((out / "jobs").glob("*/cgi-job.json"))


def test_what_cannot_be(three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two services at once, a folder that is a file, too many rows, no account: each has its code and a tip."""
    (tmp_path / "file").touch()
    both = ["--sandbox", "--api-url", "http://127.0.0.1:1/api/v1"]
    assert cgi_runner("cohort", three, *both, "-o", tmp_path / "out").is_plain_failure(2)
    assert cgi_runner("cohort", three, "--sandbox", "-o", tmp_path / "file").is_plain_failure(2)
    assert cgi_runner("cohort", three, "--sandbox", "--max-rows", "250001", "-o", tmp_path / "out").code == 2
    assert cgi_runner("cohort", three, "-o", tmp_path / "out").is_plain_failure(4)
    monkeypatch.setenv("CGI_EMAIL", CREDENTIALS.email)
    monkeypatch.setenv("CGI_TOKEN", CREDENTIALS.token)
    monkeypatch.setenv("CGI_API_URL", "http://127.0.0.1:1/api/v1")
    outcome = cgi_runner("cohort", three, "-o", tmp_path / "out")
    assert outcome.is_plain_failure(7)
    assert CREDENTIALS.token not in outcome.err


@pytest.fixture
def skipping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sandbox skip the rows of a chromosome."""
    from cgi_sandbox import variants
    from cgi_sandbox.tables import SkippedError

    def skip(text: str) -> str:
        if text == "17":
            raise SkippedError("Skipping it")
        return text

    monkeypatch.setattr(variants, "parse_chromosome", skip)


@pytest.mark.usefixtures("skipping")
def test_missing_rows_are_said(three: Path, tmp_path: Path) -> None:
    """Rows that did not come back are in the summary, and --strict makes them a failure."""
    outcome = cgi_runner("cohort", three, "--sandbox", "--strict", "--output", tmp_path / "out")
    assert outcome.is_plain_failure(9)
    assert "  missing: 3 rows, sent and not returned" in outcome.out


@pytest.mark.usefixtures("skipping")
@pytest.mark.parametrize("form", ["--json", "--delete"])
def test_a_reader_of_stdout_that_goes_away_changes_nothing(
    three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """With `cohort | head -1`, the jobs come home all the same, and the failure is that which it is otherwise."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as unread:
        monkeypatch.setattr("sys.stdout", unread)
        arguments = ["cohort", str(three), "--reference", "hg38", "--sandbox", form, "--strict"]
        arguments += ["--output", str(tmp_path / "out")]
        with pytest.raises(RowsMissingError):
            cli.main(arguments, standalone_mode=False)
    assert [row["state"] for row in rows_of(tmp_path / "out" / "samples.tsv")] == ["done"] * 3


def test_rows_whose_fate_is_unknown_are_said(three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the archives do not tell which rows came back, the summary says of how many samples."""
    monkeypatch.setattr(mutations, "LEADING", ("Row", *mutations.LEADING[1:]))
    outcome = cgi_runner("cohort", three, "--sandbox", "--strict", "--output", tmp_path / "out")
    assert outcome.is_plain_failure(9)
    assert "  missing: unknown for 3 samples" in outcome.out


def test_merging(three: Path, tmp_path: Path) -> None:
    """Folders of samples, or of cohorts, give the tables of one cohort; also for machines."""
    assert cgi_runner("cohort", three, "--sandbox", "--output", tmp_path / "out").code == 0
    folders = [tmp_path / "out" / name for name in ("three", "two", "one")]
    outcome = cgi_runner("cohort-merge", *folders, "--output", tmp_path / "merged")
    assert outcome.out.splitlines()[0] == "3 samples from 3 folders"
    tables = everything_in(tmp_path / "merged")
    assert tables.items() <= everything_in(tmp_path / "out").items()
    outcome = cgi_runner("cohort-merge", tmp_path / "out", "--json", "--output", tmp_path / "merged")
    assert (outcome.json["samples"], sorted(outcome.json["tables"])) == (3, sorted(tables))
    assert cgi_runner("cohort-merge", tmp_path, "--output", tmp_path / "m").is_plain_failure(2)


class Terminal(io.StringIO):
    """A terminal that keeps all that was drawn."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def test_a_terminal_shows_a_line_for_each_job_and_a_total(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each job says how far it is; jobs that are done are counted; in the end nothing is left."""
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    progress = CohortProgress(as_json=False)

    def tell(job: str, state: str, said: str = "") -> None:
        progress.show(
            {
                "time": "",
                "event": "job",
                "job": job,
                "state": state,
                "job_id": "x",
                "samples": 3,
                "rows": 30,
                "said": said,
            }
        )

    progress.show({"time": "", "event": "plan", "samples": 9, "skipped": 0, "jobs": 3, "rows": 90})
    tell("01", "waiting")
    tell("01", "waiting", "2026-01-05 13:00:01,600 INFO     Running VEP")
    tell("02", "waiting")
    tell("01", "done")
    tell("03", "failed", "no slot")
    drawn = screen.getvalue()
    assert "job 01  3 samples, 30 rows: Running VEP" in drawn
    assert "0 of 3 jobs" in drawn
    progress.close()
    assert screen.getvalue().rstrip(" ").endswith("\r")


def test_a_dry_run_tells_the_jobs_and_leaves_no_trace(three: Path, tmp_path: Path) -> None:
    """It needs no credentials, and neither sends nor writes anything."""
    outcome = cgi_runner("cohort", three, "--dry-run", "--output", tmp_path / "out")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "would send 3 samples with 8 rows in 2 jobs; nothing was sent or written",
        "  job 01: CM (Cutaneous melanoma), hg38, 6 rows",
        "    one: 3 rows",
        "    two: 3 rows",
        "  job 02: BRCA (Breast adenocarcinoma), hg38, 2 rows",
        "    three: 2 rows",
    ]
    assert not (tmp_path / "out").exists()


def test_a_dry_run_needs_no_output_folder(three: Path) -> None:
    """It writes nothing; without it, the option is missed."""
    outcome = cgi_runner("cohort", three, "--dry-run")
    assert outcome.code == 0
    assert "would send 3 samples" in outcome.out
    missed = cgi_runner("cohort", three)
    assert missed.code == 2
    assert "Missing option '-o' / '--output'" in missed.err


def test_a_dry_run_knows_what_an_earlier_run_sent(three: Path, tmp_path: Path, table: Table) -> None:
    """Samples of an earlier run stay in their jobs; those that are new get another, and the folder stays as it is."""
    assert cgi_runner("cohort", three, "--sandbox", "--output", tmp_path / "out").code == 0
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    more = table("more.tsv", *three.read_text().splitlines(), "four\tCM\ta.tsv", "none\tCM")
    outcome = cgi_runner("cohort", more, "--dry-run", "--skip-bad", "--json", "--output", tmp_path / "out")
    found = json.loads(outcome.out)
    assert [list(job["samples"]) for job in found["jobs"]] == [["one", "two"], ["three"], ["four"]]
    assert list(found["skipped"]) == ["none"]
    assert before == {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
