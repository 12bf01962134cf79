"""The sandbox's jobs: a table in SQLite and, beside the database, one folder of files for each job.

Nothing about a job lives in memory alone, so a sandbox that is stopped and started again goes on where it was.
Each operation opens a connection of its own, which makes the store safe to use from any thread.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cgi_sandbox.errors import SandboxError

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    cancer_type TEXT NOT NULL,
    reference TEXT NOT NULL,
    uploads TEXT NOT NULL,
    posted_at REAL NOT NULL,
    duration REAL NOT NULL,
    outcome TEXT NOT NULL DEFAULT ''
)
"""
COLUMNS = "id, owner, title, cancer_type, reference, uploads, posted_at, duration, outcome"

ANALYSED = "analysed"
FAILED = "failed"


class FullError(Exception):
    """The account has as many jobs stored as it may have."""


@dataclass(frozen=True)
class Job:
    """One job as it is stored.

    `uploads` names the files that were sent, joined by commas; `posted_at` and `duration` are in seconds; `outcome` is
    empty until the analysis came to an end.
    """

    id: str
    owner: str
    title: str
    cancer_type: str
    reference: str
    uploads: str
    posted_at: float
    duration: float
    outcome: str = ""


class Store:
    """All jobs of one database file."""

    def __init__(self, database: Path) -> None:
        """Open the database, and make it if it is not there yet.

        Raises:
            SandboxError: The file is something else, or cannot be written.

        """
        self._database = database
        self._files = database.with_name(database.name + ".files")
        try:
            database.parent.mkdir(parents=True, exist_ok=True)
            with self._connection() as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(SCHEMA)
            self._files.mkdir(exist_ok=True)
        except (OSError, sqlite3.Error) as error:
            raise SandboxError(
                f"the database {database} cannot be used: {getattr(error, 'strerror', None) or error}",
                tip="give a file that is not there yet, or the database of an earlier sandbox",
            ) from None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._database, timeout=30, isolation_level=None)
        try:
            # A stand-in's jobs survive its end, and need not survive that of the machine's power.
            connection.execute("PRAGMA synchronous = OFF")
            yield connection
        finally:
            connection.close()

    def new_folder(self) -> Path:
        """Make the folder of a job to come; its name is the job id, 20 lower-case hex digits."""
        folder = self._files / secrets.token_hex(10)
        folder.mkdir()
        return folder

    def folder(self, job_id: str) -> Path:
        """Where the files of a job are."""
        return self._files / job_id

    def add(self, job: Job, *, quota: int) -> None:
        """Store a job, unless its owner has `quota` of them already; finished ones count too.

        Args:
            job: The new job.
            quota: How many jobs an account may have stored; CGI's number is not known (fact 12).

        Raises:
            FullError: The account has that many jobs.

        """
        with self._connection() as connection:
            added = connection.execute(
                f"INSERT INTO jobs ({COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?"  # noqa: S608 - constant
                " WHERE (SELECT count(*) FROM jobs WHERE owner = ?) < ?",
                (*vars(job).values(), job.owner, quota),
            ).rowcount
        if not added:
            raise FullError

    def find(self, owner: str, job_id: str) -> Job | None:
        """Return the owner's job of this id.

        Args:
            owner: Key of the account.
            job_id: The id, which says nothing to other accounts.

        Returns:
            The job, or None if the account has none of this id.

        """
        with self._connection() as connection:
            row = connection.execute(
                f"SELECT {COLUMNS} FROM jobs WHERE owner = ? AND id = ?",  # noqa: S608 - constant
                (owner, job_id),
            ).fetchone()
        return Job(*row) if row else None

    def ids(self, owner: str) -> list[str]:
        """Return the owner's job ids, oldest first."""
        with self._connection() as connection:
            rows = connection.execute("SELECT id FROM jobs WHERE owner = ? ORDER BY number", (owner,))
            return [job_id for (job_id,) in rows]

    def finish(self, job_id: str, outcome: str) -> None:
        """Record how the analysis ended; a job deleted meanwhile stays deleted.

        Args:
            job_id: The job.
            outcome: What `Job.outcome` becomes.

        """
        with self._connection() as connection:
            connection.execute("UPDATE jobs SET outcome = ? WHERE id = ?", (outcome, job_id))

    def delete(self, job_id: str) -> None:
        """Forget a job and its files."""
        with self._connection() as connection:
            connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
        self.discard(self.folder(job_id))

    @staticmethod
    def discard(folder: Path) -> None:
        """Remove the files of a job, as far as they are there."""
        shutil.rmtree(folder, ignore_errors=True)
