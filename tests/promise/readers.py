"""Everything that reads what others wrote, each with what must hold for any bytes whatever.

A reader here takes bytes and a folder of its own; it returns if all is well, be it a result or a plain refusal, and
fails otherwise. Property tests, the coverage-guided fuzzer and the kept seeds all go through these.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import get_args
from unittest import mock
from urllib.parse import unquote, urlsplit

import requests

from cgi_runner.cancer_types import resolve, search, table
from cgi_runner.clock import format_duration, parse_duration
from cgi_runner.cohort.sheet import Defaults, read_sheet
from cgi_runner.config import resolve_credentials, resolve_service
from cgi_runner.errors import CredentialsError, ForeignResultsError, InputError, ResultsError, RunnerError
from cgi_runner.inputs import Kind, Options, prepare
from cgi_runner.inputs.samples import DEFAULT
from cgi_runner.job.job_index import JobTagCache, extract_tag
from cgi_runner.output.record import read_record
from cgi_runner.results import read
from cgi_runner.results.archive import OWN, ExtractedArchive, is_unpacked, unpack
from cgi_runner.results.summary import read_summary

MARK = "[cgi-runner 0123456789ab]"


def archive(content: bytes, folder: Path) -> None:
    """Unpack an archive and read its tables: all of it whole and under plain names, or a results error."""
    (folder / "a.zip").write_bytes(content)
    try:
        unpacked = unpack(folder / "a.zip", folder / "out")
    except ResultsError as error:
        _is_plain(error)
        return
    assert is_unpacked(folder / "a.zip", folder / "out")
    assert sorted(path.name for path in (folder / "out").iterdir()) == list(unpacked.members)
    assert not {name.casefold() for name in unpacked.members} & OWN
    _adds_up(unpacked, [])


def results(content: bytes, folder: Path) -> None:
    """Read the tables of an archive: files apart by NUL, each a name, a line end and the content; after them a log."""
    out = folder / "out"
    out.mkdir()
    *files, log = content.split(b"\0")
    for name, _, text in (file.partition(b"\n") for file in files[:8]):
        if name in {b"alterations.tsv", b"biomarkers.tsv", b"cna_analysis.tsv", b"fusion_analysis.tsv", b"summary.txt"}:
            (out / name.decode()).write_bytes(text)
        elif name.isdigit() and len(name) < 5:
            (out / f"input{int(name):02}.tsv").write_bytes(text)
    members = tuple(path.name for path in out.iterdir())
    _adds_up(ExtractedArchive(folder, out, members, read_summary(out)), log.decode("utf-8", "replace").splitlines())


def _adds_up(unpacked: ExtractedArchive, log: list[str]) -> None:
    try:
        findings = read(unpacked, log)
    except ResultsError as error:  # no table is left of the damage
        _is_plain(error)
        assert not {"alterations.tsv", "biomarkers.tsv", "cna_analysis.tsv"} & set(unpacked.members)
        return
    except ForeignResultsError as error:  # a damaged row is one that was never sent
        _is_plain(error)
        return
    assert all(isinstance(text, str) for text in findings.warnings)
    for rows in findings.rows:
        if rows.not_returned is not None:
            assert rows.sent == rows.returned + rows.merged + rows.not_returned
            assert rows.not_returned == sum(1 for _ in rows.missing)


def mutations(content: bytes, folder: Path) -> None:
    """Read a VCF, a MAF, a table, HGVS."""
    _inputs("mutations", content, folder)


def cnas(content: bytes, folder: Path) -> None:
    """Read copy numbers, as a list or as GISTIC's matrix."""
    _inputs("cnas", content, folder)


def translocations(content: bytes, folder: Path) -> None:
    """Read fusions."""
    _inputs("translocations", content, folder)


def _inputs(kind: Kind, content: bytes, folder: Path) -> None:
    """Prepare a file of the user's: every row is sent, merged or dropped; what is sent is then taken as it stands."""
    assert kind in get_args(Kind)
    (folder / "user.txt").write_bytes(content)
    (folder / "once").mkdir()
    (folder / "twice").mkdir()
    try:
        prepared = prepare({kind: folder / "user.txt"}, folder / "once", Options(reference="hg38"))
    except InputError as error:
        _is_plain(error)
        return
    (file,) = prepared.files
    lines = file.path.read_bytes().decode().split("\n")
    dropped = prepared.dropped.read_bytes().decode().split("\n")
    assert file.rows_read == file.rows_sent + file.rows_merged + file.rows_not_sent
    assert file.rows_sent == len(lines) - 2 == sum(prepared.samples.values())
    assert file.rows_not_sent == len(dropped) - 2 == sum(prepared.reasons.values())
    assert {line.count("\t") for line in lines[:-1]} == {lines[0].count("\t")}
    # A file without samples is sent as `sample`, which stands for any sample, and is nobody's name in a file.
    named = DEFAULT if prepared.samples.keys() == {DEFAULT} else None
    again = prepare({kind: file.path}, folder / "twice", Options(reference="hg38", sample=named))
    (same,) = again.files
    assert (same.rows_sent, same.rows_merged, same.rows_not_sent) == (file.rows_sent, 0, 0)
    assert again.samples == prepared.samples
    assert _without_lines(same.path) == _without_lines(file.path)


def _without_lines(path: Path) -> list[list[str]]:
    """Return the cells of a prepared file but for the line in the user's, which is another one in a prepared file."""
    header, *rows = (line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[:-1])
    place = header.index("source_line")
    return [header, *(row[:place] + row[place + 1 :] for row in rows)]


def record(content: bytes, folder: Path) -> None:
    """Read a job's record: refused, or understood so that it can be written and read again as the same."""
    (folder / "cgi-job.json").write_bytes(content)
    try:
        first = read_record(folder / "cgi-job.json")
    except InputError as error:
        _is_plain(error)
        return
    (folder / "again.json").write_text(json.dumps(first.as_json()), encoding="utf-8")
    assert read_record(folder / "again.json").as_json() == first.as_json()


def tags(content: bytes, folder: Path) -> None:
    """Read what is kept of an account's jobs: damaged, it may cost a request, but hides no job it does not know."""
    with mock.patch("cgi_runner.job.job_index.state_dirs", return_value=[folder]):
        known = JobTagCache("account")
        assert known.path
        known.path.write_bytes(content)
        damaged = JobTagCache("account")
        assert damaged.candidates(MARK, ["never-seen-before"]) == ["never-seen-before"]
        is_claimed = damaged.has_tag(MARK, "theirs")
        damaged.remember("ours", f"title {MARK}")
        damaged.remember("theirs", "title")
        damaged.save(["ours", "theirs"])
        assert JobTagCache("account").candidates(MARK, ["ours", "theirs"]) == ["ours", *["theirs"] * is_claimed]
    title = content.decode("utf-8", "replace")
    assert extract_tag(extract_tag(title)) == extract_tag(title)
    assert extract_tag(f"{MARK} {title}") == extract_tag(MARK)


def sheet(content: bytes, folder: Path) -> None:
    """Read a cohort's sheet: every line below the header is a sample or a named fault."""
    (folder / "sheet.tsv").write_bytes(content)
    try:
        judged = read_sheet(folder / "sheet.tsv", Defaults("BRCA"))
    except InputError as error:
        _is_plain(error)
        return
    assert judged.samples or judged.rejected
    assert len({sample.label for sample in judged.samples}) == len(judged.samples)
    assert all(sample.cancer_type in table() for sample in judged.samples)
    assert {sample.reference for sample in judged.samples} <= {"hg19", "hg38", None}
    assert all(bad.name.isprintable() and bad.reason for bad in judged.rejected)


def words(content: bytes, _: Path) -> None:
    """Read what people type: cancer types, durations, addresses, credentials."""
    text = content.decode("utf-8", "replace")
    search(text)
    with suppress(InputError):
        assert resolve(resolve(text)) == resolve(text)
    with suppress(InputError):
        assert format_duration(parse_duration(text))
    with suppress(InputError):
        address = resolve_service(text, ca_bundle=None, insecure=False, environ={}).url
        # Whoever is judged to be safe must be who is then asked, if anybody is.
        with suppress(requests.exceptions.InvalidURL):
            asked = requests.Request("GET", f"{address}/job").prepare().url or ""
            assert unquote(urlsplit(asked).hostname or "") == urlsplit(address).hostname
    with suppress(CredentialsError):
        header = resolve_credentials(None, environ={"CGI_EMAIL": text, "CGI_TOKEN": "deadbeefdeadbeefdead"}).header
        assert requests.Request("GET", "http://a/", headers={"Authorization": header}).prepare()


READERS: dict[str, Callable[[bytes, Path], None]] = {
    reader.__name__: reader
    for reader in (archive, results, mutations, cnas, translocations, record, tags, sheet, words)
}


def read_in(name: str, content: bytes, folder: Path) -> None:
    """Have one reader read, in a folder that is empty before and after."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    READERS[name](content, folder)
    shutil.rmtree(folder)


def _is_plain(error: RunnerError) -> None:
    """See that an error is printable, on few lines, and of bounded length."""
    assert error.message.replace("\n", "").isprintable(), error.message
    assert len(error.message) < 10_000
