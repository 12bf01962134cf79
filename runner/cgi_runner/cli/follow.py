"""`logs --follow`: a job's log on stdout, line by line as it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cgi_runner.cli import printing
from cgi_runner.job import JobContext
from cgi_runner.job.lifecycle import wait
from cgi_runner.job.progress import NullProgress
from cgi_runner.service.base import JobLog


def follow(job_id: str, context: JobContext) -> JobLog:
    """Print a job's log until the job has ended.

    Args:
        job_id: The job.
        context: Service, deadline and progress.

    Returns:
        The whole log; what `wait` raises is raised.

    """
    return wait(job_id, replace(context, progress=NullProgress()), on_lines=_print_lines)


def _print_lines(lines: Sequence[str], known: int) -> None:
    printing.print_rows((lines[number],) for number in range(known, len(lines)))
