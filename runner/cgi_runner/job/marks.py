"""Which mark each job of an account bears, kept between runs: titles never change, so each job is asked for once.

Without it, every submission would ask for every job that the account holds, and a cohort for the square of its size.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cgi_runner.job.journal import write_whole
from cgi_runner.job.workspace import shared_folder

log = logging.getLogger(__name__)

_MARK = re.compile(r"\[cgi-runner[0-9a-f]{12}\]")


def mark_in(title: str) -> str:
    """Give the mark that a title bears, without blanks and in lower case, as CGI's web site is known to change titles.

    Only the last one counts: the user's own title may quote another job's.
    """
    return next(reversed(_MARK.findall("".join(title.split()).casefold())), "")


class Marks:
    """What is known of an account's jobs on this machine. It holds ids and marks, no titles, and is safe to lose.

    Beside it lie notes of submissions under way: an engine repeats a step in a new folder, where no record tells of
    the one that was killed in the act. Whoever holds the account's lock and finds a note knows that its writer is dead.
    """

    def __init__(self, account: str | None = None) -> None:
        """Recall what is kept of an account; without one, know nothing and keep nothing."""
        folder = shared_folder() if account else None
        name = hashlib.sha256(str(account).encode()).hexdigest()[:16]
        self.path = folder / f"{name}.marks.json" if folder else None
        self._known: dict[str, str] = {}
        with suppress(OSError, ValueError, AttributeError):
            content = json.loads(self.path.read_text(encoding="utf-8")) if self.path else {}
            self._known = {str(job): str(mark) for job, mark in content.items()}

    def may_bear(self, mark: str, jobs: Iterable[str]) -> list[str]:
        """Give those of the jobs that bear the mark, or of which nothing is known."""
        return [job for job in jobs if self._known.get(job, mark_in(mark)) == mark_in(mark)]

    def learn(self, job_id: str, title: str) -> None:
        """Remember a job's mark. One that it was sent with counts more than a title that the service has cut.

        A job without a title is asked for again: it may be getting one.
        """
        mark = mark_in(title)
        if title.strip() and (mark or not mark_in(self._known.get(job_id, ""))):
            self._known[job_id] = mark

    def bears(self, mark: str, job_id: str) -> bool:
        """Say whether a job is known to bear the mark."""
        return self._known.get(job_id) == mark_in(mark)

    def keep(self, jobs: Iterable[str]) -> None:
        """Write down what is known of these jobs, and forget all others."""
        if self.path:
            with suppress(OSError):
                write_whole(self.path, json.dumps({job: self._known[job] for job in jobs if job in self._known}))

    def begin(self, mark: str) -> None:
        """Note that a submission of this mark is under way, for those who find the note after its writer's death."""
        if note := self._note(mark):
            try:
                note.touch()
            except OSError as error:
                log.warning(
                    "WARNING: %s cannot be written (%s): if this command is killed, another may run the job twice",
                    note,
                    error.strerror,
                )

    def end(self, mark: str) -> None:
        """Take the note away: it is known what became of the submission."""
        if note := self._note(mark):
            with suppress(OSError):
                note.unlink()

    def is_open(self, mark: str) -> bool:
        """Say whether a submission of this mark was begun of which nobody has said how it ended."""
        note = self._note(mark)
        return note is not None and note.exists()

    def _note(self, mark: str) -> Path | None:
        digits = mark_in(mark)[-13:-1]
        return self.path.with_name(f"{self.path.name.partition('.')[0]}.{digits}.open") if self.path else None
