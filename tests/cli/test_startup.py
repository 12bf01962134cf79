"""The command line starts fast: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "jinja2",
    "markupsafe",
    "requests",
    "tenacity",
    "tqdm",
    "flask",
    "werkzeug",
    "sqlite3",
    "platformdirs",
    "filelock",
}


def modules_after(*arguments: str) -> set[str]:
    """Run a command in a process of its own; gives the modules that it had imported at its end."""
    code = (
        "import sys\nfrom cgi_runner.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("run", "--help"),
        ("fetch", "--help"),
        ("sandbox", "--help"),
        ("cancer-types", "melanoma"),
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_imported_before_it_is_needed(arguments: tuple[str, ...]) -> None:
    """Help and the table of cancer types need neither HTTP nor a web framework nor a progress bar."""
    assert not HEAVY & {name.split(".")[0] for name in modules_after(*arguments)}


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("cancer-types", "--help")], ids=" ".join)
def test_help_reads_no_tables_of_cancer_types(arguments: tuple[str, ...]) -> None:
    """They are read when a type is looked up."""
    assert "cgi_runner.cancer_types.table" not in modules_after(*arguments)


def test_help_imports_less_than_its_libraries() -> None:
    """Than what any such client imports; what that takes in seconds is measured by `make bench`."""
    code = "import sys, click, requests; print(*sys.modules)"
    libraries = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert len(modules_after("--help")) < 0.75 * len(libraries)


@pytest.mark.parametrize(
    ("text", "readers"),
    [
        ("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n7\t140753336\t.\tA\tT\t.\tPASS\t.\n", {"vcf", "vcf_header"}),
        ("chr\tpos\tref\talt\tsample\n7\t140753336\tA\tT\tP1\n", {"table", "plain_rows"}),
    ],
    ids=["VCF", "table"],
)
def test_a_check_imports_the_reader_of_its_file_alone(tmp_path: Path, text: str, readers: set[str]) -> None:
    """Readers of other formats would take as long to import as a small file to check."""
    file = tmp_path / "mutations"
    file.write_text(text)
    modules = modules_after("check", "--mutations", str(file), "--cancer-type", "CANCER", "--reference", "hg38")
    start = "cgi_runner.inputs.readers."
    assert {name.removeprefix(start) for name in modules if name.startswith(start)} == readers
