"""Every console block of the documentation is run as it stands, or says why it is not."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES, ROOT
from engines.cwl.conftest import missing

BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<excuse>[^\n]+) -->\n)?^```console\n(?P<commands>.*?)^```$", re.MULTILINE | re.DOTALL
)
#: The Galaxy, CWL and other engine pages, and those for developers, are held by the tests of these engines and by CI.
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


@dataclass(frozen=True)
class Block:
    """A console block of a page."""

    commands: str
    excuse: str | None


def read_blocks(page: Path) -> list[Block]:
    """Return the console blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    return [Block(found["commands"], found["excuse"]) for found in BLOCK.finditer(text)]


def write_vcf(path: Path, samples: str, row: str) -> None:
    """Write a compressed VCF with one record."""
    columns = f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{samples}"
    path.write_bytes(gzip.compress(f"##fileformat=VCFv4.2\n##reference=GRCh38\n{columns}\n{row}\n".encode()))


def write_maf(path: Path) -> None:
    """Write a MAF with one row of each of two samples."""
    columns = "Hugo_Symbol NCBI_Build Chromosome Start_Position End_Position Reference_Allele Tumor_Seq_Allele1"
    rows = ["BRAF GRCh38 7 140753336 140753336 A A T P001", "KRAS GRCh38 12 25245350 25245350 C C T P002"]
    rows = [f"{row} Missense_Mutation {change}" for row, change in zip(rows, ("p.V600E", "p.G12D"), strict=True)]
    lines = [f"{columns} Tumor_Seq_Allele2 Tumor_Sample_Barcode Variant_Classification HGVSp_Short", *rows]
    path.write_text("".join(line.replace(" ", "\t") + "\n" for line in lines))


RUN = "cgi-runner run --sandbox --cancer-type CM --reference hg38 "
OF_THE_VCF = RUN + "--mutations tumour.vcf.gz --output results"
PREPARED = {
    "annotate.md": f"{OF_THE_VCF}\ncgi-runner cohort samples.tsv --sandbox --output cohort_results",
    "cohorts.md": "mkdir results\ncgi-runner cohort samples.tsv --sandbox --output results/first",
    "report.md": f"{OF_THE_VCF}\ncp results/cgi-results.zip saved.zip\n{RUN} --mutations all.maf --output newer",
    "troubleshooting.md": OF_THE_VCF.replace("--sandbox ", ""),
}


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Callable[[str], subprocess.CompletedProcess[str]]]:
    """Provide a shell in a folder with the files that the pages name, and an account at the sandbox."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    write_vcf(tmp_path / "tumour.vcf.gz", "P001", "7\t140753336\t.\tA\tT\t.\tPASS\t.\tGT\t0/1")
    write_vcf(tmp_path / "all.vcf.gz", "P001\tP002", "7\t140753336\t.\tA\tT\t.\tPASS\t.\tGT\t0/1\t0/1")
    for name in ("all.maf", "cohort.maf"):
        write_maf(tmp_path / name)
    (tmp_path / "all_thresholded.by_genes.txt").write_text(
        "Gene Symbol\tLocus ID\tCytoband\tP001\tP002\nERBB2\t2064\t17q12\t2\t0\n"
    )
    (tmp_path / "samples.tsv").write_text(
        "sample\tcancer_type\treference\tmutations\nP001\tBRCA\thg38\tall.maf\nP002\tCM\thg38\tall.maf\n"
    )
    (tmp_path / "clinical.tsv").write_text("sample\tcancer_type\nP001\tBRCA\nP002\tCM\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "state").mkdir()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "CGI_EMAIL": CREDENTIALS.email,
        "CGI_TOKEN": CREDENTIALS.token,
        "CGI_RUNNER_STATE": str(tmp_path / "state"),
        "CGI_SANDBOX_DURATION": "0.01",
    }
    typed = f"{CREDENTIALS.token}\n"

    def run(script: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "-euxo", "pipefail", "-c", script]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, input=typed, capture_output=True, text=True, check=False
        )

    with Sandbox(duration=0.01) as served:
        environment["CGI_API_URL"] = served.url
        yield run


def to_run(page: Path) -> object:
    """Return a page as a parameter: a newcomer's pages are run by `make test`, the others by `make soak`."""
    marks = [] if page.name in {"README.md", "tutorial.md"} else [pytest.mark.soak]
    return pytest.param(page, id=page.name, marks=marks)


WITH_COMMANDS = [page for page in PAGES if any(not block.excuse for block in read_blocks(page))]


@pytest.mark.parametrize("page", [to_run(page) for page in WITH_COMMANDS])
def test_console_blocks_run(page: Path, shell: Callable[[str], subprocess.CompletedProcess[str]]) -> None:
    """All blocks of a page, one after the other in one shell, each command ending with 0."""
    commands = [block.commands for block in read_blocks(page) if not block.excuse]
    outcome = shell("\n".join([PREPARED.get(page.name, ":"), *commands]))
    assert outcome.returncode == 0, f"{outcome.stdout}\n{outcome.stderr}"


def test_every_shell_block_is_a_console_block() -> None:
    """No page hides commands from this test under another name of the language."""
    texts = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
    assert [name for name, text in texts.items() if re.search(r"^```(bash|sh|shell|zsh)$", text, re.MULTILINE)] == []
    blocks = sum(text.count("```console\n") for text in texts.values())
    assert blocks == sum(len(read_blocks(page)) for page in PAGES)


ASKED = {
    "bash": "COMP_WORDS=(cgi-runner cancer-t) COMP_CWORD=1; _cgi_runner_completion cgi-runner; echo ${COMPREPLY[@]}",
    "zsh": "(( $+functions[compdef] )) && echo $_comps[cgi-runner]",
    "fish": "complete -C 'cgi-runner cancer-t'",
}


@pytest.mark.parametrize(
    ("shell_name", "answer"), [("bash", "cancer-types"), ("zsh", "_cgi_runner_completion"), ("fish", "cancer-types")]
)
def test_completion_works_in_a_new_shell(shell_name: str, answer: str, tmp_path: Path) -> None:
    """Once the page's line for it was given, in a home where nothing was set up."""
    program = shutil.which(shell_name)
    if not program:
        missing(f"{shell_name} is not here")
    assert program
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "TERM": "dumb"}
    page = (ROOT / "docs/install.md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if f"{shell_name}_source" in line]
    subprocess.run(["bash", "-ec", line], env=environment, check=True)
    asked = [program, "-ic", ASKED[shell_name]]
    outcome = subprocess.run(asked, env=environment, input="", capture_output=True, text=True, check=False)
    assert answer in outcome.stdout, outcome.stderr


def test_completion_knows_commands_and_options() -> None:
    """What bash asks for when the tab key is pressed."""
    environment = {
        "PATH": os.environ["PATH"],
        "_CGI_RUNNER_COMPLETE": "bash_complete",
        "COMP_WORDS": "cgi-runner run --can",
        "COMP_CWORD": "2",
    }
    program = Path(sys.executable).with_name("cgi-runner")
    shown = subprocess.run([program], env=environment, capture_output=True, text=True, check=False).stdout
    assert "--cancer-type" in shown
