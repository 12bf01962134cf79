"""Jobs whose titles the service cuts, replaces or spells otherwise: each is known again, or left to a person."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cgi_runner.errors import ServiceError
from cgi_runner.job import JobContext, JobRequest, Record, State, fetch_job, run, submit
from cgi_runner.job.submission import Submission
from cgi_sandbox import Sandbox
from cgi_sandbox.faults import FaultPlan, parse
from cgi_sandbox.faults.call import Call
from conftest import EXAMPLES, SimulatedClock
from support.faults import Fault, inject
from support.scripted import DROPPED
from support.sessions import context_at
from support.submissions import posts, retitling

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", title="melanoma " * 9)


def cutting(letters: int) -> Any:
    """Return an interceptor that cuts the titles that the service shows."""
    return retitling(lambda title: title[:letters])


#: What a service may show in the place of a title, by what that is.
RETITLED = {
    "no title": lambda _: "",
    "cut within the tag": lambda title: title[:12],
    "another text": lambda _: "Analysis of 2026-01-05",
    "its own tag's half": lambda title: title[:18] + "...",
}


@pytest.mark.parametrize("letters", [100, 64, 50, 25])
def test_a_cut_title_still_has_its_tag(letters: int, context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """The tag stands first: one lost answer makes one job, in another folder too."""
    inject(sandbox, cutting(letters), Fault(DROPPED, "POST", carried_out=True))
    first = submit(MELANOMA, tmp_path / "out", context)
    assert submit(MELANOMA, tmp_path / "again", context).job_id == first.job_id
    assert posts(sandbox) == 1


@pytest.mark.parametrize("change", RETITLED.values(), ids=RETITLED)
def test_a_job_without_its_title_is_known_by_the_copy_of_its_inputs(
    change: Callable[[str], str],
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The answer is lost and the title is replaced: the archive of the new job tells (fact 26), and nothing is doubled.

    It is not this run's for certain, as somebody else may have sent the same inputs: it is not deleted unasked.
    """
    inject(sandbox, retitling(change), Fault(DROPPED, "POST", carried_out=True))
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert [record.job_id] == context.api.list_jobs()
    assert (posts(sandbox), record.state, record.adopted) == (1, State.VERIFIED, True)
    assert "its archive holds the inputs that were sent" in caplog.text
    assert record.service_warnings[0] in record.warnings
    assert submit(MELANOMA, tmp_path / "other", context).job_id == record.job_id
    assert posts(sandbox) == 1


@pytest.mark.parametrize("change", RETITLED.values(), ids=RETITLED)
def test_nothing_is_sent_again_while_a_new_job_is_not_explained(
    change: Callable[[str], str], tmp_path: Path, clock: SimulatedClock
) -> None:
    """A job that still runs may be the one, today and tomorrow, in any folder; the tip leads out: once it has ended."""
    with Sandbox(duration=400, clock=clock.time) as slow:
        inject(slow, retitling(change), Fault(DROPPED, "POST", carried_out=True))
        context = context_at(slow.url, clock)
        for folder in ("out", "out", "other"):
            with pytest.raises(ServiceError, match="nothing was submitted again") as refused:
                submit(MELANOMA, tmp_path / folder, context)
            assert refused.value.exit_code == 7
            assert context.api.list_jobs()[0] in refused.value.message
            assert "run the same command again once it has ended" in refused.value.tip
        clock.sleep(400)
        assert [submit(MELANOMA, tmp_path / "other", context).job_id] == context.api.list_jobs()
        assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED
        assert posts(slow) == 1


@pytest.mark.parametrize("fault", ["copy=missing", "corrupt", "foreign", "503", "empty"])
def test_a_new_job_that_tells_nothing_is_left_to_a_person(
    fault: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Its archive has no copy of its inputs, or cannot be had: nothing is sent, and both ways of the tip lead out."""
    plan = FaultPlan([parse(f"download {fault} times=2"), parse("post drop handled")])
    inject(sandbox, retitling(lambda _: "Analysis"), plan)
    for _ in range(2):
        with pytest.raises(ServiceError, match="nothing was submitted again") as refused:
            submit(MELANOMA, tmp_path / "out", context)
    (job_id,) = context.api.list_jobs()
    assert f"`cgi-runner fetch {job_id} --output DIR`" in refused.value.tip
    taken = Record(context.service, job_id=job_id)
    assert fetch_job(taken, None, tmp_path / "dir", context).state is State.VERIFIED
    assert "--fresh and another --output" in refused.value.tip
    record = run(MELANOMA, tmp_path / "new", context, fresh=True)
    assert record.job_id not in {"", job_id}
    assert posts(sandbox) == 2


def test_archives_that_are_only_looked_at_pass_through_the_work_folder(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """They may be other patients': if a kill leaves one behind, the next command in the folder clears it away."""
    out, folders = tmp_path / "out", []

    def watch(environ: Any, start_response: Any, app: Any) -> Any:
        call = Call(environ, start_response, app)
        if call.step == "download":
            folders.append([path.name for path in out.iterdir() if path.is_dir()])
        return call.pass_on()

    inject(sandbox, watch, retitling(lambda _: "Analysis"), "post wrong-id")
    run(MELANOMA, out, context)
    assert folders == [[".cgi-runner"]] * 2  # to look at, and to keep


def test_the_tag_of_the_users_own_title_is_not_ours() -> None:
    """A title that quotes another job's tag does not make this job that one."""
    quoting = Submission("CM", "hg38", "again [cgi-runner 0123456789ab]", {}, {"mutations": "00"})
    assert quoting.tagged_title.startswith(quoting.title_tag)
    assert replace(quoting, title="").tagged_title == replace(quoting, title="").title_tag


@pytest.mark.parametrize(
    "spell",
    [
        html.escape,
        lambda title: title.replace("[", "&#91;").replace("]", "&#93;"),
        quote,
        lambda title: title.replace("[", "").replace("]", ""),
        lambda title: re.sub(r"\W", "_", title),
        str.upper,
    ],
    ids=["escaped", "references", "quoted", "without brackets", "underscores", "upper case"],
)
def test_the_tag_is_known_however_a_title_comes_back(
    spell: Callable[[str], str], context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A service that escapes, quotes or takes away signs: one lost answer makes one job, in another folder too."""
    sandbox.interceptors += [retitling(spell), Fault(DROPPED, "POST", carried_out=True)]
    first = submit(MELANOMA, tmp_path / "out", context)
    assert submit(MELANOMA, tmp_path / "again", context).job_id == first.job_id
    assert posts(sandbox) == 1


def test_a_new_job_that_a_list_has_shown_once_is_not_forgotten(
    tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first command sees it, the lists of the second lack it: nothing is sent again, and in the end it is found."""
    with Sandbox(duration=400, clock=clock.time) as slow:
        inject(slow, retitling(lambda _: "Analysis"), Fault(DROPPED, "POST", carried_out=True))
        context = context_at(slow.url, clock)
        with pytest.raises(ServiceError, match="nothing was submitted again"):
            submit(MELANOMA, tmp_path / "out", context)
        with monkeypatch.context() as hiding:
            hiding.setattr(type(context.api), "list_jobs", lambda *_, **__: [])
            with pytest.raises(ServiceError, match="nothing was submitted again"):
                submit(MELANOMA, tmp_path / "out", context)
        clock.sleep(400)
        assert [submit(MELANOMA, tmp_path / "out", context).job_id] == context.api.list_jobs()
        assert posts(slow) == 1
