"""The forms as Galaxy shows them, without a server: what they say of accounts, and which files they take."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from .conftest import Templates

pytestmark = [pytest.mark.galaxy, pytest.mark.timeout(600)]

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TOOLS = ROOT / "tools"
SUITE = sorted(path.stem for path in TOOLS.glob("cgi_runner_*.xml"))
#: Tools that ask a service, with the services that they offer, and what is true of accounts in each.
ASKING = {
    "cgi_runner_run": (["cgi", "site", "sandbox"], ["every service but the sandbox", "unless this server has one"]),
    "cgi_runner_cohort": (["cgi", "site", "sandbox"], ["every service but the sandbox", "unless this server has one"]),
    "cgi_runner_submit": (["cgi", "site"], ["needed, unless this server has one for everybody"]),
    "cgi_runner_fetch": (["cgi", "site"], ["saved archive", "this server has an account for everybody"]),
    "cgi_runner_jobs": (["cgi", "site"], ["your own", "everybody is not used"]),
}
STOPS = "stops at once"


@pytest.fixture(scope="module")
def forms(templates: Templates) -> dict[str, ET.Element]:
    """Return the XML of each tool with its macros in place."""
    return {tool: ET.fromstring(templates.ask(tool, "form", {})) for tool in SUITE}


def one(element: ET.Element, path: str) -> ET.Element:
    """Return the one element at a path."""
    (found,) = element.findall(path)
    return found


def formats(form: ET.Element, kind: str) -> str:
    """Return the datatypes that an input of the form takes."""
    return one(form, f"inputs/param[@argument='--{kind}']").attrib["format"]


@pytest.mark.parametrize("tool", SUITE)
def test_a_form_says_in_one_wording_whether_an_account_is_needed(forms: dict[str, ET.Element], tool: str) -> None:
    """Above the form (label), in the dialogue, beside the service and in the help; others say nothing."""
    form = forms[tool]
    if tool not in ASKING:
        assert form.find(".//credentials") is None
        assert form.find("inputs//param[@name='service']") is None
        assert "no account is needed" in " ".join((form.findtext("help") or "").split()).lower()
        return
    services, truths = ASKING[tool]
    account, service = one(form, ".//credentials"), one(form, "inputs//param[@name='service']")
    assert [option.attrib["value"] for option in service.findall("option")] == services
    assert account.attrib["optional"] == "true"
    (needed,) = re.findall(r"\((.*)\)", account.attrib["label"])
    for truth in truths:
        assert truth in needed
    text = " ".join((form.findtext("help") or "").split())
    for place in (account.attrib["description"], service.attrib["help"], text):
        assert needed in place
        assert STOPS in place
    assert ("Sandbox" in text) == ("sandbox" in services)
    assert ("made-up" in ET.tostring(form, encoding="unicode")) == ("sandbox" in services)


def test_what_tools_ask_without_sending_alterations_is_told(forms: dict[str, ET.Element]) -> None:
    """Fetching and listing send no alterations, and their help does not say that they do."""
    for tool in ASKING:
        text = " ".join((forms[tool].findtext("help") or "").split())
        sends = tool not in {"cgi_runner_fetch", "cgi_runner_jobs"}
        assert ("alleles or protein change of every mutation" in text) is sends
        assert ("and no alterations" in text) is not sends


@pytest.mark.parametrize("tool", SUITE)
def test_the_help_is_markdown(forms: dict[str, ET.Element], tool: str) -> None:
    """The help says that it is Markdown, and has no leftovers of another language or of tokens."""
    text = forms[tool].findtext("help") or ""
    assert one(forms[tool], "help").attrib["format"] == "markdown"
    assert not re.search(r"`_|^={3,}|@[A-Z_]+@", text, re.MULTILINE)
    for row in re.findall(r"^\|.*$", text, re.MULTILINE):
        assert row.count("|") == 3, row


def test_options_of_a_form_are_in_sections(forms: dict[str, ET.Element]) -> None:
    """What is interpreted stands first; tumour, rows, account and the running of the job have parts of their own."""
    inputs = one(forms["cgi_runner_run"], "inputs")
    assert [part.get("name") for part in inputs if part.tag in {"section", "conditional"}] == [
        "tumour", "reading", "account", "how",
    ]  # fmt: skip
    bare = [param.get("argument") for param in inputs.findall("param")]
    assert bare == ["--mutations", "--cnas", "--translocations", "--cancer-type", "--reference"]


def test_what_the_upload_detects_the_form_takes(engine: Path, forms: dict[str, ET.Element], tmp_path: Path) -> None:
    """Files as people have them, plain and compressed, are offered by the inputs that they are for."""
    compressed = tmp_path / "plain.vcf.gz"
    compressed.write_bytes(gzip.compress((ROOT / "examples" / "mutations.vcf").read_bytes()))
    data = TOOLS / "test-data"
    files = {
        "mutations": {
            ROOT / "examples" / "mutations.vcf": "vcf", ROOT / "examples" / "mutations.tsv": "tabular",
            data / "tumours.vcf.gz": "vcf_bgzip", data / "tumour.maf": "tabular", data / "melanoma.csv": "csv",
            compressed: "vcf",
        },
        "cnas": {ROOT / "examples" / "cnas.tsv": "tabular", data / "segments.tsv": "tabular"},
        "translocations": {ROOT / "examples" / "translocations.tsv": "tabular", data / "fusions.txt": "txt"},
    }  # fmt: skip
    python = str(engine / "server" / "bin" / "python")
    for kind, expected in files.items():
        for tool in ("cgi_runner_run", "cgi_runner_submit", "cgi_runner_check"):
            assert formats(forms[tool], kind) == formats(forms["cgi_runner_run"], kind)
        command = [python, str(HERE / "upload.py"), formats(forms["cgi_runner_run"], kind), *map(str, expected)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr[-2000:]
        assert json.loads(ended.stdout) == {path.name: [datatype, True] for path, datatype in expected.items()}
