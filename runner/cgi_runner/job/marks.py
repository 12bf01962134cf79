"""Which mark each job of an account bears, kept between runs: titles never change, so each job is asked for once.

Without it, every submission would ask for every job that the account holds, and a cohort for the square of its size.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress

from cgi_runner.job.journal import write_whole
from cgi_runner.job.workspace import shared_folder

_MARK = re.compile(r"\[cgi-runner[0-9a-f]{12}\]")


def mark_in(title: str) -> str:
    """Give the mark that a title bears, without blanks and in lower case, as CGI's web site is known to change titles.

    Only the last one counts: the user's own title may quote another job's.
    """
    return next(reversed(_MARK.findall("".join(title.split()).casefold())), "")


class Marks:
    """What is known of an account's jobs on this machine. It holds ids and marks, no titles, and is safe to lose."""

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
        """Remember a job's mark. A job without a title is asked for again: it may be getting one."""
        if title.strip():
            self._known[job_id] = mark_in(title)

    def keep(self, jobs: Iterable[str]) -> None:
        """Write down what is known of these jobs, and forget all others."""
        if self.path:
            with suppress(OSError):
                write_whole(self.path, json.dumps({job: self._known[job] for job in jobs if job in self._known}))
