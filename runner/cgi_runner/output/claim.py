"""Which names in an output folder are whose: nothing is overwritten that this job has not brought."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cgi_runner.errors import InputError
from cgi_runner.files import open_text, sha256_of
from cgi_runner.inputs.dropped import COLUMNS, NOT_SENT
from cgi_runner.output.record import NAME, Record, RecordStore, State, read_record
from cgi_runner.results.archive import OWN, PSEUDONYMS, ExtractedArchive

DROPPED = "dropped.tsv"
#: A folder with a cohort's record is the cohort's, even while there are no results in it.
_RESULTS = OWN | {
    "alterations.tsv",
    "biomarkers.tsv",
    "cna_analysis.tsv",
    "cohort.json",
    "fusion_analysis.tsv",
    "summary.txt",
}
UPLOAD = re.compile(r"input\d+\.tsv")


def load_matching_record(out: Path, wanted: Record, dropped: Path | None = None) -> Record | None:
    """Return the record that the folder holds of this job.

    Args:
        out: The output folder.
        wanted: A record of the job that is about to run.
        dropped: Its list of rows that are not sent, if it is known.

    Returns:
        The record, or None if the folder holds none.

    Raises:
        InputError: The folder holds another job's record or results, which must not be overwritten.

    """
    if (out / NAME).exists():
        record = read_record(out / NAME)
        # With --fresh, several jobs may have one fingerprint.
        known, sought = (record.job_id, wanted.job_id) if wanted.job_id else (record.fingerprint, wanted.fingerprint)
        # Two patients whose rows are the same have one fingerprint under pseudonyms, but not one table of them.
        is_same = bool(wanted.job_id) or record.pseudonyms == wanted.pseudonyms
        if record.service == wanted.service and sought and known == sought and is_same:
            return record
        raise InputError(f"{out} holds another job's record ({record.title!r})", tip="choose another --output")
    require_free_folder(out, dropped, wanted.pseudonyms)
    return None


def require_free_folder(out: Path, dropped: Path | None = None, pseudonyms: str = "") -> None:
    """Make sure that nothing in a folder without a record would be overwritten.

    Args:
        out: The output folder.
        dropped: The job's list of rows that are not sent; the same list in the folder is the job's own.
        pseudonyms: The SHA-256 of the job's table of pseudonyms; likewise.

    Raises:
        InputError: It holds files with the names of results, or a cohort.

    """
    names = sorted(path.name for path in out.iterdir())
    if dropped and DROPPED in names and _list_the_same(out / DROPPED, dropped):
        names.remove(DROPPED)  # an engine took the record away and left the list
    if pseudonyms and PSEUDONYMS in names and sha256_of(out / PSEUDONYMS) == pseudonyms:
        names.remove(PSEUDONYMS)
    if taken := next((name for name in names if name in _RESULTS or UPLOAD.fullmatch(name)), None):
        tip = "choose another --output"
        if taken == DROPPED:
            tip += "; `cgi-runner check --output` leaves such a list, which you may move away"
        raise InputError(f"{out} holds {taken}, which is not this job's", tip=tip)


def _list_the_same(path: Path, other: Path) -> bool:
    """Return whether two lists name the same rows that are not sent, and the first is such a list."""
    with open_text(path) as file:
        header = file.readline()
    return header == "\t".join(COLUMNS) + "\n" and list(read_dropped(path)) == list(read_dropped(other))


def refuse_overwriting(unpacked: ExtractedArchive, out: Path, record: Record) -> None:
    """Check that no file is overwritten which this job has not brought.

    Args:
        unpacked: The files of the results.
        out: The output folder.
        record: The record of the job; what it lists may be replaced.

    Raises:
        InputError: A name that the results need is taken.

    """
    ours = record.archive.get("members", ())
    if taken := [name for name in unpacked.members if name not in ours and (out / name).exists()]:
        raise InputError(
            f"{out} holds {taken[0]}, which the results would overwrite",
            tip="move it away and run the command again, or fetch the results into another --output",
        )


def claim_names(unpacked: ExtractedArchive, out: Path, store: RecordStore) -> set[str]:
    """Record which names in the folder are about to be this job's, in case that this run does not live to the end.

    Args:
        unpacked: The files of the results.
        out: The output folder.
        store: The record of the job.

    Returns:
        The names of files that earlier results have left, and that these do not have.

    """
    refuse_overwriting(unpacked, out, store.record)
    before = set(store.record.archive.get("members", ()))
    store.transition(State.FETCHING, archive={"members": sorted(before.union(unpacked.members))})
    # A record may come from anybody: only what lies in the folder itself, and is not the runner's own, is let go.
    return {name for name in before.difference(unpacked.members, OWN) if Path(name).name == name}


def read_dropped(path: Path) -> Iterable[tuple[str, str, str, str, str]]:
    """Yield the rows of a `dropped.tsv` that were not sent, as `DroppedFile.add` takes them."""
    if not path.is_file():
        return
    with open_text(path) as lines:
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            if len(cells) == len(COLUMNS) and cells[COLUMNS.index("stage")] == NOT_SENT:
                kind, place, sample, alteration, _, reason = cells
                yield kind, place, sample, alteration, reason
