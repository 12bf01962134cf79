"""The last steps: results in place under their names, the rows accounted for, the remote job deleted if asked."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from shlex import quote

from cgi_runner.errors import ForeignResultsError, ResultsError, RowsMissingError
from cgi_runner.files import atomic_write, commit_file, open_text, sha256_of
from cgi_runner.inputs.dropped import NOT_RETURNED, DroppedFile
from cgi_runner.output.claim import DROPPED, claim_names, read_dropped
from cgi_runner.output.locking import WORK
from cgi_runner.output.pseudonyms import SampleView, refuse_unsent_samples, respell_samples, sample_view
from cgi_runner.output.record import Record, RecordStore, State, service_kind
from cgi_runner.output.record_facts import ArchiveFacts
from cgi_runner.redaction import redact
from cgi_runner.results import ResultSummary, read
from cgi_runner.results.archive import ARCHIVE, LOGS, REFUSED, ExtractedArchive, is_unpacked, unpack
from cgi_runner.results.contradictions import contradict_request
from cgi_runner.results.identity import ACCEPT_TIP, Identity, find_sent_inputs
from cgi_runner.results.reconcile import MissingRow
from cgi_runner.results.summary import read_summary

log = logging.getLogger(__name__)

_LINES_AT_ONCE = 100_000


def save_log(out: Path, log_lines: Sequence[str]) -> None:
    """Keep the job's log: it alone says why a row was skipped, and deleting the job would remove it.

    Args:
        out: The output folder.
        log_lines: The log.

    """
    part = out / f".{LOGS}.part"
    with part.open("wb") as file:
        for start in range(0, len(log_lines), _LINES_AT_ONCE):  # a log may be larger than memory
            text = redact("".join(f"{line}\n" for line in log_lines[start : start + _LINES_AT_ONCE]))
            file.write(text.encode(errors="backslashreplace"))
    commit_file(part, out / LOGS)


def read_log(folder: Path) -> list[str]:
    """Return the lines of a log that was kept in a folder; none if there is none."""
    if not (folder / LOGS).is_file():
        return []
    with open_text(folder / LOGS) as file:
        return [line.rstrip("\n") for line in file]


def install_results(
    unpacked: ExtractedArchive, identity: Identity, lines: Sequence[str], out: Path, store: RecordStore
) -> ResultSummary:
    """Move verified files into the output folder, write what is missing, and say all of it in the record.

    Args:
        unpacked: The archive and its files, on the same disk.
        identity: What is known of whose results they are.
        lines: The job's log, which says why rows were skipped (fact 22 of docs/sandbox.md).
        out: The output folder.
        store: The record of the job, which becomes verified.

    Returns:
        What the results say of themselves and of the rows.

    Raises:
        InputError: A file of somebody else's would be overwritten.
        ResultsError: The archive holds no results; it is kept in the output folder, as is one that is not believed.
        ForeignResultsError: It holds rows that were never sent.

    """
    record = store.record
    counts = {kind: about.get("rows_sent", 0) for kind, about in record.inputs.items()}
    with keep_refused_archive(unpacked.archive, out):
        if not identity.is_accepted:
            about = unpacked.summary
            if fault := contradict_request(about.cancer_type, about.reference, record.cancer_type, record.reference):
                raise ForeignResultsError(fault, tip=ACCEPT_TIP.format(record.job_id))
        respelled = respell_samples(unpacked, record)
        try:
            findings = read(unpacked, lines, cancer_type=record.cancer_type, sent=counts, own_inputs=identity.inputs)
        except ResultsError:
            if record.service:  # a saved archive stays where it is
                _keep(unpacked.archive, out)
            raise
        if not identity.is_accepted:
            refuse_unsent_samples(unpacked, record)
    former = claim_names(unpacked, out, store)
    view = sample_view(out, record)
    part, _ = _write_dropped(out / DROPPED, findings.missing, out, view)
    rows = view.counts(findings.rows, unpacked.folder)
    unknown = [*identity.unknown_reasons, *respelled, *findings.unknown_reasons]
    archive = _archive_facts(unpacked, unknown, view.rename(unpacked))
    for name in unpacked.members:
        commit_file(unpacked.folder / name, out / name)
    commit_file(unpacked.archive, out / ARCHIVE)
    commit_file(part, out / DROPPED)
    store.transition(
        State.VERIFIED,
        archive=archive,
        cgi={"version": findings.version, "date": findings.date, "generation": findings.format_version},
        service_kind=service_kind(record.service, findings.version),
        rows=rows,
        warnings=[*record.service_warnings, *identity.warnings, *respelled, *findings.warnings],
    )
    (out / REFUSED).unlink(missing_ok=True)  # the results are here, and it may be another patient's
    for name in former:  # a job before this one's, which --fresh has left behind
        if (out / name).is_file():
            (out / name).unlink()
    return findings


def _archive_facts(unpacked: ExtractedArchive, unknown: list[str], renamed: dict[str, str]) -> ArchiveFacts:
    """Return what the record keeps of an archive that is believed."""
    facts: ArchiveFacts = {
        "sha256": sha256_of(unpacked.archive),
        "bytes": unpacked.archive.stat().st_size,
        "members": list(unpacked.members),
    }
    if unknown:
        facts["unknown"] = unknown
    if renamed:
        facts["renamed"] = renamed
    return facts


@contextmanager
def keep_refused_archive(archive: Path, out: Path) -> Iterator[None]:
    """Keep an intact archive that is not believed in the output folder: it may be all that is left of the job.

    Args:
        archive: The archive; it is moved if it is refused.
        out: The output folder.

    Raises:
        ForeignResultsError: The block's own, with a tip that names the file that was kept.

    """
    try:
        yield
    except ForeignResultsError as error:
        _keep(archive, out)
        tip = error.tip.replace("DIR --archive ZIP", f"{quote(str(out))} --archive {quote(str(out / REFUSED))}")
        raise ForeignResultsError(error.message, tip=tip) from error


def _keep(archive: Path, out: Path) -> None:
    commit_file(archive, out / REFUSED)
    log.warning("the archive is intact and kept as %s", out / REFUSED)


def rewrite_dropped(not_sent: Path, out: Path, record: Record) -> None:
    """Write `dropped.tsv` of results that are in place anew, from a list of what was not sent; it may have suffered.

    Args:
        not_sent: A list of rows that were not sent, which may be damaged.
        out: The output folder, with verified results.
        record: Its record.

    """
    view = sample_view(out, record)
    unpacked = ExtractedArchive(out / ARCHIVE, out, tuple(record.archive.get("members", ())), read_summary(out))
    if view.names:  # the tables here have other names than what was sent
        (out / WORK).mkdir(exist_ok=True)
        unpacked = unpack(out / ARCHIVE, out / WORK / "original")
        respell_samples(unpacked, record)
    sent = find_sent_inputs(record.inputs, not_sent.parent)
    own = {kind: each.path for kind, each in sent.items() if each.path}
    with open_text(out / LOGS) as lines:
        try:
            findings = read(unpacked, lines, cancer_type=record.cancer_type, own_inputs=own)
        except ForeignResultsError:  # the archive's copy has other rows than were sent, which was said before
            log.warning("%s is kept unchanged: what was sent is not available for comparison", out / DROPPED)
            return
    part, listed = _write_dropped(not_sent, findings.missing, out, view)
    commit_file(part, out / DROPPED)
    if listed < sum(record.not_sent.values()):
        log.warning(
            "%s lists %d of %d rows that were not sent; `cgi-runner run` with the same inputs lists all of them",
            out / DROPPED,
            listed,
            sum(record.not_sent.values()),
        )


def _write_dropped(not_sent: Path, missing: Iterable[MissingRow], out: Path, view: SampleView) -> tuple[Path, int]:
    """Write under a passing name what was not sent and what did not come back, and count the former."""
    part, listed = out / f".{DROPPED}.part", 0
    with closing(DroppedFile(part)) as dropped:
        for kind, line, sample, alteration, reason in read_dropped(not_sent):
            if view.has(sample):
                dropped.add(kind, line, view.names.get(sample, sample), alteration, reason)
                listed += 1
        for lost in view.missing(missing):
            dropped.add(lost.kind, lost.line, lost.sample, lost.alteration, redact(lost.reason), stage=NOT_RETURNED)
    return part, listed


def copy_dropped(source: Path, out: Path) -> None:
    """Take the list of rows that were not sent along into another output folder.

    Args:
        source: The folder that has the list.
        out: The folder that gets it, unless it has one.

    """
    if not (out / DROPPED).exists() and (source / DROPPED).is_file():
        atomic_write(out / DROPPED, (source / DROPPED).read_text(encoding="utf-8"))


def results_are_intact(out: Path, record: Record) -> bool:
    """Return whether the verified files of a complete job are still there, archive and members byte for byte.

    The list of rows that were left out is not looked at; `rewrite_dropped` makes it from these.

    Args:
        out: The output folder.
        record: Its record.

    """
    archive = out / ARCHIVE
    beside = all((out / name).is_file() for name in (ARCHIVE, LOGS))
    if not (beside and sha256_of(archive) == record.archive.get("sha256")):
        return False
    renamed = record.archive.get("renamed", {})
    is_whole = all((out / name).is_file() and sha256_of(out / name) == digest for name, digest in renamed.items())
    return is_whole and is_unpacked(archive, out, renamed)


def restore_from_archive(out: Path, record: Record, work: Path) -> bool:
    """Put results that were edited or lost in place again from their archive.

    CGI may have deleted the job. While it has not, a lost log can be fetched again, and is.

    Args:
        out: The output folder.
        record: Its record.
        work: A folder for temporary files, on the same disk.

    Returns:
        Whether the archive was there, whole.

    """
    archive = out / ARCHIVE
    has_log = (out / LOGS).is_file()
    if not (archive.is_file() and sha256_of(archive) == record.archive.get("sha256")):
        return False
    if not has_log and record.state is not State.DELETED:
        return False
    unpacked = unpack(Path(shutil.copyfile(archive, work / ARCHIVE)), work / "restored")
    sample_view(out, record).rename(unpacked)
    for name in unpacked.members:
        commit_file(unpacked.folder / name, out / name)
    if not has_log:
        log.warning("%s is lost, and with it the reasons why rows were not returned", out / LOGS)
        atomic_write(out / LOGS, "")
    rewrite_dropped(out / DROPPED, out, record)
    log.info("the results in %s were restored from %s", out, ARCHIVE)
    return True


def not_returned(record: Record) -> int:
    """Return the number of rows that were sent and did not come back, as far as the archive tells."""
    return sum(counts.get("not_returned") or 0 for counts in record.rows.values())


def unaccounted_kinds(record: Record) -> str:
    """Name the kinds of rows of whose fate the archive tells nothing; an empty string if there are none."""
    kinds = [kind for kind, counts in record.rows.items() if counts.get("not_returned") is None]
    return ", ".join(kinds) if record.rows else "rows"


def require_all_rows(record: Record) -> None:
    """Make missing rows an error, for `--strict`.

    Raises:
        RowsMissingError: At least one row that was sent did not come back, or may not have.

    """
    if missing := not_returned(record):
        raise RowsMissingError(
            f"{missing} rows were sent and did not come back", tip=f"{DROPPED} lists them with reasons"
        )
    if open_kinds := unaccounted_kinds(record):
        raise RowsMissingError(
            f"the archive does not show which of the {open_kinds} came back",
            tip="compare them with the results yourself, or leave --strict out",
        )
