"""Random lives of jobs on a simulated clock, against a real sandbox: whatever happens, the promise holds after it."""

from __future__ import annotations

import itertools
import random
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cgi_runner.config import Credentials
from cgi_runner.errors import RunnerError
from cgi_runner.job import JobContext, JobRequest, Record, State, read_record
from cgi_runner.job.job_index import extract_tag
from cgi_runner.job.lifecycle import fetch_job, run, submit, wait
from cgi_runner.output.record import NAME
from cgi_runner.results.archive import ARCHIVE, OWN, PSEUDONYMS
from cgi_sandbox import Sandbox
from cgi_sandbox.store import Job, Store
from conftest import EXAMPLES, SimulatedClock
from promise.dying import DeathError, Fuse
from support.depth import SOAK
from support.faults import Fault, heal, inject
from support.scripted import DROPPED, HTML, Answer
from support.sessions import client_of

#: What the command line adds to results, and what is kept of archives that are not believed.
MAY_BE = {"report.html", "cgi-results.refused.zip"}
TABLE = EXAMPLES / "mutations.tsv"
REQUESTS = [JobRequest({"mutations": TABLE}, "CM", "hg38", title) for title in ("one", "two")]
FOLDERS = st.sampled_from(["a", "b", "c"])
#: Mostly each folder has its request; now and then a folder is wanted for the other one.
PLACES = st.sampled_from([("a", 0), ("a", 0), ("b", 1), ("b", 1), ("c", 0), ("c", 1), ("a", 1)])
MINE = b"a table of the user's own"
ODDS = st.integers(0, 3).map(lambda number: not number)  # one in four
STEPS = st.sampled_from([("POST", ""), ("POST", ""), ("GET", ""), ("GET", "logs"), ("GET", "download"), ("DELETE", "")])
TIMES = st.sampled_from([1, 1, 1, 2, 3, 8])
SAID = [
    DROPPED,
    DROPPED,
    Answer("busy", 503, {"Retry-After": "20"}),
    Answer("trouble", 500),
    Answer("slow down", 429),
    Answer("who?", 401),
    Answer("full", 403),
    Answer("late", 504),
    Answer(HTML),
    Answer("{"),
    Answer({"error_code": 500, "message": "trouble"}),
    Answer({"status": "Pondering", "logs": ["hm"]}),
    Answer("", 302, {"Location": "https://elsewhere.example.org/"}),
]
ANSWERS = st.sampled_from(SAID)
CODES = set(range(2, 9))
_numbers = itertools.count()


class Lives(RuleBasedStateMachine):
    """Two requests, three folders, one account in which somebody else has jobs, too."""

    def __init__(self, sandbox: Sandbox, clock: SimulatedClock, room: Path) -> None:
        """Open a new account on the sandbox, and an empty place for folders."""
        super().__init__()
        number = next(_numbers)
        self.clock, self.sandbox, self.room = clock, sandbox, room / str(number)
        self.room.mkdir()
        self.owner = f"biologist{number}@example.org"
        account = Credentials(self.owner, "deadbeefdeadbeefdead")
        self.api = client_of(sandbox.url, clock, credentials=account)
        self.spy = client_of(sandbox.url, clock, credentials=account)
        self.fuse = Fuse()
        self.fitted = self.fuse.fitted()
        self.posted: list[Job] = []
        self.excuses: Counter[str] = Counter()
        self.touched: set[str] = set()
        self.own: set[str] = set()
        self.codes: set[int] = set()
        self.archives: dict[str, dict[str, bytes]] = {}
        self.store: Store | None = None
        add = Store.add
        outer = self

        def noted(store: Store, job: Job, *, quota: int) -> None:
            add(store, job, quota=quota)
            outer.store = store
            outer.posted.append(job)

        self.noting = mock.patch.object(Store, "add", noted)
        self.noting.start()
        self.fitted.__enter__()
        random.seed(number)

    def teardown(self) -> None:
        """See that every request that was begun can still be brought home, at no job more than was due."""
        try:
            heal(self.sandbox)
            self.fuse.left = None
            for job_request in REQUESTS:
                if self.live(job_request) and len(self.spy.list_jobs()) < 6:
                    before = len(self.posted)
                    assert (
                        run(job_request, self.room / "last" / job_request.title, self.context()).state is State.VERIFIED
                    )
                    assert len(self.posted) == before
            self.promise_is_kept()
        finally:
            self.fitted.__exit__(None, None, None)
            self.noting.stop()
            self.api._session.close()
            self.spy._session.close()
            shutil.rmtree(self.room)

    def context(self, deadline: float = 3600) -> JobContext:
        """Return what a command works with."""
        return JobContext(self.api, self.api.url, self.owner, deadline, clock=self.clock)

    def live(self, job_request: JobRequest) -> list[Job]:
        """Return the jobs of a request that are on the service now."""
        assert self.store or not self.posted
        ours = [job for job in self.posted if job.title.endswith(f"] {job_request.title}")]
        return [job for job in ours if self.store and self.store.find(self.owner, job.id)]

    @contextmanager
    def command(self) -> Iterator[None]:
        """Let a command end as it likes, if only it ends as it should; nothing of a fault is left for the next."""
        try:
            yield
        except RunnerError as error:
            self.codes.add(error.exit_code)
        except DeathError:
            pass
        finally:
            self.fuse.left = None
            heal(self.sandbox)

    @initialize()
    def somebody_else_has_jobs(self) -> None:
        """Store two jobs that are nobody's here; one of them even bears a mark."""
        fields = {"cancer_type": "CM", "reference": "hg38"}
        for title in ("theirs", "theirs [cgi-runner 0123456789ab]"):
            self.spy.submit({**fields, "title": title}, {"mutations": TABLE})
        self.foreign = [job.id for job in self.posted]

    @rule(place=PLACES, fresh=ODDS, delete=ODDS, short=ODDS)
    def run(self, place: tuple[str, int], *, fresh: bool, delete: bool, short: bool) -> None:
        """Run the whole command."""
        folder, which = place
        job_request, out = REQUESTS[which], self.room / folder
        self.excuses[job_request.title] += fresh
        with self.command():
            record = run(job_request, out, self.context(5 if short else 3600), fresh=fresh, delete=delete)
            self.touched.discard(folder)
            assert record.state in {State.VERIFIED, State.DELETED}
            assert record.title.endswith(f"] {job_request.title}")

    @rule(place=PLACES)
    def run_plainly(self, place: tuple[str, int]) -> None:
        """Run the whole command, as users do most of the time."""
        self.run(place, fresh=False, delete=False, short=False)

    @rule(place=PLACES, step=STEPS, answer=ANSWERS, carried_out=st.booleans(), times=TIMES, fresh=ODDS)
    def run_against_a_fault(
        self,
        place: tuple[str, int],
        step: tuple[str, str],
        answer: Answer,
        times: int,
        *,
        carried_out: bool,
        fresh: bool,
    ) -> None:
        """Run the whole command while something goes wrong."""
        self.something_goes_wrong_next(step, answer, times, carried_out=carried_out)
        self.run(place, fresh=fresh, delete=step[0] == "DELETE", short=False)

    @rule(place=PLACES, ticks=st.integers(0, 40), delete=ODDS)
    def run_until_death(self, place: tuple[str, int], ticks: int, *, delete: bool) -> None:
        """Run the whole command, and die in the midst of it."""
        self.the_process_dies_next(ticks)
        self.run(place, fresh=False, delete=delete, short=False)

    @rule(place=PLACES, fresh=ODDS)
    def submit(self, place: tuple[str, int], *, fresh: bool) -> None:
        """Submit and go."""
        folder, which = place
        self.excuses[REQUESTS[which].title] += fresh
        with self.command():
            assert submit(REQUESTS[which], self.room / folder, self.context(), fresh=fresh).job_id

    @rule(source=FOLDERS, other=FOLDERS)
    def fetch(self, source: str, other: str) -> None:
        """Fetch the job of one folder into another, or into its own."""
        with self.command():
            record = read_record(self.room / source / NAME)
            if record.job_id:
                fetch_job(record, self.room / source, self.room / other, self.context())
                self.touched.discard(other)

    @rule(folder=FOLDERS, short=ODDS)
    def wait(self, folder: str, *, short: bool) -> None:
        """Wait for the job of a folder."""
        with self.command():
            record = read_record(self.room / folder / NAME)
            if record.job_id:
                assert wait(record.job_id, self.context(3 if short else 3600)).status.is_done

    @rule(seconds=st.sampled_from([1, 10, 60]))
    def time_passes(self, seconds: int) -> None:
        """Let jobs go on by themselves."""
        self.clock.sleep(seconds)

    @rule(step=STEPS, answer=ANSWERS, carried_out=st.booleans(), times=TIMES)
    def something_goes_wrong_next(
        self, step: tuple[str, str], answer: Answer, times: int, *, carried_out: bool
    ) -> None:
        """Arm a fault for the next command."""
        inject(self.sandbox, Fault(answer, *step, times=times, carried_out=carried_out), instead=True)

    @rule(ticks=st.integers(0, 40))
    def the_process_dies_next(self, ticks: int) -> None:
        """Light the fuse for the next command."""
        self.fuse.left = ticks

    @precondition(lambda self: len(self.posted) > 2)
    @rule(data=st.data())
    def somebody_deletes_a_job(self, data: st.DataObject) -> None:
        """Take one of our jobs away, behind our back."""
        job = data.draw(st.sampled_from([job for job in self.posted if job.id not in self.foreign]))
        if self.store:
            self.store.delete(job.id)

    @rule(source=FOLDERS, other=FOLDERS)
    def somebody_copies_a_folder(self, source: str, other: str) -> None:
        """Put a copy of one folder in the place of another."""
        if source != other and (self.room / source).exists():
            shutil.rmtree(self.room / other, ignore_errors=True)
            self.own.discard(other)
            self.own.update({other} if source in self.own else ())
            shutil.copytree(self.room / source, self.room / other)
            self.touched.discard(other)
            self.touched.update({other} if source in self.touched else ())

    @rule(folder=FOLDERS, damage=st.sampled_from(["cut", "nonsense", "gone", "all gone"]))
    def somebody_damages_a_record(self, folder: str, damage: str) -> None:
        """Damage a record or take it away, alone or with its folder."""
        record = self.room / folder / NAME
        if damage == "all gone":
            shutil.rmtree(record.parent, ignore_errors=True)
            self.touched.discard(folder)
            self.own.discard(folder)
        elif record.exists():
            content = record.read_bytes()
            record.write_bytes({"cut": content[: len(content) // 2], "nonsense": b"{}"}.get(damage, b""))
            if damage == "gone":
                record.unlink()

    @precondition(lambda self: self.verified())
    @rule(data=st.data(), name=st.sampled_from(["alterations.tsv", "summary.txt", ARCHIVE, "cgi-logs.txt"]), gone=ODDS)
    def somebody_changes_results(self, data: st.DataObject, name: str, *, gone: bool) -> None:
        """Edit a file of the results, or remove it."""
        path = data.draw(st.sampled_from(self.verified())) / name
        if path.exists():
            path.unlink() if gone else path.write_bytes(path.read_bytes().replace(b"a", b"b"))
            self.touched.add(path.parent.name)

    def verified(self) -> list[Path]:
        """Return the folders that say of themselves that they hold verified results."""
        found = []
        for folder in sorted(self.room.iterdir()):
            with suppress(RunnerError):
                if folder.name in {"a", "b", "c"} and read_record(folder / NAME).state.is_complete:
                    found.append(folder)
        return found

    @rule(folder=FOLDERS)
    def somebody_has_a_table_of_the_same_name(self, folder: str) -> None:
        """Put something of the user's where there is nothing yet."""
        if not (self.room / folder).exists():
            (self.room / folder).mkdir()
            (self.room / folder / "alterations.tsv").write_bytes(MINE)
            self.own.add(folder)

    @invariant()
    def promise_is_kept(self) -> None:
        """No request has more jobs than were asked for or deleted; nobody else's is touched; no file is half there."""
        if not self.store:
            return
        assert self.codes <= CODES
        for job_request in REQUESTS:
            ours = [job for job in self.posted if job.title.endswith(f"] {job_request.title}")]
            deleted = len(ours) - len(self.live(job_request))
            assert len(ours) <= 1 + deleted + self.excuses[job_request.title], f"{job_request.title}: {len(ours)} jobs"
            assert len({extract_tag(job.title) for job in ours}) <= 1
        assert self.store.ids(self.owner)[:2] == self.foreign
        assert all((self.room / folder / "alterations.tsv").read_bytes() == MINE for folder in self.own)
        for folder in self.room.iterdir():
            if folder.name not in self.touched and folder.name in {"a", "b", "c"} and (folder / NAME).exists():
                self.is_sound(folder)

    def is_sound(self, folder: Path) -> None:
        """See that a folder that nobody has touched holds what its record says, and nothing half."""
        try:
            record = read_record(folder / NAME)
        except RunnerError:
            return  # somebody has damaged it
        assert record.job_id not in self.foreign
        if record.state.is_complete:
            names = set(record.archive["members"])
            content = members(folder / ARCHIVE)
            assert set(content) <= names  # a name more is one that an earlier job of this folder has brought
            assert {name: (folder / name).read_bytes() for name in content} == content
            there = {path.name for path in folder.iterdir()}
            assert PSEUDONYMS not in there  # nobody has asked for them
            assert there - MAY_BE == {*content, *OWN} - MAY_BE - {PSEUDONYMS}
            self.archives[record.job_id] = content
        else:
            self.has_only_whole_files(folder, record)

    def has_only_whole_files(self, folder: Path, record: Record) -> None:
        """See that results, where a command was stopped between them, are of one job of this request or another."""
        title = extract_tag(record.title)
        for job in self.posted:
            path = self.store.folder(job.id) / "results.zip" if self.store else Path()
            if job.id not in self.archives and path.exists() and extract_tag(job.title) == title:
                self.archives[job.id] = members(path)
        possible = [self.archives[job.id] for job in self.posted if job.id in self.archives]
        for path in folder.iterdir():
            if path.name not in OWN and possible:
                assert any(path.read_bytes() == content.get(path.name) for content in possible), path.name


def members(archive: Path) -> dict[str, bytes]:
    """Return what an archive holds."""
    with zipfile.ZipFile(archive) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


@pytest.mark.timeout(900)
# Whoever dies in the midst of a download leaves the sandbox with a file to close, which it does a little later.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_life_breaks_the_promise(clock: SimulatedClock, tmp_path: Path) -> None:
    """Faults, deaths, meddling and impatience in any order: no job twice, no result lost, nothing half-written."""
    much = settings(
        max_examples=100 if SOAK else 12,
        stateful_step_count=40 if SOAK else 25,
        derandomize=not SOAK,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with Sandbox(duration=16, clock=clock.time, quota=8) as sandbox:
        run_state_machine_as_test(lambda: Lives(sandbox, clock, tmp_path), settings=much)  # type: ignore[arg-type]
