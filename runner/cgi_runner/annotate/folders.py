"""The folders that results lie in: one of a run or a saved archive, or one for each sample of a cohort."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cgi_runner.findings.cohort import COHORT, merged_samples, sample_folders
from cgi_runner.output.record import NAME as RECORD
from cgi_runner.output.record import Record, read_record
from cgi_runner.results.archive import unpack


@dataclass(frozen=True)
class ResultFolder:
    """A folder with CGI's tables."""

    path: Path
    samples: tuple[str, ...] = ()
    """Those that its record names; none without a record."""
    names: tuple[str, ...] = ()
    """What the user calls the same samples."""
    is_complete: bool = True
    """Whether its results are there."""
    ignores_build: bool = False
    """Whether it was sent although something spoke against its genome build."""
    sources: frozenset[str] | None = None
    """Checksums of the user's files of mutations that it was made of; None if its record does not have them."""


@contextmanager
def open_results(path: Path) -> Iterator[list[ResultFolder]]:
    """Provide the folders of an output folder or of a saved zip, which is unpacked for as long as it is open.

    Raises:
        InputError: A record cannot be read.
        ResultsError: The zip cannot be unpacked.

    """
    if path.is_file():
        with tempfile.TemporaryDirectory(prefix="cgi-runner-") as folder:
            unpacked = Path(folder) / "archive"
            unpack(path, unpacked)
            yield [ResultFolder(unpacked)]
    elif (path / COHORT).is_file():
        yield _of_cohort(path)
    elif (path / RECORD).is_file():
        record = read_record(path / RECORD)
        names = tuple(record.samples)
        yield [
            ResultFolder(path, names, names, ignores_build=bool(record.reference_warnings), sources=_checksums(record))
        ]
    else:
        yield [ResultFolder(path)]


def _of_cohort(path: Path) -> list[ResultFolder]:
    folders = [
        ResultFolder(
            each.path,
            (each.label,),
            (each.name,),
            is_complete=each.record is not None,
            ignores_build=bool(each.record and each.record.reference_warnings),
            sources=_checksums(each.record) if each.record else frozenset(),
        )
        for each in sample_folders(path)
    ]
    if folders:
        return folders
    names = merged_samples(path)
    return [ResultFolder(path, names, names)]


def _checksums(record: Record) -> frozenset[str] | None:
    """Return the checksums of the user's files; a record of an older version, or of an adopted job, has none."""
    if "mutations" not in record.inputs:
        return frozenset()
    found = {str(file.get("sha256", "")) for file in record.inputs["mutations"].get("files", [])}
    return frozenset(found) if found and "" not in found else None
