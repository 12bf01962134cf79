"""Archives that lack a table that there should be: fetched again, and believed when they hold the same files twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cgi_runner.job import JobContext, JobRequest, State, run
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from support.faults import Repacked, inject

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38")
RESULTS = {"alterations.tsv", "biomarkers.tsv", "summary.txt", "cgi-results.zip"}


class LackingTables:
    """An interceptor for the sandbox: the first archives lack these members, one list for each."""

    def __init__(self, *lists: set[str]) -> None:
        """Have so many archives lack members; all after them, too, if the lists are as many."""
        self._lists = list(lists)
        self.downloads = 0

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, app: WSGIApplication
    ) -> Iterable[bytes]:
        """Take the members out of the next archive."""
        return Repacked(self._change)(environ, start_response, app)

    def _change(self, members: dict[str, bytes]) -> None:
        self.downloads += 1
        for name in self._lists.pop(0) if self._lists else ():
            members.pop(name, None)


@pytest.mark.parametrize(
    "lists",
    [[{"alterations.tsv"}], [{"biomarkers.tsv"}], [RESULTS, {"alterations.tsv"}], [{"biomarkers.tsv"}, RESULTS]],
    ids=["mutations", "biomarkers", "growing", "flapping"],
)
def test_an_archive_that_lacks_a_table_is_fetched_again(
    lists: list[set[str]], context: JobContext, clock: SimulatedClock, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Done was said before all files were packed: the results are those of an undisturbed run."""
    lacking = LackingTables(*lists)
    inject(sandbox, lacking)
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert record.state is State.DELETED
    assert lacking.downloads == len(lists) + 1
    assert clock.sleeps[-len(lists) :] == [15.0] * len(lists)
    assert all((tmp_path / "out" / name).is_file() for name in RESULTS)


def test_an_archive_that_lacks_the_same_table_twice_is_all_there_is(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """CGI may have renamed it: the results are in hand with a warning, after two downloads."""
    lacking = LackingTables(*[{"alterations.tsv"}] * 9)
    inject(sandbox, lacking)
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert (record.state, lacking.downloads) == (State.VERIFIED, 2)
    assert record.not_deleted


def test_the_last_try_takes_what_there_is(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """An intact archive is not thrown away because there is no time for another look."""
    inject(sandbox, LackingTables({"alterations.tsv"}))
    hasty = replace(context, retry_policy=replace(context.retry_policy, attempts=1))
    assert run(MELANOMA, tmp_path / "out", hasty).state is State.VERIFIED
    assert not (tmp_path / "out" / "alterations.tsv").exists()
