"""The table that says what would be sent: in `check`, and before `run` and `submit` send it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgi_runner.cli import summary
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, ROOT
from support.cli import Outcome, cgi_runner

CALLERS = ROOT / "tests" / "data" / "callers"
STRELKA = ("--mutations", CALLERS / "strelka2_snvs.vcf", "--mutations", CALLERS / "strelka2_indels.vcf")
FILES = ("--mutations", EXAMPLES / "mutations.vcf", "--cancer-type", "BRCA")
TABLE = [
    "  input      file           format  read  sent  merged  not sent",
    "  mutations  mutations.vcf  VCF        6     5       0         1",
    "  sample tumour-a: 3 rows",
    "  sample tumour-b: 2 rows",
    "  not sent: 1 (FILTER is not PASS)",
]


def test_several_files_have_a_row_each() -> None:
    """The kind's totals come first; rows are merged across files, so that a file has no number of those."""
    outcome = cgi_runner("check", *STRELKA, "--sample", "PAT1", "--cancer-type", "CM", build=None)
    assert outcome.out.splitlines()[1:5] == [
        "  input      file                 format  read  sent  merged  not sent",
        "  mutations  2 files                         9     5       0         4",
        "             strelka2_snvs.vcf    VCF        6                       3",
        "             strelka2_indels.vcf  VCF        3                       1",
    ]


def test_machines_read_what_people_read() -> None:
    """JSON has the reasons for build and samples, each file's rows, and every warning."""
    asked = ("check", "--mutations", CALLERS / "dragen.vcf", "--cancer-type", "CM")
    found = cgi_runner(*asked, "--json", build=None).json
    shown = cgi_runner(*asked, build=None).out.splitlines()
    assert f"hg38 ({found['reference_reason']}):" in shown[0]
    assert [f"  decided: {text}" for text in found["decisions"]] == [line for line in shown if "  decided: " in line]
    assert [f"  warning: {text}" for text in found["warnings"]] == [line for line in shown if "  warning: " in line]
    assert any("PAT1-001" in text for text in found["decisions"])
    assert found["warnings"]
    (file,) = found["inputs"]["mutations"]["files"]
    assert (file["source"], file["rows_read"], file["rows_not_sent"]) == ("dragen.vcf", 8, 4)


def test_each_decision_is_shown_once() -> None:
    """On a terminal both streams are read: the table has the sentences, or beside JSON the log has them."""
    asked = ("check", "--mutations", CALLERS / "dragen.vcf", "--cancer-type", "CM")
    for extra in ((), ("--json",)):
        outcome = cgi_runner(*asked, *extra, build=None)
        found = cgi_runner(*asked, "--json", build=None).json
        read = outcome.messages if extra else [*outcome.out.splitlines(), *outcome.messages]
        for text in (*found["decisions"], *found["warnings"], found["reference_reason"]):
            assert sum(text in line for line in read) == 1, text


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("command", ["run", "submit"])
def test_it_is_shown_before_a_job_is_submitted(command: str, tmp_path: Path) -> None:
    """The lines of `check` stand on stderr above the job's id; a job that runs already is not shown again."""
    outcome = cgi_runner(command, *FILES, "-o", tmp_path / "out")
    assert outcome.code == 0
    place = outcome.messages.index("to be sent as BRCA (Breast adenocarcinoma), hg38:")
    assert outcome.messages[place + 1 : place + 6] == TABLE
    assert outcome.messages[place + 6 :][:1] == ["prepared 5 mutations"]
    assert not set(TABLE) & set(cgi_runner(command, *FILES, "-o", tmp_path / "out").messages)


@pytest.mark.usefixtures("account")
def test_long_lists_of_samples_are_cut_short_in_logs(tmp_path: Path) -> None:
    """A log names some samples and counts the others; `check` names all."""
    names = [f"T{number:02}" for number in range(summary.MAX_SAMPLES + 2)]
    rows = [f"7\t{140753336 + 10 * place}\tA\tT\t{name}\n" for place, name in enumerate(names)]
    (tmp_path / "in.tsv").write_text("chr\tpos\tref\talt\tsample\n" + "".join(rows))
    files = ("--mutations", tmp_path / "in.tsv", "--cancer-type", "CM")
    assert sum(line.startswith("  sample T") for line in cgi_runner("check", *files).out.splitlines()) == len(names)
    talk = cgi_runner("run", *files, "-o", tmp_path / "out").messages
    assert sum(line.startswith("  sample T") for line in talk) == summary.MAX_SAMPLES
    assert "  and 2 more samples" in talk


class TestConfirm:
    """`run --confirm` asks before anything is sent."""

    @pytest.fixture(autouse=True)
    def folder(self, account: object, tmp_path: Path) -> None:
        """Return a folder for the results."""
        del account
        self.out = tmp_path / "out"

    def answer(self, text: str) -> Outcome:
        """Run a job, and answer."""
        return cgi_runner("run", *FILES, "--confirm", "-o", self.out, stdin=text)

    def test_without_a_terminal_there_is_nobody_to_ask(self, sandbox: Sandbox) -> None:
        """Exit 2 with the way out, and the service is not asked for anything."""
        outcome = self.answer("y\n")
        assert outcome.is_plain_failure(2)
        assert "cgi-runner check" in outcome.err
        assert not sandbox.requests
        assert not self.out.exists()

    @pytest.mark.parametrize("text", ["n\n", "\n", "", "yet\n"])
    def test_anything_but_yes_sends_nothing(self, text: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        """No folder is left, and no job."""
        monkeypatch.setattr(summary, "has_terminal", lambda: True)
        outcome = self.answer(text)
        assert outcome.code == 2
        assert "Submit this job? [y/N]" in outcome.err
        assert outcome.messages[-2].endswith("ERROR the job was not submitted: the answer was not yes")
        assert outcome.messages[-1].startswith("TIP ")
        assert not [request for request in sandbox.requests if request.method == "POST"]
        assert not self.out.exists()

    def test_yes_sends_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The question stands below the table, and stdout holds results only."""
        monkeypatch.setattr(summary, "has_terminal", lambda: True)
        outcome = self.answer("Y\n")
        assert outcome.code == 0
        assert outcome.err.index(TABLE[-1]) < outcome.err.index("Submit this job?")
        assert outcome.out.startswith("CGI ")
