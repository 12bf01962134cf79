"""What the samples of an archive are called here, and whose rows are counted."""

from __future__ import annotations

from pathlib import Path

from cgi_runner.errors import InputError
from cgi_runner.output.pseudonyms import SampleView, digest_of, read_pseudonyms, save_pseudonyms
from cgi_runner.output.record import Record
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.reconcile import MissingRow, reconcile
from support.archives import write_members
from support.failures import catch_failure

PSEUDONYMS = {"Anna": "S001", "Bob": "S002"}
VARIANTS = "Input ID\tCHROMOSOME\tPOSITION\tREF\tALT\tCGI-Sample ID\tCGI-HGVS\n"
MEMBERS = {
    "input01.tsv": "chr\tpos\tref\talt\tsample\n"
    "chr1\t1\tA\tC\tS1\nchr1\t1\tA\tC\tS1\nchr1\t2\tA\tC\tS2\nchr1\t3\tA\tC\tS1\n",
    "input02.tsv": "gene\tcna\tsample\nMYC\tamp\tS1\nPTEN\tdel\tS2\n",
    "input03.tsv": "fus\tsample\nA__B\tS1\nC__D\tS1\nE__F\tS2\n",
    "alterations.tsv": f"{VARIANTS}input01_1\t1\t1\tA\tC\tS1\tx\ninput01_3\t1\t2\tA\tC\tS2\tx\n",
    "cna_analysis.tsv": "internal_id\tsample\tgene\tcna\ninput02_1\tS1\tMYC\tAMP\ninput02_2\tS2\tPTEN\tDEL\n",
    "fusion_analysis.tsv": "internal_id\tsample\tfus\ninput03_1\tS1\tA__B\n",
}


def counted(view: SampleView, folder: Path) -> dict[str, list[int | None]]:
    """Return what a view counts of each kind: sent, returned, merged, not returned."""
    accounts = reconcile(read_result_tables(folder), [])
    found = view.counts(accounts, folder)
    return {
        kind: [rows["sent"], rows["returned"], rows["merged"], rows["not_returned"]] for kind, rows in found.items()
    }


def test_rows_of_one_sample_are_counted_in_every_kind(tmp_path: Path) -> None:
    """Those of the others are neither sent nor lost; all are, where the others stay."""
    folder = write_members(MEMBERS, tmp_path)
    view = SampleView({"S1": "Anna"}, keeps_others=False)
    assert counted(view, folder) == {
        "mutations": [3, 1, 1, 1],
        "cnas": [1, 1, 0, 0],
        "translocations": [2, 1, 0, 1],
    }
    assert view.rows_sent(folder) == 6
    assert counted(SampleView({"S1": "Anna"}), folder) == {
        "mutations": [4, 2, 1, 1],
        "cnas": [2, 2, 0, 0],
        "translocations": [3, 1, 0, 2],
    }


def test_what_no_archive_tells_stays_open_for_a_sample_too(tmp_path: Path) -> None:
    """Without ids in the results, only what was sent and what is there can be counted."""
    folder = write_members({**MEMBERS, "cna_analysis.tsv": "sample\tgene\tcna\nS1\tMYC\tAMP\n"}, tmp_path)
    assert counted(SampleView({"S1": "Anna"}, keeps_others=False), folder)["cnas"] == [1, 1, 0, None]


def test_missing_rows_are_told_under_the_names_here() -> None:
    """Without those of samples that are left out; a row of no sample is anybody's."""
    rows = [MissingRow("cnas", "2", sample, "MYC amp", "gone") for sample in ("S1", "S2", "")]
    only = SampleView({"S1": "Anna"}, keeps_others=False)
    assert [row.sample for row in only.missing(rows)] == ["Anna", ""]
    assert [row.sample for row in SampleView({"S1": "Anna"}).missing(rows)] == ["Anna", "S2", ""]
    assert [only.has(name) for name in ("S1", "Anna", "S2", "")] == [True, True, False, True]


def test_the_table_of_pseudonyms_is_that_of_the_job_or_none(tmp_path: Path) -> None:
    """Lost, or another job's, it is refused with the way to have it again: results would get another patient's name."""
    record = Record("service", pseudonyms=digest_of(PSEUDONYMS))
    again = (
        "give the command that submitted the job again, with the same inputs and --pseudonyms: it writes the table "
        "again and resumes the job"
    )
    path = tmp_path / "pseudonyms.tsv"
    assert catch_failure(lambda: read_pseudonyms(tmp_path, record)) == (
        InputError, f"{path} is missing: nothing else shows whose the samples are", again,
    )  # fmt: skip
    save_pseudonyms(tmp_path, {**PSEUDONYMS, "Eve": "S003"})
    assert catch_failure(lambda: read_pseudonyms(tmp_path, record)) == (
        InputError,
        f"{path} is not the table of pseudonyms of this job: nothing else shows whose the samples are",
        again,
    )
    save_pseudonyms(tmp_path, PSEUDONYMS)
    assert read_pseudonyms(tmp_path, record) == {"S001": "Anna", "S002": "Bob"}
    assert read_pseudonyms(tmp_path / "elsewhere", Record("service")) == {}
