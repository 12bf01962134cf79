"""What the words of a service mean for a job."""

from __future__ import annotations

import pytest

from cgi_runner.service.base import JobLog, Status


@pytest.mark.parametrize(
    ("word", "done", "error", "known"),
    [
        ("Done", 1, 0, 1),
        (" done\n", 1, 0, 1),
        ("ERROR", 0, 1, 1),
        ("Waiting", 0, 0, 1),
        ("Failed", 0, 0, 0),
        ("", 0, 0, 0),
    ],
)
def test_only_done_and_error_end_a_job(word: str, done: int, error: int, known: int) -> None:
    """Every other word means that the job is running."""
    status = Status(word)
    assert (status.is_done, status.is_error, status.is_known) == (done, error, known)


@pytest.mark.parametrize("word", ["finished", " Completed ", "SUCCESS"])
@pytest.mark.parametrize("last", ["Analysis done", "2024-05-02 10:00:01 INFO analysis done.\n", "x\tANALYSIS DONE..."])
def test_an_unknown_word_for_the_end_is_believed_with_the_log(word: str, last: str) -> None:
    """CGI's last line, after date and level and whatever its case."""
    assert JobLog(Status(word), ["Reading", last]).is_probably_done


@pytest.mark.parametrize(
    ("word", "lines"),
    [
        ("finished", []),
        ("finished", ["analysis done", "Reading"]),
        ("finished", ["analysis done in 3 s"]),
        ("finished", ["paralysis done"]),
        ("paused", ["analysis done"]),
        ("", ["analysis done"]),
    ],
)
def test_neither_word_nor_log_alone_is_an_end(word: str, lines: list[str]) -> None:
    """A job that is taken for done is downloaded, and may be deleted."""
    assert not JobLog(Status(word), lines).is_probably_done
