"""Which samples share a job, and the files of such a job: sorted, each row under a name that is safe on the wire."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from pathlib import Path

from cgi_runner.cohort.names import plural
from cgi_runner.cohort.prepare import PreparedSample
from cgi_runner.cohort.shared_inputs import SampleRows
from cgi_runner.inputs import KINDS
from cgi_runner.inputs.genome import GENOMES
from cgi_runner.job.submission import Submission

#: Rows of a job, unless the user says otherwise: the largest job known to have worked had 116,410.
USUAL_ROWS = 100_000

_BLOCK = 10_000
_RANKS = {name.encode(): rank << 40 for name, rank in GENOMES["hg38"].order.items()}


@dataclass(frozen=True)
class Batch:
    """The samples of one job, in the order of their ids."""

    number: int
    members: tuple[PreparedSample, ...]

    @property
    def name(self) -> str:
        """How it is called: its number, with zeros before it."""
        return f"{self.number:02}"

    @property
    def ids(self) -> list[bytes]:
        """What the samples are called in the job; at CGI nothing else tells whose rows they are."""
        return [f"s{number:04}".encode() for number, _ in enumerate(self.members, 1)]

    @property
    def rows(self) -> int:
        """How many rows the job has."""
        return sum(member.rows for member in self.members)


def make_batches(members: Iterable[PreparedSample], *, max_rows: int, first: int = 1) -> list[Batch]:
    """Put samples into as few jobs as their cancer types, references and a limit of rows allow, in their order.

    Samples with mutations and samples without stay apart: CGI takes a gene without a mutation for wild type, and must
    not do so where mutations were never looked for. A sample that exceeds the limit has a job of its own.

    Args:
        members: The samples, prepared.
        max_rows: Most rows of all kinds together that share a job.
        first: Number of the first job.

    Returns:
        The jobs, numbered one after the other.

    """
    bins: list[tuple[tuple[str, str, bytes], list[PreparedSample], int]] = []
    for member in members:
        key = (member.sample.cancer_type, member.reference.build, member.layout)
        place = next((n for n, (k, _, rows) in enumerate(bins) if k == key and rows + member.rows <= max_rows), None)
        if place is None:
            bins.append((key, [member], member.rows))
        else:
            _, others, rows = bins[place]
            bins[place] = (key, [*others, member], rows + member.rows)
    return [Batch(number, tuple(together)) for number, (_, together, _) in enumerate(bins, first)]


def build_submission(batch: Batch, folder: Path, *, title: str) -> Submission:
    """Write the files of a batch into a folder, and return what is to be asked of CGI.

    Args:
        batch: Samples that share a job.
        folder: Made if need be.
        title: Beginning of the job's title; the number of the batch and of its samples follow.

    """
    folder.mkdir(parents=True, exist_ok=True)
    one = batch.members[0]
    files = {kind: path for kind in KINDS if (path := _file(batch, kind, folder / f"{kind}.tsv"))}
    return Submission(
        cancer_type=one.sample.cancer_type,
        reference=one.reference.build,
        # The number tells batches of the same content apart, which would otherwise be taken for one job.
        title=f"{title} {batch.name} ({plural(len(batch.members), 'sample')})".strip(),
        files={kind: path for kind, (path, _) in files.items()},
        sha256={kind: sha256 for kind, (_, sha256) in files.items()},
    )


def _file(batch: Batch, kind: str, path: Path) -> tuple[Path, str] | None:
    """Write the batch's rows of one kind, and return the file and its checksum; None if there are none."""
    parts = [(part, id_) for member, id_ in zip(batch.members, batch.ids, strict=True) for part in member.parts]
    parts = [(part, id_) for part, id_ in parts if part.kind == kind]
    if not parts:
        return None
    header = parts[0][0].header
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for block in chain([header], _sort_rows(parts, header)):
            digest.update(block)
            file.write(block)
    return path, digest.hexdigest()


def _sort_rows(parts: Sequence[tuple[SampleRows, bytes]], header: bytes) -> Iterator[bytes]:
    """Yield the rows of several samples in the order of the prepared files, in blocks of many.

    The rows of each file are in order already, which makes sorting them together a merge. A single sample, which may
    have any number of rows, needs none.
    """
    columns = header.rstrip(b"\n").split(b"\t")
    place = columns.index(b"sample")
    sources: dict[Path, dict[bytes, bytes]] = {}
    for part, id_ in parts:
        sources.setdefault(part.path, {})[part.name] = id_
    if len(parts) == 1:
        yield from _blocks(chain.from_iterable(_rename_samples(path, ids, place) for path, ids in sources.items()))
        return
    rows: list[tuple[int, bytes]] = []
    for path, ids in sources.items():
        if columns[0] == b"chr":
            rows += _with_sort_key(path, ids, place)
        else:
            rows += ((0, line) for line in _rename_samples(path, ids, place))
    rows.sort()
    yield from _blocks(map(itemgetter(1), rows))


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    for line in lines:
        held.append(line)
        if len(held) == _BLOCK:
            yield b"".join(held)
            held.clear()
    yield b"".join(held)


def _rename_samples(path: Path, ids: Mapping[bytes, bytes], place: int) -> Iterator[bytes]:
    """Yield the rows of the samples that are asked for, under their ids."""
    with path.open("rb") as file:
        next(file)
        for line in file:
            cells = line.split(b"\t")
            if id_ := ids.get(cells[place]):
                cells[place] = id_
                yield b"\t".join(cells)


def _with_sort_key(path: Path, ids: Mapping[bytes, bytes], place: int) -> list[tuple[int, bytes]]:
    """Return the same with each row's place in the genome, by which they are sorted."""
    rows, ranks = [], _RANKS
    with path.open("rb") as file:
        next(file)
        for line in file:
            cells = line.split(b"\t")
            if id_ := ids.get(cells[place]):
                cells[place] = id_
                rows.append((ranks[cells[0]] + int(cells[1]), b"\t".join(cells)))
    return rows
