"""Every sample prepared as it would be alone: its own files in its own folder, its rows of files that all share."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from cgi_runner.cohort.shared import Part, Shared, census_of, share_dropped
from cgi_runner.cohort.sheet import KINDS, Bad, Sample, Sheet
from cgi_runner.errors import InputError
from cgi_runner.inputs import Prepared, PreparedFile, prepare
from cgi_runner.inputs.faults import shown
from cgi_runner.inputs.lines import Source

log = logging.getLogger(__name__)

DROPPED = "dropped.tsv"
OF_SHARED = "shared.tsv"
OTHERS = "rows of other samples in the same file"
_MOST_NAMED = 5


@dataclass(frozen=True)
class Member:
    """A sample, checked and prepared; `dropped` lists the rows of it that are not sent."""

    sample: Sample
    parts: tuple[Part, ...]
    dropped: Path
    not_sent: dict[str, int]

    @property
    def rows(self) -> int:
        """How many rows are sent for it."""
        return sum(part.rows for part in self.parts)

    @property
    def layout(self) -> bytes:
        """The header of its mutations; nothing if it has none. Only samples that agree in it can share a job."""
        return next((part.header for part in self.parts if part.kind == "mutations"), b"")

    @property
    def digest(self) -> str:
        """Twelve hex digits that stand for all that shapes its results."""
        content = [self.sample.cancer_type, self.sample.reference, sorted((p.kind, p.sha256) for p in self.parts)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


@dataclass
class Gathered:
    """What came of a sheet: the samples that can be sent, and those that cannot."""

    members: list[Member] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    dropped: Path | None = None
    """Rows of shared files that are not sent and belong to none of the samples."""


def gather(sheet: Sheet, shared: Shared, folder: Path, *, pass_only: bool = False) -> Gathered:
    """Prepare every sample of a sheet, with its part of the shared files; a sample that fails is told, not raised."""
    found = Gathered(bad=list(sheet.bad))
    folders = [folder / f"{number:05}" for number, _ in enumerate(sheet.samples)]
    for sample_folder in folders:
        sample_folder.mkdir(parents=True)
    if shared.dropped:
        found.dropped = folder / "rest.tsv"
        places = {sample.label: place for place, sample in enumerate(sheet.samples)}
        share_dropped(shared, shared.dropped, places, [*(own / OF_SHARED for own in folders), found.dropped])
    for sample, own in zip(sheet.samples, folders, strict=True):
        judged = _judged(sample, own, shared, pass_only=pass_only)
        if isinstance(judged, Member):
            found.members.append(judged)
        else:
            found.bad.append(judged)
    listed = {bad.name for bad in sheet.bad} | {sample.label for sample in sheet.samples}
    strangers = sorted(name for name in shared.names if name not in listed)
    found.bad += [Bad(name, "has rows in the shared files, and no line in the sheet") for name in strangers]
    return found


def _judged(sample: Sample, folder: Path, shared: Shared, *, pass_only: bool) -> Member | Bad:
    try:
        return _member(sample, folder, shared, pass_only=pass_only)
    except InputError as error:
        return Bad(sample.label, error.message)


def _member(sample: Sample, folder: Path, shared: Shared, *, pass_only: bool) -> Member:
    parts, not_sent = list(shared.parts.get(sample.label, ())), Counter(shared.reasons.get(sample.label, {}))
    if sample.sources:
        prepared = _prepared(sample, folder, pass_only=pass_only, may_be_empty=bool(parts))
        if prepared:
            parts += _parts(sample, prepared, not_sent)
    if not parts:
        raise InputError("found no alterations of it, expected a file or rows in a shared one")
    dropped = _joined_dropped(folder)
    return Member(sample, tuple(sorted(parts, key=lambda part: KINDS.index(part.kind))), dropped, dict(+not_sent))


def _prepared(sample: Sample, folder: Path, *, pass_only: bool, may_be_empty: bool) -> Prepared | None:
    """Prepare a sample's own files, leaving out those that have a header and nothing below it."""
    sources = dict(sample.sources)
    try:
        return prepare(sources, folder, reference=sample.reference, sample=sample.label, pass_only=pass_only)
    except InputError:
        full = {kind: path for kind, path in sources.items() if not _is_bare(path)}
        if len(full) == len(sources) or not (full or may_be_empty):
            raise
        log.info("%s: no rows in %s", sample.label, ", ".join(kind for kind in sources if kind not in full))
    return prepare(full, folder, reference=sample.reference, sample=sample.label, pass_only=pass_only) if full else None


def _is_bare(path: Path) -> bool:
    """Whether a file has a header and no rows, which is how a caller says that it found nothing.

    A file without even a header is no such answer: whatever should have written it has failed.
    """
    lines = 0
    try:
        with closing(Source(path)) as source:
            while lines < 2 and (line := source.line()):  # noqa: PLR2004 - the header and a first row
                lines += bool(line[1].strip()) and not line[1].startswith("##")
    except InputError:
        return False
    return lines == 1


def _parts(sample: Sample, prepared: Prepared, not_sent: Counter[str]) -> Iterator[Part]:
    not_sent.update(prepared.reasons)
    label = sample.label.encode()
    for file in prepared.files:
        name = label
        if set(prepared.samples) != {sample.label}:
            header, census = census_of(file.path)
            name = _picked(file, label, list(census))
            not_sent.update({OTHERS: sum(rows for other, (rows, _) in census.items() if other != name)})
            _, census = census_of(file.path, {other: label if other == name else other for other in census})
            rows, sha256 = census[name]
        else:
            with file.path.open("rb") as lines:
                header = next(lines)
            rows, sha256 = file.rows_sent, file.sha256
        about = {key: getattr(file, key) for key in ("source", "format", "rows_read", "rows_folded", "rows_not_sent")}
        yield Part(file.kind, file.path, header, name, rows, sha256, {**about, "sha256": sha256, "rows_sent": rows})


def _picked(file: PreparedFile, label: bytes, names: list[bytes]) -> bytes:
    """Give the name under which a file has the sample: its own, or whatever the only one in it is called."""
    if label in names:
        return label
    if len(names) == 1:
        return names[0]
    some = ", ".join(shown(name.decode()) for name in names[:_MOST_NAMED])
    raise InputError(f"{file.source}: found the samples {some}, expected {shown(label.decode())} among them")


def _joined_dropped(folder: Path) -> Path:
    """Give the list of what is not sent of a sample, from its own files and from shared ones."""
    own, of_shared = folder / DROPPED, folder / OF_SHARED
    if not own.exists():
        return of_shared
    if of_shared.exists():
        with own.open("ab") as file, of_shared.open("rb") as more:
            next(more)
            file.writelines(more)
    return own
