"""The last steps: results in place under their names, the rows accounted for, the remote job deleted if asked."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from cgi_runner.api import Api, JobLog, UnknownJobError
from cgi_runner.errors import InputError, ResultsError, RowsMissingError, RunnerError
from cgi_runner.inputs.dropped import COLUMNS, NOT_RETURNED, NOT_SENT, DroppedFile
from cgi_runner.job.fetch import sha256_of
from cgi_runner.job.journal import Journal, Record, State, settle, write_whole
from cgi_runner.redaction import redact
from cgi_runner.results import Findings, read
from cgi_runner.results.archive import ARCHIVE, LOGS, OWN, Unpacked, is_unpacked, read_summary, unpack
from cgi_runner.results.reconcile import Missing

log = logging.getLogger(__name__)

DROPPED = "dropped.tsv"


def save_log(out: Path, answer: JobLog) -> None:
    """Keep the job's log: it alone says why a row was skipped, and deleting the job would remove it."""
    write_whole(out / LOGS, redact("".join(f"{line}\n" for line in answer.lines)))


def put_in_place(unpacked: Unpacked, lines: Sequence[str], out: Path, journal: Journal) -> Findings:
    """Move verified files into the output folder, write what is missing, and say all of it in the record.

    Raises:
        InputError: A file of somebody else's would be overwritten.
        ResultsError: The archive holds other uploads than those that were sent.

    """
    sent = {about["sha256"] for about in journal.record.inputs.values()}
    uploads = {sha256_of(path) for path in unpacked.folder.glob("input*.tsv")}
    if sent and uploads - sent:
        raise ResultsError("the archive holds other inputs than those that were sent", tip="run the command again")
    former = _claim(unpacked, out, journal)
    counts = {kind: about.get("rows_sent", 0) for kind, about in journal.record.inputs.items()}
    findings = read(unpacked, lines, cancer_type=journal.record.cancer_type, sent=counts)
    digest, size = sha256_of(unpacked.archive), unpacked.archive.stat().st_size
    part, _ = _listed(out / DROPPED, findings.missing, out)
    for name in unpacked.members:
        settle(unpacked.folder / name, out / name)
    settle(unpacked.archive, out / ARCHIVE)
    settle(part, out / DROPPED)
    journal.advance(
        State.VERIFIED,
        archive={"sha256": digest, "bytes": size, "members": list(unpacked.members)},
        cgi={"version": findings.version, "date": findings.date, "generation": findings.generation},
        rows={rows.kind: rows.counts() for rows in findings.rows},
        warnings=findings.cautions,
    )
    for name in former:  # a job before this one's, which --fresh has left behind
        if (out / name).is_file():
            (out / name).unlink()
    return findings


def refuse_overwriting(unpacked: Unpacked, out: Path, record: Record) -> None:
    """See to it that no file is overwritten which this very job has not brought.

    Raises:
        InputError: A name that the results need is taken.

    """
    ours = record.archive.get("members", ())
    if taken := [name for name in unpacked.members if name not in ours and (out / name).exists()]:
        raise InputError(
            f"{out} holds {taken[0]}, which the results would overwrite",
            tip="move it away and run the command again, or fetch the results into another --output",
        )


def _claim(unpacked: Unpacked, out: Path, journal: Journal) -> set[str]:
    """Put down which names in the folder are about to be this job's, in case that this run does not live to the end.

    Gives the names of files that earlier results have left, and that these do not have.
    """
    refuse_overwriting(unpacked, out, journal.record)
    before = set(journal.record.archive.get("members", ()))
    journal.advance(State.FETCHING, archive={"members": sorted(before.union(unpacked.members))})
    # A record may come from anybody: only what lies in the folder itself, and is not the runner's own, is let go.
    return {name for name in before.difference(unpacked.members, OWN) if Path(name).name == name}


def list_anew(not_sent: Path, out: Path, record: Record) -> None:
    """Write `dropped.tsv` of results that are in place anew, from a list of what was not sent; it may have suffered."""
    unpacked = Unpacked(out / ARCHIVE, out, tuple(record.archive.get("members", ())), read_summary(out))
    with (out / LOGS).open(encoding="utf-8", errors="replace", newline="\n") as lines:
        findings = read(unpacked, lines, cancer_type=record.cancer_type)
    part, listed = _listed(not_sent, findings.missing, out)
    settle(part, out / DROPPED)
    if listed < sum(record.not_sent.values()):
        log.warning(
            "%s lists %d of %d rows that were not sent; `cgi-runner run` with the same inputs lists all of them",
            out / DROPPED,
            listed,
            sum(record.not_sent.values()),
        )


def _listed(not_sent: Path, missing: Iterable[Missing], out: Path) -> tuple[Path, int]:
    """Write under a passing name what was not sent and what did not come back, and count the former."""
    part, listed = out / f".{DROPPED}.part", 0
    with closing(DroppedFile(part)) as dropped:
        for row in read_dropped(not_sent):
            dropped.add(*row)
            listed += 1
        for lost in missing:
            dropped.add(lost.kind, lost.line, lost.sample, lost.alteration, redact(lost.reason), stage=NOT_RETURNED)
    return part, listed


def read_dropped(path: Path) -> Iterable[tuple[str, str, str, str, str]]:
    """Give the rows of a `dropped.tsv` that were not sent, as `DroppedFile.add` takes them."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            if len(cells) == len(COLUMNS) and cells[COLUMNS.index("stage")] == NOT_SENT:
                kind, place, sample, alteration, _, reason = cells
                yield kind, place, sample, alteration, reason


def bring_dropped(source: Path, out: Path) -> None:
    """Take the list of rows that were not sent along into another output folder."""
    if not (out / DROPPED).exists() and (source / DROPPED).is_file():
        write_whole(out / DROPPED, (source / DROPPED).read_text(encoding="utf-8"))


def is_intact(out: Path, record: Record) -> bool:
    """Say whether the verified files of a complete job are still there, archive and members byte for byte.

    The list of rows that were left out is not looked at; `list_anew` makes it from these.
    """
    archive = out / ARCHIVE
    beside = all((out / name).is_file() for name in (ARCHIVE, LOGS))
    return beside and sha256_of(archive) == record.archive.get("sha256") and is_unpacked(archive, out)


def restored(out: Path, record: Record, work: Path) -> bool:
    """Put results that have suffered in place again from their archive; says whether it was there, whole.

    CGI may have deleted the job. While it has not, a lost log can be fetched again, and is.
    """
    archive = out / ARCHIVE
    has_log = (out / LOGS).is_file()
    if not (archive.is_file() and sha256_of(archive) == record.archive.get("sha256")):
        return False
    if not has_log and record.state is not State.DELETED:
        return False
    unpacked = unpack(Path(shutil.copyfile(archive, work / ARCHIVE)), work / "restored", is_download=False)
    for name in unpacked.members:
        settle(unpacked.folder / name, out / name)
    if not has_log:
        log.warning("%s is lost, and with it the reasons why rows were not returned", out / LOGS)
        write_whole(out / LOGS, "")
    list_anew(out / DROPPED, out, record)
    log.info("the results in %s were put in place again from %s", out, ARCHIVE)
    return True


def delete_remote(api: Api, journal: Journal) -> None:
    """Delete the job at CGI, now that its results are verified; failing to is a warning, the results are here.

    Where the archive does not tell what became of the rows, the job stays, so that somebody can look it up there.
    """
    if open_kinds := untold(journal.record):
        log.warning("the job is not deleted at CGI: its archive does not tell what became of the %s", open_kinds)
        return
    try:
        with suppress(UnknownJobError):  # gone a moment ago: an answer to the same request was lost on its way
            api.delete(journal.record.job_id)
    except RunnerError as error:
        log.warning("the job could not be deleted at CGI, its results are safe here: %s", error)
        return
    journal.advance(State.DELETED)
    log.info("job %s is deleted at CGI", journal.record.job_id)


def not_returned(record: Record) -> int:
    """Give the number of rows that were sent and did not come back, as far as the archive tells."""
    return sum(counts.get("not_returned") or 0 for counts in record.rows.values())


def untold(record: Record) -> str:
    """Name the kinds of rows of whose fate the archive tells nothing; an empty string if there are none."""
    kinds = [kind for kind, counts in record.rows.items() if counts.get("not_returned") is None]
    return ", ".join(kinds) if record.rows else "rows"


def fail_if_missing(record: Record) -> None:
    """Make missing rows an error, for `--strict`.

    Raises:
        RowsMissingError: At least one row that was sent did not come back, or may not have.

    """
    if missing := not_returned(record):
        raise RowsMissingError(
            f"{missing} rows were sent and did not come back", tip=f"{DROPPED} lists them with reasons"
        )
    if open_kinds := untold(record):
        raise RowsMissingError(
            f"the archive does not tell which of the {open_kinds} came back",
            tip="compare them with the results yourself, or leave --strict out",
        )
