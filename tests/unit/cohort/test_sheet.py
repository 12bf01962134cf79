"""The sample sheet: what it may look like, and everything that can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.cohort import Defaults, read_sheet
from cgi_runner.cohort.sheet import Sheet
from cgi_runner.errors import InputError

Table = Callable[..., Path]


def bad(sheet: Sheet) -> dict[str, str]:
    """Return what is wrong, by sample."""
    return {one.name: one.reason for one in sheet.rejected}


def test_paths_are_relative_to_the_sheet(table: Table, tmp_path: Path) -> None:
    """A sheet can be moved together with its files; an absolute path stays as it is."""
    path = table("s.tsv", "sample\tcancer_type\tmutations\tcnas", "one\tCM\tx/a.vcf\t/b.tsv")
    (sample,) = read_sheet(path, Defaults()).samples
    assert sample.sources == {"mutations": tmp_path / "x" / "a.vcf", "cnas": Path("/b.tsv")}


def test_a_dash_is_a_file_and_not_standard_input(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell `-` in a sheet of the current folder must not make the command wait for a keyboard."""
    table("s.tsv", "sample\tcancer_type\tmutations", "one\tCM\t-")
    monkeypatch.chdir(tmp_path)
    (sample,) = read_sheet(Path("s.tsv"), Defaults()).samples
    assert str(sample.sources["mutations"]) != "-"


def test_commas_quotes_comments_and_other_names_are_understood(table: Table) -> None:
    """Sheets come out of spreadsheets and portals: remarks above the header, commas, quotes, other column names."""
    path = table("s.csv", "#Sample,Type", "", "SAMPLE_ID,Cancer_Type,Age", '"a,b",melanoma cutaneous,50', "two,BRCA")
    sheet = read_sheet(path, Defaults(any_cancer_type=True))
    assert [(s.name, s.cancer_type) for s in sheet.samples] == [("a,b", "melanoma cutaneous"), ("two", "BRCA")]


def test_defaults_fill_empty_cells(table: Table) -> None:
    """One cancer type for all is given once; GRCh names are understood."""
    path = table("s.tsv", "sample\treference", "one", "two\tGRCh37")
    samples = read_sheet(path, Defaults("CM", "GRCh38")).samples
    assert [(s.cancer_type, s.reference) for s in samples] == [("CM", "hg38"), ("CM", "hg19")]


def test_every_bad_line_is_told(table: Table) -> None:
    """All faults of all lines come at once, each with its sample or line."""
    rows = [
        "\tCM",
        "twice\tCM",
        "twice\tCM",
        "odd\tSKCM",
        "none",
        "build\tCM\thg18",
        "long" * 60 + "\tCM",
        "x\tCM\t\t\ty",
    ]
    sheet = read_sheet(table("s.tsv", "sample\tcancer_type\treference", *rows), Defaults())
    found = bad(sheet)
    assert not sheet.samples
    assert "expected a name" in found["line 2"]
    assert found["twice"].startswith("the same sample is on the lines 3, 4 (")
    assert "write tcga:SKCM or oncotree:SKCM for CM (Cutaneous melanoma)" in found["odd"]
    assert "--cancer-type" in found["none"]
    assert "'hg18'" in found["build"]
    assert "200 characters" in found["long" * 60]
    assert "more cells" in found["line 9"]


def test_lines_that_are_no_utf8_are_told(tmp_path: Path) -> None:
    """What a spreadsheet saves in Latin-1 cannot be a name here, and its line is said; other columns may be as such."""
    path = tmp_path / "s.tsv"
    rows = ["sample\tcancer_type\tmutations\tcity", "Müller\tCM\ta.tsv", "two\tCM\tä.tsv", "three\tCM\ta.tsv\tKöln"]
    path.write_bytes("\n".join(rows).encode("latin-1"))
    sheet = read_sheet(path, Defaults())
    assert [sample.name for sample in sheet.samples] == ["three"]
    assert bad(sheet) == {
        "line 2": "found 'M\N{REPLACEMENT CHARACTER}ller' on line 2, expected UTF-8 text (save the sheet as UTF-8)",
        "two": "found '\N{REPLACEMENT CHARACTER}.tsv' on line 3, expected UTF-8 text (save the sheet as UTF-8)",
    }


def test_names_that_look_alike_in_a_table_are_told(table: Table) -> None:
    """A tab, and a backslash with a t, could not be told apart in CGI's tables."""
    sheet = read_sheet(table("s.tsv", "sample\tcancer_type", '"a\tb"\tCM', "a\\tb\tCM", '"c\td"\tCM'), Defaults())
    assert [(s.name, s.label) for s in sheet.samples] == [("c\td", "c\\td")]
    assert set(bad(sheet)) == {"a\\tb"}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["name\tcancer_type", "a\tCM"], "expected one called sample"),
        (["sample\tsample", "a\tb"], "twice"),
        (["sample\tsample_id", "a\tb"], "'sample' and 'sample_id', expected one of them"),
        (["sample\tgenome\tbuild", "a\thg38\thg19"], "'genome' and 'build', expected one of them"),
        (["sample\tmutations", "a\tb.tsv"], "the option --mutations"),
        (["sample\tcancer_type"], "no samples"),
        (["# nothing"], "no header line"),
    ],
)
def test_what_is_no_sheet_is_refused(table: Table, lines: list[str], said: str) -> None:
    """A table that cannot be a sheet is an error of its own, with what was expected."""
    with pytest.raises(InputError, match=said) as raised:
        read_sheet(table("s.tsv", *lines), Defaults(), shared=["mutations"])
    assert raised.value.tip


def samples(sheet: Sheet) -> list[tuple[str, str, str | None]]:
    """Return what decides of each sample: name, cancer type, reference."""
    return [(sample.name, sample.cancer_type, sample.reference) for sample in sheet.samples]


@pytest.mark.parametrize(
    "name",
    [
        "genome_build",
        "reference_genome",
        "Reference Genome",
        "assembly",
        "ref",
        "ncbi_build",
        "NCBI.Build",
        "Genome-Ref",
    ],
)
def test_a_genome_is_never_ignored(table: Table, name: str) -> None:
    """Whatever the column with the genome is called: it is read, or it is named as an error."""
    path = table("s.tsv", f"sample\t{name}", "one\tGRCh37")
    try:
        assert samples(read_sheet(path, Defaults("CM"))) == [("one", "CM", "hg19")]
    except InputError as error:
        assert f"the column '{name}'" in error.message  # noqa: PT017 - either of two outcomes is right
        assert "reference" in error.message  # noqa: PT017


@pytest.mark.parametrize("build", ["GRCh37", "hg19", "b37", "37", "GATK.GRCh37", "grch37.p13", "hs37d5"])
def test_a_genome_is_known_in_usual_spellings(table: Table, build: str) -> None:
    """Pipelines write one build in many ways."""
    assert samples(read_sheet(table("s.tsv", "sample\tbuild", f"one\t{build}"), Defaults("CM"))) == [
        ("one", "CM", "hg19")
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mutation", "mutations"), ("vcf", "mutations"), ("MAF", "mutations"), ("VCF File", "mutations"),
        ("cna", "cnas"), ("cnv", "cnas"), ("Copy Number", "cnas"),
        ("fusions", "translocations"), ("sv", "translocations"), ("structural.variants", "translocations"),
    ],
)  # fmt: skip
def test_files_are_known_under_their_usual_names(table: Table, tmp_path: Path, name: str, kind: str) -> None:
    """A file that a sheet names is read."""
    (sample,) = read_sheet(table("s.tsv", f"sample\t{name}", "one\ta.txt"), Defaults("CM")).samples
    assert sample.sources == {kind: tmp_path / "a.txt"}


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("calls", "a.vcf", "names files, expected it to be called mutations, cnas or translocations"),
        ("cn_calls", "sub/b.tsv", "names files"),
        ("grch", "hg19", "looks like a genome build, expected it to be called reference"),
        ("aligned_to", "GRCh37", "looks like a genome build"),
        ("Tumor ID", "T1", "looks like a sample name, expected it to be called sample or tumor_column"),
        ("histology", "melanoma", "looks like a cancer type, expected it to be called cancer_type"),
        ("ICD10", "C43.9", "looks like a cancer type"),
        ("primary.diagnosis", "Nevus", "looks like a cancer type"),
        ("Tumorentität", "Mammakarzinom", "looks like a cancer type"),
        ("Diagnóstico", "LUAD", "looks like a cancer type"),
        ("Tipo de cáncer", "mama", "looks like a cancer type"),
        ("cohort", "tcga:LUAD", "looks like a cancer type"),
        ("Genom", "38", "looks like a genome build"),
        ("cnv_file_path", "not/there.tsv", "names files"),
        ("Probenart", "Normalgewebe", "distinguishes tumours from normals, expected it to be called status"),
    ],
)
def test_columns_that_could_matter_are_refused_by_name(
    table: Table, tmp_path: Path, name: str, cell: str, said: str
) -> None:
    """A column that looks like a file, genome, sample or cancer type is not passed over, even with a default."""
    (tmp_path / "sub").mkdir()
    for file in ("a.vcf", "sub/b.tsv"):
        (tmp_path / file).touch()
    with pytest.raises(InputError, match=said) as raised:
        read_sheet(table("s.tsv", f"sample\t{name}", f"one\t{cell}"), Defaults("CM"))
    assert f"'{name}'" in raised.value.message
    assert name in raised.value.tip


def test_harmless_columns_are_passed_over_and_said(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    """Clinical data beside the sample do no harm; the screen and the record say that they are not used."""
    caplog.set_level("INFO")
    path = table("s.tsv", "Sample.ID\tAge\tFRACTION_GENOME_ALTERED\tOS_STATUS", "one\t50\tNA\t0:LIVING")
    sheet = read_sheet(path, Defaults("CM"))
    assert samples(sheet) == [("one", "CM", None)]
    assert sheet.unused == ["Age", "FRACTION_GENOME_ALTERED", "OS_STATUS"]
    assert "s.tsv: sample from 'Sample.ID'; not used: 'Age', 'FRACTION_GENOME_ALTERED', 'OS_STATUS'" in caplog.text


SPREADSHEETS = {
    "semicolons": b"sample;cancer_type;vcf\none;CM;a.vcf\ntwo;BRCA;b.vcf\n",
    "commas": b"sample,cancer_type,vcf\none,CM,a.vcf\ntwo,BRCA,b.vcf\n",
    "tabs": b"sample\tcancer_type\tvcf\none\tCM\ta.vcf\ntwo\tBRCA\tb.vcf\n",
    "bom": b"\xef\xbb\xbfsample;cancer_type;vcf\r\none;CM;a.vcf\r\ntwo;BRCA;b.vcf\r\n",
    "sep": b"sep=;\r\nsample;cancer_type;vcf\r\none;CM;a.vcf\r\ntwo;BRCA;b.vcf\r\n",
    "quotes": b'"sample";"cancer_type";"vcf"\n"one";"CM";"a.vcf"\n"two";"BRCA";"b.vcf"\n',
    "empty columns": b"sample,cancer_type,,vcf,,\none,CM,,a.vcf,,\ntwo,BRCA,,b.vcf,,\n,,,,,\n\n,,\n",
    "names": b"Sample ID,CANCER.TYPE,vcf_file\none,CM,a.vcf\ntwo,BRCA,b.vcf",
    "commas in cells": b"sample;note;cancer_type;vcf\none;a, b, c;CM;a.vcf\ntwo;;BRCA;b.vcf\n",
    "line in a cell": b'sample,cancer_type,vcf,note\none,CM,a.vcf,"first\nsecond"\ntwo,BRCA,b.vcf,\n',
    "inches": b'sample,cancer_type,vcf,note\none,CM,a.vcf,5" long\ntwo,BRCA,b.vcf,\n',
    "commented header": b"#sample\tcancer_type\tvcf\none\tCM\ta.vcf\ntwo\tBRCA\tb.vcf\n",
}


@pytest.mark.parametrize("content", SPREADSHEETS.values(), ids=SPREADSHEETS)
def test_sheets_are_read_as_spreadsheets_write_them(tmp_path: Path, content: bytes) -> None:
    """Separators, byte-order marks, line ends, quotes, empty columns and lines make no difference."""
    path = tmp_path / "s.csv"
    path.write_bytes(content)
    sheet = read_sheet(path, Defaults())
    assert not sheet.rejected
    assert [(s.name, s.cancer_type, Path(str(s.sources["mutations"])).name) for s in sheet.samples] == [
        ("one", "CM", "a.vcf"),
        ("two", "BRCA", "b.vcf"),
    ]


def test_a_column_of_codes_is_told_how_they_are_written(table: Table) -> None:
    """A code of ICD-10 in the column cancer_type needs its list before it."""
    with pytest.raises(InputError) as refused:
        read_sheet(table("s.tsv", "sample\tICD-10 code", "one\tC50.9"), Defaults())
    assert "rename the column 'ICD-10 code', with `icd10:` before each code" in refused.value.tip


def test_a_tilde_is_the_home_folder(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are understood as a shell does; addresses are not fetched."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    rows = ["one\t~/a.vcf", "two\thttps://example.org/b.vcf", "three\tNA"]
    sheet = read_sheet(table("s.tsv", "sample\tvcf", *rows), Defaults("CM"))
    assert [sample.sources for sample in sheet.samples] == [{"mutations": tmp_path / "home" / "a.vcf"}, {}]
    assert "expected a file (download it" in bad(sheet)["two"]


def test_a_tumor_column_is_kept_for_each_sample(table: Table) -> None:
    """A VCF of tumour and normal may need to be told which is which."""
    sheet = read_sheet(
        table("s.tsv", "sample\tvcf\tTumour Column", "one\ta.vcf\tTUMOR", "two\tb.vcf\t"), Defaults("CM")
    )
    assert [sample.tumor_column for sample in sheet.samples] == ["TUMOR", None]


@pytest.mark.parametrize("name", ["fastq_1", "bam", "cram"])
def test_reads_get_a_tip(table: Table, name: str) -> None:
    """A samplesheet of reads cannot be sent, and the tip says what can; beside a vcf they do no harm."""
    cell = {"fastq_1": "x_R1.fastq.gz", "bam": "x.bam", "cram": "s3://b/x.cram"}[name]
    with pytest.raises(InputError, match=f"found reads in the column '{name}'") as raised:
        read_sheet(table("s.csv", f"patient,sample,{name}", f"P,T,{cell}"), Defaults("CM"))
    assert "call variants first" in raised.value.tip
    assert read_sheet(table("s.csv", f"patient,sample,{name},vcf", f"P,T,{cell},a.vcf"), Defaults("CM")).samples


def test_callers_of_one_sample_on_several_lines_are_told(table: Table) -> None:
    """Which caller's file is meant is the user's choice."""
    sheet = read_sheet(table("s.csv", "patient,sample,variantcaller,vcf", "P,T,a,a.vcf", "P,T,b,b.vcf"), Defaults("CM"))
    said = "the same sample is on the lines 2, 3"
    tip = "put several files of one sample into one cell, separated by semicolons"
    assert bad(sheet) == {"T": f"{said} ({tip})"}


def test_a_row_is_never_quoted_as_a_header(table: Table) -> None:
    """A sheet without a header begins with a patient, who must not stand in an error message."""
    with pytest.raises(InputError, match="found 3 columns with unknown names") as raised:
        read_sheet(table("s.tsv", "Jane Roe\tCM\tp53.vcf", "John Doe\tCM\tb.vcf"), Defaults())
    assert "Roe" not in raised.value.message + raised.value.tip


def test_a_sample_that_is_called_otherwise_is_named(table: Table) -> None:
    """Where a column might be meant, the error names it and says what to call it."""
    with pytest.raises(InputError, match="'tumor_id'") as raised:
        read_sheet(table("s.tsv", "tumor_id\tvcf", "T1\ta.vcf"), Defaults("CM"))
    assert raised.value.tip == "rename the column 'tumor_id' to sample"


def test_a_line_behind_a_hash_is_left_out_and_said(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    """Who puts a `#` before a line does not want it sent; it went as the sample `#two`."""
    path = table("s.csv", "sample,cancer_type,vcf", "one,CM,a.vcf", "#two,CM,b.vcf", "# two samples in all")
    sheet = read_sheet(path, Defaults())
    assert [sample.name for sample in sheet.samples] == ["one"]
    assert [(one.name, one.reason) for one in sheet.left_out] == [
        ("line 3", "the line begins with #"),
        ("line 4", "the line begins with #"),
    ]
    assert "s.csv: left out, as they begin with #: 'line 3', 'line 4'" in caplog.text
    assert not sheet.rejected


def test_samples_may_be_numbered_with_a_hash(table: Table) -> None:
    """Where all lines begin so, the samples are called so."""
    path = table("s.csv", "sample,cancer_type,vcf", "#1,CM,a.vcf", "#2,CM,b.vcf")
    assert [sample.name for sample in read_sheet(path, Defaults()).samples] == ["#1", "#2"]


def test_names_that_are_hardly_two_samples_are_a_warning(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    """P1 and p1 are sent as two patients, and both may be one."""
    path = table("s.csv", "sample,cancer_type,vcf", "P1,CM,a.vcf", "p1,CM,b.vcf", "P2,CM,c.vcf")
    assert len(read_sheet(path, Defaults()).samples) == 3
    assert "differ in case or punctuation only are sent as different samples: 'P1', 'p1'" in caplog.text


def test_a_table_of_patients_is_told_what_it_lacks(table: Table) -> None:
    """CBioPortal's data_clinical_patient.txt names patients, and the files name samples."""
    with pytest.raises(InputError) as raised:
        read_sheet(table("s.txt", "PATIENT_ID\tSEX", "A\tF"), Defaults("CM"))
    assert "add a column sample" in raised.value.tip
