"""`logs --follow`: a job's log on stdout, line by line as it grows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from cgi_runner.api import Api, JobLog
from cgi_runner.cli import show
from cgi_runner.http import Session
from cgi_runner.job import Desk
from cgi_runner.job.life import wait
from cgi_runner.job.screen import Blank


class PrintingApi(Api):
    """The API, except that new lines of a job's log are printed as soon as they are read."""

    def __init__(self, session: Session) -> None:
        """Call through this session."""
        super().__init__(session)
        self._printed = 0

    def logs(self, job_id: str, *, retry: bool = True) -> JobLog:
        """Give a job's state and log, having printed what is new in it."""
        answer = super().logs(job_id, retry=retry)
        show.table((line,) for line in answer.lines[self._printed :])
        self._printed = max(self._printed, len(answer.lines))
        return answer


def follow(job_id: str, desk: Desk, session: Session) -> JobLog:
    """Print a job's log until the job has ended; gives the log, raises what `wait` raises."""
    with _not_twice():
        return wait(job_id, replace(desk, api=PrintingApi(session), screen=Blank()))


@contextmanager
def _not_twice() -> Iterator[None]:
    """Keep the same lines from being told on stderr as well; what else is told there goes on."""
    teller = logging.getLogger("cgi_runner.job.wait")

    def is_no_line(record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("CGI: ")

    teller.addFilter(is_no_line)
    try:
        yield
    finally:
        teller.removeFilter(is_no_line)
