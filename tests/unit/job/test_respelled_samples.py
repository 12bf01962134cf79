"""Names of samples that a service spells otherwise than they were sent: they are known, and two are never mixed up."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.errors import ForeignResultsError, InputError
from cgi_runner.job import JobContext, JobRequest, Record, State, fetch_job, read_record, run, submit
from cgi_runner.job.import_archive import accept_archive
from cgi_sandbox import Sandbox
from support.cli import cgi_runner
from support.faults import Repacked, inject

NAMES = ("M\u00fcller & S\u00f8n", "a  b", "plain")
ROWS = [("chr7", "140753336", "A", "T"), ("chr12", "25245350", "C", "T"), ("chr17", "7675088", "C", "T")]
#: What may become of a name on the way, by what that is.
SPELLINGS: dict[str, Callable[[str], str]] = {
    "accents apart": lambda text: unicodedata.normalize("NFD", text),
    "escaped": html.escape,
    "as references": lambda text: text.encode("ascii", "xmlcharrefreplace").decode(),
    "blanks folded": lambda text: " ".join(text.split(" ")).replace("  ", " "),
    "other blanks": lambda text: text.replace(" ", "\u00a0"),
    "all of it": lambda text: html.escape(unicodedata.normalize("NFD", text)).replace("  ", " "),
}
#: Names as they are sent, and what a service may make of them that reads them as numbers or without their capitals.
LOOSE_SPELLINGS: dict[str, tuple[tuple[str, ...], Callable[[str], str]]] = {
    "capitals": (("pat-A", "Pat-b", "x1"), str.upper),
    "no capitals": (("PAT-A", "Pat-B", "x1"), str.lower),
    "numbers": (("007", "12", "0130"), lambda text: str(int(text))),
    "broken numbers": (("007", "12", "0130"), lambda text: f"{int(text)}.0"),
    "no name": (("only",), lambda _: "input01"),
}
TABLES = ("alterations.tsv", "biomarkers.tsv", "input01.tsv")


def request(tmp_path: Path, names: tuple[str, ...] = NAMES, **options: bool) -> JobRequest:
    """Return a request with a shared variant and one of its own for each sample."""
    rows = [(name, *row) for name in names for row in (ROWS[0], ROWS[names.index(name) % len(ROWS)])]
    text = "\n".join("\t".join(row) for row in [("sample", "chr", "pos", "ref", "alt"), *dict.fromkeys(rows)])
    (tmp_path / "in.tsv").write_text(text + "\n", encoding="utf-8")
    return JobRequest({"mutations": tmp_path / "in.tsv"}, "CM", "hg38", **options)  # type: ignore[arg-type]


def respelling(change: Callable[[str], str], tables: tuple[str, ...] = TABLES, *, names_job: bool = True) -> Repacked:
    """Return an interceptor with which some tables of an archive have other spellings of all names."""

    def respell(members: dict[str, bytes]) -> None:
        for table in tables:
            header, *rows = members[table].decode().split("\n")
            places = [place for place, name in enumerate(header.split("\t")) if "sample" in name.casefold()]
            cells = [row.split("\t") for row in rows]
            for row in cells:
                for place in places:
                    if place < len(row):
                        row[place] = row[place] and change(row[place])
            members[table] = "\n".join([header, *("\t".join(row) for row in cells)]).encode()
        if not names_job:
            del members["summary.txt"]

    return Repacked(respell)


def tables_of(out: Path) -> dict[str, bytes]:
    """Return the tables of an output folder."""
    return {path.name: path.read_bytes() for path in out.glob("*.tsv")}


@pytest.mark.parametrize("names_job", [True, False], ids=["with the job's id", "without it"])
@pytest.mark.parametrize("tables", [TABLES, TABLES[:2], TABLES[2:]], ids=["all", "results", "copy"])
@pytest.mark.parametrize("change", SPELLINGS.values(), ids=SPELLINGS)
def test_samples_are_known_however_their_names_come_back(
    change: Callable[[str], str],
    tables: tuple[str, ...],
    names_job: bool,
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
) -> None:
    """The tables are those of an undisturbed run, the archive is as it came, and the job stays at CGI."""
    wanted = request(tmp_path)
    run(wanted, tmp_path / "as it should be", context)
    inject(sandbox, respelling(change, tables, names_job=names_job))
    out = tmp_path / "out"
    record = run(wanted, out, context, delete=True, delete_adopted=True)
    assert (record.state, record.rows["mutations"]["not_returned"]) == (State.VERIFIED, 0)
    same = {name for name, text in tables_of(tmp_path / "as it should be").items() if tables_of(out)[name] == text}
    assert same >= {"alterations.tsv", "biomarkers.tsv", "dropped.tsv"}
    if "alterations.tsv" in tables:
        assert record.respelled_samples == {change(name): name for name in NAMES if change(name) != name}
        assert "CGI spells sample names differently than they were sent" in "".join(record.warnings)
    assert record.not_deleted
    # What is edited or lost comes back under the same names, from the archive alone.
    before = tables_of(out)
    (out / "alterations.tsv").write_text("edited\n")
    (out / "dropped.tsv").unlink()
    run(wanted, out, context)
    assert tables_of(out) == before


@pytest.mark.parametrize("names_job", [True, False], ids=["with the job's id", "without it"])
@pytest.mark.parametrize(("names", "change"), LOOSE_SPELLINGS.values(), ids=LOOSE_SPELLINGS)
def test_samples_are_known_without_capitals_and_as_numbers(
    names: tuple[str, ...],
    change: Callable[[str], str],
    names_job: bool,
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
) -> None:
    """Nobody else's can they be: the tables are those of an undisturbed run, and the job stays at CGI."""
    wanted = request(tmp_path, names)
    run(wanted, tmp_path / "as it should be", context)
    tables = TABLES[: 2 if len(names) == 1 else 3]
    inject(sandbox, respelling(change, tables, names_job=names_job))
    record = run(wanted, tmp_path / "out", context, delete=True, delete_adopted=True)
    assert (record.state, record.rows["mutations"]["not_returned"]) == (State.VERIFIED, 0)
    assert tables_of(tmp_path / "out")["alterations.tsv"] == tables_of(tmp_path / "as it should be")["alterations.tsv"]
    assert record.respelled_samples == {change(name): name for name in names if change(name) != name}
    assert record.not_deleted


@pytest.mark.parametrize(
    ("names", "change"),
    [
        (("A1", "a1"), str.upper),
        (("a1", "A1"), str.swapcase),
        (("7", "07"), lambda text: str(int(text))),
        (("one", "two"), lambda _: "input01"),
        (("P-1", "P-2"), lambda text: text.replace("-", ".")),
        (("only",), lambda _: "other"),
    ],
    ids=["capitals", "exchanged", "numbers", "no names", "other signs", "another name"],
)
def test_a_name_that_may_be_anothers_is_nobodys(
    names: tuple[str, ...], change: Callable[[str], str], context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Names that differ by no more than that can be sent, and results under one that fits both are refused."""
    inject(sandbox, respelling(change, TABLES[:2]))
    with pytest.raises(ForeignResultsError, match="not sent for their sample"):
        run(request(tmp_path, names), tmp_path / "out", context)
    assert (tmp_path / "out" / "cgi-results.refused.zip").is_file()


def test_another_folder_gets_the_names_that_were_sent_too(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A colleague fetches the job by its record into another folder, where no input is at hand."""
    inject(sandbox, respelling(SPELLINGS["all of it"]))
    run(request(tmp_path), tmp_path / "out", context)
    record = fetch_job(read_record(tmp_path / "out" / "cgi-job.json"), tmp_path / "out", tmp_path / "there", context)
    assert set(record.respelled_samples.values()) == set(NAMES[:2])
    assert tables_of(tmp_path / "there")["alterations.tsv"] == tables_of(tmp_path / "out")["alterations.tsv"]


def test_two_samples_that_come_back_under_one_name_are_refused(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A service that takes accents away makes another name of it, which is nobody's; the archive is kept."""
    names = ("Andr\u00e9 1", "Andr\u00e8 1")
    bare = respelling(lambda text: "".join(c for c in unicodedata.normalize("NFKD", text) if c.isascii()))
    inject(sandbox, bare)
    with pytest.raises(ForeignResultsError, match="not sent for their sample"):
        run(request(tmp_path, names), tmp_path / "out", context)
    assert (tmp_path / "out" / "cgi-results.refused.zip").is_file()


@pytest.mark.parametrize(
    "names",
    [("M\u00fcller", "Mu\u0308ller"), ("A & B", "A &amp; B"), ("a b", "a  b")],
    ids=["accents", "escapes", "blanks"],
)
def test_names_that_a_service_could_mix_up_are_not_sent(
    names: tuple[str, ...], context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Each could come back under the other's; under pseudonyms they are two, and so they come back."""
    with pytest.raises(InputError, match="more than their spelling") as refused:
        run(request(tmp_path, names), tmp_path / "out", context)
    assert all(ascii(name) in refused.value.message for name in names)
    assert "--pseudonyms" in refused.value.tip
    assert [one.method for one in sandbox.requests] == []
    record = run(request(tmp_path, names, pseudonyms=True), tmp_path / "out", context)
    assert record.rows["mutations"]["not_returned"] == 0
    text = (tmp_path / "out" / "alterations.tsv").read_text(encoding="utf-8")
    assert all(name in text for name in names)


def test_an_archive_that_is_taken_under_both_names_keeps_its_rows(context: JobContext, tmp_path: Path) -> None:
    """--archive-sample and --sample are spellings of one name: who typed both has said what to do."""
    apart = unicodedata.normalize("NFD", NAMES[0])
    run(request(tmp_path, (apart,)), tmp_path / "out", context)
    archive, here = tmp_path / "out" / "cgi-results.zip", tmp_path / "here"
    (tmp_path / "out" / "cgi-job.json").unlink()
    words: list[str | Path] = ["--archive", archive, "--sample", NAMES[0], "--archive-sample", apart, "--output", here]
    assert cgi_runner("fetch", *words).code == 0
    assert NAMES[0].encode() in tables_of(here)["alterations.tsv"]


def test_a_refused_archive_of_another_spelling_can_be_taken_over(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """It was refused for something else: the names are no second obstacle."""
    out = tmp_path / "out"

    def other_build(members: dict[str, bytes]) -> None:
        members["summary.txt"] = members["summary.txt"].replace(b"genome: hg38", b"genome: hg19")

    inject(sandbox, Repacked(other_build), respelling(SPELLINGS["escaped"]))
    with pytest.raises(ForeignResultsError):
        run(request(tmp_path), out, context)
    record: Record = accept_archive(out / "cgi-results.refused.zip", out, context.api.list_jobs()[0])
    assert record.state is State.VERIFIED
    assert NAMES[0].encode() in tables_of(out)["alterations.tsv"]


def test_samples_that_were_not_sent_are_refused_where_no_input_is_at_hand(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Only the record tells then who was sent; a person who typed the job's id may take the archive over."""
    submit(request(tmp_path), tmp_path / "out", context)
    inject(sandbox, respelling(lambda text: text.replace("plain", "somebody else")))
    record = read_record(tmp_path / "out" / "cgi-job.json")
    with pytest.raises(ForeignResultsError, match="samples that were not sent: somebody else") as refused:
        fetch_job(record, tmp_path / "out", tmp_path / "out", context)
    assert f"--accept-archive {record.job_id}" in refused.value.tip
    assert not (tmp_path / "out" / "alterations.tsv").exists()
    taken = accept_archive(tmp_path / "out" / "cgi-results.refused.zip", tmp_path / "out", record.job_id)
    assert taken.state is State.VERIFIED
