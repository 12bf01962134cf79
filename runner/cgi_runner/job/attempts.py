"""`run --attempts N`: continuing after failures that a retry may resolve, so that engines need no loop of their own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from cgi_runner.clock import Deadline, format_duration
from cgi_runner.errors import AccountFullError, ResultsError, ServiceError
from cgi_runner.job.request import JobContext
from cgi_runner.output.record import Record

log = logging.getLogger(__name__)

_FIRST_PAUSE = 60.0  # seconds; each pause is twice as long as the one before
_LONGEST_PAUSE = 900.0


def run_with_attempts(run: Callable[[JobContext], Record], context: JobContext, attempts: int) -> Record:
    """Run a job, and continue after a damaged archive, a service that is away, or a full account.

    Args:
        run: Runs the job from wherever it is; it never submits it twice.
        context: What to work with; its deadline, in seconds, is for all attempts and pauses together.
        attempts: How often to run it at most.

    Returns:
        The record of the finished job.

    Raises:
        RunnerError: The last attempt's, or that of a failure that no repetition heals.

    """
    deadline = Deadline.after(context.deadline, context.clock)
    pause = _FIRST_PAUSE
    for number in range(1, attempts):
        try:
            return run(replace(context, deadline=deadline.left))
        except (ResultsError, ServiceError, AccountFullError) as error:
            if deadline.left <= pause:
                raise
            why = error.message.partition("\n")[0]
            log.warning("%s; attempt %d of %d in %s", why, number + 1, attempts, format_duration(pause))
        context.clock.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return run(replace(context, deadline=max(deadline.left, 0.0)))
