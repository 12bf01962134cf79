"""Asking again after temporary failures, with the pauses of the retry policy or those that the service asks for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from cgi_runner.clock import Clock
from cgi_runner.config import RetryPolicy
from cgi_runner.service.errors import RejectedError

log = logging.getLogger(__name__)

SHORTEST_PAUSE = 1.0  # seconds

T = TypeVar("T")


def call_with_retries(
    call: Callable[[], T], retry_policy: RetryPolicy, clock: Clock, *, retryable: Callable[[BaseException], bool]
) -> T:
    """Return what a call gives, made again after temporary failures.

    Args:
        call: The call, which takes nothing.
        retry_policy: How often, and after which pauses.
        clock: What sleeps.
        retryable: Tells whether a failure may pass.

    Returns:
        What the first successful call gives; the last failure is raised as it is.

    """
    return Retrying(
        retry=retry_if_exception(retryable),
        stop=stop_after_attempt(retry_policy.attempts),
        wait=retry_wait(retry_policy),
        sleep=clock.sleep,
        before_sleep=_log_retry,
        reraise=True,
    )(call)


def retry_wait(retry_policy: RetryPolicy) -> Callable[[RetryCallState], float]:
    """Return a function that gives the seconds before the next try: what the service asks for, or a growing pause."""
    growing = wait_random_exponential(multiplier=1, min=SHORTEST_PAUSE, max=retry_policy.max_wait)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, RejectedError) else None
        return growing(state) if asked is None else min(max(asked, SHORTEST_PAUSE), retry_policy.max_wait)

    return pause


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    pause = state.next_action.sleep if state.next_action else 0
    log.info("%s; trying again in %.0f s", error, pause)
