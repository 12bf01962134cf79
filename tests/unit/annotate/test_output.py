"""Where the annotated file is written: nothing else is lost by it, and what is written is whole."""

from __future__ import annotations

import gzip
import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cgi_runner.annotate.file import annotate_file
from cgi_runner.annotate.text_file import write_lines
from cgi_runner.errors import InputError
from support.archives import write_zip
from support.cli import cgi_runner
from unit.annotate.conftest import BRAF, NAMES, vcf


@pytest.fixture
def source(results: Path) -> Path:
    """Return a VCF beside the results."""
    path = results.parent / "in.vcf"
    path.write_text(vcf(BRAF))
    return path


def digests(folder: Path) -> dict[str, str]:
    """Return the checksum of every file of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", ["alterations.tsv", "biomarkers.tsv", "input01.tsv", "dropped.tsv", "summary.txt"])
def test_a_file_of_the_results_is_never_replaced(name: str, source: Path, results: Path) -> None:
    """Whatever it is called, and by whatever way it is named."""
    before = digests(results)
    link = results.parent / "link"
    link.symlink_to(results / name)
    for output in (results / name, results / ".." / "results" / name, link):
        with pytest.raises(InputError, match="is a file of the results"):
            annotate_file(source, results, output, sample="one")
    assert digests(results) == before


def test_the_zip_of_the_results_is_never_replaced(source: Path, results: Path) -> None:
    """It may be all that there is of them."""
    members = {name: (results / name).read_text() for name in ("alterations.tsv", "biomarkers.tsv", "summary.txt")}
    saved = write_zip(members, results.parent / "saved")
    with pytest.raises(InputError, match="is a file of the results"):
        annotate_file(source, saved, saved, sample="one")
    assert saved.read_bytes().startswith(b"PK")


@pytest.mark.parametrize("name", ["out.vcf", "out.vcf.gz"])
def test_an_annotated_file_among_the_results_may_be_written_again(name: str, source: Path, results: Path) -> None:
    """The same command twice."""
    for _ in range(2):
        annotate_file(source, results, results / name, sample="one")
    data = (results / name).read_bytes()
    assert b"CGI_Status=returned" in (gzip.decompress(data) if name.endswith("gz") else data)


def test_an_empty_file_is_written_wherever_it_is(source: Path, results: Path) -> None:
    """Some engines make an output before the command runs; there is nothing in it that could be lost."""
    (results / "made.vcf").touch()
    annotate_file(source, results, results / "made.vcf", sample="one")
    assert "CGI_Status=returned" in (results / "made.vcf").read_text()


def test_the_input_is_never_replaced(source: Path, results: Path) -> None:
    """Under its own name, by a link or under a second name."""
    soft, hard = source.with_name("soft.vcf"), source.with_name("hard.vcf")
    soft.symlink_to(source)
    os.link(source, hard)
    for output in (source, soft, hard):
        with pytest.raises(InputError, match="is the input itself"):
            annotate_file(source, results, output, sample="one")
    assert source.read_text() == vcf(BRAF)


def test_a_link_stays_one(source: Path, results: Path) -> None:
    """What it leads to is written, as any program would."""
    link, real = source.with_name("link.vcf"), source.with_name("real.vcf")
    link.symlink_to(real)
    annotate_file(source, results, link, sample="one")
    assert link.is_symlink()
    assert "CGI_Status=returned" in real.read_text()


@pytest.mark.parametrize("name", ["out.vcf.gz", "out.vcf.bgz", "out.VCF.GZ"])
def test_an_ending_that_promises_compression_gives_it(name: str, source: Path, results: Path) -> None:
    """In capital letters, too; the hint names the file."""
    outcome = cgi_runner("annotate", source, results, "--sample", "one", "-o", source.with_name(name))
    assert outcome.code == 0, outcome.err
    assert "CGI_Status=returned" in gzip.decompress(source.with_name(name).read_bytes()).decode()
    assert f"tabix -p vcf {source.with_name(name)}" in outcome.err


@pytest.mark.parametrize("ending", [".bcf", ".BCF", ".bz2", ".xz", ".zst", ".zip"])
def test_an_ending_that_promises_what_is_not_written_is_refused(ending: str, source: Path, results: Path) -> None:
    """A text in a file with such a name would be taken for broken."""
    with pytest.raises(InputError, match=f"found the ending {ending}"):
        annotate_file(source, results, source.with_name(f"out{ending}"), sample="one")


@pytest.mark.parametrize("name", ["nowhere/out.vcf", "results", "in.vcf/out.vcf"])
def test_an_output_that_cannot_be_written_is_named_as_the_user_named_it(name: str, source: Path, results: Path) -> None:
    """Not by the name that it has while it is written."""
    outcome = cgi_runner("annotate", source, results, "--sample", "one", "-o", source.parent / name)
    assert outcome.is_plain_failure(2), outcome.err
    assert f"{source.parent / name}: " in outcome.err
    assert ".part" not in outcome.err


def test_standard_output_by_another_name_gets_the_file_alone(results: Path, source: Path) -> None:
    """The name of the output, printed behind the records, would be one of them."""
    pipe = results.parent / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    outcome = cgi_runner("annotate", source, results, "--sample", "one", "-o", pipe)
    reader.join()
    assert outcome.code == 0, outcome.err
    assert outcome.out == ""
    assert read[0].count("\n") == read[0].count("##") + 2


def test_a_reader_who_has_seen_enough_is_no_fault(results: Path, source: Path) -> None:
    """As of `| head -1`: it is no output that cannot be written."""
    lines = "".join(f"1\t{n}\t.\tA\tC\t.\tPASS\tDP=3\n" for n in range(1, 20_000))
    source.write_text(f"##fileformat=VCFv4.3\n{NAMES}\n{lines}")
    pipe = results.parent / "pipe"
    os.mkfifo(pipe)

    def read_one() -> None:
        with pipe.open("rb") as file:
            file.read(1)

    reader = threading.Thread(target=read_one)
    reader.start()
    with pytest.raises(BrokenPipeError):
        annotate_file(source, results, pipe, sample="one")
    reader.join()


def test_two_at_once_write_whole_files(tmp_path: Path) -> None:
    """The one that ends last counts, and what the other has written is not mixed with it."""
    path = tmp_path / "out.vcf"

    def lines() -> Iterator[str]:
        yield from ["long\n"] * 1_000
        write_lines(path, ["short\n"])
        assert path.read_text() == "short\n"
        yield "end\n"

    write_lines(path, lines())
    assert path.read_text() == "long\n" * 1_000 + "end\n"
    assert list(tmp_path.iterdir()) == [path]
