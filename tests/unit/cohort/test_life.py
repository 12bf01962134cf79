"""A cohort over real HTTP on a simulated clock: from its sheet to every sample's results, through what may happen."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.cohort import Flags, merge
from cgi_runner.cohort.outcome import CohortError
from cgi_runner.errors import CredentialsError, InputError, RowsMissingError
from cgi_runner.findings import read_findings
from cgi_runner.inputs import Options
from cgi_runner.job import read_record
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_sandbox import analysis, variants, worker
from cgi_sandbox.row_index import SharedVariants
from cgi_sandbox.store import FAILED, Job
from cgi_sandbox.tables import SkippedError
from support.faults import Fault, heal, inject
from support.scripted import Answer
from unit.cohort.conftest import BRAF, EGFR, TP53, Bench, bench, everything_in, files_in, rows_of, with_deadline

Table = Callable[..., Path]


@pytest.fixture
def many(table: Table) -> Path:
    """Give a sheet of six samples, each of which is a job when a job may have one row."""
    for number in range(6):
        table(f"{number}.tsv", "chr\tpos\tref\talt", f"chr1\t{100 + number}\tA\tG")
    return table("many.tsv", "sample\tcancer_type\tmutations", *(f"n{n}\tCM\t{n}.tsv" for n in range(6)))


def failing(cancer_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sandbox end jobs of this cancer type with Error."""

    def analyse(job: Job, folder: Path, stopping: Callable[[], bool], shared_variants: SharedVariants) -> str:
        if job.cancer_type != cancer_type:
            return analysis.analyse(job, folder, stopping, shared_variants)
        (folder / analysis.WARNINGS_LOG).write_text("ERROR\tIt cannot be\n", encoding="utf-8")
        return FAILED

    monkeypatch.setattr(worker, "analyse", analyse)


def skipping(chromosome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sandbox skip the rows of a chromosome, saying why in the log."""
    name_of = variants.parse_chromosome

    def parse_chromosome(text: str) -> str:
        if name_of(text) == chromosome:
            raise SkippedError("Skipping what is not wanted")
        return name_of(text)

    monkeypatch.setattr(variants, "parse_chromosome", parse_chromosome)


def test_a_cohort_comes_home_whole(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Two cancer types are two jobs; each sample has a folder, the cohort its tables, and a record of it all."""
    report = bench.cohort(three, tmp_path / "out", title="Mine")
    report.raise_for_failures(strict=True)
    assert (bench.posts(), report.jobs, report.samples_done) == (2, 2, 3)
    assert {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()} == {"one", "two", "three", "jobs"}
    assert {row["CGI-Sample ID"] for row in rows_of(tmp_path / "out" / "alterations.tsv")} == {"one", "two", "three"}
    assert [row["state"] for row in rows_of(tmp_path / "out" / "samples.tsv")] == ["done"] * 3
    known = json.loads((tmp_path / "out" / "cohort.json").read_text(encoding="utf-8"))
    assert [job["state"] for job in known["jobs"]] == ["verified", "verified"]
    own = json.loads((tmp_path / "out" / "one" / "cgi-job.json").read_text(encoding="utf-8"))
    assert (own["cohort"]["id"], own["samples"], own["job_id"]) == ("s0001", {"one": 3}, "")
    assert own["rows"]["mutations"] == {"sent": 2, "returned": 2, "merged": 0, "not_returned": 0}
    assert [row["line"] for row in rows_of(tmp_path / "out" / "one" / "dropped.tsv")] == ["4"]
    assert not (tmp_path / "out" / ".cgi-runner").exists()


def test_two_genome_builds_in_one_table_are_told(
    bench: Bench, table: Table, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """On the screen, in the record and in the report; samples without positions are of no build."""
    table("a.tsv", "chr\tpos\tref\talt", BRAF)
    table("old.tsv", "chr\tpos\tref\talt", "chr1\t100\tA\tG")
    table("c.tsv", "gene\tcna", "ERBB2\tamp")
    header = "sample\tcancer_type\treference\tmutations\tcnas"
    one, other = "a\tCM\thg38\ta.tsv\t", "b\tCM\thg19\told.tsv\t"
    bench.cohort(table("same.tsv", header, one, "c\tCM\thg19\t\tc.tsv"), tmp_path / "same")
    assert "two genome builds" not in caplog.text
    bench.cohort(table("mixed.tsv", header, one, other), tmp_path / "out")
    warning = "two genome builds, hg19 (1 sample) and hg38 (1 sample)"
    assert caplog.text.count(warning) == 1
    (recorded,) = json.loads((tmp_path / "out" / "cohort.json").read_text(encoding="utf-8"))["warnings"]
    assert warning in recorded
    assert recorded in read_findings(tmp_path / "out").warnings


def test_no_name_leaves_this_machine(bench: Bench, three: Path, tmp_path: Path) -> None:
    """What CGI gets to see are made-up ids: names of samples stay here."""
    bench.cohort(three, tmp_path / "out")
    sent = [path.read_text(encoding="utf-8") for path in (tmp_path / "out" / "jobs").rglob("*.t[sx][vt]")]
    assert sent
    assert not any(name in text for text in sent for name in ("\tone\t", "\ttwo\t", "\tthree\t"))


def test_the_same_command_again_asks_nothing(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Once all is verified, a second run neither submits nor fetches nor changes a table."""
    bench.cohort(three, tmp_path / "out")
    requests, files = len(bench.sandbox.requests), everything_in(tmp_path / "out")
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert len(bench.sandbox.requests) == requests
    assert everything_in(tmp_path / "out") == files


def test_a_damaged_sample_folder_is_mended_from_the_job(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A file that is gone or cut comes back without a request; what the user put beside it stays."""
    bench.cohort(three, tmp_path / "out")
    requests, files = len(bench.sandbox.requests), everything_in(tmp_path / "out")
    (tmp_path / "out" / "one" / "alterations.tsv").unlink()
    (tmp_path / "out" / "two" / "biomarkers.tsv").write_text("cut", encoding="utf-8")
    (tmp_path / "out" / "three" / "cgi-job.json").write_text("[]", encoding="utf-8")
    (tmp_path / "out" / "two" / "my notes.md").touch()
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert len(bench.sandbox.requests) == requests
    assert everything_in(tmp_path / "out") == files
    assert (tmp_path / "out" / "two" / "my notes.md").exists()


def test_results_that_were_deleted_here_are_fetched_again(bench: Bench, three: Path, tmp_path: Path) -> None:
    """While CGI still has the job, its archive comes back, and nothing is submitted."""
    bench.cohort(three, tmp_path / "out")
    files = everything_in(tmp_path / "out")
    (tmp_path / "out" / "jobs" / "01" / "cgi-results.zip").unlink()
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 2
    assert everything_in(tmp_path / "out") == files


def test_another_folder_adopts_the_jobs(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A repeated step of a workflow finds its jobs; --fresh does not look for them."""
    bench.cohort(three, tmp_path / "out")
    bench.cohort(three, tmp_path / "again").raise_for_failures(strict=True)
    assert bench.posts() == 2
    bench.cohort(three, tmp_path / "again", Flags(fresh=True)).raise_for_failures(strict=True)
    assert bench.posts() == 4
    assert everything_in(tmp_path / "out") == everything_in(tmp_path / "again")


def test_new_samples_are_sent_alone(bench: Bench, three: Path, tmp_path: Path, table: Table) -> None:
    """A sample that is added to the sheet goes into a job of its own; what is there stays as it is."""
    bench.cohort(three, tmp_path / "out")
    before = files_in(tmp_path / "out" / "one")
    table("new.tsv", "chr\tpos\tref\talt", EGFR)
    with three.open("a", encoding="utf-8") as sheet:
        sheet.write("One\tCM\tnew.tsv\n")
    report = bench.cohort(three, tmp_path / "out")
    report.raise_for_failures(strict=True)
    assert bench.posts() == 3
    assert report.ledger.plan.folders["One"] == "One-2"
    assert files_in(tmp_path / "out" / "one") == before
    assert len(rows_of(tmp_path / "out" / "samples.tsv")) == 4


@pytest.mark.parametrize("change", ["other alterations", "no longer there"])
def test_results_of_other_input_are_never_mixed(
    bench: Bench, three: Path, tmp_path: Path, table: Table, change: str
) -> None:
    """A sample that has changed since, or is gone, needs another folder; jobs that did not change are found there."""
    bench.cohort(three, tmp_path / "out")
    files = everything_in(tmp_path / "out")
    if change == "no longer there":
        lines = three.read_text(encoding="utf-8").splitlines()
        three.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    else:
        table("b.tsv", "chr\tpos\tref\talt", BRAF)
    with pytest.raises(InputError, match="no longer in the sheet or has changed"):
        bench.cohort(three, tmp_path / "out")
    assert everything_in(tmp_path / "out") == files
    bench.cohort(three, tmp_path / "other").raise_for_failures(strict=True)
    assert bench.posts() == (2 if change == "no longer there" else 3)


def test_a_folder_of_something_else_is_refused(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Another cohort's, another service's or the user's own files are not touched."""
    out = tmp_path / "out"
    bench.cohort(three, out, title="A")
    with pytest.raises(InputError, match="of the title 'A', not 'B'"):
        bench.cohort(three, out, title="B")
    for taken in ("jobs", "one", "alterations.tsv"):
        (tmp_path / taken / taken).mkdir(parents=True)
        with pytest.raises(InputError, match=f"holds {taken}"):
            bench.cohort(three, tmp_path / taken)
    for text in ("", "{}", '{"schema": 99}', '{"schema": 1, "jobs": [], "samples": [], "service": 1, "title": 1}'):
        (out / "cohort.json").write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="later version" if "99" in text else "not a valid record of a cohort"):
            bench.cohort(three, out)


def test_the_users_own_sheet_is_never_overwritten(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A table samples.tsv that no cohort has written stays, and one that a cohort has written is no sheet of it."""
    sheet = three.rename(three.with_name("samples.tsv"))
    text = sheet.read_bytes()
    with pytest.raises(InputError, match="would be overwritten"):
        bench.cohort(sheet, tmp_path)
    with pytest.raises(InputError, match=r"holds samples\.tsv, which is not this cohort's"):
        bench.cohort(Path(shutil.copy(sheet, tmp_path / "sheet.tsv")), tmp_path)
    assert (sheet.read_bytes(), bench.posts()) == (text, 0)
    assert not (tmp_path / "cohort.json").exists()
    bench.cohort(sheet, tmp_path / "out").raise_for_failures(strict=True)
    with pytest.raises(InputError, match="would be overwritten"):
        bench.cohort(tmp_path / "out" / "samples.tsv", tmp_path / "out")


def test_a_cohorts_folder_is_its_own_before_there_are_results(bench: Bench, three: Path, tmp_path: Path) -> None:
    """No run and no merge goes into the folder of an unfinished cohort, and no cohort beside the record of a job."""
    out = tmp_path / "out"
    with_deadline(bench, 1).cohort(three, out)
    record = (out / "cohort.json").read_bytes()
    job_request = {"sources": {"mutations": tmp_path / "a.tsv"}, "cancer_type": "CM", "reference": "hg38"}
    with pytest.raises(InputError, match=r"holds cohort\.json"):
        bench.alone(out, **job_request)
    bench.alone(tmp_path / "alone", **job_request)
    with pytest.raises(InputError, match=r"holds cohort\.json"):
        merge([tmp_path / "alone"], out)
    assert (out / "cohort.json").read_bytes() == record
    shutil.copy(tmp_path / "alone" / "cgi-job.json", out)
    with pytest.raises(InputError, match=r"holds cgi-job\.json"):
        bench.cohort(three, out)
    with pytest.raises(InputError, match="which is not this job's"):
        bench.cohort(three, tmp_path / "alone")
    (out / "cgi-job.json").unlink()
    bench.cohort(three, out).raise_for_failures(strict=True)


def test_a_record_cannot_lead_out_of_the_folder(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A folder name in a tampered record is not followed."""
    out = tmp_path / "out"
    bench.cohort(three, out)
    text = (out / "cohort.json").read_text(encoding="utf-8")
    (out / "cohort.json").write_text(text.replace('"folder": "one"', '"folder": "../up"'), encoding="utf-8")
    with pytest.raises(InputError, match="not a valid record of a cohort"):
        bench.cohort(three, out)


def test_a_sheet_that_is_no_utf8_is_refused_before_anything_is_sent(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Its names could not be written into the records; --skip-bad goes on without these lines."""
    three.write_bytes(three.read_bytes() + b"M\xfcller\tCM\ta.tsv\n")
    with pytest.raises(InputError, match=r"on line 5, expected UTF-8 text"):
        bench.cohort(three, tmp_path / "out")
    assert bench.posts() == 0
    report = bench.cohort(three, tmp_path / "out", Flags(skip_bad=True))
    assert (report.samples_done, report.jobs) == (3, 2)


def test_file_names_need_not_be_letters(bench: Bench, tmp_path: Path, table: Table) -> None:
    """A shared file that the command line names in Latin-1 is of no harm to the samples' records."""
    maf = table(os.fsdecode(b"m\xfc.tsv"), "chr\tpos\tref\talt\tsample", f"{BRAF}\ta")
    report = bench.cohort(table("s.tsv", "sample\tcancer_type", "a\tCM"), tmp_path / "out", shared={"mutations": maf})
    report.raise_for_failures(strict=True)
    own = json.loads((tmp_path / "out" / "a" / "cgi-job.json").read_text(encoding="utf-8"))
    assert os.fsencode(own["inputs"]["mutations"]["source"]) == b"m\xfc.tsv"


def test_bad_samples_are_listed_at_once(
    bench: Bench, three: Path, tmp_path: Path, table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    """All of them, before anything is sent; with --skip-bad the others go on, and it is said which do not."""
    table("odd.tsv", "chr\tpos\tref\talt", *(f"chr1\t{n}x\tA\tG" for n in range(9)))
    with three.open("a", encoding="utf-8") as sheet:
        sheet.write("odd\tCM\todd.tsv\nnameless\tXYZ\ta.tsv\n")
    with pytest.raises(InputError, match=r"(?s)2 of 5 samples.*nameless.*odd.*line 2.*more lines") as raised:
        bench.cohort(three, tmp_path / "out")
    assert "--skip-bad" in raised.value.tip
    assert (bench.posts(), (tmp_path / "out").exists()) == (0, False)
    report = bench.cohort(three, tmp_path / "out", Flags(skip_bad=True))
    report.raise_for_failures(strict=True)
    assert "2 of 5 samples are skipped" in caplog.text
    skipped = [row for row in rows_of(tmp_path / "out" / "samples.tsv") if row["state"] == "skipped"]
    assert [row["sample"] for row in skipped] == ["nameless", "odd"]
    table("odd.tsv", "chr\tpos\tref\talt", BRAF)
    bench.cohort(three, tmp_path / "out", Flags(skip_bad=True)).raise_for_failures(strict=True)
    assert (tmp_path / "out" / "odd" / "alterations.tsv").exists()


def test_rows_of_skipped_samples_are_accounted_for(
    bench: Bench, three: Path, tmp_path: Path, table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    """A sample whose rows are all of no use is left out with --skip-bad: its rows are listed, nobody gets another's."""
    table("d.tsv", "gene\tcna\tsample", "MYC\tgain\tfour", "ERBB2\tamp\tfive")
    with three.open("a", encoding="utf-8") as sheet:
        sheet.write("four\tCM\t\td.tsv\n")
    with pytest.raises(InputError, match=r"four: d.tsv: found nothing to send of 'four'.*neither amp nor del: 1"):
        bench.cohort(three, tmp_path / "out")
    bench.cohort(three, tmp_path / "out", Flags(skip_bad=True)).raise_for_failures(strict=True)
    assert "neither amp nor del: 1" in caplog.text
    assert not (tmp_path / "out" / "four").exists()
    listed = [(row["sample"], row["reason"]) for row in rows_of(tmp_path / "out" / "dropped.tsv")]
    assert ("four", "neither amp nor del") in listed
    assert "five" not in (tmp_path / "out" / "dropped.tsv").read_text(encoding="utf-8")


def test_skipping_all_samples_is_no_success(bench: Bench, tmp_path: Path, table: Table) -> None:
    """With nothing left to send, --skip-bad is of no help."""
    sheet = table("s.tsv", "sample\tcancer_type\tmutations", "a\tCM\tgone.tsv")
    with pytest.raises(InputError, match="1 of 1 samples"):
        bench.cohort(sheet, tmp_path / "out", Flags(skip_bad=True))


def test_a_failing_job_leaves_the_others_whole(
    bench: Bench, three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its samples are named at the end, with CGI's reason and the exit code of a failed job."""
    failing("BRCA", monkeypatch)
    report = bench.cohort(three, tmp_path / "out")
    with pytest.raises(CohortError, match=r"(?s)1 of 2 jobs.*job 02 \(three\).*It cannot be") as raised:
        report.raise_for_failures(strict=False)
    assert raised.value.exit_code == 5
    assert [row["state"] for row in rows_of(tmp_path / "out" / "samples.tsv")] == ["done", "done", "failed"]
    assert {row["CGI-Sample ID"] for row in rows_of(tmp_path / "out" / "alterations.tsv")} == {"one", "two"}


def test_samples_of_a_failed_job_may_change(
    bench: Bench, three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it stands, the job is reported again; corrected samples get a new one, in the same folder."""
    failing("BRCA", monkeypatch)
    for _ in range(2):
        assert len(bench.cohort(three, tmp_path / "out").failures) == 1
    assert bench.posts() == 2
    monkeypatch.undo()
    text = three.read_text(encoding="utf-8").replace("three\tBRCA\ta.tsv", "three\tBRCA\tb.tsv")
    three.write_text(text, encoding="utf-8")
    report = bench.cohort(three, tmp_path / "out")
    report.raise_for_failures(strict=True)
    assert [batch.name for batch in report.ledger.plan.batches] == ["01", "03"]
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 3


def test_missing_rows_are_those_of_the_sample_alone(
    bench: Bench, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that CGI skips is in the sample's list with its line and CGI's reason, and makes --strict fail."""
    skipping("22", monkeypatch)
    table("a.tsv", "chr\tpos\tref\talt", "chr22\t200\tA\tG", BRAF, "MT\t1\tA\tG")
    table("b.tsv", "chr\tpos\tref\talt", BRAF, "chr22\t100\tA\tG", "chr22\t300\tA\tC")
    sheet = table("s.tsv", "sample\tcancer_type\tmutations", "a\tCM\ta.tsv", "b\tCM\tb.tsv")
    report = bench.cohort(sheet, tmp_path / "out")
    with pytest.raises(RowsMissingError, match="3 rows"):
        report.raise_for_failures(strict=True)
    report.raise_for_failures(strict=False)
    assert report.ledger.missing == {"a": 1, "b": 2}
    for name in "ab":
        job_request = {"sources": {"mutations": tmp_path / f"{name}.tsv"}, "cancer_type": "CM", "reference": "hg38"}
        assert files_in(tmp_path / "out" / name) == bench.of_another().alone(
            tmp_path / name, options=Options(sample=name), **job_request
        )
    own = json.loads((tmp_path / "out" / "b" / "cgi-job.json").read_text(encoding="utf-8"))
    assert own["rows"]["mutations"]["not_returned"] == 2
    assert bench.cohort(sheet, tmp_path / "out").rows_missing == 3


def test_the_deadline_leaves_jobs_alone(bench: Bench, three: Path, tmp_path: Path) -> None:
    """It is the whole cohort's; what is running is named, and the same command finds it."""
    report = with_deadline(bench, 6).cohort(three, tmp_path / "out")
    with pytest.raises(CohortError, match=r"(?s)2 of 2 jobs.*still running.*still running") as raised:
        report.raise_for_failures(strict=False)
    assert raised.value.exit_code == 3
    assert bench.clock.seconds == 6
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 2


def test_a_deadline_of_nothing_submits_nothing(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Jobs that would not be waited for are not begun, and that is said."""
    report = with_deadline(bench, 0).cohort(three, tmp_path / "out")
    with pytest.raises(CohortError, match="not submitted yet") as raised:
        report.raise_for_failures(strict=False)
    assert (raised.value.exit_code, bench.posts()) == (3, 0)


def test_a_full_account_is_waited_for_with_delete(many: Path, tmp_path: Path) -> None:
    """Own jobs make room as they end, and nobody else's is touched."""
    with bench(quota=3) as served:
        foreign = served.context.api.submit(
            {"cancer_type": "CM", "title": "hers", "reference": "hg38"}, _upload(tmp_path)
        )
        report = served.cohort(many, tmp_path / "out", Flags(delete=True), most_rows=1)
        report.raise_for_failures(strict=True)
        assert served.context.api.list_jobs() == [foreign]
        known = json.loads((tmp_path / "out" / "cohort.json").read_text(encoding="utf-8"))
        assert {job["state"] for job in known["jobs"]} == {"deleted"}


def test_a_full_account_ends_with_what_there_is(many: Path, tmp_path: Path) -> None:
    """Without --delete no room is made: the samples that were run are whole, the others wait for the next command."""
    with bench(quota=4) as served:
        report = served.cohort(many, tmp_path / "out", most_rows=1)
        with pytest.raises(CohortError, match=r"(?s)2 of 6 jobs.*no free job slot") as raised:
            report.raise_for_failures(strict=False)
        assert raised.value.exit_code == 8
        assert "--delete" in raised.value.tip
        assert report.samples_done == 4
        served.cohort(many, tmp_path / "out", Flags(delete=True), most_rows=1).raise_for_failures(strict=True)
        assert (len(served.context.api.list_jobs()), [r.method for r in served.sandbox.requests].count("DELETE")) == (
            0,
            6,
        )


def test_many_jobs_are_asked_for_politely(bench: Bench, many: Path, tmp_path: Path) -> None:
    """Five run at most, one look in three seconds at most, and no foreign job is asked for twice."""
    for _ in range(7):
        bench.context.api.submit({"cancer_type": "CM", "title": "hers", "reference": "hg38"}, _upload(tmp_path))
    times: list[float] = []
    at_work: list[int] = []
    active: set[str] = set()

    def watch(environ: Any, start_response: Any, app: Any) -> Any:
        if "action=logs" in environ.get("QUERY_STRING", ""):
            times.append(bench.clock.seconds)
            active.add(environ["PATH_INFO"])
        if "action=download" in environ.get("QUERY_STRING", ""):
            at_work.append(len(active))
            active.discard(environ["PATH_INFO"])
        return app(environ, start_response)

    inject(bench.sandbox, watch)
    bench.cohort(many, tmp_path / "out", most_rows=1).raise_for_failures(strict=True)
    assert max(at_work) <= 5
    assert all(later - earlier >= 3 for earlier, later in pairwise(times))
    asked = [request.path for request in bench.sandbox.requests if request.method == "GET" and not request.action]
    assert all(asked.count(path) == 1 for path in asked if path != "/api/v1")


def test_an_outage_is_borne(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A service that asks to be spared is left alone for as long, and the cohort goes on."""
    answer = Answer({"error_code": 503, "message": "busy"}, 503, {"Retry-After": "40"})
    inject(bench.sandbox, Fault(answer, "GET", "logs"))
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.clock.seconds >= 40


def test_a_service_that_stays_away_ends_it(three: Path, tmp_path: Path) -> None:
    """What cannot be submitted fails as not reached, which a pipeline may try again."""
    with bench(attempts=2) as served:
        inject(served.sandbox, Fault(Answer({"message": "gone"}, 503), "GET", "", times=99))
        report = served.cohort(three, tmp_path / "out")
        with pytest.raises(CohortError, match="2 of 2 jobs") as raised:
            report.raise_for_failures(strict=False)
        assert raised.value.exit_code == 7
        heal(served.sandbox)
        served.cohort(three, tmp_path / "out").raise_for_failures(strict=True)


def test_a_submission_that_fails_is_made_up_for(many: Path, tmp_path: Path) -> None:
    """When the service does not take a job now, it is tried again once another one has ended."""
    with bench(attempts=1) as served:
        lists: list[int] = []

        def third_list_fails(environ: Any, start_response: Any, app: Any) -> Any:
            if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"] == "/api/v1":
                lists.append(1)
                if len(lists) == 3:
                    start_response("503 Busy", [])
                    return [b"{}"]
            return app(environ, start_response)

        inject(served.sandbox, third_list_fails)
        served.cohort(many, tmp_path / "out", most_rows=1).raise_for_failures(strict=True)
        assert served.posts() == 6


def test_a_job_that_the_service_turns_down_is_its_own_failure(bench: Bench, three: Path, tmp_path: Path) -> None:
    """The others are submitted and come home."""
    inject(bench.sandbox, Fault(Answer({"error_code": 400, "message": "no"}, 400), "POST"))
    report = bench.cohort(three, tmp_path / "out")
    with pytest.raises(CohortError, match=r"job 01 \(one and 1 more sample\)") as raised:
        report.raise_for_failures(strict=False)
    assert (raised.value.exit_code, report.samples_done) == (2, 1)
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)


def test_refused_credentials_end_all_of_it(bench: Bench, three: Path, tmp_path: Path) -> None:
    """An account that is no longer accepted concerns every job: at the start, and while waiting."""
    refusal = Answer({"error_code": 401, "message": "no"}, 401)
    for method, action in (("GET", ""), ("GET", "logs")):
        inject(bench.sandbox, Fault(refusal, method, action, times=40), instead=True)
        with pytest.raises(CredentialsError):
            bench.cohort(three, tmp_path / "out")
    heal(bench.sandbox)
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 2


def test_a_job_that_somebody_deleted_is_told(bench: Bench, three: Path, tmp_path: Path) -> None:
    """It is the failure of that job; --fresh submits it again."""
    with_deadline(bench, 1).cohort(three, tmp_path / "out")
    bench.context.api.delete(bench.context.api.list_jobs()[0])
    report = bench.cohort(three, tmp_path / "out")
    with pytest.raises(CohortError, match="no longer in the account") as raised:
        report.raise_for_failures(strict=False)
    assert raised.value.exit_code == 5


def test_ctrl_c_leaves_jobs_alone(
    bench: Bench, three: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ids of what goes on are printed, and the same command finds it."""

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(CgiClient, "logs", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.cohort(three, tmp_path / "out")
    assert f"{', '.join(bench.context.api.list_jobs())} keep running at CGI" in caplog.text
    monkeypatch.setattr(CgiClient, "list_jobs", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.cohort(three, tmp_path / "again")
    assert "nothing is running at CGI" in caplog.text
    monkeypatch.undo()
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 2


def test_an_answer_that_was_lost_costs_no_second_job(bench: Bench, three: Path, tmp_path: Path) -> None:
    """The submission arrived and its answer did not: the job is found by its mark."""
    inject(bench.sandbox, Fault(Answer(), "POST", carried_out=True))
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 2


def lose_second(served: Bench, *, carried_out: bool) -> None:
    """Have the answer to the second POST lost, and then the list of jobs, until a job is looked at."""
    busy = Answer({"error_code": 503, "message": "busy"}, 503)
    faults = {"POST": Fault(busy, "POST", carried_out=carried_out), "GET": Fault(busy, "GET", "", times=99)}
    posts: list[int] = []

    def lose(environ: Any, start_response: Any, app: Any) -> Any:
        method = environ["REQUEST_METHOD"]
        posts.extend([1] if method == "POST" else [])
        if len(posts) == 2 and "action=logs" in environ.get("QUERY_STRING", ""):
            heal(served.sandbox, lose)
        if len(posts) == 2:
            return faults[method](environ, start_response, app)
        return app(environ, start_response)

    inject(served.sandbox, lose)


@pytest.mark.parametrize("carried_out", [True, False])
def test_fresh_submits_each_job_once(three: Path, tmp_path: Path, carried_out: bool) -> None:
    """After a lost answer, the job of the first try is looked for; one of an earlier command is not taken for it."""
    with bench(attempts=1) as served:
        served.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
        before = served.context.api.list_jobs()
        lose_second(served, carried_out=carried_out)
        served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        jobs = served.context.api.list_jobs()
        assert len(jobs) == 4
        records = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "out").glob("jobs/*/cgi-job.json")]
        assert {record["job_id"] for record in records} == set(jobs) - set(before)


def test_fresh_goes_on_with_its_own_jobs(three: Path, tmp_path: Path) -> None:
    """A cohort that was begun anew and stopped is gone on with, what is done included; then another begins."""
    with bench() as served:
        served.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
        hasty = replace(served, context=replace(served.context, deadline=5))
        for _ in range(2):
            with pytest.raises(CohortError) as stopped:
                hasty.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
            assert stopped.value.exit_code == 3
            assert served.posts() == 4
        served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        assert served.posts() == 4
        served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        assert served.posts() == 6


def test_fresh_keeps_what_is_done_while_the_rest_is_not(three: Path, tmp_path: Path) -> None:
    """One of two jobs has ended, the other has vanished while it was waited for: both count as ended."""
    with bench() as served:
        served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        path = tmp_path / "out" / "jobs" / "02" / "cgi-job.json"
        record = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**record, "state": "waiting"}), encoding="utf-8")
        served.context.api.delete(record["job_id"])
        with pytest.raises(CohortError, match="no longer in the account"):
            served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        assert served.posts() == 2
        served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        assert served.posts() == 4


@pytest.mark.parametrize("shared", [False, True])
def test_rows_that_a_file_has_gained_are_listed(bench: Bench, table: Table, tmp_path: Path, shared: bool) -> None:
    """Rows that are not sent make no other job, but they are told: of the sample, and of the cohort."""
    header, rows = "chr\tpos\tref\talt\tsample", [f"{BRAF}\ta", f"{TP53}\tb"]
    sheet = table("s.tsv", "sample\tcancer_type" + "\tmutations" * (not shared), "a\tCM\tm.tsv", "b\tCM\tm.tsv")
    wanted: dict[str, Any] = {"shared": {"mutations": tmp_path / "m.tsv"}} if shared else {}
    if shared:
        table("s.tsv", "sample\tcancer_type", "a\tCM", "b\tCM")
    table("m.tsv", header, *rows)
    bench.cohort(sheet, tmp_path / "out", **wanted).raise_for_failures(strict=True)
    table("m.tsv", header, *rows, "chrM\t1000\tA\tG\ta")
    for _ in range(2):
        bench.cohort(sheet, tmp_path / "out", **wanted).raise_for_failures(strict=True)
        for path in (tmp_path / "out" / "dropped.tsv", tmp_path / "out" / "a" / "dropped.tsv"):
            assert [row["alteration"] for row in rows_of(path)] == ["chrM:1000 A>G"]
        assert not rows_of(tmp_path / "out" / "b" / "dropped.tsv")
        assert read_record(tmp_path / "out" / "a" / "cgi-job.json").not_sent["CGI takes no mitochondrial variants"] == 1
    assert bench.posts() == 1


def _upload(folder: Path) -> dict[str, Path]:
    path = folder / "hers.tsv"
    path.write_text("gene\tcna\nMET\tamp\n", encoding="utf-8")
    return {"cnas": path}


def test_a_job_that_is_told_under_a_strangers_id_is_found(many: Path, bench: Bench, tmp_path: Path) -> None:
    """The list lacks the stranger's job when it is looked at: its results tell, and the own job's title does."""
    strangers = tmp_path / "theirs.tsv"
    strangers.write_text("chr\tpos\tref\talt\n7\t55191822\tT\tG\n")
    fields = {"cancer_type": "CM", "title": "theirs", "reference": "hg38"}
    bench.context.api.submit(fields, {"mutations": strangers})
    bench.clock.sleep(60)
    inject(bench.sandbox, "post old-id", "list stale")
    report = bench.cohort(many, tmp_path / "out")
    assert (report.failures, report.samples_done, bench.posts()) == ([], 6, 2)
