"""Commands that deal with jobs on a service: what they print, and what they refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from cgi_runner import redaction
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from support.cli import Outcome, cgi_runner
from support.faults import heal, inject

pytestmark = pytest.mark.usefixtures("account_in_environment")

INPUT = ("--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "CM")


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """Submit a job; gives its folder."""
    assert cgi_runner("submit", *INPUT, "--output", tmp_path / "job", "--title", "mine").code == 0
    return tmp_path / "job"


def where(command: str, folder: Path) -> list[str]:
    """Return the option for the results' folder, if the command has one."""
    return ["--output", str(folder)] if command == "fetch" else []


def id_of(folder: Path) -> str:
    """Return the id in a folder's record."""
    return str(json.loads((folder / "cgi-job.json").read_text())["job_id"])


def test_submit_prints_the_id_alone(tmp_path: Path, api: CgiClient) -> None:
    """So that a script can catch it; the folder then holds what wait and fetch need."""
    outcome = cgi_runner("submit", *INPUT, "--output", tmp_path / "job")
    assert outcome.out == f"{id_of(tmp_path / 'job')}\n"
    assert api.list_jobs() == [outcome.out.strip()]
    assert sorted(path.name for path in (tmp_path / "job").iterdir()) == ["cgi-job.json", "dropped.tsv"]
    assert cgi_runner("submit", *INPUT, "--output", tmp_path / "job", "--json").json["job_id"] == outcome.out.strip()


def test_a_job_can_be_named_in_three_ways(job: Path) -> None:
    """By its id, its folder or its record."""
    answers = [cgi_runner("status", name, "--json").json for name in (id_of(job), job, job / "cgi-job.json")]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["id"] == id_of(job)
    assert answers[0]["title"].endswith("] mine")


@pytest.mark.parametrize("part", ["", "melanoma-1"])
def test_a_cohort_and_its_samples_are_told_from_a_job(part: str, tmp_path: Path, api: CgiClient) -> None:
    """Their jobs lie in folders of their own, and the tip names one: following it works."""
    cohort = tmp_path / "cohort"
    assert cgi_runner("cohort", *INPUT, "--reference", "hg38", "--output", cohort).code == 0
    refused = cgi_runner("delete", cohort / part)
    assert refused.code == 2
    assert "expected one job" in refused.err
    (named,) = re.findall(r"TIP name .*job.*: (.+)", refused.err)
    assert named == str(cohort / "jobs" / "01")
    assert cgi_runner("delete", named).code == 0
    assert api.list_jobs() == []


@pytest.mark.parametrize("command", ["status", "wait", "logs", "delete", "fetch"])
@pytest.mark.parametrize("name", ["nonsense!", "../../etc", "", "ab", "deadbeef?action=download"])
def test_what_can_be_no_job_is_refused_before_anything_is_asked(command: str, name: str, sandbox: Sandbox) -> None:
    """No name typed by mistake gets into an address."""
    outcome = cgi_runner(command, name, *where(command, Path("x")))
    assert outcome.is_plain_failure(2)
    assert not sandbox.requests


@pytest.mark.parametrize("command", ["status", "wait", "logs", "delete", "fetch"])
def test_a_folder_that_was_mistyped_is_told(command: str, sandbox: Sandbox) -> None:
    """Its name may pass for an id; that it is none is what people have to know."""
    outcome = cgi_runner(command, "reslts", *where(command, Path("x")))
    assert outcome.code in {2, 5}
    assert outcome.messages[0] == "found no folder or record called reslts; using it as a job's id"
    assert sandbox.requests


@pytest.mark.parametrize("slip", ["", "0"], ids=["the token", "a key too many"])
@pytest.mark.parametrize("command", ["status", "wait", "logs", "delete", "fetch"])
def test_the_token_in_place_of_an_id_is_refused(
    command: str, slip: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks like an id; in an address it would end up in the logs of every proxy on the way."""
    token = "deadbeef00000000cafe"
    monkeypatch.delenv("CGI_EMAIL")
    monkeypatch.delenv("CGI_TOKEN")
    (tmp_path / "credentials").write_text(f"me@example.org {token}\n")
    outcome = cgi_runner(
        command,
        token + slip,
        "--credentials",
        tmp_path / "credentials",
        *where(command, tmp_path / "x"),
    )
    assert outcome.is_plain_failure(2)
    assert "the token was given in place of a job's id" in outcome.err
    assert token not in outcome.err
    assert not sandbox.requests


def test_a_short_made_up_token_does_not_stand_in_the_way(api: CgiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the sandbox any token will do, also one that happens to be a part of an id."""
    job_id = api.submit(
        {"cancer_type": "CM", "title": "t", "reference": "hg38"}, {"mutations": EXAMPLES / "mutations.tsv"}
    )
    monkeypatch.setattr(redaction, "_secrets", set())
    monkeypatch.setenv("CGI_TOKEN", job_id[:3])
    assert cgi_runner("wait", job_id).code == 0


def test_credentials_pasted_in_place_of_an_id_are_not_repeated() -> None:
    """The refusal quotes what was typed, but for the secrets in it."""
    outcome = cgi_runner("status", CREDENTIALS.header)
    assert outcome.is_plain_failure(2)
    assert CREDENTIALS.token not in outcome.err
    assert CREDENTIALS.email not in outcome.err


@pytest.mark.parametrize(
    "words",
    [
        ("list", "deadbeefdeadbeef9999"),
        ("list", "--credentials=z@hospital.example", "deadbeefdeadbeef9999"),
        ("list", "--credentials z@hospital.example deadbeefdeadbeef9999"),
        ("list", "--tokens=deadbeefdeadbeef9999"),
        ("deadbeefdeadbeef9999",),
    ],
)
def test_a_token_in_a_wrong_place_is_not_repeated(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Though nobody knows it to be one: the account comes from elsewhere, or from nowhere."""
    monkeypatch.delenv("CGI_TOKEN", raising=False)
    outcome = cgi_runner(*words)
    assert outcome.is_plain_failure(2)
    assert "deadbeefdeadbeef9999" not in outcome.err
    assert "hospital" not in outcome.err


def test_an_unknown_id_is_a_usage_error(job: Path, tmp_path: Path) -> None:
    """With a tip where the right ones are."""
    del job
    outcome = cgi_runner("fetch", "0" * 20, "--output", tmp_path / "x")
    assert outcome.is_plain_failure(2)
    assert "cgi-runner list --long" in outcome.err
    assert not (tmp_path / "x").exists()


def edited(folder: Path, **changes: Any) -> Path:
    """Change a folder's record."""
    record = json.loads((folder / "cgi-job.json").read_text())
    (folder / "cgi-job.json").write_text(json.dumps({**record, **changes}))
    return folder


def test_a_record_does_not_decide_who_gets_the_token(job: Path, sandbox: Sandbox) -> None:
    """A record of another service, perhaps made by somebody else, is not followed there."""
    before = len(sandbox.requests)
    outcome = cgi_runner("status", edited(job, service="https://evil.example/api\x1b[2J"))
    assert outcome.is_plain_failure(2)
    assert "add --api-url https://evil.example/api" in outcome.err
    assert "\x1b" not in outcome.err
    assert len(sandbox.requests) == before


@pytest.mark.parametrize(
    "changes",
    [{"job_id": "../../x"}, {"job_id": ""}, {"job_id": ["x"]}, {"state": "nowhere"}, {"schema": "x"}, {"schema": 99}],
    ids=str,
)
def test_a_damaged_record_is_refused(changes: dict[str, Any], job: Path, sandbox: Sandbox) -> None:
    """Whatever is wrong in it, nothing of it is asked for."""
    before = len(sandbox.requests)
    assert cgi_runner("status", edited(job, **changes)).is_plain_failure(2)
    assert len(sandbox.requests) == before


def test_status_and_list_tell_no_email(job: Path) -> None:
    """The service's answers hold the account's e-mail; what is printed does not."""
    for arguments in (["status", job], ["list", "--long"], ["logs", job], ["wait", job]):
        for form in ([], ["--json"]):
            outcome = cgi_runner(*arguments, *form)
            assert outcome.code == 0
            assert CREDENTIALS.email not in outcome.out + outcome.err
            assert "@" not in outcome.out
            assert not form or outcome.json


def test_status_for_people_is_one_fact_a_line(job: Path) -> None:
    """Name, tab, value."""
    facts = dict(line.split("\t") for line in cgi_runner("status", job).out.splitlines())
    assert facts["status"] == "Running"
    assert facts["cancer_type"] == "CM"
    assert list(facts) == ["id", "status", "title", "cancer_type", "reference", "date"]


def test_list_gives_ids_and_long_gives_all(job: Path, tmp_path: Path) -> None:
    """The short list costs one request, so it is the default."""
    cgi_runner("submit", "--cnas", EXAMPLES / "cnas.tsv", "--cancer-type", "BRCA", "-o", tmp_path / "two")
    ids = {id_of(job), id_of(tmp_path / "two")}
    assert set(cgi_runner("list").out.split()) == ids
    assert {entry["id"] for entry in cgi_runner("list", "--json").json} == ids
    long = cgi_runner("list", "--long", "--json").json
    assert {entry["cancer_type"] for entry in long} == {"CM", "BRCA"}
    assert {line.split("\t")[0] for line in cgi_runner("list", "--long").out.splitlines()} == ids


def test_titles_can_not_steer_the_terminal(api: CgiClient) -> None:
    """Titles come from whoever shares the account; tabs and escapes in them are taken out."""
    api.submit(
        {"cancer_type": "CM", "title": "a\x1b]0;b\x07c\td", "reference": "hg38"},
        {"mutations": EXAMPLES / "mutations.tsv"},
    )
    (line,) = cgi_runner("list", "--long").out.splitlines()
    assert len(line.split("\t")) == 6
    assert "\x1b" not in line
    assert "\x07" not in line


def test_an_empty_account_lists_nothing() -> None:
    """And is no error."""
    assert cgi_runner("list").out == ""
    assert cgi_runner("list", "--json").json == []


def test_wait_ends_with_the_job(job: Path, clock: SimulatedClock) -> None:
    """It prints the last word, and no sooner."""
    assert cgi_runner("wait", job).out == "Done\n"
    assert clock.seconds >= 16
    assert cgi_runner("wait", job, "--json").json == {"id": id_of(job), "status": "Done"}


def test_the_deadline_leaves_the_job_alone(job: Path, api: CgiClient) -> None:
    """Exit 3 with the id; the job goes on."""
    outcome = cgi_runner("wait", job, "--deadline", "5s")
    assert outcome.is_plain_failure(3)
    assert id_of(job) in outcome.err
    assert api.list_jobs() == [id_of(job)]


def test_a_deadline_that_makes_no_sense_is_refused(job: Path) -> None:
    """With the spellings that do."""
    outcome = cgi_runner("wait", job, "--deadline", "soon")
    assert outcome.is_plain_failure(2)
    assert "1h30m" in outcome.err


def test_following_prints_each_line_once(job: Path) -> None:
    """On stdout as it comes, so that it can be piped; not a second time on stderr, nor at the end."""
    outcome = cgi_runner("logs", job, "--follow")
    lines = outcome.out.splitlines()
    assert lines[0].startswith("# cgi analyze")
    assert lines[-1].endswith("Analysis done")
    assert len(lines) == len(set(lines)) == 13
    assert outcome.err == ""
    assert cgi_runner("logs", job).out == outcome.out


def test_following_for_machines_gives_one_object_at_the_end(job: Path) -> None:
    """Half a JSON text would help nobody; people read the lines on stderr meanwhile."""
    outcome = cgi_runner("logs", job, "--follow", "--json")
    assert outcome.json["status"] == "Done"
    assert len(outcome.json["logs"]) == 13
    assert "CGI: " in outcome.err


def test_logs_of_a_running_job_end_where_it_is(job: Path) -> None:
    """Without --follow nothing is waited for."""
    assert cgi_runner("logs", job, "--json").json["status"] == "Running"


def failing(api: CgiClient, folder: Path) -> str:
    """Have a job that CGI gives up."""
    (folder / "mt.tsv").write_text("chr\tpos\tref\talt\nMT\t100\tA\tG\n")
    return api.submit({"cancer_type": "CM", "title": "t", "reference": "hg38"}, {"mutations": folder / "mt.tsv"})


@pytest.mark.parametrize("command", ["wait", "fetch"])
def test_a_job_that_ends_in_error_is_exit_5_with_its_log(command: str, api: CgiClient, tmp_path: Path) -> None:
    """The end of CGI's log tells why."""
    job_id = failing(api, tmp_path)
    outcome = cgi_runner(command, job_id, *where(command, tmp_path / "out"))
    assert outcome.is_plain_failure(5)
    assert "Mitochondrial" in outcome.err
    assert cgi_runner("logs", job_id, "--follow").code == 0


def test_fetch_needs_a_folder_for_a_mere_id(job: Path) -> None:
    """A record knows its folder, an id does not."""
    outcome = cgi_runner("fetch", id_of(job))
    assert outcome.is_plain_failure(2)
    assert "--output DIR" in outcome.err


def test_fetch_by_folder_fills_it(job: Path) -> None:
    """It waits first, then the folder holds everything; stdout lists it."""
    outcome = cgi_runner("fetch", job)
    assert outcome.code == 0
    assert "verified results in" in outcome.out
    assert {"alterations.tsv", "biomarkers.tsv", "summary.txt", "cgi-logs.txt", "cgi-results.zip", "dropped.tsv"} <= {
        path.name for path in job.iterdir()
    }
    assert cgi_runner("fetch", job, "--json").json["state"] == "verified"


def test_a_second_folder_gets_the_same_results(job: Path, tmp_path: Path) -> None:
    """Fetching into another folder leaves the first as it is."""
    assert cgi_runner("fetch", job, "--output", tmp_path / "other").code == 0
    assert json.loads((job / "cgi-job.json").read_text())["state"] == "waiting"
    assert cgi_runner("fetch", job / "cgi-job.json").code == 0
    for name in ("alterations.tsv", "biomarkers.tsv", "dropped.tsv"):
        assert (tmp_path / "other" / name).read_bytes() == (job / name).read_bytes()


def test_files_of_the_users_are_not_overwritten(job: Path, tmp_path: Path) -> None:
    """A file of the same name that this job did not bring stays what it was."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "input01.tsv").write_text("precious")
    outcome = cgi_runner("fetch", job, "--output", tmp_path / "mine")
    assert outcome.is_plain_failure(2)
    assert "input01.tsv" in outcome.err
    assert (tmp_path / "mine" / "input01.tsv").read_text() == "precious"
    (tmp_path / "mine" / "input01.tsv").unlink()
    assert cgi_runner("fetch", job, "--output", tmp_path / "mine").code == 0


def test_results_that_were_half_in_place_are_put_in_place_again(job: Path) -> None:
    """A run that was killed among the last steps does not stand in the way of the next."""
    assert cgi_runner("fetch", job).code == 0
    edited(job, state="fetching")
    (job / "biomarkers.tsv").unlink()
    assert cgi_runner("fetch", job).code == 0
    assert (job / "biomarkers.tsv").is_file()


class TestDelete:
    """What may be deleted at CGI."""

    def test_not_before_the_results_are_verified(self, job: Path, api: CgiClient) -> None:
        """The record must say that the results are here."""
        outcome = cgi_runner("delete", job)
        assert outcome.is_plain_failure(2)
        assert "not verified" in outcome.err
        assert api.list_jobs()

    def test_not_when_the_results_are_no_longer_here(self, job: Path, api: CgiClient) -> None:
        """The record says so, but the folder does not hold them any more."""
        cgi_runner("fetch", job)
        (job / "alterations.tsv").unlink()
        assert cgi_runner("delete", job).is_plain_failure(2)
        assert api.list_jobs()

    def test_once_they_are(self, job: Path, api: CgiClient) -> None:
        """The job goes, the results stay; a second time is no error."""
        cgi_runner("fetch", job)
        assert cgi_runner("delete", job).out == f"deleted {id_of(job)}\n"
        assert api.list_jobs() == []
        assert (job / "alterations.tsv").is_file()
        assert json.loads((job / "cgi-job.json").read_text())["state"] == "deleted"
        again = cgi_runner("delete", job, "--json")
        assert (again.code, again.json) == (0, {"id": id_of(job), "deleted": True})

    def test_a_record_alone_is_taken_at_its_word(self, job: Path, api: CgiClient, tmp_path: Path) -> None:
        """Workflow engines hand the record on without the results."""
        cgi_runner("fetch", job)
        (tmp_path / "alone.json").write_bytes((job / "cgi-job.json").read_bytes())
        assert cgi_runner("delete", tmp_path / "alone.json").code == 0
        assert api.list_jobs() == []

    def test_not_while_it_runs(self, job: Path, api: CgiClient) -> None:
        """By its id, only once the job has ended; --force deletes it all the same."""
        assert cgi_runner("delete", id_of(job)).is_plain_failure(2)
        assert api.list_jobs()
        assert cgi_runner("delete", id_of(job), "--force").code == 0
        assert api.list_jobs() == []

    def test_by_id_once_it_has_ended(self, api: CgiClient, tmp_path: Path, clock: SimulatedClock) -> None:
        """Failed jobs fill the account too."""
        job_id = failing(api, tmp_path)
        clock.sleep(60)
        assert cgi_runner("delete", job_id).code == 0

    def test_what_is_gone_can_not_be_deleted(self, job: Path) -> None:
        """By its id, nobody knows whether it ever was."""
        cgi_runner("delete", id_of(job), "--force")
        assert cgi_runner("delete", id_of(job)).is_plain_failure(2)
        assert cgi_runner("delete", job, "--force").is_plain_failure(2)

    def test_a_lost_answer_is_no_failure(self, job: Path, api: CgiClient, sandbox: Sandbox) -> None:
        """The answer to the first request breaks, the second finds nothing: it is deleted."""
        cgi_runner("fetch", job)
        broken: list[str] = []

        def breaking(environ: Any, start_response: Any, app: Any) -> Iterable[bytes]:
            body: Iterable[bytes] = app(environ, start_response)
            if environ["REQUEST_METHOD"] == "DELETE" and not broken:
                broken.append("once")
                return [b"{ not json"]
            return body

        inject(sandbox, breaking)
        outcome = cgi_runner("delete", job)
        assert (outcome.code, broken) == (0, ["once"])
        assert api.list_jobs() == []

    def test_a_run_that_deletes_bears_it_too(self, tmp_path: Path, api: CgiClient, sandbox: Sandbox) -> None:
        """`run --delete` warns when deleting fails, since the results are safe."""

        def forbidding(environ: Any, start_response: Any, app: Any) -> Iterable[bytes]:
            if environ["REQUEST_METHOD"] == "DELETE":
                start_response("400 Bad Request", [("Content-Type", "application/json")])
                return [b'{"error_code": 400, "message": "no"}']
            body: Iterable[bytes] = app(environ, start_response)
            return body

        inject(sandbox, forbidding)
        outcome = cgi_runner("run", *INPUT, "-o", tmp_path / "out", "--delete")
        assert outcome.code == 0
        assert "is not deleted at CGI" in outcome.err
        assert len(api.list_jobs()) == 1
        heal(sandbox)
        assert cgi_runner("run", *INPUT, "-o", tmp_path / "out", "--delete").code == 0
        assert api.list_jobs() == []


def test_debug_shows_requests_without_secrets(job: Path) -> None:
    """Address, status and time of each request; neither token nor e-mail, in tracebacks either."""
    outcome = cgi_runner("--debug", "status", job)
    assert f"/api/v1/{id_of(job)} -> 200 in " in outcome.err
    job_failed_error = cgi_runner("--debug", "status", "0" * 20)
    assert job_failed_error.code == 2
    assert "Traceback" in job_failed_error.err
    for shown in (outcome, job_failed_error):
        assert CREDENTIALS.token not in shown.err
        assert CREDENTIALS.email not in shown.err


def test_quiet_says_nothing_when_all_is_well(tmp_path: Path) -> None:
    """Data on stdout, silence on stderr."""
    outcome: Outcome = cgi_runner("-q", "run", *INPUT[:-1], "cgi:CM", "-o", tmp_path / "out", "--json")
    assert outcome.err == ""
    assert outcome.json["state"] == "verified"


@pytest.mark.parametrize(("looks", "code"), [(1, 2), (2, 2), (9, 0)])
def test_a_job_is_not_deleted_for_a_single_error(
    looks: int, code: int, job: Path, sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """It may still run, and be shown with Error by mistake: three looks over a quarter of a minute have to agree."""
    job_id = json.loads((job / "cgi-job.json").read_text())["job_id"]
    begun = clock.seconds
    inject(sandbox, f"info word=Error times={looks}", "info word=Paused times=always")
    outcome = cgi_runner("delete", job_id)
    assert outcome.code == code, outcome.err
    assert ("is still running" in outcome.err) == (code == 2)
    assert clock.seconds - begun >= (15 if code == 0 else 1)
