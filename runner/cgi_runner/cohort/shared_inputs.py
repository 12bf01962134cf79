"""Files that hold the alterations of many samples, prepared once, and distinguished by sample."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cgi_runner.cohort.fan_out import FanOutWriter
from cgi_runner.errors import InputError
from cgi_runner.inputs import Kind, Options, prepare
from cgi_runner.inputs.account import InputAccount, input_account
from cgi_runner.inputs.dropped import COLUMNS
from cgi_runner.inputs.reference import Reference

_INSTEAD = {
    "--sample NAME for all rows": "a table SAMPLES with a row for each sample",
    "--sample NAME": "a table SAMPLES with a row for each sample",
    "--tumor-column NAME": "a table SAMPLES with a column tumor_column",
}
"""What a cohort has in place of options of a single run that tips name."""


@dataclass(frozen=True)
class SampleRows:
    """The rows of one sample in a prepared file: those that bear `name`.

    `sha256` is that of the file that the sample would send alone; `about` describes it for the record.
    """

    kind: Kind
    path: Path
    header: bytes
    name: bytes
    rows: int
    sha256: str
    about: InputAccount


@dataclass
class SharedInputs:
    """What shared files hold, by sample; `dropped` lists all rows of them that are not sent."""

    parts: dict[str, list[SampleRows]] = field(default_factory=dict)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    """Why rows of a sample are not sent, with their numbers."""
    dropped: Path | None = None
    reference: Reference | None = None
    """The build of their rows."""
    names: frozenset[str] = frozenset()
    """The samples that they name, those without a row to send included."""


def prepare_shared(files: Mapping[Kind, Path | Sequence[Path]], folder: Path, options: Options) -> SharedInputs:
    """Prepare files that all samples share.

    Args:
        files: The file of each kind.
        folder: Made for what would be sent.
        options: Which variants are sent, and which columns and genome build decide.

    Returns:
        The rows of each sample, by the names in the files.

    Raises:
        InputError: One of them cannot be used.

    """
    folder.mkdir(parents=True)
    try:
        prepared = prepare(files, folder, options)
    except InputError as error:
        for option, instead in _INSTEAD.items():
            error.tip = error.tip.replace(option, instead)
        raise
    names = frozenset[str]().union(*(file.names for file in prepared.files))
    shared = SharedInputs(dropped=prepared.dropped, names=names, reference=prepared.reference)
    for file in prepared.files:
        header, by_sample = hash_by_sample(file.path)
        for name, (rows, sha256) in by_sample.items():
            about: InputAccount = {
                "source": file.source,
                "format": file.format,
                "sha256": sha256,
                "rows_sent": rows,
                "notes": file.notes,
                "files": input_account(file)["files"],
            }
            part = SampleRows(file.kind, file.path, header, name, rows, sha256, about)
            shared.parts.setdefault(name.decode(), []).append(part)
    return shared


def hash_by_sample(
    path: Path, rename: Mapping[bytes, bytes] | None = None
) -> tuple[bytes, dict[bytes, tuple[int, str]]]:
    """Count and hash the rows of each sample in a prepared file.

    Args:
        path: The file, with a column `sample`.
        rename: Other names for samples, as they are to be sent.

    Returns:
        The header, and for each sample its number of rows and the SHA-256 of the file that it would send alone.

    """
    counts: Counter[bytes] = Counter()
    hashes: dict[bytes, hashlib._Hash] = {}
    with path.open("rb") as file:
        header = next(file)
        place = header.rstrip(b"\n").split(b"\t").index(b"sample")
        for line in file:
            cells = line.split(b"\t")
            name = cells[place]
            if name not in hashes:
                hashes[name] = hashlib.sha256(header)
            counts[name] += 1
            if rename:
                cells[place] = rename[name]
                line = b"\t".join(cells)  # noqa: PLW2901 - the line is what it is sent as
            hashes[name].update(line)
    return header, {name: (counts[name], digest.hexdigest()) for name, digest in hashes.items()}


def split_dropped(shared: SharedInputs, dropped: Path, places: Mapping[str, int], paths: Sequence[Path]) -> None:
    """Write the rows that are not sent into the list of the sample that each belongs to.

    Args:
        shared: Gets the reasons, counted for each sample.
        dropped: The list of all.
        places: For each sample, the index of its path.
        paths: The lists to write; the last one gets the rows of nobody.

    """
    with dropped.open("rb") as lines:
        writer = FanOutWriter(paths, [next(lines)])
        for line in writer.lines(lines):
            cells = line.rstrip(b"\n").split(b"\t")
            name = cells[COLUMNS.index("sample")].decode()
            writer.buffers[places.get(name, len(paths) - 1)] += line
            shared.reasons.setdefault(name, Counter())[cells[COLUMNS.index("reason")].decode()] += 1
    writer.close()
