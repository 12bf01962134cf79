"""Archives that speak against themselves or against the job: warned of, never deleted at CGI, or refused and kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.errors import ForeignResultsError
from cgi_runner.job import JobContext, JobRequest, State, run
from cgi_runner.job.import_archive import accept_archive
from cgi_runner.results.contradictions import contradict_request, find_contradictions
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.summary import Summary
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.archives import write_members
from support.faults import Repacked, inject

Members = dict[str, bytes]
MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38")


def cells(members: Members, table: str, column: str, edit: Callable[[str], str]) -> None:
    """Change all cells of a column of a table."""
    header, *rows = members[table].decode().splitlines()
    place = header.split("\t").index(column)
    changed = [row.split("\t") for row in rows]
    for row in changed:
        row[place] = edit(row[place])
    members[table] = "".join(line + "\n" for line in [header, *("\t".join(row) for row in changed)]).encode()


def said(members: Members, name: str, value: str) -> None:
    """Have the summary say something else."""
    text = re.sub(f"(?m)^{name}: .*$", f"{name}: {value}", members["summary.txt"].decode())
    members["summary.txt"] = text.encode()


CONTRADICTIONS: dict[str, tuple[Callable[[Members], object], str]] = {
    "half the rows": (
        lambda m: m.update({"alterations.tsv": b"".join(m["alterations.tsv"].splitlines(keepends=True)[:5])}),
        "CGI's summary and its table disagree: 8 mutations, 4 rows",
    ),
    "no biomarkers": (
        lambda m: m.pop("biomarkers.tsv"),
        "CGI's summary counts biomarkers, and the archive holds no table of them",
    ),
    "a stranger's biomarkers": (
        lambda m: cells(m, "biomarkers.tsv", "Sample ID", lambda _: "Somebody"),
        "the table of biomarkers names samples that were not sent: somebody",
    ),
    "more strangers than fit": (
        lambda m: cells(m, "biomarkers.tsv", "Sample ID", lambda _: "Somebody" * 30),
        f"the table of biomarkers names samples that were not sent: {('somebody' * 30)[:159]}\u2026",
    ),
    "half a row": (
        lambda m: m.update({"biomarkers.tsv": m["biomarkers.tsv"].rstrip()[:-1].rpartition(b"\t")[0]}),
        "biomarkers.tsv is cut off within its last row",
    ),
    "biomarkers that end at a row": (
        lambda m: m.update({"biomarkers.tsv": b"".join(m["biomarkers.tsv"].splitlines(keepends=True)[:2])}),
        "CGI's summary and its table disagree: {biomarkers} biomarkers, 1 rows",
    ),
    "no biomarker in its table": (
        lambda m: m.update({"biomarkers.tsv": b""}),
        "CGI's summary and its table disagree: {biomarkers} biomarkers, 0 rows",
    ),
    "biomarkers of other genes": (
        lambda m: m.update({"biomarkers.tsv": m["biomarkers.tsv"].replace(b"\tBRAF (V600E)", b"\tROS1 MUT* (--)", 1)}),
        "the biomarkers name mutations of genes of which the sample has none in the results: ROS1 (melanoma-1)",
    ),
    "a build in other words": (
        lambda m: said(m, "Reference genome", "T2T-CHM13"),
        "CGI's summary names a genome build that is not known: T2T-CHM13",
    ),
    "a cancer type in other words": (
        lambda m: said(m, "Cancer type", "Skin, melanoma"),
        "CGI's summary names a cancer type that is not known: Skin, melanoma",
    ),
    "copy numbers that were not sent": (
        lambda m: said(m, "Analysed cnas", "7"),
        "CGI's summary counts cnas, and none were sent: 7",
    ),
    "fusions that were not sent": (
        lambda m: said(m, "Analysed fusions", "1"),
        "CGI's summary counts fusions, and none were sent: 1",
    ),
    "more samples than were sent": (
        lambda m: said(m, "Total samples", "9"),
        "CGI's summary counts more samples than were sent: 9, and 3 sent",
    ),
    "other positions": (
        lambda m: cells(m, "alterations.tsv", "POSITION", lambda text: str(int(text) + 1)),
        "rows of mutations that are of another variant by POSITION, REF and ALT than by their echoed columns: 8",
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_speaks_against_itself_is_told_and_stays_at_cgi(
    name: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The results are in hand, with a warning; --delete does not delete the job."""
    change, told = CONTRADICTIONS[name]
    counted = 0

    def count_and_change(members: Members) -> None:
        nonlocal counted
        counted = len(members["biomarkers.tsv"].splitlines()) - 1
        change(members)

    inject(sandbox, Repacked(count_and_change))
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    told = told.format(biomarkers=counted)
    assert record.state is State.VERIFIED
    assert told in record.warnings
    assert told in record.not_deleted
    assert context.api.list_jobs() == [record.job_id]


def test_what_agrees_with_itself_is_deleted(context: JobContext, tmp_path: Path) -> None:
    """An archive as CGI makes it has nothing of this."""
    assert run(MELANOMA, tmp_path / "out", context, delete=True).state is State.DELETED


def test_biomarkers_of_no_sample_are_nobody_elses(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """An empty cell names no sample that was not sent."""
    inject(sandbox, Repacked(lambda m: cells(m, "biomarkers.tsv", "Sample ID", lambda _: " ")))
    assert run(MELANOMA, tmp_path / "out", context, delete=True).state is State.DELETED


@pytest.mark.parametrize(
    "cnas", ["gene\tcna\tsample\nMYC\tamp\t\n", "gene\tcna\nMYC\tamp\n"], ids=["an empty cell", "no column"]
)
def test_biomarkers_may_name_a_sample_for_rows_that_were_sent_without(cnas: str, tmp_path: Path) -> None:
    """CGI gives such rows a name of its own, also where other inputs name their samples."""
    mutations = "chr\tpos\tref\talt\tsample\n7\t140753336\tA\tT\tAnna\n"
    drugs = "Sample ID\tAlterations\tBiomarker\tDrugs\tMatch\tBioM\nsingle_sample\t\t\t\t\t\n"
    members = {"alterations.tsv": "CGI-HGVS\n", "biomarkers.tsv": drugs, "input01.tsv": mutations}
    strange = ["the table of biomarkers names samples that were not sent: single_sample"]
    assert list(find_contradictions(read_result_tables(write_members(members, tmp_path)), Summary(), {})) == strange
    members["input02.tsv"] = cnas
    assert list(find_contradictions(read_result_tables(write_members(members, tmp_path)), Summary(), {})) == []


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("Reference genome: hg38", "Reference genome: GRCh37", "of hg19, and the job was submitted with hg38"),
        ("Cancer type: CM", "Cancer type: BRCA", "of cancer type BRCA, and the job was submitted with CM"),
    ],
)
def test_results_of_another_genome_or_tumour_are_refused(
    was: str, now: str, said: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """They are kept, and a person who typed the job's id may take them over."""

    def change(members: Members) -> None:
        members["summary.txt"] = re.sub(was.encode(), now.encode(), members["summary.txt"])

    inject(sandbox, Repacked(change))
    out = tmp_path / "out"
    with pytest.raises(ForeignResultsError, match=said) as refused:
        run(MELANOMA, out, context)
    (job_id,) = context.api.list_jobs()
    assert f"--accept-archive {job_id}" in refused.value.tip
    assert not (out / "alterations.tsv").exists()
    assert accept_archive(out / "cgi-results.refused.zip", out, job_id).state is State.VERIFIED


def test_biomarkers_of_copy_numbers_are_not_looked_for_among_mutations(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """How the biomarkers write them is not known: their genes are told by the other tables."""
    (tmp_path / "cnas.tsv").write_text("gene\tcna\tsample\nALK\tamp\tmelanoma-1\n")
    wanted = JobRequest({"mutations": EXAMPLES / "mutations.tsv", "cnas": tmp_path / "cnas.tsv"}, "CM", "hg38")
    inject(sandbox, Repacked(lambda m: cells(m, "biomarkers.tsv", "Alterations", lambda _: "ALK (amplification)")))
    assert run(wanted, tmp_path / "out", context, delete=True).state is State.DELETED


def test_words_that_are_not_known_prove_nothing(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """A summary may spell build and cancer type in a way of its own."""

    def change(members: Members) -> None:
        text = members["summary.txt"].replace(b"Reference genome: hg38", b"Reference genome: GCA_000001405")
        members["summary.txt"] = text.replace(b"Cancer type: CM", b"Cancer type: Skin, melanoma")

    inject(sandbox, Repacked(change))
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED


@pytest.mark.parametrize(
    ("said", "asked", "fault"),
    [
        ("hg19", "hg19", ""),
        ("GRCh37", "hg19", ""),
        ("HG38", "grch38", ""),
        ("hg19", "HG38", "the archive is of hg19, and the job was submitted with hg38"),
        ("GRCh38", "GRCh37", "the archive is of hg38, and the job was submitted with hg19"),
        ("GRCh37.p13", "hg38", "the archive is of hg19, and the job was submitted with hg38"),
        ("hg19 (GRCh37)", "hg38", "the archive is of hg19, and the job was submitted with hg38"),
        ("hg19 (GRCh37)", "hg19", ""),
        (" Homo sapiens, HG38", "hg38", ""),
        ("hg19, lifted to hg38", "hg38", ""),
        ("GRCh380", "hg19", ""),
        ("t2t", "hg38", ""),  # words that are not known prove nothing
        ("hg19", "", ""),
        ("", "hg38", ""),
    ],
)
def test_the_build_of_an_archive_is_that_of_the_job(said: str, asked: str, fault: str) -> None:
    """By any of its names."""
    assert contradict_request("CM", said, "CM", asked) == fault


@pytest.mark.parametrize(
    ("said", "asked", "fault"),
    [
        ("CM", "CM", ""),
        ("cm", "CM", ""),
        ("Cutaneous melanoma", "CM", ""),
        ("CM", "BRCA", "the archive is of cancer type CM, and the job was submitted with BRCA"),
        ("cm", "BRCA", "the archive is of cancer type cm, and the job was submitted with BRCA"),
        (
            "Cutaneous melanoma",
            "BRCA",
            "the archive is of cancer type Cutaneous melanoma, and the job was submitted with BRCA",
        ),
        ("Somewhere", "CM", ""),
        ("", "CM", ""),
        ("CM", "", ""),
    ],
)
def test_the_cancer_type_of_an_archive_is_that_of_the_job(said: str, asked: str, fault: str) -> None:
    """If CGI's id is known, and the job's is."""
    assert contradict_request(said, "hg38", asked, "hg38") == fault
