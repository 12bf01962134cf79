"""`fetch --archive FILE --sample NAME`: a saved archive taken under a sample's name, or one sample of several."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cgi_runner.errors import InputError
from cgi_runner.findings import read_findings
from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.job.import_archive import import_archive
from support.archives import make_generation, table, write_zip
from support.cli import cgi_runner
from support.failures import catch_failure

UPLOAD = "chr\tpos\tref\talt\tsample\tsource_line\n"
COLUMNS = ["Input ID", "CHROMOSOME", "POSITION", "REF", "ALT", "sample", "CGI-Sample ID", "CGI-Gene"]
BIOMARKERS = ["Sample ID", "Alterations", "Biomarker", "Drugs", "Match", "BioM"]
SENT = [("7", "140753336", "A", "T"), ("12", "25245350", "C", "T"), ("17", "7675088", "C", "T")]


def archive(path: Path, *samples: str, returned: int = 3, cna_sample: str | None = None) -> Path:
    """Write an archive of three mutations, one of each sample in turn, of which the first ones came back."""
    whose = [samples[number % len(samples)] for number in range(3)]
    rows = [
        dict(zip(COLUMNS, (f"input01_{n}", *variant, name, name, "BRAF"), strict=True))
        for n, (variant, name) in enumerate(zip(SENT, whose, strict=True), 1)
    ]
    upload = UPLOAD + "".join(
        "\t".join((*variant, name, str(n))) + "\n" for n, (variant, name) in enumerate(zip(SENT, whose, strict=True), 2)
    )
    drugs = [{"Sample ID": name, "Drugs": "Dabrafenib", "Alterations": "BRAF (V600E)"} for name in dict.fromkeys(whose)]
    members = {
        "alterations.tsv": table(COLUMNS, *rows[:returned]),
        "biomarkers.tsv": table(BIOMARKERS, *drugs),
        "input01.tsv": upload,
    }
    if cna_sample is not None:
        members["cna_analysis.tsv"] = f"internal_id\tsample\tgene\tcna\r\ninput02_1\t{cna_sample}\tMYC\tAMP\r\n"
    return write_zip(members, path)


def column(path: Path, name: str) -> list[str]:
    """Return a column of a table."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    return [row.split("\t")[header.split("\t").index(name)] for row in rows]


@pytest.mark.parametrize("samples", [("input01",), ("P-7",), ("Anna",), ("TUMOR",)], ids=lambda names: names[0])
def test_an_archive_of_one_sample_is_taken_under_its_name(samples: tuple[str, ...], tmp_path: Path) -> None:
    """Whatever CGI calls the sample, tables, record, findings and merge have the name; the archive stays as it is."""
    saved = archive(tmp_path / "saved.zip", *samples, cna_sample="single_sample")
    out = tmp_path / "out"
    own = samples[0] if samples == ("P-7",) else None
    record = import_archive(saved, out, sample="Anna", archive_sample=own)
    assert record.samples == {"Anna": 3}
    assert set(column(out / "alterations.tsv", "CGI-Sample ID")) == {"Anna"}
    assert set(column(out / "alterations.tsv", "sample")) == {"Anna"}
    assert column(out / "cna_analysis.tsv", "sample") == ["Anna"]
    assert (out / "cna_analysis.tsv").read_bytes().count(b"\r\n") == 2
    assert (out / "cgi-results.zip").read_bytes() == saved.read_bytes()
    assert list(read_findings(out).samples) == ["Anna"]
    assert cgi_runner("cohort-merge", out, "-o", tmp_path / "merged", "--json").json["samples"] == 1
    other = "'single_sample'" if samples[0] == "Anna" else f"'{samples[0]}', 'single_sample'"
    told = record.warnings[0].removeprefix("the archive calls its sample ")
    assert told == f"{other}; it is used as 'Anna' (--sample)"


def test_a_sample_of_another_name_is_refused_unless_both_names_are_given(tmp_path: Path) -> None:
    """An archive of P-7 may be another patient's than Anna's; the tip works as it stands."""
    saved, out = archive(tmp_path / "saved.zip", "P 7", cna_sample="single_sample"), tmp_path / "out"
    asked = ("fetch", "--archive", saved, "--sample", "Anna", "-o", out, "--no-report")
    outcome = cgi_runner(*asked)
    assert outcome.is_plain_failure(2), outcome.err
    assert "holds the sample 'P 7', expected 'Anna'" in outcome.err
    assert not out.exists()
    tip = re.search("add (--archive-sample .*)", outcome.err)
    assert tip
    assert cgi_runner(*asked, *shlex.split(tip[1])).code == 0
    assert set(column(out / "alterations.tsv", "CGI-Sample ID")) == {"Anna"}
    assert column(out / "cna_analysis.tsv", "sample") == ["Anna"]
    assert cgi_runner(*asked, *shlex.split(tip[1])).code == 0
    assert cgi_runner(*asked, "--archive-sample", "P-8").is_plain_failure(2)


def test_one_of_several_samples_is_taken_under_another_name(tmp_path: Path) -> None:
    """Rows of the others are left out, as under its own name."""
    out = tmp_path / "out"
    record = import_archive(archive(tmp_path / "saved.zip", "P-7", "Bob"), out, sample="Anna", archive_sample="P-7")
    assert record.samples == {"Anna": 2}
    assert column(out / "alterations.tsv", "CGI-Sample ID") == ["Anna", "Anna"]
    assert any("used as 'Anna'" in warning for warning in record.warnings)


ONE_OF_THEM = "give --archive-sample one of the archive's names"
ALL_OF_THEM = "leave --sample out to take all of them"


@pytest.mark.parametrize(
    ("samples", "cna_sample", "archive_sample", "message", "tip"),
    [
        (("P-7",), None, "P-8", "holds the samples 'P-7', expected 'P-8'", ONE_OF_THEM),
        (("P-7",), "", "", "holds the samples 'P-7', expected ''", ONE_OF_THEM),
        (
            ("Anna", "Bob"), None, "Bob", "holds 'Anna' as well as 'Bob', expected one of the two",
            "leave --archive-sample out to take the sample of that name",
        ),
        (("",), None, "P-7", "holds no name of a sample, expected 'P-7'", "leave --archive-sample out"),
        (
            ("P 7",), None, None, "holds the sample 'P 7', expected 'Anna'",
            "give this name; if Anna is another name of the same sample, add --archive-sample 'P 7'",
        ),
        (
            ("Bob", "Cleo"), None, None, "holds the samples 'Bob', 'Cleo', expected 'Anna'",
            "give one of these names; if Anna is another name of the same sample, add --archive-sample NAME",
        ),
        (
            ("Anna", "Bob"), "", None,
            "holds the samples 'Anna', 'Bob' and rows that name none, expected a name in every row", ALL_OF_THEM,
        ),
    ],
)  # fmt: skip
def test_names_that_contradict_the_archive_are_refused(
    samples: tuple[str, ...],
    cna_sample: str | None,
    archive_sample: str | None,
    message: str,
    tip: str,
    tmp_path: Path,
) -> None:
    """A name that is not there, none, a sample that is there under both names, and rows that may be anybody's."""
    saved = archive(tmp_path / "saved.zip", *samples, cna_sample=cna_sample)
    assert catch_failure(
        lambda: import_archive(saved, tmp_path / "out", sample="Anna", archive_sample=archive_sample)
    ) == (
        InputError,
        f"the archive {message}",
        tip,
    )
    assert not (tmp_path / "out" / "alterations.tsv").exists()


def test_what_is_decided_on_samples_is_said_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """On screen as in the record: under which name rows are taken, and which rows are left out."""
    saved = archive(tmp_path / "saved.zip", "P-7", "Bob", "Cleo")
    record = import_archive(saved, tmp_path / "out", sample="Anna", archive_sample="P-7")
    told = [
        "the archive calls its sample 'P-7'; it is used as 'Anna' (--sample)",
        "rows of other samples of the archive are left out: 'Bob', 'Cleo'",
    ]
    assert (caplog.messages[:2], record.warnings[:2]) == (told, told)
    assert (record.archive_samples, record.samples) == ({"P-7": "Anna"}, {"Anna": 1})


def test_an_archive_without_any_name_is_that_of_its_only_sample(tmp_path: Path) -> None:
    """Nothing is said of other names then."""
    record = import_archive(archive(tmp_path / "saved.zip", ""), tmp_path / "out", sample="Anna")
    assert (record.samples, record.archive_samples) == ({"Anna": 3}, {"": "Anna"})
    assert not [warning for warning in record.warnings if "--sample" in warning]


def test_the_name_in_the_archive_needs_the_other_one(tmp_path: Path) -> None:
    """Alone, it says nothing."""
    saved = archive(tmp_path / "saved.zip", "P-7")
    outcome = cgi_runner("fetch", "--archive", saved, "--archive-sample", "P-7", "-o", tmp_path / "out")
    assert outcome.is_plain_failure(2), outcome.err


def test_one_of_several_samples_is_taken(tmp_path: Path) -> None:
    """Rows of the others are left out of tables, numbers and lists; a warning says so."""
    out = tmp_path / "out"
    record = import_archive(archive(tmp_path / "saved.zip", "Anna", "Bob", "Cleo", returned=1), out, sample="Bob")
    assert record.samples == {"Bob": 1}
    assert record.rows == {"mutations": {"sent": 1, "returned": 0, "merged": 0, "not_returned": 1}}
    assert column(out / "alterations.tsv", "CGI-Sample ID") == []
    assert column(out / "biomarkers.tsv", "Sample ID") == ["Bob"]
    assert column(out / "input01.tsv", "sample") == ["Bob"]
    assert column(out / "dropped.tsv", "sample") == ["Bob"]
    assert any("'Anna', 'Cleo'" in warning for warning in record.warnings)
    assert list(read_findings(out).samples) == ["Bob"]


def test_two_samples_of_one_archive_can_be_merged(tmp_path: Path) -> None:
    """Each has a folder of its own then."""
    saved = archive(tmp_path / "saved.zip", "Anna", "Bob")
    for name in ("Anna", "Bob"):
        import_archive(saved, tmp_path / name, sample=name)
    merged = cgi_runner("cohort-merge", tmp_path / "Anna", tmp_path / "Bob", "-o", tmp_path / "merged")
    assert merged.code == 0, merged.err
    assert sorted(column(tmp_path / "merged" / "alterations.tsv", "CGI-Sample ID")) == ["Anna", "Anna", "Bob"]


@pytest.mark.parametrize(
    ("samples", "cna_sample"), [(("Anna", "Bob"), None), (("Cleo", "Bob"), "")], ids=["not among them", "nobody's row"]
)
def test_an_archive_of_several_others_is_refused(
    samples: tuple[str, ...], cna_sample: str | None, tmp_path: Path
) -> None:
    """Nobody's results are taken for those of the sample, and nothing is written."""
    saved = archive(tmp_path / "saved.zip", *samples, cna_sample=cna_sample)
    outcome = cgi_runner("fetch", "--archive", saved, "--sample", "Cleo", "-o", tmp_path / "out")
    assert outcome.is_plain_failure(2), outcome.err
    assert not (tmp_path / "out").exists()


def test_the_same_command_again_finds_the_results(tmp_path: Path) -> None:
    """Another sample in the same folder is refused, and an edited table is restored."""
    saved, out = archive(tmp_path / "saved.zip", "Anna", "Bob"), tmp_path / "out"
    first = import_archive(saved, out, sample="Bob")
    assert import_archive(saved, out, sample="Bob").times == first.times
    before = (out / "dropped.tsv").read_bytes()
    (out / "dropped.tsv").write_text("")
    import_archive(saved, out, sample="Bob")
    assert (out / "dropped.tsv").read_bytes() == before
    for other in ("Anna", None):
        with pytest.raises(InputError):
            import_archive(saved, out, sample=other)


@pytest.mark.parametrize("name", ["1", "2a", "2b"])
def test_every_generation_knows_its_samples(name: str, tmp_path: Path) -> None:
    """The columns moved; of two samples that are named, one that is not named is refused."""
    saved = write_zip(make_generation(name), tmp_path / "saved.zip")
    with pytest.raises(InputError, match="one"):
        import_archive(saved, tmp_path / "out", sample="three")


def test_mutations_of_2023_are_renamed(tmp_path: Path) -> None:
    """There, the column INFO says whose a mutation is."""
    members = make_generation("2a") | {"input01.tsv": "chr\tpos\tref\talt\n7\t140753336\tA\tT\n"}
    out = tmp_path / "out"
    import_archive(write_zip(members, tmp_path / "saved.zip"), out, sample="Anna", archive_sample="one")
    assert column(out / "mutation_analysis.tsv", "INFO") == ["Anna", "Anna"]
    assert list(read_findings(out).samples) == ["Anna"]


def test_sample_goes_with_an_archive_only(tmp_path: Path) -> None:
    """The samples of a job were named when it was submitted."""
    assert cgi_runner("fetch", tmp_path, "--sample", "Anna").is_plain_failure(2)


def test_an_archive_of_pseudonyms_gets_its_names(tmp_path: Path) -> None:
    """Beside the archive lies the table of them; --sample then picks by the name."""
    (tmp_path / "in.tsv").write_text("chr\tpos\tref\talt\tsample\n7\t140753336\tA\tT\tAnna\n12\t25245350\tC\tT\tBob\n")
    run: list[str | Path] = [
        "run",
        "--sandbox",
        "--mutations",
        tmp_path / "in.tsv",
        "--cancer-type",
        "CM",
        "--pseudonyms",
    ]
    assert cgi_runner(*run, "-o", tmp_path / "out").code == 0
    saved = tmp_path / "out" / "cgi-results.zip"
    import_archive(saved, tmp_path / "all")
    assert set(column(tmp_path / "all" / "alterations.tsv", "CGI-Sample ID")) == {"Anna", "Bob"}
    import_archive(saved, tmp_path / "bob", sample="Bob")
    assert column(tmp_path / "bob" / "alterations.tsv", "CGI-Sample ID") == ["Bob"]
    with pytest.raises(InputError, match="Anna"):
        import_archive(saved, tmp_path / "cleo", sample="Cleo")


def test_rows_that_were_not_sent_are_listed_for_the_sample_that_is_taken(tmp_path: Path) -> None:
    """The list beside an archive in the runner's own folder is that of all samples; a row of none is anybody's."""
    archive(tmp_path / "cgi-results.zip", "P-7", "Bob")
    (tmp_path / "cgi-logs.txt").write_text("")
    listed = DroppedFile(tmp_path / "dropped.tsv")
    for sample in ("P-7", "Bob", ""):
        listed.add("mutations", 9, sample, "chr1:1 A>C", "filtered")
    listed.close()
    import_archive(tmp_path / "cgi-results.zip", tmp_path / "out", sample="Anna", archive_sample="P-7")
    assert column(tmp_path / "out" / "dropped.tsv", "sample") == ["Anna", ""]
