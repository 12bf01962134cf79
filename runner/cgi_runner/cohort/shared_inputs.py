"""Files that hold the alterations of many samples, prepared once, and told apart by sample."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cgi_runner.cohort.spread import Spread
from cgi_runner.inputs import Kind, prepare
from cgi_runner.inputs.dropped import COLUMNS


@dataclass(frozen=True)
class Part:
    """The rows of one sample in a prepared file: those that bear `name`.

    `sha256` is that of the file that the sample would send alone; `about` describes it for the record.
    """

    kind: Kind
    path: Path
    header: bytes
    name: bytes
    rows: int
    sha256: str
    about: dict[str, Any]


@dataclass
class Shared:
    """What shared files hold, by sample; `dropped` lists all rows of them that are not sent."""

    parts: dict[str, list[Part]] = field(default_factory=dict)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    """Why rows of a sample are not sent, with their numbers."""
    dropped: Path | None = None
    names: frozenset[str] = frozenset()
    """The samples that they name, those without a row to send included."""


def prepare_shared(files: Mapping[Kind, Path], folder: Path, *, reference: str, pass_only: bool) -> Shared:
    """Prepare files that all samples share.

    Raises:
        InputError: One of them cannot be used.

    """
    folder.mkdir(parents=True)
    prepared = prepare(files, folder, reference=reference, pass_only=pass_only)
    names = frozenset[str]().union(*(file.names for file in prepared.files))
    shared = Shared(dropped=prepared.dropped, names=names)
    for file in prepared.files:
        header, census = census_of(file.path)
        for name, (rows, sha256) in census.items():
            about = {"source": file.source, "format": file.format, "sha256": sha256, "rows_sent": rows}
            part = Part(file.kind, file.path, header, name, rows, sha256, about)
            shared.parts.setdefault(name.decode(), []).append(part)
    return shared


def census_of(path: Path, rename: Mapping[bytes, bytes] | None = None) -> tuple[bytes, dict[bytes, tuple[int, str]]]:
    """Give a prepared file's header, and for each sample its rows and the checksum of the file it would send alone.

    `rename` gives samples other names, as they are to be sent.
    """
    counts: Counter[bytes] = Counter()
    hashes: dict[bytes, Any] = {}
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


def share_dropped(shared: Shared, dropped: Path, places: Mapping[str, int], paths: Sequence[Path]) -> None:
    """Give each sample its rows of the list of what is not sent, at its place; the last path gets all others."""
    with dropped.open("rb") as lines:
        spread = Spread(paths, [next(lines)])
        for line in spread.lines(lines):
            cells = line.rstrip(b"\n").split(b"\t")
            name = cells[COLUMNS.index("sample")].decode()
            spread.held[places.get(name, len(paths) - 1)] += line
            shared.reasons.setdefault(name, Counter())[cells[COLUMNS.index("reason")].decode()] += 1
    spread.close()
