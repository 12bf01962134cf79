"""The sandbox deviating a little from what is known of the service: still sound, but not as it has been seen."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any
from zipfile import ZIP_BZIP2, ZipFile

import pytest
import requests

from cgi_sandbox.faults import CATALOGUE, FaultPlan, parse
from conftest import ROOT

TABLE = (
    "chr\tpos\tref\talt\tsample\tnote\n"
    "7\t140753336\tA\tT\tS1\tone\n"
    "1\t5\tA\tC\tS2\ttwo\n"
    "1\t9\tA\tC\tS2\tthree\n"
)  # fmt: skip
HEADER, ONE, TWO, THREE = TABLE.splitlines(keepends=True)
COPIES = {
    "crlf": TABLE.replace("\n", "\r\n"),
    "no-final-newline": TABLE[:-1],
    "two-final-newlines": TABLE + "\n",
    "bom": "\ufeff" + TABLE,
    "upper-case-header": "CHR\tPOS\tREF\tALT\tSAMPLE\tNOTE\n" + ONE + TWO + THREE,
    "other-order": HEADER + THREE + TWO + ONE,
    "extra-column": TABLE.replace("\n", "\tx\n"),
    "dropped-column": "chr\tpos\tref\talt\tsample\n7\t140753336\tA\tT\tS1\n1\t5\tA\tC\tS2\n1\t9\tA\tC\tS2\n",
    "trailing-tabs": TABLE.replace("\n", "\t\t\n"),
    "quotes": '"' + TABLE[:-1].replace("\t", '"\t"').replace("\n", '"\n"') + '"\n',
}
MEMBERS = ["alterations.tsv", "biomarkers.tsv", "input01.tsv", "summary.txt"]
NAMES: dict[str, Callable[[str], list[str]]] = {
    "folder-entry": lambda _: ["results/", *MEMBERS],
    "nested-folder": lambda _: [f"results/{name}" for name in MEMBERS],
    "job-folder": lambda job: [f"{job}/{name}" for name in MEMBERS],
    "macosx": lambda _: [*MEMBERS, "__MACOSX/._alterations.tsv"],
    "ds-store": lambda _: [*MEMBERS, ".DS_Store"],
    "upper-case-names": lambda _: ["ALTERATIONS.TSV", "BIOMARKERS.TSV", "INPUT01.TSV", "SUMMARY.TXT"],
    "duplicate-members": lambda _: [name for name in MEMBERS for _ in range(2)],
    "bzip2": lambda _: MEMBERS,
    "upper-case-id": lambda _: MEMBERS,
    "renamed-table": lambda _: ["mutations.tsv", *MEMBERS[1:]],
    "gzipped-table": lambda _: ["alterations.tsv.gz", *MEMBERS[1:]],
}
IDS = ["input01_1", "input01_2", "input01_3"]
SAMPLES = ["S1", "S2", "S2"]
PLACES = ["140753336", "5", "9"]
ROWS = {
    "ids-exchanged": (["input01_2", "input01_1", "input01_3"], SAMPLES, PLACES),
    "samples-exchanged": (IDS, ["S2", "S1", "S1"], PLACES),
    "all-as-first": (IDS, ["S1"] * 3, ["140753336"] * 3),
    "unsent": ([*IDS, "input01_4", "input01_5"], [*SAMPLES, "S2", "S2"], [*PLACES, "1234567", "1234567"]),
    "other-id-prefix": (["input_gtf_1", "input_gtf_2", "input_gtf_3"], SAMPLES, PLACES),
}


def plan(client: Any, *lines: str) -> None:
    """Tell the sandbox to deviate, on the client's clock."""
    rules = [parse(line) for line in lines]
    client.sandbox.interceptors[:] = [FaultPlan(rules, clock=lambda: client.now)]


def archives(client: Any, fault: str) -> tuple[str, ZipFile, ZipFile]:
    """Return a job's id, its archive with the fault, and its archive as it is."""
    job_id = client.submit(TABLE)
    client.wait()
    plan(client, f"download {fault}")
    deviating, sound = (client.archive(client.download(job_id).content).zip for _ in range(2))
    assert deviating.testzip() is None
    return job_id, deviating, sound


def test_the_copy_of_the_upload_is_changed(client: Any) -> None:
    """Each change is the one that it is named after, and all else is as it was."""
    assert {*COPIES, "missing", "extra-member"} == set(CATALOGUE["copy"].choices)
    job_id = client.submit(TABLE)
    client.wait()
    sound = client.archive(client.download(job_id).content).zip
    for change, expected in COPIES.items():
        plan(client, f"download copy={change}")
        changed = client.archive(client.download(job_id).content).zip
        assert changed.read("input01.tsv") == expected.encode(), change
        assert changed.namelist() == sound.namelist()
        assert changed.read("alterations.tsv") == sound.read("alterations.tsv")


def test_the_copy_of_the_upload_is_missing_or_not_alone(client: Any) -> None:
    """Without it, or with a member that looks like a second one."""
    assert archives(client, "copy=missing")[1].namelist() == ["alterations.tsv", "biomarkers.tsv", "summary.txt"]
    _, zipped, _ = archives(client, "copy=extra-member")
    assert zipped.read("input01.tsv") == TABLE.encode()
    assert "input01_skipped.tsv" in zipped.namelist()


@pytest.mark.parametrize("shape", NAMES)
def test_the_archive_has_another_shape(client: Any, shape: str) -> None:
    """The names are those of the shape; what the members hold is the same."""
    job_id, zipped, sound = archives(client, f"shape={shape}")
    assert zipped.namelist() == NAMES[shape](job_id)
    known = [name for name in zipped.namelist() if not name.endswith(("/", ".DS_Store")) and "__MACOSX" not in name]
    for name in known:
        content = zipped.read(name)
        content = gzip.decompress(content) if name.endswith(".gz") else content
        own = name.rpartition("/")[2].lower().removesuffix(".gz").replace("mutations.tsv", "alterations.tsv")
        expected = sound.read(own)
        if shape == "upper-case-id" and own == "summary.txt":
            expected = expected.replace(job_id.encode(), job_id.upper().encode())
        assert content == expected
    assert all((member.compress_type == ZIP_BZIP2) == (shape == "bzip2") for member in zipped.infolist())


def test_all_shapes_and_rows_are_tested() -> None:
    """The tables above are the catalogue's."""
    assert set(NAMES) == set(CATALOGUE["shape"].choices)
    assert set(ROWS) == set(CATALOGUE["rows"].choices)


@pytest.mark.parametrize("change", ROWS)
def test_rows_are_not_what_was_sent(client: Any, change: str) -> None:
    """Ids, samples and places are those of the change."""
    job_id = client.submit(TABLE)
    client.wait()
    plan(client, f"download rows={change}")
    archive = client.archive(client.download(job_id).content)
    rows = archive.table("alterations.tsv")
    names = ("Input ID", "CGI-Sample ID", "POSITION")
    assert tuple([row[name] for row in rows] for name in names) == ROWS[change]
    assert ("input_gtf.tsv" in archive.zip.namelist()) == (change == "other-id-prefix")


def test_rows_of_an_archive_without_mutations_stay(client: Any) -> None:
    """There is nothing to change."""
    job_id = client.submit(cnas="gene\tcna\nMYC\tamp\n")
    client.wait()
    plan(client, "download rows=unsent")
    assert "cna_analysis.tsv" in client.archive(client.download(job_id).content).zip.namelist()


def test_the_log_has_another_shape(client: Any) -> None:
    """One text, null, or left out; the status stays."""
    job_id = client.submit(TABLE)
    client.wait()
    lines = client.logs(job_id)["logs"]
    plan(client, "logs log-shape=text", "logs log-shape=null", "logs log-shape=missing")
    text, null, missing = (client.logs(job_id) for _ in range(3))
    assert text == {"status": "Done", "logs": "".join(lines)}
    assert null == {"status": "Done", "logs": None}
    assert missing == {"status": "Done"}


def test_titles_are_cut(client: Any) -> None:
    """Only so many characters of the title are there."""
    job_id = client.submit(TABLE, title="a long title")
    plan(client, "info cut-title=6 times=always")
    assert client.info(job_id)["metadata"]["title"] == "a long"


def test_titles_are_replaced(client: Any) -> None:
    """The job is taken in under another title, with and without an answer; nothing else of it is changed."""
    plan(client, "post retitled=Analysis", "post retitled-unanswered=Report")
    job_id = client.submit(TABLE, title="a title of one's own")
    with pytest.raises(requests.ConnectionError):
        client.post(TABLE)
    client.wait()
    first, second = client.call("GET").json()
    assert first == job_id
    assert [client.info(job)["metadata"]["title"] for job in (first, second)] == ["Analysis", "Report"]
    archive = client.archive(client.download(second).content).zip
    assert archive.read("input01.tsv") == TABLE.encode()


def test_a_new_job_is_not_seen_at_once(client: Any) -> None:
    """The submission is answered as ever; other calls find the job only later, and other jobs all the time."""
    other = client.submit(TABLE)
    plan(client, "post unseen=30")
    job_id = client.submit(TABLE)
    assert client.call("GET").json() == [other]
    assert [client.call("GET", job).status_code for job in (job_id, other)] == [404, 200]
    assert client.call("DELETE", job_id).status_code == 404
    client.wait(30)
    assert client.call("GET").json() == [other, job_id]
    assert client.info(job_id)["status"] == "Done"


def test_the_id_given_is_another(client: Any) -> None:
    """It is well-formed, and of no job; the job is there under its own id."""
    plan(client, "post wrong-id")
    given = client.submit(TABLE)
    (job_id,) = client.call("GET").json()
    assert len(given) == len(job_id) == 20
    assert given != job_id


def test_the_id_is_in_an_object(client: Any) -> None:
    """Under the name that was asked for."""
    plan(client, "post wrapped=job_id")
    answer = client.post(TABLE).json()
    assert answer == {"job_id": client.call("GET").json()[0]}


def test_a_stale_answer(client: Any) -> None:
    """A list without the newest job, and 404 for what is there; then all is well again."""
    first, second = client.submit(TABLE), client.submit(TABLE)
    client.wait()
    plan(client, "list stale", "info stale", "logs stale", "download stale", "delete stale")
    assert client.call("GET").json() == [first]
    calls: list[Callable[[], Any]] = [
        lambda: client.call("GET", second),
        lambda: client.call("GET", second, params={"action": "logs"}),
        lambda: client.download(second),
        lambda: client.call("DELETE", second),
    ]
    assert [call().status_code for call in calls] == [404] * 4
    assert [call().status_code for call in calls] == [200] * 4


def test_answers_that_flap(client: Any) -> None:
    """Some requests are met and some are not; none and all of them at the ends."""
    job_id = client.submit(TABLE)

    def statuses(percent: int, count: int) -> set[int]:
        plan(client, f"info flapping={percent} times=always")
        return {client.call("GET", job_id).status_code for _ in range(count)}

    assert statuses(0, 20) == {200}
    assert statuses(50, 60) == {200, 404}
    assert statuses(100, 20) == {404}


def test_the_page_names_every_change() -> None:
    """docs/drills.md lists what CHANGE can be."""
    document = (ROOT / "docs" / "drills.md").read_text(encoding="utf-8")
    changes = [change for fault in CATALOGUE.values() for change in fault.choices]
    assert len(changes) == 3 + 12 + 11 + 5 + 3
    assert not [change for change in changes if f"`{change}` (" not in document]
