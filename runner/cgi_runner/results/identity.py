"""Whose results an intact archive holds, by the strongest evidence that it bears.

A summary that names the job is believed, whatever CGI's copy of the upload looks like. Without such an id, the copy
has to hold the rows that were sent. An archive that names another job is refused, unless that job's id was typed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from cgi_runner.errors import ForeignResultsError
from cgi_runner.inputs.account import InputAccount
from cgi_runner.inputs.sample_spelling import loose_spelling, plain_spelling
from cgi_runner.redaction import safe_excerpt
from cgi_runner.results.archive import ExtractedArchive, is_same_job
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.row_index import kind_of
from cgi_runner.results.tables import Table

_BOM = b"\xef\xbb\xbf"
_CHUNK = 1024 * 1024
ACCEPT_TIP = (
    "if these are the results of this job, `cgi-runner fetch DIR --archive ZIP --accept-archive {}` accepts them"
)


@dataclass(frozen=True)
class SentInput:
    """One file of a submission: its SHA-256 in hex, and where it lies, if it is at hand."""

    sha256: str
    path: Path | None = None


def find_sent_inputs(inputs: Mapping[str, InputAccount], folder: Path) -> dict[str, SentInput]:
    """Return what a record says was sent, with the prepared files themselves where a folder still has them.

    Args:
        inputs: What the record says of each kind of input.
        folder: Where the files may have been prepared; one that is another file than was sent does not count.

    """
    found = {}
    for kind, about in inputs.items():
        if sha256 := about.get("sha256"):
            path = folder / f"{kind}.tsv"
            is_there = path.is_file() and _digest(_chunks(path)) == sha256
            found[kind] = SentInput(sha256, path if is_there else None)
    return found


class Evidence(str, Enum):
    """What makes an archive that of a job, from the strongest to none."""

    JOB_ID = "its summary names the job"
    COPIES = "it names no job, and its copies of the inputs are identical byte for byte"
    ROWS = "it names no job, and its copies of the inputs hold the rows that were sent"
    ACCEPTED = "its id was given with --accept-archive"
    NONE = "it names no job, and there is no input to compare"


class CopyState(str, Enum):
    """What CGI's copy of an upload is, beside the upload."""

    EQUAL = "identical byte for byte"
    SAME_ROWS = "the same rows in another form"
    OTHER_ROWS = "other rows than were sent"
    UNKNOWN = "not identical byte for byte, and what was sent is not available for comparison"
    MISSING = "missing"


@dataclass(frozen=True)
class Identity:
    """By what an archive is believed to be a job's."""

    evidence: Evidence
    warnings: list[str] = field(default_factory=list)
    """For the screen and the record."""
    unknown_reasons: list[str] = field(default_factory=list)
    """Why the job must stay at CGI; empty if an id names it and all copies are identical byte for byte."""
    is_accepted: bool = False
    """Whether the id of the archive's job was given with --accept-archive."""
    inputs: dict[str, Path] = field(default_factory=dict)
    """The files that were sent, by kind, as far as they are at hand: to be given to `results.read`."""


def check_identity(
    extracted: ExtractedArchive, job_id: str, sent: Mapping[str, SentInput], *, accepted_id: str = ""
) -> Identity:
    """Find out whether an archive is that of a job.

    Args:
        extracted: The archive, unpacked.
        job_id: The job's id; an empty text if there is no job to compare it with.
        sent: What was sent, by kind; empty if that is not known.
        accepted_id: The id of another job whose archive somebody takes for this one's; for an archive without an id,
            this job's own.

    Raises:
        ForeignResultsError: The archive names another job, or none and holds other inputs than were sent.

    """
    copies = compare_copies(extracted.folder, sent)
    warnings = [
        f"CGI's copy of the {kind} in the archive: {state.value}"
        for kind, state in copies.items()
        if state is not CopyState.EQUAL
    ]
    evidence = _weigh(extracted.summary.job_id, job_id, copies, accepted_id)
    if evidence is Evidence.ACCEPTED:
        named = safe_excerpt(extracted.summary.job_id) or "no job"
        warnings.insert(0, f"the archive names {named}, not {job_id}; it was accepted by --accept-archive")
    elif evidence is not Evidence.JOB_ID and job_id:
        warnings.insert(0, f"the archive does not prove whose it is: {evidence.value}")
    own = {kind: each.path for kind, each in sent.items() if each.path}
    return Identity(evidence, warnings, list(warnings), bool(accepted_id), own)


def _weigh(named: str, job_id: str, copies: Mapping[str, CopyState], accepted_id: str) -> Evidence:
    if named:
        if not job_id or is_same_job(named, job_id):
            return Evidence.JOB_ID
        if is_same_job(named, accepted_id or "-"):
            return Evidence.ACCEPTED
        other = safe_excerpt(named.split(maxsplit=1)[0])
        raise ForeignResultsError(f"the archive is that of job {other}, not of {job_id}", tip=ACCEPT_TIP.format(other))
    states = set(copies.values())
    if states <= {CopyState.MISSING}:
        return Evidence.NONE
    if states == {CopyState.EQUAL}:
        return Evidence.COPIES
    if states <= {CopyState.EQUAL, CopyState.SAME_ROWS, CopyState.MISSING}:
        return Evidence.ROWS
    if job_id and accepted_id.casefold() == job_id.casefold():
        return Evidence.ACCEPTED
    kind, state = next((k, s) for k, s in copies.items() if s in {CopyState.OTHER_ROWS, CopyState.UNKNOWN})
    raise ForeignResultsError(
        f"the archive names no job, and its copy of the {kind} is {state.value}", tip=ACCEPT_TIP.format(job_id)
    )


def compare_copies(folder: Path, sent: Mapping[str, SentInput]) -> dict[str, CopyState]:
    """Compare what was sent with the copies in an archive, whatever their numbers.

    Args:
        folder: The archive, unpacked.
        sent: What was sent, by kind.

    """
    copies: dict[str, list[Path]] = {}
    for table in read_result_tables(folder).inputs.values():
        copies.setdefault(kind_of(table), []).append(table.path)
    found = {}
    for kind, upload in sent.items():
        states = [_compare(path, upload) for path in copies.get(kind, [])]
        found[kind] = min(states, key=list(CopyState).index, default=CopyState.MISSING)
    return found


def _compare(copy: Path, sent: SentInput) -> CopyState:
    if _digest(_chunks(copy)) == sent.sha256:
        return CopyState.EQUAL
    if _digest(_plain_lines(copy)) == sent.sha256:
        return CopyState.SAME_ROWS
    if sent.path is None:
        return CopyState.UNKNOWN
    return CopyState.SAME_ROWS if _has_same_rows(Table(copy), Table(sent.path)) else CopyState.OTHER_ROWS


def _digest(pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece


def _plain_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines as the runner writes them: no BOM, CR, empty lines, trailing tabs or quotes."""
    with path.open("rb") as file:
        is_header = True
        for line in file:
            bare = line.rstrip(b"\r\n\t")
            if is_header:
                bare = bare.removeprefix(_BOM)
            if not bare:
                continue
            if b'"' in bare:
                bare = b"\t".join([cell.strip(b'"') for cell in bare.split(b"\t")]).rstrip(b"\t")
            yield (bare.lower() if is_header else bare) + b"\n"
            is_header = False


def _has_same_rows(copy: Table, sent: Table) -> bool:
    """Whether two tables hold the same rows, in any order, by the columns that both have.

    The names of samples may be spelled in another way, unless two of them would be the same by that.
    """
    names = [name.strip().casefold() for name in sent.columns]
    shared = [name for name in names if name and copy.place(name) is not None]
    if kind_of(copy) != kind_of(sent) or not _ALTERATION.intersection(shared):
        return False
    if _fingerprint(copy, shared) == _fingerprint(sent, shared):
        return True
    place = sent.place(_SAMPLE)
    samples = {cell.strip() for cell in sent.column(place)} if place is not None else set()
    for spellings in (_Spellings(plain_spelling), _Spellings(loose_spelling)):
        if len({spellings[name] for name in samples}) < len(samples):
            return False
        if _fingerprint(copy, shared, spellings) == _fingerprint(sent, shared, spellings):
            return True
    return False


_ALTERATION = frozenset({"pos", "gdna", "protein", "cna", "fus", "cytoband"})
_SAMPLE = "sample"


class _Spellings(dict[str, str]):
    """The spelling of each name that its own ones have in common, remembered after it was asked for once."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        """Know none yet; `spell` gives that of a name."""
        super().__init__()
        self._spell = spell

    def __missing__(self, name: str) -> str:
        """Work out the spelling of a name that is new."""
        self[name] = spelling = self._spell(name)
        return spelling


def _fingerprint(table: Table, names: Sequence[str], spellings: _Spellings | None = None) -> int:
    """Return a sum over all rows that does not depend on their order."""
    places = [place for name in names if (place := table.place(name)) is not None]
    sample = names.index(_SAMPLE) if spellings is not None and _SAMPLE in names else None
    total = 0
    for cells in table.rows():
        found = [cells[place].strip() for place in places]
        if sample is not None and spellings is not None:
            found[sample] = spellings[found[sample]]
        # Not that of a tuple: where two rows exchange their last cells, the sum of the hashes is often the same.
        total += hash("\t".join(found))
    return total
