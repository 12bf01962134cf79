"""Whose samples the results are of: pseudonyms and names that CGI spells otherwise get the samples' own names back.

An archive can also be taken under a sample's name.

CGI's archive stays as it came; the tables beside it are written anew with the names.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from cgi_runner.errors import ForeignResultsError, InputError
from cgi_runner.files import commit_file, sha256_of
from cgi_runner.output.record import Record
from cgi_runner.redaction import safe_excerpt
from cgi_runner.results.archive import PSEUDONYMS, ExtractedArchive
from cgi_runner.results.generations import ResultTables, read_result_tables
from cgi_runner.results.identity import ACCEPT_TIP
from cgi_runner.results.reconcile import MissingRow, RowAccount, RowCounts
from cgi_runner.results.row_index import SAMPLES, kind_of
from cgi_runner.results.sample_names import find_respelled, find_unsent, rename_samples
from cgi_runner.results.tables import Table

_HEADER = ("sent_as", "sample")
_MODE = 0o600


def save_pseudonyms(out: Path, pseudonyms: Mapping[str, str]) -> None:
    """Write the table of pseudonyms into an output folder, for its owner's eyes only; without any, write nothing.

    Args:
        out: The folder.
        pseudonyms: What each sample is sent as, by its name.

    """
    path = out / PSEUDONYMS
    if pseudonyms and not (path.is_file() and sha256_of(path) == digest_of(pseudonyms)):
        write_private(path, _text(pseudonyms))


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read, at no moment.

    Args:
        path: The file.
        text: Its content.

    """
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb") as file:  # noqa: PTH123 - a mode
        file.write(text.encode())
    commit_file(part, path)


def digest_of(pseudonyms: Mapping[str, str]) -> str:
    """Return the SHA-256 of a table of pseudonyms, by which a record knows its own; an empty text without any."""
    return sha256(_text(pseudonyms).encode()).hexdigest() if pseudonyms else ""


def _text(pseudonyms: Mapping[str, str]) -> str:
    rows = sorted((pseudonym, sample) for sample, pseudonym in pseudonyms.items())
    return "".join("\t".join(row) + "\n" for row in (_HEADER, *rows))


def take_pseudonyms(record: Record, source: Path | None, out: Path) -> None:
    """Make sure that an output folder has the table of pseudonyms of its job, if the job has any.

    Args:
        record: The record of the job.
        source: Another folder that may have it.
        out: The output folder.

    Raises:
        InputError: The table is lost, or is that of another job.

    """
    if record.pseudonyms and source and source.resolve() != out.resolve() and not (out / PSEUDONYMS).exists():
        names = read_pseudonyms(source, record)
        save_pseudonyms(out, {sample: pseudonym for pseudonym, sample in names.items()})
    read_pseudonyms(out, record)


def read_pseudonyms(out: Path, record: Record) -> dict[str, str]:
    """Return the samples of a job by their pseudonyms; nothing if it has none.

    Args:
        out: The output folder.
        record: The record of the job, which knows its table by a checksum.

    Raises:
        InputError: The table is lost, or is that of another job.

    """
    if not record.pseudonyms:
        return {}
    path = out / PSEUDONYMS
    what = "is not the table of pseudonyms of this job" if path.exists() else "is missing"
    if not path.is_file() or sha256_of(path) != record.pseudonyms:
        raise InputError(
            f"{path} {what}: nothing else shows whose the samples are",
            tip="give the command that submitted the job again, with the same inputs and --pseudonyms: it writes the"
            " table again and resumes the job",
        )
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[1:-1]]
    return {pseudonym: sample for pseudonym, sample in rows}  # noqa: C416 - a row with other cells is no table


@dataclass(frozen=True)
class SampleView:
    """What the samples of an archive are called here."""

    names: Mapping[str, str] = field(default_factory=dict)
    """By their names in the archive."""
    keeps_others: bool = True
    """Whether rows of other samples stay in the tables."""

    def rename(self, unpacked: ExtractedArchive) -> dict[str, str]:
        """Write the names into the tables of an unpacked archive.

        Args:
            unpacked: The archive; it stays as it is.

        Returns:
            The SHA-256 of each member that is another file now than the archive's.

        """
        tables = [unpacked.folder / name for name in unpacked.members if self.names and name.endswith(".tsv")]
        renamed = [path for path in tables if rename_samples(path, self.names, keeps_others=self.keeps_others)]
        return {path.name: sha256_of(path) for path in renamed}

    def missing(self, rows: Iterable[MissingRow]) -> Iterator[MissingRow]:
        """Yield rows that did not come back, under the names, without those of samples that are left out."""
        for row in rows:
            if self.has(row.sample):
                yield replace(row, sample=self.names.get(row.sample, row.sample))

    def has(self, sample: str) -> bool:
        """Return whether rows of a sample, called as in the archive or as here, stay."""
        return self.keeps_others or not sample or sample in self.names or sample in self.names.values()

    def rows_sent(self, folder: Path) -> int:
        """Return how many rows of the samples the copies of the inputs in an unpacked archive have."""
        return sum(map(self._rows, read_result_tables(folder).inputs.values()))

    def counts(self, accounts: Iterable[RowAccount], folder: Path) -> dict[str, RowCounts]:
        """Return what became of the rows of the samples, by kind.

        Args:
            accounts: Those of the whole archive.
            folder: Where it is unpacked, before `rename`.

        """
        found = {account.kind: account for account in accounts}
        if self.keeps_others:
            return {kind: account.counts() for kind, account in found.items()}
        tables = read_result_tables(folder)
        return {kind: self._count(account, tables) for kind, account in found.items()}

    def _count(self, account: RowAccount, tables: ResultTables) -> RowCounts:
        results = {"mutations": tables.alterations, "cnas": tables.cnas, "translocations": tables.fusions}
        uploads = [table for table in tables.inputs.values() if kind_of(table) == account.kind]
        sent, returned = sum(map(self._rows, uploads)), self._rows(results.get(account.kind))
        if account.not_returned is None:
            return {"sent": sent, "returned": returned, "merged": 0, "not_returned": None}
        lost = sum(1 for _ in self.missing(account.missing))
        return {"sent": sent, "returned": returned, "merged": max(0, sent - returned - lost), "not_returned": lost}

    def _rows(self, table: Table | None) -> int:
        """Count the rows of the samples in a table; one that names none has only theirs."""
        if table is None:
            return 0
        place = table.place(*SAMPLES)
        if place is None:
            return table.count()
        whose = Counter(cell.strip() for cell in table.column(place))
        return sum(whose[name] for name in {*self.names, ""})


def sample_view(out: Path, record: Record) -> SampleView:
    """Return what the samples of a job's archive are called in its output folder.

    Args:
        out: The folder.
        record: The record of the job.

    Raises:
        InputError: The table of pseudonyms is lost, or is that of another job.

    """
    if record.archive_samples:
        return SampleView(record.archive_samples, keeps_others=False)
    return SampleView({**read_pseudonyms(out, record), **record.respelled_samples})


def respell_samples(unpacked: ExtractedArchive, record: Record) -> list[str]:
    """Write the names of samples as they were sent into the tables of an unpacked archive that spells them otherwise.

    Args:
        unpacked: The archive; it stays as it is.
        record: The record of the job, which keeps the names of the archive.

    Returns:
        A warning, or nothing if no name is spelled otherwise.

    """
    # Pseudonyms are plain, and who takes an archive under another name has typed both.
    sent = () if record.pseudonyms or record.archive_samples else tuple(record.samples)
    record.respelled_samples = find_respelled(unpacked.folder, unpacked.members, sent)
    if not record.respelled_samples:
        return []
    SampleView(record.respelled_samples).rename(unpacked)
    told = ", ".join(f"{name!a} for {sent!a}" for name, sent in record.respelled_samples.items())
    return [
        (
            "CGI spells sample names differently than they were sent, the tables here have the names that were sent: "
            f"{told}"
        )
    ]


def refuse_unsent_samples(unpacked: ExtractedArchive, record: Record) -> None:
    """Refuse alterations of samples that were not sent: the inputs may not be at hand to compare the rows with.

    Args:
        unpacked: The archive, with the names as they were sent.
        record: The record of the job, which has the samples that were sent.

    Raises:
        ForeignResultsError: There are some.

    """
    if not record.samples or record.pseudonyms or record.archive_samples:
        return
    if unsent := find_unsent(unpacked.folder, record.samples):
        raise ForeignResultsError(
            f"the archive holds alterations of samples that were not sent: {safe_excerpt(', '.join(unsent), 60)}",
            tip=ACCEPT_TIP.format(record.job_id),
        )
