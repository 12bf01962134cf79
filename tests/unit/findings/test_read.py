"""The model of what was found: every number of it is that of an independent count, and unknown is never 0."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cgi_runner.errors import InputError
from cgi_runner.findings import AlterationClass, Findings, MatchKind, TumourMatch, read_findings
from cgi_runner.findings.alterations import classify
from support.archives import GENERATIONS, make_generation, table, write_members, write_zip
from support.cli import cgi_runner

ALTERATIONS = ["Input ID", "CGI-Sample ID", "CGI-Gene", "CGI-Protein Change", "CGI-Oncogenic Summary",
               "CGI-Oncogenic Prediction", "CGI-Mutation", "CGI-HGVS"]  # fmt: skip
MATCHES = ["Sample ID", "Alterations", "Biomarker", "Drugs", "Diseases", "Response", "Evidence", "Match", "Source",
           "BioM", "Resist.", "Tumor type"]  # fmt: skip


def match(**cells: str) -> dict[str, str]:
    """Return a row of drug matches: complete, in the tumour type, of level A, unless other cells are named."""
    about = {
        "Sample ID": "one", "Alterations": "BRAF (V600E)", "Biomarker": "BRAF (V600E)", "Drugs": "Vemurafenib",
        "Diseases": "Cutaneous melanoma", "Response": "Responsive", "Evidence": "A", "Match": "YES",
        "Source": "FDA", "BioM": "complete",
    }  # fmt: skip
    return about | {name.replace("_", " "): cell for name, cell in cells.items()}


def mutation(**cells: str) -> dict[str, str]:
    """Return a row of mutations: an annotated driver, unless other cells are named."""
    about = {
        "Input ID": "input01_1", "CGI-Sample ID": "one", "CGI-Gene": "BRAF", "CGI-Protein Change": "V600E",
        "CGI-Oncogenic Summary": "oncogenic (annotated)", "CGI-Oncogenic Prediction": "passenger (oncodriveMUT)",
        "CGI-Mutation": "chr7:140753336 A>T",
    }  # fmt: skip
    return about | cells


def folder_with(
    path: Path, *, mutations: list[dict[str, str]], matches: list[dict[str, str]], summary: str = ""
) -> Path:
    """Write a folder with tables of CGI's, as a saved archive holds them."""
    members = {"alterations.tsv": table(ALTERATIONS, *mutations), "biomarkers.tsv": table(MATCHES, *matches)}
    return write_members(members | ({"summary.txt": summary} if summary else {}), path)


def count(found: Findings, kind: MatchKind, tumour: TumourMatch) -> int:
    """Return the number of distinct matches of a kind."""
    return len(found.matches_of(kind, tumour))


@pytest.mark.parametrize("name", GENERATIONS)
def test_every_generation_gives_the_same_kind_of_findings(name: str, tmp_path: Path) -> None:
    """A saved archive of any year is read into the same model, as a zip and as a folder."""
    zipped_findings = read_findings(write_zip(make_generation(name), tmp_path / "saved.zip"))
    laid_out_findings = read_findings(write_members(make_generation(name), tmp_path / "saved"))
    assert zipped_findings.drivers == laid_out_findings.drivers
    assert zipped_findings.matches == laid_out_findings.matches
    assert [source.generation for source in zipped_findings.sources] == [name]
    expected = {"1": ["BRAF", "PIK3CA"], "2a": [""], "2b": ["BRAF"], "2c": ["BRAF", "BRAF"], "2d": ["BRAF", "BRAF"]}
    assert [driver.gene for driver in zipped_findings.drivers] == expected[name]


def test_a_driver_is_told_by_the_summary_and_not_by_the_prediction(tmp_path: Path) -> None:
    """Known drivers have the prediction `passenger` every second time."""
    rows = [
        mutation(),
        mutation(**{"CGI-Oncogenic Summary": "", "CGI-Oncogenic Prediction": "driver (oncodriveMUT)"}),
        mutation(**{"CGI-Oncogenic Summary": "a new word"}),
    ]
    found = read_findings(folder_with(tmp_path, mutations=rows, matches=[match()]))
    assert [driver.prediction for driver in found.drivers] == ["passenger (oncodriveMUT)"]
    assert found.samples["one"].classes == {
        AlterationClass.ANNOTATED: 1, AlterationClass.NOT_JUDGED: 1, AlterationClass.UNKNOWN: 1,
    }  # fmt: skip
    assert found.other_words == {"a new word": 1}


@pytest.mark.parametrize(
    ("word", "klass"),
    [
        ("known driver", AlterationClass.ANNOTATED),
        ("driver (boostDM: tissue specific model)", AlterationClass.PREDICTED),
        ("driver (oncodriveMUT)", AlterationClass.PREDICTED),
        ("Oncogenic (predicted)", AlterationClass.PREDICTED),
        ("passenger (oncodriveMUT)", AlterationClass.NON_ONCOGENIC),
        ("non-protein affecting", AlterationClass.NOT_PROTEIN_AFFECTING),
        ("not a driver", AlterationClass.UNKNOWN),
        ("driver, perhaps", AlterationClass.UNKNOWN),
        ("other", AlterationClass.UNKNOWN),
        ("", AlterationClass.NOT_JUDGED),
    ],
)
def test_words_of_all_generations_have_their_class(word: str, klass: AlterationClass) -> None:
    """A word that was never seen makes no driver."""
    assert classify(word) is klass


def test_rows_that_differ_in_diseases_and_sources_are_one_match(tmp_path: Path) -> None:
    """The same drug for the same alteration is counted once, with all that speaks for it."""
    rows = [
        match(),
        match(Diseases="Glioma", Source="PMID:1"),
        match(Drugs="Vemurafenib\xa0"),
        match(Response="Resistant"),
    ]
    found = read_findings(folder_with(tmp_path, mutations=[mutation()], matches=rows))
    assert [(each.effect, each.diseases, each.sources) for each in found.matches] == [
        ("Responsive", ("Cutaneous melanoma", "Glioma"), ("FDA", "PMID:1")),
        ("Resistant", ("Cutaneous melanoma",), ("FDA",)),
    ]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({}, MatchKind.COMPLETE),
        ({"BioM": "only gene"}, MatchKind.PARTIAL),
        ({"BioM": "nearly complete"}, MatchKind.PARTIAL),
        ({"BioM": ""}, MatchKind.PARTIAL),
        ({"Alterations": "KRAS wildtype", "Biomarker": "KRAS wildtype"}, MatchKind.WILD_TYPE),
        ({"Biomarker": "KRAS wildtype and BRAF (V600E)"}, MatchKind.WILD_TYPE),
    ],
)
def test_only_a_complete_match_of_what_was_found_is_one(cells: dict[str, str], kind: MatchKind, tmp_path: Path) -> None:
    """Words never seen are not promoted, and the absence of an alteration is none."""
    found = read_findings(folder_with(tmp_path, mutations=[mutation()], matches=[match(**cells)], summary=SUMMARY))
    assert [each.kind for each in found.matches] == [kind]


SUMMARY = "CGI version: v23.12.2\nCancer type: CM\nBiomarkers in cancer type - Level A: 2\n"


@pytest.mark.parametrize(
    ("summary", "words", "tumours"),
    [
        ("Cancer type: CM", ["YES", "NO"], [TumourMatch.THIS, TumourMatch.OTHER]),
        ("Cancer type: CM", ["YES"], [TumourMatch.THIS]),
        ("Cancer type: CANCER", ["YES"], [TumourMatch.ANY]),
        ("", ["YES"], [TumourMatch.ANY]),
        ("", ["YES", "NO"], [TumourMatch.THIS, TumourMatch.OTHER]),
        ("Cancer type: CM", ["perhaps", ""], [TumourMatch.OTHER, TumourMatch.OTHER]),
    ],
)
def test_a_yes_means_this_tumour_type_only_where_it_can(
    summary: str, words: list[str], tumours: list[TumourMatch], tmp_path: Path
) -> None:
    """For CANCER every row says YES; where the type is unknown and every row does, it may have been that."""
    rows = [match(Match=word, Drugs=f"drug {n}") for n, word in enumerate(words)]
    found = read_findings(folder_with(tmp_path, mutations=[mutation()], matches=rows, summary=summary))
    assert [each.tumour for each in found.matches] == tumours


def test_a_yes_is_taken_for_any_type_by_sample(tmp_path: Path) -> None:
    """In tables that were merged, one sample may have been asked for as CANCER and another not."""
    rows = [match(), match(**{"Sample ID": "two"}), match(**{"Sample ID": "two", "Drugs": "x", "Match": "NO"})]
    found = read_findings(folder_with(tmp_path, mutations=[mutation()], matches=rows))
    assert {(each.sample, each.tumour) for each in found.matches} == {
        ("one", TumourMatch.ANY), ("two", TumourMatch.THIS), ("two", TumourMatch.OTHER),
    }  # fmt: skip


def test_merged_tables_say_that_they_come_from_a_sandbox(tmp_path: Path) -> None:
    """By the record of the merge, and by the rows themselves where there is none."""
    folder = folder_with(tmp_path, mutations=[mutation()], matches=[match()])
    record = {"merged": ["a"], "samples": ["one", "two"], "service": "sandbox", "cgi_versions": {"v23.12.2": 1}}
    (folder / "cohort.json").write_text(json.dumps(record))
    found = read_findings(folder)
    assert found.is_sandbox
    assert (found.sources[0].version, list(found.samples)) == ("v23.12.2", ["one", "two"])
    rows = [match(Source="cgi-runner sandbox, no interpretation; FDA label")]
    assert read_findings(folder_with(tmp_path / "bare", mutations=[mutation()], matches=rows)).is_sandbox


def test_the_headline_of_the_summary_is_held_against_the_complete_matches(tmp_path: Path) -> None:
    """CGI's "level A: 1" may be a deletion against a fusion; the warning says how many are complete."""
    rows = [match(), match(Biomarker="BRAF fusion", BioM="only gene")]
    found = read_findings(folder_with(tmp_path / "a", mutations=[mutation()], matches=rows, summary=SUMMARY))
    assert [text for text in found.warnings if "level A" in text] == [
        (
            "biomarkers of level A in the tumour type: 2 by CGI's summary, 1 of them complete matches; "
            "the others match only the gene or the kind of alteration, or are wild types"
        )
    ]
    rows = [match(), match(Drugs="another")]
    found = read_findings(folder_with(tmp_path / "b", mutations=[mutation()], matches=rows, summary=SUMMARY))
    assert not [text for text in found.warnings if "level A" in text]


@pytest.mark.parametrize(
    ("alterations", "untied"),
    [
        ("BRAF (V600E)", False),
        ("BRAF MUT* (V600E), BRAF (V600E)", False),
        ("BRAF (V600K)", True),
        ("BRAF (V600E), ERBB2 AMP", True),
        ("KRAS wildtype", False),
        ("something else entirely", True),
    ],
)
def test_matches_that_name_nothing_of_the_results_are_counted(alterations: str, untied: bool, tmp_path: Path) -> None:
    """A match is kept in any case; that its alteration is nowhere in the tables is said."""
    found = read_findings(folder_with(tmp_path, mutations=[mutation()], matches=[match(Alterations=alterations)]))
    assert found.matches[0].is_untied is untied
    said = [text for text in found.warnings if "could not be tied" in text]
    assert said == (["drug matches that could not be tied to an alteration of the results: 1"] if untied else [])


def test_a_complete_match_with_a_change_that_is_not_listed_is_counted(tmp_path: Path) -> None:
    """CGI calls it complete; whoever reads that only may take it for the very change."""
    rows = [match(Biomarker="BRAF (V600K,K601E)"), match(Biomarker="BRAF (V600E)"),
            match(Biomarker="BRAF (V600R)", BioM="only gene")]  # fmt: skip
    found = read_findings(folder_with(tmp_path, mutations=[mutation()], matches=rows))
    assert [each.unlisted for each in found.matches] == [("V600E",), (), ()]
    assert "complete matches with a change that is not among those that the biomarker lists: 1" in found.warnings


def test_another_sample_s_alteration_ties_no_match(tmp_path: Path) -> None:
    """What one patient has is no evidence for another."""
    rows = [mutation(**{"CGI-Sample ID": "two"})]
    found = read_findings(folder_with(tmp_path, mutations=rows, matches=[match()]))
    assert found.matches[0].is_untied


def test_what_no_table_tells_is_unknown(tmp_path: Path) -> None:
    """A folder without a table of mutations has no 0 drivers, and one without uploads no 0 missing rows."""
    found = read_findings(write_members({"biomarkers.tsv": table(MATCHES, match())}, tmp_path / "matches"))
    sample = found.samples["one"]
    assert (sample.drivers, sample.mutations, sample.structural_total, sample.not_returned) == (None,) * 4
    assert (found.not_returned, found.total(lambda each: each.drivers), found.dropped_reasons) == (None, None, None)
    only = write_members({"alterations.tsv": table(ALTERATIONS, mutation())}, tmp_path / "alterations")
    assert read_findings(only).samples["one"].matches_of(MatchKind.COMPLETE) is None


def test_a_line_of_the_user_s_file_is_that_of_the_very_sample(tmp_path: Path) -> None:
    """Of a variant that two samples share CGI echoes one line for both; the upload tells whose line is whose."""
    header = ["chr", "pos", "ref", "alt", "source_line"]
    echo = {"chr": "7", "pos": "1", "ref": "A", "alt": "T", "source_line": "9"}
    rows = [mutation(**echo), mutation(**{**echo, "CGI-Sample ID": "two"})]
    upload = "chr\tpos\tref\talt\tsample\tsource_line\n7\t1\tA\tT\tone\t4\n7\t1\tA\tT\ttwo\t9\n"
    members = {"alterations.tsv": table([*ALTERATIONS, *header], *rows), "input01.tsv": upload}
    found = read_findings(write_members(members, tmp_path))
    assert [found.lines[driver] for driver in found.drivers] == ["4", "9"]


def test_reasons_that_quote_alleles_are_counted_as_one(tmp_path: Path) -> None:
    """A real cohort lost 18,243 rows, each with its own alleles in the reason; the rows keep theirs."""
    reasons = [f'Skipping variant with invalid ref/alt: "C/T,{n}"' for n in range(99)]
    lines = "".join(f"mutations\t{n}\tone\tx\tnot returned\t{reason}\n" for n, reason in enumerate(reasons))
    folder = folder_with(tmp_path, mutations=[mutation()], matches=[match()])
    (folder / "dropped.tsv").write_text("input\tline\tsample\talteration\tstage\treason\n" + lines)
    found = read_findings(folder, top=10)
    assert found.dropped_reasons == {("not returned", "Skipping variant with invalid ref/alt"): 99}
    assert [row.reason for row in found.dropped] == reasons[:10]


def test_very_many_new_words_stay_a_short_list(tmp_path: Path) -> None:
    """None is lost from the count."""
    rows = [mutation(**{"CGI-Oncogenic Summary": f"word {n}"}) for n in range(60)]
    found = read_findings(folder_with(tmp_path, mutations=rows, matches=[match()]))
    assert len(found.other_words) == 21
    assert sum(found.other_words.values()) == found.samples["one"].mutations == 60


def test_what_holds_no_results_is_refused(tmp_path: Path) -> None:
    """An empty folder, a missing one and a file that is no archive are the user's slips."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.zip").write_text("no zip")
    for path in (tmp_path / "empty", tmp_path / "none", tmp_path / "text.zip"):
        with pytest.raises(InputError):
            read_findings(path)


def test_a_run_that_has_no_results_yet_is_refused(tmp_path: Path) -> None:
    """Tables of an earlier job may lie beside the record of one that still runs."""
    folder = folder_with(tmp_path, mutations=[mutation()], matches=[match()])
    (folder / "cgi-job.json").write_text(json.dumps({"schema": 1, "service": "s", "state": "waiting"}))
    with pytest.raises(InputError, match="no verified results yet"):
        read_findings(folder)


def test_a_damaged_record_of_a_cohort_is_refused(tmp_path: Path) -> None:
    """Neither a broken file nor a folder that lies elsewhere is followed."""
    for content in ("{", '{"samples": [{"label": "a", "job": "1", "folder": "../a"}]}', '{"samples": 3}'):
        (tmp_path / "cohort.json").write_text(content)
        with pytest.raises(InputError, match="not a valid record of a cohort"):
            read_findings(tmp_path)
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("command", ["report", "annotate"])
def test_a_zip_without_results_is_named_as_the_user_named_it(command: str, tmp_path: Path) -> None:
    """The folder that it is unpacked into is gone when the error is read."""
    saved = write_zip({"notes.txt": "no results\n"}, tmp_path / "saved.zip")
    called = tmp_path / "called.vcf"
    called.write_text("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n")
    asked = [saved] if command == "report" else [called, saved, "--output", tmp_path / "out"]
    outcome = cgi_runner(command, *asked)
    assert outcome.is_plain_failure(2), outcome.err
    assert f"{saved} holds no results of CGI" in outcome.err
