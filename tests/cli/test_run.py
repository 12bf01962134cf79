"""Commands that start from the user's files: check, run and submit."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from cgi_runner.service.cgi_v1 import CgiClient
from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES
from support.cli import cgi_runner

MUTATIONS = EXAMPLES / "mutations.tsv"


class TestCheck:
    """What would be sent, offline."""

    def test_people_read_the_account_of_each_file(self) -> None:
        """Kind, rows, source, format, samples, decisions; on stderr only what is not in the table."""
        outcome = cgi_runner(
            "check", "--mutations", EXAMPLES / "mutations.vcf", "--cancer-type", "breast adenocarcinoma"
        )
        assert outcome.err.splitlines() == [
            "cancer type BRCA (Breast adenocarcinoma): the type for 'breast adenocarcinoma'"
        ]
        assert outcome.out.splitlines() == [
            "would be sent as BRCA (Breast adenocarcinoma), hg38:",
            "  input      file           format  read  sent  merged  not sent",
            "  mutations  mutations.vcf  VCF        6     5       0         1",
            "  sample tumour-a: 3 rows",
            "  sample tumour-b: 2 rows",
            "  not sent: 1 (FILTER is not PASS)",
            "  decided: mutations.vcf: the tumour is 'tumour-a' (its name)",
            "  decided: mutations.vcf: the tumour is 'tumour-b' (its name)",
        ]

    def test_machines_read_the_same(self) -> None:
        """All three kinds, with the checksum of what would be sent."""
        found = cgi_runner(
            "check", "--mutations", MUTATIONS, "--cnas", EXAMPLES / "cnas.tsv",
            "--translocations", EXAMPLES / "translocations.tsv", "--cancer-type", "LUAD",
            "--reference", "GRCh37", "--ignore-build-hints", "--json",
        ).json  # fmt: skip
        assert (found["cancer_type"], found["reference"]) == ("LUAD", "hg19")
        assert {kind: about["rows_sent"] for kind, about in found["inputs"].items()} == {
            "mutations": 8,
            "cnas": 4,
            "translocations": 2,
        }
        assert sum(found["samples"].values()) == 14
        assert all(len(about["sha256"]) == 64 for about in found["inputs"].values())

    def test_rows_that_would_stay_behind_are_counted_by_reason(self, tmp_path: Path) -> None:
        """With -o they are listed too, beside what would be sent."""
        (tmp_path / "in.tsv").write_text("chr\tpos\tref\talt\nMT\t1\tA\tG\nMT\t2\tA\tG\n7\t140753336\tA\tT\n")
        outcome = cgi_runner(
            "check", "--mutations", tmp_path / "in.tsv", "--cancer-type", "CM", "-o", tmp_path / "kept"
        )
        assert "  mutations  in.tsv  table      3     1       0         2" in outcome.out.splitlines()
        assert "  not sent: 2 (" in outcome.out
        assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["dropped.tsv", "mutations.tsv"]
        assert len((tmp_path / "kept" / "dropped.tsv").read_text().splitlines()) == 3

    def test_standard_input_is_read(self) -> None:
        """A `-` stands for it, once."""
        found = cgi_runner(
            "check", "--mutations", "-", "--cancer-type", "CM", "--json", stdin=MUTATIONS.read_text()
        ).json
        assert found["inputs"]["mutations"]["source"] == "-"
        assert found["inputs"]["mutations"]["rows_sent"] == 8
        twice = cgi_runner("check", "--mutations", "-", "--cnas", "-", "--cancer-type", "CM")
        assert twice.is_plain_failure(2)

    def test_the_users_own_file_is_not_overwritten(self, tmp_path: Path) -> None:
        """The prepared file is called mutations.tsv, and so may be the user's."""
        mine = tmp_path / "mutations.tsv"
        mine.write_bytes(MUTATIONS.read_bytes())
        outcome = cgi_runner("check", "--mutations", mine, "--cancer-type", "CM", "-o", tmp_path)
        assert outcome.is_plain_failure(2)
        assert mine.read_bytes() == MUTATIONS.read_bytes()
        assert [path.name for path in tmp_path.iterdir()] == ["mutations.tsv"]

    def test_the_same_check_again_is_fine(self, tmp_path: Path) -> None:
        """What is there already, byte for byte, may be written again."""
        for _ in range(2):
            assert (
                cgi_runner("check", "--mutations", MUTATIONS, "--cancer-type", "CM", "-o", tmp_path / "kept").code == 0
            )

    def test_an_output_that_is_a_file_is_refused(self, tmp_path: Path) -> None:
        """With a sentence, not a fault."""
        (tmp_path / "file").touch()
        outcome = cgi_runner("check", "--mutations", MUTATIONS, "--cancer-type", "CM", "-o", tmp_path / "file")
        assert outcome.is_plain_failure(2)

    def test_options_for_samples_and_filters_count(self) -> None:
        """--tumor-column picks a column of a VCF, --keep-filtered sends what a filter marked."""
        vcf = ("check", "--mutations", EXAMPLES / "mutations.vcf", "--cancer-type", "CM", "--json")
        assert cgi_runner(*vcf, "--tumor-column", "tumour-a", "--sample", "P1").json["samples"] == {"P1": 3}
        assert cgi_runner(*vcf).json["samples"] == {"tumour-a": 3, "tumour-b": 2}
        assert cgi_runner(*vcf, "--keep-filtered").json["samples"] == {"tumour-a": 3, "tumour-b": 3}
        assert cgi_runner(*vcf, "--sample", "P1").is_plain_failure(2)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--cancer-type", "CM"],
        ["--mutations", "missing.tsv", "--cancer-type", "CM"],
        ["--mutations", ".", "--cancer-type", "CM"],
        ["--mutations", str(MUTATIONS)],
        ["--mutations", str(MUTATIONS), "--cancer-type", "COAD"],
        ["--mutations", str(MUTATIONS), "--cancer-type", ""],
        ["--mutations", str(MUTATIONS), "--cancer-type", "CM", "--reference", "mm10"],
        ["--mutations", str(EXAMPLES / "cnas.tsv"), "--cancer-type", "CM"],
        ["--cnas", str(MUTATIONS), "--cancer-type", "CM"],
        ["--mutations", str(MUTATIONS), "--cancer-type", "CM", "--nonsense"],
        ["--mutations", str(MUTATIONS), "--cancer-type", "CM", "surplus"],
    ],
    ids=lambda arguments: " ".join(arguments)[-40:],
)
@pytest.mark.parametrize("command", ["check", "run", "submit"])
@pytest.mark.usefixtures("account")
def test_bad_input_is_exit_2_before_anything_is_sent(
    command: str, arguments: list[str], sandbox: Sandbox, tmp_path: Path
) -> None:
    """One line and a tip; no folder is left behind and the service was not asked."""
    outcome = cgi_runner(command, *arguments, "--output", tmp_path / "out")
    assert outcome.is_plain_failure(2)
    assert not (tmp_path / "out").exists()
    assert not sandbox.requests


def test_ids_that_are_not_in_the_list_pass_on_demand() -> None:
    """CGI may know types that the table does not."""
    outcome = cgi_runner("check", "--mutations", MUTATIONS, "--cancer-type", "NEW", "--any-cancer-type")
    assert outcome.out.startswith("would be sent as NEW (not in the list of names), hg38:")


@pytest.mark.usefixtures("account")
def test_a_run_ends_with_what_a_person_asks_first(tmp_path: Path) -> None:
    """The account, the warnings and the files, on stdout; the talk is on stderr."""
    outcome = cgi_runner(
        "run", "--mutations", MUTATIONS, "--cancer-type", "CM", "--title", " my \n title ", "-o", tmp_path / "out"
    )
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0].startswith("CGI v")
    assert lines[1] == "  mutations: 8 read, 8 sent, 8 returned, 0 missing"
    assert any(line.startswith("  warning: ") for line in lines)
    assert f"  {tmp_path / 'out' / 'alterations.tsv'}" in lines
    assert all(Path(line.strip()).is_file() for line in lines if line.endswith((".tsv", ".txt")))
    assert json.loads((tmp_path / "out" / "cgi-job.json").read_text())["title"].endswith("] my title")
    assert "CGI: " in outcome.err
    assert "left out" not in outcome.out


@pytest.mark.usefixtures("account")
def test_duplicates_and_rows_not_sent_are_on_the_screen(tmp_path: Path) -> None:
    """Every number that makes up the difference between read and returned."""
    (tmp_path / "in.vcf.gz").write_bytes(
        gzip.compress(
            b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
            b"chr7\t140753336\t.\tA\tT\t.\t.\t.\nchr7\t140753336\t.\tA\tT\t.\t.\t.\nchrM\t9\t.\tA\tT\t.\t.\t.\n"
        )
    )
    outcome = cgi_runner("run", "--mutations", tmp_path / "in.vcf.gz", "--cancer-type", "CM", "-o", tmp_path / "out")
    assert "  mutations: 3 read, 1 duplicates merged, 1 sent, 1 returned, 0 missing" in outcome.out.splitlines()
    assert "  not sent: 1 (" in outcome.out
    assert f"  rows left out, each with its reason: {tmp_path / 'out' / 'dropped.tsv'}" in outcome.out.splitlines()


@pytest.mark.usefixtures("account")
def test_options_go_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """An option names service and account whatever the environment says."""
    (tmp_path / "mine").write_text(f"other@example.org {'f' * 20}\n")
    monkeypatch.setenv("CGI_API_URL", "http://127.0.0.1:1/nowhere")
    monkeypatch.setenv("CGI_EMAIL", "half@example.org")
    outcome = cgi_runner("list", "--api-url", f"{sandbox.url}/", "--credentials", tmp_path / "mine")
    assert (outcome.code, outcome.out) == (0, "")


@pytest.mark.usefixtures("account")
def test_an_address_that_holds_the_token_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    """It would stand in every record."""
    url = f"{sandbox.url}/{CREDENTIALS.token}"
    order = ("submit", "--mutations", MUTATIONS, "--cancer-type", "CM", "--api-url", url, "--output", tmp_path / "out")
    outcome = cgi_runner(*order)
    assert outcome.is_plain_failure(2)
    assert "address of the service holds the token" in outcome.err
    assert CREDENTIALS.token not in outcome.err
    assert not (tmp_path / "out").exists()
    assert not sandbox.requests


@pytest.mark.usefixtures("account")
def test_fresh_submits_anew_and_a_busy_folder_is_refused(tmp_path: Path, api: CgiClient) -> None:
    """The same command in another folder adopts the job unless --fresh is given; another one needs another folder."""
    order = ("submit", "--mutations", MUTATIONS, "--cancer-type")
    first = cgi_runner(*order, "CM", "-o", tmp_path / "one").out
    assert cgi_runner(*order, "CM", "-o", tmp_path / "two").out == first
    assert cgi_runner(*order, "CM", "-o", tmp_path / "three", "--fresh").out != first
    assert len(api.list_jobs()) == 2
    assert cgi_runner(*order, "BRCA", "-o", tmp_path / "one").is_plain_failure(2)
    assert len(api.list_jobs()) == 2


class TestSandbox:
    """`run --sandbox`, which needs neither account nor network."""

    @pytest.fixture(autouse=True)
    def quick(self, without_waiting: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have jobs that take no time."""
        del without_waiting
        monkeypatch.setenv("CGI_SANDBOX_DURATION", "0.01")

    def test_it_runs_in_a_folder_named_from_here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The first command that a newcomer types, with a relative path; nothing of the sandbox stays behind."""
        monkeypatch.chdir(tmp_path)
        outcome = cgi_runner("run", "--sandbox", "--mutations", MUTATIONS, "--cancer-type", "CM", "--output", "demo")
        assert outcome.code == 0
        assert "BRAF" in (tmp_path / "demo" / "alterations.tsv").read_text()
        assert not (tmp_path / "demo" / ".cgi-sandbox").exists()
        again = cgi_runner("run", "--sandbox", "--mutations", MUTATIONS, "--cancer-type", "CM", "--output", "demo")
        assert again.out == outcome.out

    def test_its_job_is_gone_once_the_results_are_here(self, tmp_path: Path) -> None:
        """Asking for it later is a usage error, and leaves the folder as it was."""
        folder = tmp_path / "demo"
        cgi_runner("run", "--sandbox", "--mutations", MUTATIONS, "--cancer-type", "CM", "-o", folder)
        before = sorted(path.name for path in folder.iterdir())
        for command in (("status",), ("logs",), ("logs", "--follow"), ("wait",), ("delete",)):
            outcome = cgi_runner(*command, folder)
            assert outcome.is_plain_failure(2)
            assert "no longer exists" in outcome.err
        assert cgi_runner("fetch", folder).code == 0
        assert sorted(path.name for path in folder.iterdir()) == before

    def test_a_deadline_leaves_the_job_where_the_next_run_finds_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The drill for resubmission: exit 3, then the same command again ends the very same job."""
        monkeypatch.setenv("CGI_SANDBOX_DURATION", "0.3")
        order = ("run", "--sandbox", "--mutations", MUTATIONS, "--cancer-type", "CM", "-o", tmp_path / "demo", "--json")
        late = cgi_runner(*order, "--deadline", "0s")
        assert late.is_plain_failure(3)
        time.sleep(0.4)
        done = cgi_runner(*order)
        assert done.code == 0
        assert done.json["job_id"] in late.err

    def test_bad_input_leaves_nothing(self, tmp_path: Path) -> None:
        """Neither a folder nor a database."""
        outcome = cgi_runner("run", "--sandbox", "--mutations", "missing", "--cancer-type", "CM", "-o", tmp_path / "x")
        assert outcome.is_plain_failure(2)
        assert not (tmp_path / "x").exists()

    def test_an_output_that_can_not_be_is_refused(self, tmp_path: Path) -> None:
        """A file where a folder is wanted."""
        (tmp_path / "file").touch()
        arguments = ("run", "--sandbox", "--mutations", MUTATIONS, "--cancer-type", "CM", "-o", tmp_path / "file")
        assert cgi_runner(*arguments).is_plain_failure(2)

    def test_a_service_and_a_stand_in_exclude_each_other(self, tmp_path: Path) -> None:
        """Nobody should believe that real data went to the real service, or the other way round."""
        outcome = cgi_runner(
            "run", "--sandbox", "--api-url", "https://x.example", "--mutations", MUTATIONS, "--cancer-type", "CM",
            "-o", tmp_path / "x",
        )  # fmt: skip
        assert outcome.is_plain_failure(2)
        assert not (tmp_path / "x").exists()

    def test_a_duration_that_makes_no_sense_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It comes from the environment, so it is checked like an option."""
        monkeypatch.setenv("CGI_SANDBOX_DURATION", "long")
        outcome = cgi_runner("run", "--sandbox", "--mutations", MUTATIONS, "--cancer-type", "CM", "-o", tmp_path / "x")
        assert outcome.is_plain_failure(2)
        assert not (tmp_path / "x").exists()


class TestCancerTypes:
    """The list, and what is found in it."""

    def test_all_of_them(self) -> None:
        """Id, name and parents, with tabs; machines get the same."""
        lines = [line.split("\t") for line in cgi_runner("cancer-types").out.splitlines()]
        found = cgi_runner("cancer-types", "--json").json
        assert [[kind["id"], kind["name"], ",".join(kind["parents"])] for kind in found] == lines
        assert len(lines) == 247

    def test_a_code_of_others_is_explained(self) -> None:
        """On stderr, since stdout is data."""
        outcome = cgi_runner("cancer-types", "mel")
        assert outcome.err == (
            "CM (Cutaneous melanoma): the nearest type to oncotree:MEL (Melanoma), for which CGI has none of its own\n"
        )
        assert outcome.out.split("\t")[0] == "CM"

    def test_hits_come_best_first_for_people_and_machines(self) -> None:
        """A typing mistake finds the tumour, and an organ in another language."""
        several = cgi_runner("cancer-types", "skin", "cancer", "--json").json
        assert several == cgi_runner("cancer-types", "skin cancer", "--json").json != []
        assert cgi_runner("cancer-types", "gliobastoma").out.startswith("GB\t")
        assert cgi_runner("cancer-types", "adenocarcinoma de pulm\u00f3n", "--json").json[0]["id"] == "LUAD"

    def test_nothing_is_found_for_nonsense(self) -> None:
        """Which is said, and is no error."""
        outcome = cgi_runner("cancer-types", "qqqq")
        assert (outcome.code, outcome.out, outcome.err) == (0, "", "no cancer type matches 'qqqq'\n")


class TestTheChosenCancerType:
    """Whatever was chosen is shown with its name."""

    @pytest.mark.parametrize("text", ["oncotree:ES", "Ewing sarcoma", "EWS"])
    def test_check_names_it_on_screen_and_for_machines(self, text: str) -> None:
        """One line tells the id, the name and how it was found."""
        asked = ("check", "--mutations", MUTATIONS, "--cancer-type", text)
        outcome = cgi_runner(*asked)
        assert outcome.err.splitlines()[0].startswith("cancer type EWS (Ewing sarcoma)")
        assert outcome.out.startswith("would be sent as EWS (Ewing sarcoma), hg38:")
        found = cgi_runner(*asked, "--json").json
        assert (found["cancer_type"], found["cancer_type_name"]) == ("EWS", "Ewing sarcoma")
        assert len(found["cancer_type_notes"]) == (text != "EWS")

    def test_the_record_of_a_run_has_its_name(self, tmp_path: Path) -> None:
        """Who reads the record later need not know the list."""
        out = tmp_path / "x"
        asked = ("run", "--sandbox", "--mutations", MUTATIONS, "--cancer-type", "tcga:COAD", "-o", out, "--json")
        record = cgi_runner(*asked).json
        assert (record["cancer_type"], record["cancer_type_name"]) == ("COREAD", "Colorectal adenocarcinoma")
        kept = json.loads((out / "cgi-job.json").read_text(encoding="utf-8"))
        assert kept["cancer_type_name"] == "Colorectal adenocarcinoma"
        (note,) = kept["cancer_type_notes"]
        assert note.startswith("the type that has the biomarkers for tcga:COAD")

    def test_a_code_of_two_diseases_stops_before_anything_is_done(self, tmp_path: Path) -> None:
        """With the two ways to say which is meant."""
        asked = ("run", "--sandbox", "--mutations", MUTATIONS, "--cancer-type", "ES", "-o", tmp_path / "x")
        outcome = cgi_runner(*asked)
        assert outcome.is_plain_failure(2)
        assert "oncotree:ES" in outcome.err
        assert "cgi:ES" in outcome.err
        assert not (tmp_path / "x").exists()


def test_an_empty_name_is_not_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script whose variable is unset gets told so, and nothing is written where it stands."""
    monkeypatch.chdir(tmp_path)
    outcome = cgi_runner("run", "--sandbox", "--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "CM", "-o", "")
    assert outcome.is_plain_failure(2)
    assert "is a variable unset?" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_check_tells_the_build_and_why(tmp_path: Path) -> None:
    """For people and for machines; positions of an unknown build are refused by every command."""
    told = cgi_runner("check", "--mutations", EXAMPLES / "mutations.vcf", "--cancer-type", "CM", build=None)
    reason = "mutations.vcf, line 3: '##reference=GRCh38', is hg38"
    assert f"hg38 ({reason}):" in told.out
    found = cgi_runner("check", "--mutations", EXAMPLES / "mutations.vcf", "--cancer-type", "CM", "--json", build=None)
    assert [found.json[name] for name in ("reference", "reference_reason", "reference_warnings")] == [
        "hg38",
        reason,
        [],
    ]
    inputs = ("--mutations", MUTATIONS, "--cancer-type", "CM")
    assert cgi_runner("check", *inputs, build=None).is_plain_failure(2)
    assert cgi_runner("run", "--sandbox", *inputs, "-o", tmp_path / "out", build=None).is_plain_failure(2)
    assert cgi_runner("cohort", "--sandbox", *inputs, "-o", tmp_path / "all", build=None).is_plain_failure(2)
