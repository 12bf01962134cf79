"""Every sample prepared as it would be alone: its own files in its own folder, its rows of files that all share."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cgi_runner.cohort.dropped_lists import OTHERS, append_lists, filter_dropped
from cgi_runner.cohort.file_claims import FileClaims, report_claims
from cgi_runner.cohort.names import OtherNames, normalise_name
from cgi_runner.cohort.references import report_references, same_reference
from cgi_runner.cohort.shared_inputs import SampleRows, SharedInputs, hash_by_sample, split_dropped
from cgi_runner.cohort.sheet import RejectedSample, Sample, Sheet
from cgi_runner.errors import InputError
from cgi_runner.inputs import KINDS, Kind, Options, Prepared, PreparedFile, prepare
from cgi_runner.inputs.account import input_account
from cgi_runner.inputs.empty import explain_empty
from cgi_runner.inputs.notes import InputNotes
from cgi_runner.inputs.preparation import NothingToSendError, list_paths
from cgi_runner.inputs.problems import TIP, quote, quote_names
from cgi_runner.inputs.reference import Reference
from cgi_runner.redaction import redact

log = logging.getLogger(__name__)

DROPPED = "dropped.tsv"
OF_SHARED = "shared.tsv"
_ONLY_ALONE = ("--sample", "--tumor-column", "--all-samples")


@dataclass(frozen=True)
class PreparedSample:
    """A sample, checked and prepared; `dropped` lists the rows of it that are not sent."""

    sample: Sample
    parts: tuple[SampleRows, ...]
    dropped: Path
    not_sent: dict[str, int]
    reference: Reference
    """The build of its rows, and why."""
    others: Mapping[Path, frozenset[str]] = field(default_factory=dict)
    """Other samples that its own files name."""
    nameless: Sequence[Path] = ()
    """Those of its own files that do not name it."""
    renamed: Mapping[Path, str] = field(default_factory=dict)
    """What its own files call it, where that is another name."""

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
        content = [self.sample.cancer_type, self.reference.build, sorted((p.kind, p.sha256) for p in self.parts)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


@dataclass
class PreparedSamples:
    """What came of a sheet: the samples that can be sent, and those that cannot."""

    sheet: Sheet
    samples: list[PreparedSample] = field(default_factory=list)
    rejected: list[RejectedSample] = field(default_factory=list)
    dropped: Path | None = None
    """Rows that are not sent and belong to none of the members."""


def prepare_samples(sheet: Sheet, shared: SharedInputs, folder: Path, options: Options) -> PreparedSamples:
    """Prepare every sample of a sheet, with its rows of the shared files; one that fails is listed, not raised.

    Args:
        sheet: The samples.
        shared: The files that samples share, prepared.
        folder: Made for temporary files; each sample has a folder in it.
        options: Which variants are sent, and which columns and genome build decide.

    Returns:
        The samples that can be sent, those that cannot with their reasons, and the rows that are nobody's.

    """
    found = PreparedSamples(sheet, rejected=list(sheet.rejected))
    folder.mkdir(parents=True)
    folders = [folder / f"{number:05}" for number, _ in enumerate(sheet.samples)]
    for sample_folder in folders:
        sample_folder.mkdir()
    if shared.dropped:
        found.dropped = folder / "rest.tsv"
        places = {sample.label: place for place, sample in enumerate(sheet.samples)}
        split_dropped(shared, shared.dropped, places, [*(own / OF_SHARED for own in folders), found.dropped])
    known_names = {one.name for one in (*sheet.rejected, *sheet.left_out)} | {sample.label for sample in sheet.samples}
    known = Counter(map(normalise_name, known_names))
    for sample, own in zip(sheet.samples, folders, strict=True):
        prepared = _prepare_sample(SampleTask(sample, own, OtherNames(known, sample.label), options), shared)
        if isinstance(prepared, PreparedSample):
            found.samples.append(prepared)
            continue
        found.rejected.append(prepared)
        rest = append_lists([own / DROPPED, own / OF_SHARED], folder / "rest.tsv")
        found.dropped = rest if rest.exists() else None
    strangers = sorted(name for name in shared.parts if name not in known_names)
    found.rejected += [
        RejectedSample(name, "has rows in the shared files, and no line in the sheet") for name in strangers
    ]
    claims = [FileClaims(one.sample.label, one.others, one.nameless, one.renamed) for one in found.samples]
    report_claims(claims, sheet)
    report_references(member.reference for member in found.samples)
    return found


@dataclass(frozen=True)
class SampleTask:
    """A sample to prepare in a folder of its own."""

    sample: Sample
    folder: Path
    others: OtherNames
    options: Options

    def match_name(self, names: Iterable[str]) -> str | None:
        """Return the name under which a file has the sample: its own, or whatever the only one in it is called.

        A name that another line of the sheet has is never taken for this sample's: it would get that one's rows.
        """
        label, known = self.sample.label, set(names)
        if label in known:
            return label
        return known.pop() if len(known) == 1 and not any(name in self.others for name in known) else None


def _prepare_sample(wanted: SampleTask, shared: SharedInputs) -> PreparedSample | RejectedSample:
    if redact(wanted.sample.label) != wanted.sample.label:
        return RejectedSample(
            wanted.sample.label, "the sample's name holds the token or the e-mail, and would be kept at CGI"
        )
    try:
        return _collect_rows(wanted, shared)
    except InputError as error:
        return RejectedSample(wanted.sample.label, f"{error.message}{_tip_of(error)}")


def _tip_of(error: InputError) -> str:
    """Return the tip of an error in brackets, unless it names an option that a cohort does not have."""
    is_of_use = error.tip not in {"", TIP} and not any(option in error.tip for option in _ONLY_ALONE)
    return f" ({error.tip})" if is_of_use else ""


def _collect_rows(wanted: SampleTask, shared: SharedInputs) -> PreparedSample:
    sample, folder = wanted.sample, wanted.folder
    parts, not_sent = list(shared.parts.get(sample.label, ())), Counter(shared.reasons.get(sample.label, {}))
    others: dict[Path, frozenset[str]] = {}
    nameless: list[Path] = []
    renamed: dict[Path, str] = {}
    references = [shared.reference] if parts and shared.reference else []
    if sample.sources and (prepared := _prepare_own_files(wanted, may_be_empty=bool(parts))):
        references.append(prepared.reference)
        # First of all, so that a sample which turns out to be of no use has no rows of others in its list.
        names: dict[str, str] = {file.kind: wanted.match_name(file.names) or sample.label for file in prepared.files}
        dropped = filter_dropped(folder / DROPPED, names, sample.label)
        for file in prepared.files:
            name, paths = _require_name(wanted, file), list_paths(sample.sources[file.kind])
            if not (file.names_itself and name == sample.label):
                nameless += paths
            if own := _name_in_file(file, name, sample.label):
                renamed.update(dict.fromkeys(paths, own))
            parts.append(_select_rows(file, name, sample.label, dropped[file.kind]))
            others.update(dict.fromkeys(paths, file.names - {name}))
        for reasons in dropped.values():
            not_sent.update(reasons)
    if not parts:
        raise InputError(_explain_nothing(not_sent))
    parts.sort(key=lambda part: KINDS.index(part.kind))
    listing = append_lists([folder / OF_SHARED], folder / DROPPED)
    others = {path: more for path, more in others.items() if more}
    reference = same_reference(references)
    return PreparedSample(sample, tuple(parts), listing, dict(+not_sent), reference, others, nameless, renamed)


def _explain_nothing(not_sent: Counter[str]) -> str:
    if not_sent:
        return f"found nothing to send in the shared files, {explain_empty(not_sent)}"
    return "found no alterations of this sample, expected a file or rows in a shared one"


def _prepare_own_files(wanted: SampleTask, *, may_be_empty: bool) -> Prepared | None:
    """Prepare a sample's own files, leaving out those that have a header and nothing below it.

    That is how a caller says that it found nothing. A file without even a header is no such answer: whatever should
    have written it has failed.
    """
    sources = dict(wanted.sample.sources)
    if not sources:
        return None
    try:
        return _prepare_and_filter(wanted, sources)
    except NothingToSendError as error:
        if error.has_rows or not (len(sources) > 1 or may_be_empty):
            raise
        log.info("%s: no rows in %s", wanted.sample.label, error.kind)
        del sources[error.kind]
    return _prepare_own_files(
        replace(wanted, sample=replace(wanted.sample, sources=sources)), may_be_empty=may_be_empty
    )


def _prepare_and_filter(wanted: SampleTask, sources: Mapping[Kind, Path | Sequence[Path]]) -> Prepared:
    """Prepare files; when that fails, what they hold that is of no use to CGI is listed all the same."""
    sample, own = wanted.sample, dict[str, str]()
    try:
        return prepare(
            sources,
            wanted.folder,
            replace(
                wanted.options,
                reference=sample.reference,
                sample=sample.label,
                is_sheet_row=True,
                tumor_column=sample.tumor_column,
                other_samples=wanted.others,
                ignore_build_hints=wanted.options.ignore_build_hints and sample.reference is not None,
            ),
        )
    except InputError as error:
        if isinstance(error, NothingToSendError) and (name := wanted.match_name(error.names)):
            own = {error.kind: name}
        filter_dropped(wanted.folder / DROPPED, own, sample.label)
        raise


def _require_name(wanted: SampleTask, file: PreparedFile) -> str:
    if name := wanted.match_name(file.names):
        return name
    some, label = quote_names(sorted(file.names)), quote(wanted.sample.label)
    if len(file.names) == 1:
        raise InputError(f"{file.source}: found only the sample {some}, which has its own line, expected {label}")
    raise InputError(f"{file.source}: found the samples {some}, expected {label} among them")


def _name_in_file(file: PreparedFile, name: str, label: str) -> str:
    """Return what a file calls the sample whose prepared rows bear `name`, or nothing where that is its label."""
    if name != label:
        return name
    return next((own for own, sent in file.renamed.items() if sent == label), "")


def _select_rows(file: PreparedFile, name: str, label: str, dropped: Counter[str]) -> SampleRows:
    """Return the sample's rows of a prepared file; those of others are counted among what is not sent."""
    about = input_account(file)
    if name != label:
        notes = InputNotes()
        notes.rename(name, label, "asked for")
        about["notes"] = [*notes.decisions, *file.notes]
        about["files"][0]["decisions"] = [*notes.decisions, *about["files"][0]["decisions"]]
    if file.names == {label}:
        with file.path.open("rb") as lines:
            header = next(lines)
        rows, sha256 = file.rows_sent, file.sha256
    else:
        header, by_sample = hash_by_sample(file.path)
        if name.encode() not in by_sample:
            # Other samples' rows must never stand in for those of this one, which has none.
            own = Counter({reason: rows for reason, rows in dropped.items() if reason != OTHERS})
            raise InputError(f"{file.source}: found nothing to send of {quote(name)}, {explain_empty(own)}")
        dropped[OTHERS] += file.rows_sent - by_sample[name.encode()][0]
        rename = {other: label.encode() if other == name.encode() else other for other in by_sample}
        rows, sha256 = hash_by_sample(file.path, rename)[1][name.encode()]
    about["sha256"], about["rows_sent"] = sha256, rows
    return SampleRows(file.kind, file.path, header, name.encode(), rows, sha256, about)
