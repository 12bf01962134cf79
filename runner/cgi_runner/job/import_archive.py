"""A saved archive, of any generation, becomes the same verified output folder that a fetched job gives; offline."""

from __future__ import annotations

import logging
import shlex
import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from cgi_runner.clock import SystemClock
from cgi_runner.errors import InputError, ResultsError
from cgi_runner.files import sha256_of
from cgi_runner.inputs.problems import quote, quote_names
from cgi_runner.inputs.samples import SAMPLE_TIP, is_name
from cgi_runner.output.claim import DROPPED, refuse_overwriting, require_free_folder
from cgi_runner.output.folder import (
    copy_dropped,
    install_results,
    read_log,
    require_all_rows,
    results_are_intact,
    rewrite_dropped,
    save_log,
)
from cgi_runner.output.locking import output_lock
from cgi_runner.output.pseudonyms import SampleView, sample_view, take_pseudonyms
from cgi_runner.output.record import NAME, Record, RecordStore, read_record
from cgi_runner.results.archive import ARCHIVE, LOGS, ExtractedArchive, unpack
from cgi_runner.results.identity import check_identity, find_sent_inputs
from cgi_runner.results.sample_names import find_samples, is_unnamed
from cgi_runner.service.base import JOB_ID

log = logging.getLogger(__name__)


def import_archive(
    archive: Path,
    out: Path,
    *,
    sample: str | None = None,
    archive_sample: str | None = None,
    strict: bool = False,
) -> Record:
    """Verify and unpack a saved archive into a folder.

    If it lies in an output folder of the runner's, the log and the list of rows not sent are taken from there.

    Args:
        archive: A zip that was saved from CGI, of any version.
        out: The output folder; made if need be.
        sample: The one of its samples to take, or the name for its sample where it has none there; None takes all as
            they are.
        archive_sample: What the archive calls that sample, where it is another name.
        strict: Whether rows that did not come back are an error.

    Returns:
        The record of the results.

    Raises:
        InputError: There is no such file, the folder holds other results, or the archive names its samples and none
            of them as was given.
        ResultsError: The archive is corrupt or unsafe.
        RowsMissingError: With `strict`, if rows did not come back.

    """
    if sample is not None and not is_name(sample):
        raise InputError(f"found the sample name {quote(sample)}, expected printable text", tip=SAMPLE_TIP)
    _require_file(archive)
    with output_lock(out) as work:
        record = _load_existing(archive, out, sample, archive_sample) or _import_new(
            archive, out, work, sample, archive_sample
        )
    if strict:
        require_all_rows(record)
    return record


def accept_archive(archive: Path, out: Path, accepted_id: str, *, strict: bool = False) -> Record:
    """Accept a saved archive as the results of a job whose own download was refused.

    Args:
        archive: The zip, for instance one that was refused.
        out: The output folder of the job, with its record.
        accepted_id: The id of the job that the archive names, typed by somebody who knows whose results they are.
        strict: Whether rows that did not come back are an error.

    Raises:
        InputError: There is no such file, or the folder holds no record of a job, or its results already.
        ResultsError: The archive is corrupt or unsafe.
        ForeignResultsError: It names another job than the one that was typed, or holds rows that were never sent.
        RowsMissingError: With `strict`, if rows did not come back.

    """
    _require_file(archive)
    with output_lock(out) as work:
        record = read_record(out / NAME)
        if record.state.is_complete:
            raise InputError(f"{out} holds verified results already", tip="choose another --output for the archive")
        extracted = _unpack_copy(archive, work)
        sent = find_sent_inputs(record.inputs, work)
        identity = check_identity(extracted, record.job_id, sent, accepted_id=accepted_id)
        if not (out / LOGS).is_file():
            save_log(out, [])
        install_results(extracted, identity, read_log(out), out, RecordStore(out / NAME, record, SystemClock()))
        for warning in identity.warnings:
            log.warning("%s", warning)
    if strict:
        require_all_rows(record)
    return record


def _require_file(archive: Path) -> None:
    if not archive.is_file():
        raise InputError(f"{archive} is not a file", tip="name the zip that was downloaded from CGI")


def _load_existing(archive: Path, out: Path, sample: str | None, archive_sample: str | None) -> Record | None:
    """Return the record of the same archive, if the folder holds its verified files already."""
    if (out / NAME).is_file():
        record = read_record(out / NAME)
        is_same = {*record.archive_samples.values()} == ({sample} if sample else set())
        is_same = is_same and (archive_sample is None or archive_sample in record.archive_samples)
        if is_same and record.archive.get("sha256") == sha256_of(archive) and results_are_intact(out, record):
            rewrite_dropped(out / DROPPED, out, record)
            return record
    return None


def _import_new(archive: Path, out: Path, work: Path, sample: str | None, archive_sample: str | None) -> Record:
    require_free_folder(out)
    unpacked = _unpack_copy(archive, work)
    summary = unpacked.summary
    record = Record(
        service="",
        title=summary.title,
        cancer_type=summary.cancer_type,
        reference=summary.reference,
        job_id=summary.job_id if JOB_ID.fullmatch(summary.job_id) else "",
    )
    refuse_overwriting(unpacked, out, record)
    is_ours = archive.name == ARCHIVE and (archive.parent / LOGS).is_file()
    if is_ours:
        _take_names(archive, record, out)
    warnings = _take_sample(unpacked, record, out, sample, archive_sample) if sample is not None else []
    # Only in a folder of the runner's is it sure that what lies beside the archive belongs to it.
    lines = read_log(archive.parent) if is_ours else []
    if is_ours:
        copy_dropped(archive.parent, out)
    store = RecordStore(out / NAME, record, SystemClock())
    save_log(out, lines)
    identity = check_identity(unpacked, "", {})
    identity.warnings[:0] = warnings
    install_results(unpacked, identity, lines, out, store)
    return record


def _take_names(archive: Path, record: Record, out: Path) -> None:
    """Take the pseudonyms of the archive's samples from the folder where it lies, if it is that of its job."""
    with suppress(InputError):
        beside = read_record(archive.parent / NAME)
        if beside.archive.get("sha256") == sha256_of(archive):
            record.pseudonyms = beside.pseudonyms
    take_pseudonyms(record, archive.parent, out)


def _take_sample(
    unpacked: ExtractedArchive, record: Record, out: Path, sample: str, archive_sample: str | None
) -> list[str]:
    """Record under which name which sample of an archive is taken; return the warnings of that."""
    own = sample_view(out, record).names
    found = {name: own.get(name, name) for name in find_samples(unpacked.folder, unpacked.members)}
    named = sorted(name for name in found.values() if name and not is_unnamed(name))
    wanted = _find_wanted(found.values(), named, sample, archive_sample)
    # Rows under CGI's names for a sample without one are those of the only sample there is.
    takes_unnamed = named in ([], [wanted])
    taken = {
        name: sample
        for name, local in found.items()
        if local == wanted or (takes_unnamed and (not local or is_unnamed(local)))
    }
    warnings = []
    if others := sorted({found[name] for name in taken} - {sample, ""}):
        warnings.append(f"the archive calls its sample {quote_names(others)}; it is used as {quote(sample)} (--sample)")
    if left_out := sorted(set(found.values()) - {found[name] for name in taken}):
        if "" in left_out:  # nobody knows whose they are
            raise InputError(
                f"the archive holds the samples {quote_names(named)} and rows that name none, expected a name in "
                "every row",
                tip="leave --sample out to take all of them",
            )
        warnings.append(f"rows of other samples of the archive are left out: {quote_names(left_out)}")
    for warning in warnings:
        log.warning("%s", warning)
    record.pseudonyms, record.archive_samples = "", taken or {"": sample}
    record.samples = {sample: SampleView(record.archive_samples, keeps_others=False).rows_sent(unpacked.folder)}
    return warnings


def _find_wanted(found: Collection[str], named: Sequence[str], sample: str, archive_sample: str | None) -> str:
    """Return the archive's name of a sample; another patient's is never used unless both names are given."""
    if archive_sample is None:
        if not named or sample in named:
            return sample
        raise InputError(
            f"the archive holds the sample{'s' if named[1:] else ''} {quote_names(named)}, expected {quote(sample)}",
            tip=f"give {'one of these names' if named[1:] else 'this name'}; if {sample} is another name of the same"
            f" sample, add --archive-sample {'NAME' if named[1:] else shlex.quote(named[0])}",
        )
    names = sorted({*found} - {""})
    if archive_sample not in names:
        raise InputError(
            f"the archive holds {f'the samples {quote_names(names)}' if names else 'no name of a sample'},"
            f" expected {quote(archive_sample)}",
            tip="give --archive-sample one of the archive's names" if names else "leave --archive-sample out",
        )
    if sample != archive_sample and sample in named:
        raise InputError(
            f"the archive holds {quote(sample)} as well as {quote(archive_sample)}, expected one of the two",
            tip="leave --archive-sample out to take the sample of that name",
        )
    return archive_sample


def _unpack_copy(archive: Path, work: Path) -> ExtractedArchive:
    """Unpack a copy of somebody's archive, which stays as it is."""
    try:
        return unpack(Path(shutil.copyfile(archive, work / ARCHIVE)), work / "unpacked")
    except ResultsError as error:
        raise ResultsError(f"{archive}: {error}", tip="this copy is unusable: save it again") from error
