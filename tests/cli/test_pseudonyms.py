"""`--pseudonyms`: no name of a sample, no title and no file name leaves this machine, and all come back."""

from __future__ import annotations

import http.client
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.job import JobContext, JobRequest, run
from cgi_runner.output.record import read_record
from cgi_sandbox import Sandbox
from support.cli import cgi_runner

NAMES = ("Mueller-Anna", "Zola-Emile", "Brown-Bob")
SECRET = ("mueller", "zola", "brown", "anna", "emile", "hospital", "ward")
TITLE = "Ward 7 of the hospital"
ROWS = {
    "Zola-Emile": [("chr7", "140753336", "A", "T")],
    "Mueller-Anna": [("chr7", "140753336", "A", "T"), ("chr12", "25245350", "C", "T")],
    "Brown-Bob": [("chr17", "7675088", "C", "T"), ("chrM", "3243", "A", "G")],
}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> bytearray:
    """Return every byte that goes onto the wire."""
    wire = bytearray()
    send = http.client.HTTPConnection.send

    def recording(self: http.client.HTTPConnection, data: Any) -> None:
        pieces = [data] if isinstance(data, (bytes, bytearray)) else list(data)
        for piece in pieces:
            wire.extend(piece)
            send(self, piece)

    monkeypatch.setattr(http.client.HTTPConnection, "send", recording)
    return wire


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """Return a folder named after a patient, with the alterations of three samples in three kinds of files."""
    folder = tmp_path / "Anna Mueller, hospital"
    folder.mkdir()
    rows = [f"{name}\t" + "\t".join(row) for name, some in ROWS.items() for row in some]
    (folder / "ward7.tsv").write_text("\n".join(["sample\tchr\tpos\tref\talt", *rows]) + "\n")
    (folder / "mueller.cnas.tsv").write_text("gene\tcna\tsample\nMYC\tamp\tMueller-Anna\nPTEN\tdel\tZola-Emile\n")
    (folder / "zola.fusions.tsv").write_text("fus\tsample\nBCR__ABL1\tZola-Emile\n")
    return folder


def command(inputs: Path, url: str, *, name: str = "run") -> list[str]:
    """Return the command for the three files."""
    return [
        name, "--mutations", str(inputs / "ward7.tsv"), "--cnas", str(inputs / "mueller.cnas.tsv"),
        "--translocations", str(inputs / "zola.fusions.tsv"), "--cancer-type", "CM", "--title", TITLE,
        "--api-url", url, "--pseudonyms",
    ]  # fmt: skip


@pytest.fixture
def service(without_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Serve a sandbox whose jobs are done at once, to an account."""
    del without_waiting
    monkeypatch.setenv("CGI_EMAIL", "biologist@example.org")
    monkeypatch.setenv("CGI_TOKEN", "deadbeefdeadbeefdead")
    with Sandbox(duration=0) as served:
        yield served


def assert_no_name_in(wire: bytearray) -> None:
    """Fail if any part of a name is in what was sent."""
    text = bytes(wire).lower()
    assert len(text) > 500
    assert [word for word in SECRET if word.encode() in text] == []


def table(path: Path, column: str) -> list[str]:
    """Return a column of a table."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    place = header.split("\t").index(column)
    return [row.split("\t")[place] for row in rows]


def test_no_name_is_in_any_request_and_all_are_in_the_tables(
    inputs: Path, service: Sandbox, sent: bytearray, tmp_path: Path
) -> None:
    """Samples, title and file names stay here; tables, list of rows left out, page and record have them again."""
    out = tmp_path / "out"
    outcome = cgi_runner(*command(inputs, service.url), "-o", out)
    assert outcome.code == 0, outcome.err
    assert_no_name_in(sent)
    assert b"S001" in sent
    assert b"S003" in sent
    assert sorted(table(out / "alterations.tsv", "CGI-Sample ID")) == [
        "Brown-Bob", "Mueller-Anna", "Mueller-Anna", "Zola-Emile",
    ]  # fmt: skip
    assert set(table(out / "biomarkers.tsv", "Sample ID")) == set(NAMES)
    assert table(out / "cna_analysis.tsv", "sample") == ["Mueller-Anna", "Zola-Emile"]
    assert table(out / "fusion_analysis.tsv", "sample") == ["Zola-Emile"]
    assert "S00" not in "".join(path.read_text() for path in out.glob("*.tsv") if path.name != "pseudonyms.tsv")
    assert table(out / "dropped.tsv", "sample") == ["Brown-Bob"]
    record = read_record(out / "cgi-job.json")
    assert set(record.samples) == set(NAMES)
    assert TITLE in record.title
    page = (out / "report.html").read_text(encoding="utf-8")
    assert all(name in page for name in NAMES)
    assert "S001" not in page


def test_the_table_of_pseudonyms_is_for_its_owner_only(inputs: Path, service: Sandbox, tmp_path: Path) -> None:
    """It has mode 600 and a line a sample, in the order of the names."""
    cgi_runner(*command(inputs, service.url), "-o", tmp_path / "out")
    path = tmp_path / "out" / "pseudonyms.tsv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == "sent_as\tsample\nS001\tBrown-Bob\nS002\tMueller-Anna\nS003\tZola-Emile\n"


def test_the_tables_are_those_of_a_run_under_the_names(inputs: Path, service: Sandbox, tmp_path: Path) -> None:
    """But for the made-up names, nothing of the results depends on them."""
    cgi_runner(*command(inputs, service.url), "-o", tmp_path / "one")
    cgi_runner(*command(inputs, service.url)[:-1], "-o", tmp_path / "two")
    for name in ("alterations.tsv", "cna_analysis.tsv", "fusion_analysis.tsv", "dropped.tsv"):
        assert (tmp_path / "one" / name).read_text() == (tmp_path / "two" / name).read_text(), name


def test_the_archive_stays_as_it_came(inputs: Path, service: Sandbox, tmp_path: Path) -> None:
    """The tables are written anew, the archive is not; a table that somebody edits comes back with its names."""
    out = tmp_path / "out"
    cgi_runner(*command(inputs, service.url), "-o", out)
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.name != "report.html"}
    assert b"Mueller" not in before["cgi-results.zip"]
    (out / "alterations.tsv").write_text("edited\n")
    (out / "dropped.tsv").unlink()
    requests = len(service.requests)
    assert cgi_runner(*command(inputs, service.url), "-o", out).code == 0
    assert len(service.requests) == requests
    after = {path.name: path.read_bytes() for path in out.iterdir() if path.name != "report.html"}
    assert after == before


def test_annotate_and_merge_know_the_names(inputs: Path, service: Sandbox, tmp_path: Path) -> None:
    """What is made of the results later is of the samples, not of their pseudonyms."""
    cgi_runner(*command(inputs, service.url), "-o", tmp_path / "out")
    maf = tmp_path / "anna.maf"
    columns = "Hugo_Symbol\tChromosome\tStart_Position\tReference_Allele\tTumor_Seq_Allele2\tTumor_Sample_Barcode"
    maf.write_text(f"{columns}\nBRAF\tchr7\t140753336\tA\tT\tMueller-Anna\nX\tchr7\t140753336\tA\tT\tBrown-Bob\n")
    outcome = cgi_runner("annotate", maf, tmp_path / "out", "-o", tmp_path / "annotated.maf")
    assert outcome.code == 0, outcome.err
    assert table(tmp_path / "annotated.maf", "CGI_Status") == ["returned", "other_sample"]
    merged = cgi_runner("cohort-merge", tmp_path / "out", "-o", tmp_path / "merged", "--json")
    assert merged.json["samples"] == 3
    assert set(table(tmp_path / "merged" / "biomarkers.tsv", "Sample ID")) == set(NAMES)


def test_submit_and_fetch_by_way_of_another_folder(
    inputs: Path, service: Sandbox, sent: bytearray, tmp_path: Path
) -> None:
    """The table of pseudonyms goes along, with its mode."""
    job, out = tmp_path / "job", tmp_path / "out"
    assert cgi_runner(*command(inputs, service.url, name="submit"), "-o", job).code == 0
    assert cgi_runner("fetch", job, "-o", out, "--api-url", service.url).code == 0
    assert_no_name_in(sent)
    assert set(table(out / "biomarkers.tsv", "Sample ID")) == set(NAMES)
    assert stat.S_IMODE((out / "pseudonyms.tsv").stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", ["lost", "another's"])
def test_without_its_table_no_result_is_named(inputs: Path, service: Sandbox, tmp_path: Path, damage: str) -> None:
    """Fetching ends with 2 and a tip; the command of the tip writes the table again and takes the same job."""
    job = tmp_path / "job"
    cgi_runner(*command(inputs, service.url, name="submit"), "-o", job)
    path = job / "pseudonyms.tsv"
    right = path.read_text()
    path.unlink()
    if damage == "another's":
        path.write_text(right.replace("Zola-Emile", "Brown-Rob"))
    outcome = cgi_runner("fetch", job, "--api-url", service.url)
    assert outcome.is_plain_failure(2), outcome.err
    assert "pseudonyms.tsv" in outcome.err
    assert not (job / "alterations.tsv").exists()
    assert cgi_runner(*command(inputs, service.url), "-o", job).code == 0
    assert path.read_text() == right
    assert [method for method, *_ in service.requests].count("POST") == 1


def test_a_folder_never_gets_the_names_of_other_patients(inputs: Path, service: Sandbox, tmp_path: Path) -> None:
    """The same rows under other names have the same fingerprint; the folder is refused all the same."""
    out, path = tmp_path / "out", inputs / "ward7.tsv"
    cgi_runner(*command(inputs, service.url), "-o", out)
    for file in inputs.iterdir():
        file.write_text(file.read_text().replace("Zola", "Zora"))
    outcome = cgi_runner(*command(inputs, service.url), "-o", out)
    assert outcome.is_plain_failure(2), outcome.err
    assert "Zora" in path.read_text()
    assert "Zola-Emile" in (out / "pseudonyms.tsv").read_text()


def test_another_folder_finds_the_job(context: JobContext, sandbox: Sandbox, inputs: Path, tmp_path: Path) -> None:
    """An engine that repeats a step in an empty folder, without the table, makes no second job."""
    wanted = JobRequest({"mutations": inputs / "ward7.tsv"}, "CM", "hg38", TITLE, pseudonyms=True)
    first, second = (run(wanted, tmp_path / name, context) for name in ("one", "two"))
    assert first.job_id == second.job_id
    assert [method for method, *_ in sandbox.requests].count("POST") == 1
    one, two = ((tmp_path / name / "alterations.tsv").read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_cohort_keeps_its_title_and_its_names(
    inputs: Path, service: Sandbox, sent: bytearray, tmp_path: Path
) -> None:
    """Its samples have made-up ids in any case; the table beside the output tells whose they are."""
    out = tmp_path / "out"
    arguments = [*command(inputs, service.url, name="cohort"), "-o", str(out)]
    outcome = cgi_runner(*arguments)
    assert outcome.code == 0, outcome.err
    assert_no_name_in(sent)
    path = out / "pseudonyms.tsv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert table(path, "sample") == sorted(NAMES)
    assert set(table(out / "biomarkers.tsv", "Sample ID")) == set(NAMES)
    assert json.loads((out / "cohort.json").read_text())["title"] == TITLE
    requests = len(service.requests)
    assert cgi_runner(*arguments).code == 0
    assert len(service.requests) == requests
    arguments.remove("--pseudonyms")
    assert cgi_runner(*arguments).is_plain_failure(2)
