"""Every sample prepared as it would be alone: its own files in its own folder, its rows of files that all share."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cgi_runner.cohort.names import alike
from cgi_runner.cohort.shared import Part, Shared, census_of, share_dropped
from cgi_runner.cohort.sheet import KINDS, Bad, Sample, Sheet
from cgi_runner.errors import InputError
from cgi_runner.inputs import Kind, Prepared, PreparedFile, prepare
from cgi_runner.inputs.dropped import COLUMNS
from cgi_runner.inputs.faults import shown
from cgi_runner.inputs.preparation import NothingToSendError, why_nothing
from cgi_runner.redaction import redact

log = logging.getLogger(__name__)

DROPPED = "dropped.tsv"
OF_SHARED = "shared.tsv"
OTHERS = "rows of other samples in the same file"
_MOST_NAMED = 5
_KIND, _SAMPLE, _REASON = (COLUMNS.index(name) for name in ("input", "sample", "reason"))


@dataclass(frozen=True)
class Member:
    """A sample, checked and prepared; `dropped` lists the rows of it that are not sent."""

    sample: Sample
    parts: tuple[Part, ...]
    dropped: Path
    not_sent: dict[str, int]
    others: Mapping[Path, frozenset[str]] = field(default_factory=dict)
    """Other samples that its own files name."""
    nameless: Sequence[Path] = ()
    """Those of its own files that do not name it."""

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
    """Rows that are not sent and belong to none of the members."""


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
    listed = {one.name for one in sheet.bad} | {sample.label for sample in sheet.samples}
    known = Counter(map(alike, listed))
    for sample, own in zip(sheet.samples, folders, strict=True):
        judged = _judged(_Wanted(sample, own, _Others(known, sample.label), pass_only), shared)
        if isinstance(judged, Member):
            found.members.append(judged)
            continue
        found.bad.append(judged)
        rest = _joined([own / DROPPED, own / OF_SHARED], folder / "rest.tsv")
        found.dropped = rest if rest.exists() else None
    strangers = sorted(name for name in shared.parts if name not in listed)
    found.bad += [Bad(name, "has rows in the shared files, and no line in the sheet") for name in strangers]
    _warn_of_unclaimed(found.members, sheet)
    _warn_of_several_owners(found.members)
    return found


@dataclass(frozen=True)
class _Others:
    """The other samples of the sheet: names that people might take for one of theirs are in it."""

    listed: Counter[str]
    label: str

    def __contains__(self, name: object) -> bool:
        """Whether the name is one of theirs."""
        return self.listed[alike(str(name))] > (alike(str(name)) == alike(self.label))


@dataclass(frozen=True)
class _Wanted:
    """A sample to prepare in a folder of its own."""

    sample: Sample
    folder: Path
    others: _Others
    pass_only: bool

    def own_name(self, names: Iterable[str]) -> str | None:
        """Give the name under which a file has the sample: its own, or whatever the only one in it is called.

        A name that another line of the sheet has is never taken for this sample's: it would get that one's rows.
        """
        label, known = self.sample.label, set(names)
        if label in known:
            return label
        return known.pop() if len(known) == 1 and not any(name in self.others for name in known) else None


def _judged(wanted: _Wanted, shared: Shared) -> Member | Bad:
    if redact(wanted.sample.label) != wanted.sample.label:
        return Bad(wanted.sample.label, "the sample's name holds the token or the e-mail, and would be kept at CGI")
    try:
        return _member(wanted, shared)
    except InputError as error:
        return Bad(wanted.sample.label, error.message)


def _member(wanted: _Wanted, shared: Shared) -> Member:
    sample, folder = wanted.sample, wanted.folder
    parts, not_sent = list(shared.parts.get(sample.label, ())), Counter(shared.reasons.get(sample.label, {}))
    others: dict[Path, frozenset[str]] = {}
    nameless: list[Path] = []
    if sample.sources and (prepared := _prepared(wanted, may_be_empty=bool(parts))):
        # First of all, so that a sample which turns out to be of no use has no rows of others in its list.
        names: dict[str, str] = {file.kind: wanted.own_name(file.names) or sample.label for file in prepared.files}
        dropped = _sift(folder / DROPPED, names, sample.label)
        for file in prepared.files:
            name = _picked(wanted, file)
            if not (file.names_itself and name == sample.label):
                nameless.append(sample.sources[file.kind])
            parts.append(_part(file, name, sample.label, dropped[file.kind]))
            others[sample.sources[file.kind]] = file.names - {name}
        for reasons in dropped.values():
            not_sent.update(reasons)
    if not parts:
        raise InputError(_nothing(not_sent))
    parts.sort(key=lambda part: KINDS.index(part.kind))
    listing = _joined([folder / OF_SHARED], folder / DROPPED)
    others = {path: more for path, more in others.items() if more}
    return Member(sample, tuple(parts), listing, dict(+not_sent), others, nameless)


def _nothing(not_sent: Counter[str]) -> str:
    if not_sent:
        return f"found nothing to send in the shared files, {why_nothing(not_sent)}"
    return "found no alterations of it, expected a file or rows in a shared one"


def _prepared(wanted: _Wanted, *, may_be_empty: bool) -> Prepared | None:
    """Prepare a sample's own files, leaving out those that have a header and nothing below it.

    That is how a caller says that it found nothing. A file without even a header is no such answer: whatever should
    have written it has failed.
    """
    sources = dict(wanted.sample.sources)
    if not sources:
        return None
    try:
        return _prepare(wanted, sources)
    except NothingToSendError as error:
        if error.has_rows or not (len(sources) > 1 or may_be_empty):
            raise
        log.info("%s: no rows in %s", wanted.sample.label, error.kind)
        del sources[error.kind]
    return _prepared(replace(wanted, sample=replace(wanted.sample, sources=sources)), may_be_empty=may_be_empty)


def _prepare(wanted: _Wanted, sources: Mapping[Kind, Path]) -> Prepared:
    """Prepare files; when that fails, what they hold that is of no use to CGI is listed all the same."""
    sample, own = wanted.sample, dict[str, str]()
    try:
        return prepare(
            sources,
            wanted.folder,
            reference=sample.reference,
            sample=sample.label,
            pass_only=wanted.pass_only,
            others=wanted.others,
        )
    except InputError as error:
        if isinstance(error, NothingToSendError) and (name := wanted.own_name(error.names)):
            own = {error.kind: name}
        _sift(wanted.folder / DROPPED, own, sample.label)
        raise


def _picked(wanted: _Wanted, file: PreparedFile) -> str:
    if name := wanted.own_name(file.names):
        return name
    some, label = _some(sorted(file.names)), shown(wanted.sample.label)
    if len(file.names) == 1:
        raise InputError(f"{file.source}: found only the sample {some}, which has a line of its own, expected {label}")
    raise InputError(f"{file.source}: found the samples {some}, expected {label} among them")


def _part(file: PreparedFile, name: str, label: str, dropped: Counter[str]) -> Part:
    """Give the sample's rows of a prepared file; those of others are counted among what is not sent."""
    about = {key: getattr(file, key) for key in ("source", "format", "rows_read", "rows_folded", "rows_not_sent")}
    if file.names == {label}:
        with file.path.open("rb") as lines:
            header = next(lines)
        rows, sha256 = file.rows_sent, file.sha256
    else:
        header, census = census_of(file.path)
        if name.encode() not in census:
            # Other samples' rows must never stand in for those of this one, which has none.
            own = Counter({reason: rows for reason, rows in dropped.items() if reason != OTHERS})
            raise InputError(f"{file.source}: found nothing to send of {shown(name)}, {why_nothing(own)}")
        dropped[OTHERS] += file.rows_sent - census[name.encode()][0]
        rename = {other: label.encode() if other == name.encode() else other for other in census}
        rows, sha256 = census_of(file.path, rename)[1][name.encode()]
    about |= {"sha256": sha256, "rows_sent": rows}
    return Part(file.kind, file.path, header, name.encode(), rows, sha256, about)


def _sift(path: Path, names: Mapping[str, str], label: str) -> dict[str, Counter[str]]:
    """Leave only a sample's rows in a list of what is not sent, under its label, and count all by kind and reason.

    `names` is what the sample is called in the files of each kind; a row without a name is its, too.
    """
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    if not path.exists():
        return counts
    sifted = path.with_suffix(".sifted")
    with path.open("rb") as lines, sifted.open("wb") as file:
        file.write(next(lines, b""))
        for line in lines:
            cells = line.rstrip(b"\n").split(b"\t")
            kind, whose = cells[_KIND].decode(), cells[_SAMPLE].decode()
            is_own = whose in {"", names.get(kind, label)}
            counts[kind][cells[_REASON].decode() if is_own else OTHERS] += 1
            if is_own:
                cells[_SAMPLE] = label.encode() if whose else b""
                file.write(b"\t".join(cells) + b"\n")
    sifted.replace(path)
    return counts


def _joined(lists: Iterable[Path], target: Path) -> Path:
    """Append lists of what is not sent, as far as they are there, to one that may be there already."""
    for path in filter(Path.exists, lists):
        is_new = not target.exists()
        with path.open("rb") as lines, target.open("ab") as file:
            header = next(lines, b"")
            file.writelines([header] if is_new else [])
            file.writelines(lines)
    return target


def _warn_of_unclaimed(members: Iterable[Member], sheet: Sheet) -> None:
    """Say which samples in the members' own files no line of the sheet takes from there: they would be missed late."""
    claimed = {(path, sample.label) for sample in sheet.samples for path in sample.sources.values()}
    unclaimed: dict[Path, set[str]] = {}
    for member in members:
        for path, others in member.others.items():
            unclaimed.setdefault(path, set()).update(name for name in others if (path, name) not in claimed)
    for path, names in unclaimed.items():
        if names:
            log.warning(
                "%s: not sent, as no line of the sheet has them with this file: %s", path.name, _some(sorted(names))
            )


def _warn_of_several_owners(members: Iterable[Member]) -> None:
    """Say which files are taken for several samples: one patient's under two cancer types, or a slip in the sheet."""
    owners: dict[Path, list[str]] = {}
    for member in members:
        for path in member.nameless:
            owners.setdefault(path.resolve(), []).append(member.sample.label)
    for path, labels in owners.items():
        if len(labels) > 1:
            log.warning("%s: taken for each of %s, none of whom it names", path.name, _some(labels))


def _some(names: list[str]) -> str:
    """Give a few names, then how many more there are."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(map(shown, names[:_MOST_NAMED])) + more
