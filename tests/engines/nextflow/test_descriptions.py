"""The Nextflow module, which nothing here can run: parsed, its script run by bash, held to the runner's options."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest
from ruamel.yaml import YAML

from cgi_runner import __version__
from engines.cwl.conftest import missing
from engines.cwl.engines import OWN_BIN, ROOT
from support.options import EXIT_CODES, TEMPORARY, list_options

MODULE = ROOT / "nextflow" / "modules" / "cgirunner" / "run"
MAIN = (MODULE / "main.nf").read_text()
README = (ROOT / "nextflow" / "README.md").read_text()
PYTHON = Path(os.environ.get("CGI_REFTRACE", ROOT / ".engines" / "reftrace")) / "bin" / "python"
#: Options that neither the script gives nor the README offers for ext.args, with the reason.
LEFT_OUT = {
    "all_samples": "an element of the channel is one tumour",
    "confirm": "a task has nobody to ask",
    "credentials": "secrets, or CGI_CREDENTIALS_FILE in the environment",
    "fresh": "a task that is repeated would submit a second job",
    "help": "for people",
    "insecure": "a workflow would keep the habit of trusting anybody; --ca-bundle names a certificate",
    "json": "outputs are files",
    "no_report": "the page is an output",
    "report": "the page is always written",
}
PARSE = """
import sys
from reftrace import Module
found = Module.from_file(sys.argv[1])
if not hasattr(found, "processes"):
    sys.exit(found.error)
for process in found.processes:
    print(process.name, process.first_container.simple_name, process.first_max_retries.num)
    print(*[one.name for one in process.unknowns], *[one.name for one in process.dynamics])
"""


def script(part: str, **values: str) -> str:
    """Return a part of the process as bash sees it, with values in place of what Nextflow would fill in."""
    block = MAIN.split(f"    {part}:\n", 1)[1].split('"""')[1]
    filled = re.sub(r"(?<!\\)\$\{([a-zA-Z_.]+)\}", lambda name: values[name[1]], block)
    return dedent(filled.replace("\\\\", "\\").replace("\\$", "$"))  # Nextflow takes the indent away, too


def run_script(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as Nextflow does: bash, stopped by the first failure, in a work folder of its own."""
    environment = {"PATH": f"{OWN_BIN}:/usr/bin:/bin", "HOME": str(folder), "CGI_SANDBOX_DURATION": "0"}
    command = ["bash", "-euo", "pipefail", "-c", text]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def values_for(files: str) -> dict[str, str]:
    """Return what Nextflow would fill in for one tumour on the sandbox."""
    return {
        "files": files,
        "meta.cancer_type": "cgi:CM",
        "meta.id": "tumour 1",
        "reference": "--reference hg38",
        "column": "",
        "minutes": "50",
        "args": "--sandbox",
        "prefix": "tumour 1",
        "task.process": "CGIRUNNER_RUN",
    }


def test_the_script_is_a_command_that_the_runner_takes(tmp_path: Path) -> None:
    """Every declared output is there afterwards, and the version is told as nf-core wants it."""
    (tmp_path / "in.tsv").write_text("chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n")
    answer = run_script(script("script", **values_for("--mutations 'in.tsv'")), tmp_path)
    assert answer.returncode == 0, answer.stderr
    outputs = re.findall(r'path\("\$\{prefix\}/([^"]+)"\)', MAIN)
    assert len(outputs) == 5
    assert all((tmp_path / "tumour 1" / name).is_file() for name in outputs)
    versions = YAML(typ="safe").load(tmp_path / "versions.yml")
    assert versions == {"CGIRUNNER_RUN": {"cgi-runner": __version__}}


def test_a_map_names_the_tumours_column(tmp_path: Path) -> None:
    """Names of columns are a patient's, so they cannot be options of all tumours; without one, the runner refuses."""
    header = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA1\tA2\n"
    (tmp_path / "in.vcf").write_text(f"{header}chr7\t140753336\t.\tA\tT\t.\tPASS\t.\tGT\t0/0\t0/1\n")
    values = values_for("--mutations 'in.vcf'")
    assert run_script(script("script", **values), tmp_path).returncode == 2
    given = re.search(r"def column = meta\.tumor_column \? \"(.*)\" : ''", MAIN)
    assert given
    values["column"] = given[1].replace("${meta.tumor_column}", "A2")
    answer = run_script(script("script", **values), tmp_path)
    assert answer.returncode == 0, answer.stderr


def test_a_failure_is_the_tasks_exit_code(tmp_path: Path) -> None:
    """What errorStrategy looks at is the runner's own code."""
    (tmp_path / "in.tsv").write_text("chr\tpos\tref\talt\nchr7\tnowhere\tA\tT\n")
    assert run_script(script("script", **values_for("--mutations 'in.tsv'")), tmp_path).returncode == 2


def test_the_stub_makes_every_output(tmp_path: Path) -> None:
    """A dry run of a pipeline goes through."""
    answer = run_script(script("stub", **values_for("")), tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert all((tmp_path / "tumour 1" / name).is_file() for name in re.findall(r'path\("\$\{prefix\}/([^"]+)"\)', MAIN))


def test_every_option_is_given_offered_or_left_out_with_a_reason() -> None:
    """An option that is new to the runner has to be decided on; one that is gone is not described."""
    given = MAIN.split("    script:\n", 1)[1].split("    cat <<-", 1)[0]
    kinds = re.search(r"\[(mutations: .*?)\]\.collectMany", MAIN)
    assert kinds
    named = set(re.findall(r"--([a-z][a-z-]+)", given + README)) | set(re.findall(r"(\w+):", kinds[1]))
    named = {name.replace("-", "_") for name in named} - {"version"}
    assert named | set(LEFT_OUT) == list_options("run")
    assert named.isdisjoint(LEFT_OUT)


def test_the_exit_codes_that_may_pass_are_repeated() -> None:
    """Those of the contract, and those of a task that was killed; the README tells them all."""
    listed = re.search(r"task\.exitStatus in \[([\d, ]+)\] \? 'retry' : 'finish'", MAIN)
    assert listed
    assert {int(code) for code in listed[1].split(",") if int(code) < 128} == TEMPORARY
    rows = re.findall(r"^\| ([\d, ]+) \|", README, flags=re.MULTILINE)
    assert {int(code) for row in rows for code in row.split(",") if int(code) < 128} == EXIT_CODES - {1}


def test_every_output_is_described_and_versions_agree() -> None:
    """The module's description has the very channels, and container and environment are of this version."""
    meta = YAML(typ="safe").load(MODULE / "meta.yml")
    assert set(meta["output"]) == set(re.findall(r"emit: (\w+)", MAIN))
    environment = YAML(typ="safe").load(MODULE / "environment.yml")
    assert environment["dependencies"] == [f"bioconda::cgi-runner={__version__}"]
    assert f"container 'cgi-runner:{__version__}'" in MAIN


@pytest.mark.nextflow
def test_the_module_parses() -> None:
    """A parser of Nextflow reads the process with its directives."""
    if not PYTHON.exists():
        missing(f"no RefTrace in {PYTHON.parent}; tests/engines/nextflow/install_reftrace.sh installs it")
    command = [str(PYTHON), "-c", PARSE, str(MODULE / "main.nf")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    names = f"CGIRUNNER_RUN cgi-runner:{__version__} 2", "secret secret errorStrategy"
    assert tuple(answer.stdout.splitlines()) == names
