"""One table of all samples from the tables of each: the same whether the samples ran together or one by one."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cgi_runner import __version__
from cgi_runner.cohort.compatibility import require_one_origin
from cgi_runner.cohort.names import is_safe, plural
from cgi_runner.cohort.record import NAME, SCHEMA
from cgi_runner.errors import InputError
from cgi_runner.files import atomic_write, commit_file
from cgi_runner.job import read_record
from cgi_runner.output.claim import UPLOAD, require_free_folder
from cgi_runner.output.locking import output_lock
from cgi_runner.output.record import NAME as RECORD
from cgi_runner.results.tables import Table

DROPPED = "dropped.tsv"
TABLES = ("alterations.tsv", "biomarkers.tsv", "cna_analysis.tsv", "fusion_analysis.tsv", DROPPED)
_SAMPLES = ("CGI-Sample ID", "Sample ID", "sample")
_MAX_NAMED = 10


@dataclass(frozen=True)
class Merged:
    """What came of a merge."""

    samples: int
    tables: list[str]


def merge(folders: Sequence[Path], out: Path) -> Merged:
    """Join the tables of folders with verified results into one of each kind.

    Args:
        folders: Output folders of `run` or `fetch`, samples' folders of a cohort, or a whole cohort's folder.
        out: Where the tables go; those of an earlier merge are replaced.

    Raises:
        InputError: A folder holds no verified results, a sample is in several of them, or they are of several genome
            builds, or of the sandbox and of CGI.

    """
    with output_lock(out) as work:
        if not _is_merged(out):
            require_free_folder(out)
        found = list(dict.fromkeys(inner for folder in folders for inner in _expand(folder)))
        _check_verified(found)
        origin = require_one_origin({folder: read_record(folder / RECORD) for folder in found})
        whose = {folder: _samples(folder) for folder in found}
        _check_once(whose)
        found.sort(key=lambda folder: min(whose[folder], default=""))
        rest = _rest([folder for folder in folders if (folder / NAME).is_file()], work / "rest.tsv")
        tables = write_tables(found, out, work, rest=rest)
        names = sorted(name for samples in whose.values() for name in samples)
        about = {"schema": SCHEMA, "cgi_runner": __version__, "merged": [str(f) for f in found], "samples": names}
        about |= {"reference": origin.reference, "service": origin.service, "cgi_versions": origin.versions}
        atomic_write(out / NAME, json.dumps({**about, "tables": tables}, indent=1, ensure_ascii=False) + "\n")
        return Merged(len(names), tables)


def write_tables(folders: Sequence[Path], out: Path, work: Path, *, rest: Path | None = None) -> list[str]:
    """Write one table of each kind from the folders, in their order.

    Args:
        folders: Folders of samples, each with tables of its own.
        out: Where the tables are put; those for which there are no rows are removed.
        work: A folder for temporary files, on the same disk.
        rest: One more list of rows that were not sent, of no sample in particular.

    Returns:
        The names of the tables that were written.

    """
    names = []
    for name in TABLES:
        paths = [path for folder in folders if (path := folder / name).is_file()]
        if name == DROPPED and rest:
            paths.insert(0, rest)
        if paths:
            _join(paths, work / name)
            commit_file(work / name, out / name)
            names.append(name)
        else:
            (out / name).unlink(missing_ok=True)
    return names


def _join(paths: Sequence[Path], target: Path) -> None:
    """Write the rows of tables below one header, which has the columns of all of them, each once."""
    headers = {path: _header(path) for path in paths}
    columns = list(dict.fromkeys(column for header, _ in headers.values() for column in header))
    end = headers[paths[0]][1]
    with target.open("wb") as joined:
        joined.write(b"\t".join(columns) + end)
        for path in paths:
            header = headers[path][0]
            with path.open("rb") as file:
                next(file, b"")
                if header == columns:
                    before = joined.tell()
                    shutil.copyfileobj(file, joined, 1024 * 1024)
                    if joined.tell() > before and not _is_ended(file):
                        joined.write(end)
                else:
                    joined.writelines(_reorder_cells(file, header, columns, end))


def _is_ended(file: BinaryIO) -> bool:
    """Whether the last line of a file has an end, without which the next table's first row would go on in it."""
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _header(path: Path) -> tuple[list[bytes], bytes]:
    with path.open("rb") as file:
        line = next(file, b"")
    bare = line.rstrip(b"\r\n")
    return bare.split(b"\t"), line[len(bare) :] or b"\n"


def _reorder_cells(lines: Iterable[bytes], header: list[bytes], columns: list[bytes], end: bytes) -> Iterator[bytes]:
    """Yield rows with their cells under the columns of the whole table; a column that they lack is an empty cell."""
    places = [header.index(column) if column in header else len(header) for column in columns]
    width = len(header)
    for line in lines:
        cells = line.rstrip(b"\r\n").split(b"\t")
        cells[width:] = []
        cells += [b""] * (width + 1 - len(cells))
        yield b"\t".join([cells[place] for place in places]) + end


def _is_merged(out: Path) -> bool:
    try:
        return "merged" in json.loads((out / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def _expand(folder: Path) -> list[Path]:
    """Return the folder itself, or those of its samples if it is a cohort's."""
    if not (folder / NAME).is_file():
        return [folder]
    try:
        known = json.loads((folder / NAME).read_text(encoding="utf-8"))
        names = [about["folder"] for about in known["samples"] if is_safe(about["folder"])]
    except (OSError, ValueError, TypeError, KeyError):
        raise InputError(
            f"{folder / NAME} is not a valid record of a cohort", tip="name the samples' folders instead"
        ) from None
    return [folder / name for name in names]


def _rest(cohorts: Iterable[Path], target: Path) -> Path | None:
    """Write down the rows that were not sent and are in no sample's list: a cohort's own list begins with them."""
    header, rows = b"", list[bytes]()
    for cohort in cohorts:
        if not (cohort / DROPPED).is_file():
            continue
        lists = [path for folder in _expand(cohort) if (path := folder / DROPPED).is_file()]
        with (cohort / DROPPED).open("rb") as file:
            header, total = next(file, b""), sum(1 for _ in file)
            file.seek(len(header))
            rows += itertools.islice(file, max(0, total - sum(map(_rows, lists))))
    if rows:
        target.write_bytes(header + b"".join(rows))
    return target if rows else None


def _rows(path: Path) -> int:
    with path.open("rb") as file:
        return max(0, sum(1 for _ in file) - 1)


def _check_verified(folders: Sequence[Path]) -> None:
    if problems := [problem for problem in map(_find_problem, folders) if problem]:
        raise InputError(
            "\n  ".join([f"{len(problems)} folders cannot be merged", *problems]),
            tip="finish these runs, or leave them out",
        )


def _find_problem(folder: Path) -> str:
    if folder.is_file():
        return f"{folder} is a file, expected an output folder"
    try:
        record = read_record(folder / RECORD)
    except InputError as error:
        return error.message
    if not record.state.is_complete:
        return f"{folder}: its job has no verified results yet"
    others = [name for name in record.archive.get("members", []) if _is_other_table(name)]
    return f"{folder}: holds {', '.join(others)} of an earlier CGI, which cannot be merged" if others else ""


def _is_other_table(name: str) -> bool:
    """Whether a file of an archive is a table of results that a merge would leave out, such as CGI gave until 2023."""
    return name.endswith(".tsv") and name not in TABLES and not UPLOAD.fullmatch(name)


def _samples(folder: Path) -> set[str]:
    """Return the samples whose rows are in a folder's tables."""
    tables = [Table(path) for name in TABLES if (path := folder / name).is_file()]
    places = [(table, table.place(*_SAMPLES)) for table in tables]
    found = {name for table, place in places if place is not None for name in table.column(place)}
    return (found | set(read_record(folder / RECORD).samples)) - {""}


def _check_once(whose: Mapping[Path, set[str]]) -> None:
    seen: dict[str, Path] = {}
    problems = []
    for folder, samples in whose.items():
        problems += [f"{name}: in {seen[name]} and {folder}" for name in sorted(samples & seen.keys())]
        seen |= dict.fromkeys(samples, folder)
    if problems:
        raise InputError(
            "\n  ".join([f"{plural(len(problems), 'sample')} in several folders", *problems[:_MAX_NAMED]]),
            tip="name each folder once, and give every run its --sample NAME",
        )
