"""Random lives of one submission that several machines repeat, in folders of their own, to a service that is not sure.

A second job is forgiven only where nothing told the command of the first: no list that it was shown had it, and it was
sent with another state folder and for another output folder, or nobody was ever told its id and all lists over a minute
lacked it.
"""

from __future__ import annotations

import itertools
import json
import random
import shutil
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cgi_runner.config import Credentials
from cgi_runner.errors import JobFailedError, RunnerError
from cgi_runner.job import JobContext, JobRequest, State, read_record, run, submit
from cgi_runner.output.record import NAME
from cgi_sandbox import Sandbox
from cgi_sandbox.faults import FaultPlan, parse
from cgi_sandbox.faults.call import Call
from cgi_sandbox.store import Job, Store
from conftest import EXAMPLES, SimulatedClock
from promise.dying import DeathError, Fuse
from support.depth import SOAK
from support.faults import heal, inject
from support.sessions import client_of

SUBMISSION = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "one")
CODES = {3, 4, 5, 6, 7, 8, 10}
FAULTS = [
    "post drop", "post drop handled", "post late=20", "post late=45", "post unseen=20", "post wrong-id", "post old-id",
    "post 504 handled", "post 503", "post empty handled", "post html handled", "post error-code=500 handled",
    "list stale", "list stale times=3", "list stale skip=1 times=2", "list flapping=40 times=12", "list 503",
    "list 401 skip=1", "list shuffled times=9", "list repeated times=9",
    "info stale", "info stale times=3", "info flapping=40 times=12", "info 500", "info 404 times=2", "info html",
    "logs stale", "logs stale times=2", "logs flapping=40 times=12", "logs word=Error", "logs 503 times=3",
    "download stale", "download flapping=40 times=12", "download corrupt", "download foreign", "download truncated",
    "delete drop handled", "delete stale", "any 503 times=3", "any flapping=25 times=20", "any drop",
]  # fmt: skip
_numbers = itertools.count()
_COMMAND, _REQUEST = "lives.command", "lives.request"
_ENOUGH = 4  # lists without a job of which nobody was told: no command can do more than look


@dataclass(frozen=True)
class Place:
    """Where a command works: which state folder it has, and which output folder beside which others."""

    state: str
    beside: str
    folder: str


PLACES = st.builds(
    Place, st.sampled_from(["s1", "s1", "s2"]), st.sampled_from(["here", "here", "there"]), st.sampled_from(["a", "b"])
)


@dataclass(eq=False)
class Command:
    """A command that was given, and the lists of jobs that it was shown."""

    place: Place
    lists: list[set[str]] = field(default_factory=list)


@dataclass
class Sent:
    """A job that was taken in: where it was sent from, and after how many lists of which command it came in."""

    place: Place
    during: Command
    lists: int
    is_late: bool


class LivesElsewhere(RuleBasedStateMachine):
    """One submission, two state folders, four output folders, an account with a colleague's jobs."""

    lives = submissions = forgiven = 0

    def __init__(self, sandbox: Sandbox, clock: SimulatedClock, room: Path) -> None:
        """Open a new account on the sandbox, and an empty place for folders."""
        super().__init__()
        number = next(_numbers)
        self.clock, self.sandbox, self.room = clock, sandbox, room / str(number)
        self.owner = f"steward{number}@example.org"
        account = Credentials(self.owner, "deadbeefdeadbeefdead")
        self.api = client_of(sandbox.url, clock, credentials=account)
        self.fuse = Fuse()
        self.command = Command(Place("nobody", "nowhere", "none"))
        self.sender = self.command
        self.request, self.is_late = 0, False
        self.sent: dict[str, Sent] = {}
        self.told: set[tuple[str, str]] = set()
        """State folders, and output folders, of which a command was told the id of a job."""
        self.broken: list[str] = []
        self.store: Store | None = None
        self.stack = ExitStack()
        self.stack.enter_context(mock.patch.object(Store, "add", self._noting(Store.add)))
        self.stack.enter_context(mock.patch("cgi_runner.job.job_index.state_dirs", self._state_dirs))
        self.stack.enter_context(self.fuse.fitted())
        random.seed(7)  # a life that is tried again is the same
        self._arm([])
        type(self).lives += 1

    def teardown(self) -> None:
        """See that each machine still comes to the results, with no further job if there is one."""
        try:
            self._make_well()
            for place in (Place("s1", "here", "last"), Place("s2", "there", "last")):
                there, before = self._live(), len(self.sent)
                self.command = Command(place)
                record = run(SUBMISSION, self._folder(place), self._context())
                assert record.state is State.VERIFIED
                assert record.job_id in self._live()
                assert len(self.sent) - before == (not there)
            self.no_job_is_sent_again()
        finally:
            self.stack.close()
            heal(self.sandbox)
            self.api._session.close()
            shutil.rmtree(self.room, ignore_errors=True)

    def _state_dirs(self) -> list[Path]:
        folder = self.room / self.command.place.state
        folder.mkdir(parents=True, exist_ok=True)
        return [folder]

    def _folder(self, place: Place) -> Path:
        return self.room / place.beside / place.folder

    def _context(self) -> JobContext:
        return JobContext(self.api, self.api.url, self.owner, 3600, clock=self.clock)

    def _live(self) -> set[str]:
        """Return the jobs of the submission that the service really has."""
        return self.sent.keys() & set(self.store.ids(self.owner)) if self.store else set()

    def _arm(self, faults: list[str]) -> None:
        """Add faults to those that are left, and have all that is shown and sent noted."""
        plans = [FaultPlan([parse(each)], clock=self.clock.time, sleep=self.clock.sleep) for each in faults]
        left = [each for each in self.sandbox.interceptors if isinstance(each, FaultPlan)]
        inject(self.sandbox, self._note_shown, *plans, *left, self._note_sender, instead=True)

    def _make_well(self) -> None:
        """Let what is late come in, then take all faults away."""
        self.clock.sleep(60)
        self.command = Command(Place("nobody", "nowhere", "none"))
        with suppress(RunnerError):
            self.api.list_jobs()
        heal(self.sandbox)
        self._arm([])

    def _note_shown(self, environ: Any, start_response: Any, app: Any) -> Any:
        """Note who sends a submission, which may come in later, and which jobs a list shows."""
        environ[_COMMAND] = self.command
        environ[_REQUEST] = self.request = self.request + 1
        call = Call(environ, start_response, app)
        if call.step != "list":
            return call.pass_on()
        answer = call.forward()
        if answer.body.startswith(b'["'):
            self.command.lists.append(set(json.loads(answer.body)))
        return call.respond(answer)

    def _note_sender(self, environ: Any, start_response: Any, app: Any) -> Any:
        self.sender = environ.get(_COMMAND, self.command)
        self.is_late = environ.get(_REQUEST) != self.request  # it comes in while another request is answered
        return app(environ, start_response)

    def _noting(self, add: Any) -> Any:
        def noted(store: Store, job: Job, *, quota: int) -> None:
            add(store, job, quota=quota)
            self.store = store
            if job.owner == self.owner and job.title.endswith(f"] {SUBMISSION.title}"):
                self._judge(job.id)

        return noted

    def _judge(self, job_id: str) -> None:
        """See whether another job of the submission is there, of which its sender could have known."""
        type(self).submissions += 1
        place, is_late = self.sender.place, self.is_late
        for other in self._live() - {job_id}:
            its = self.sent[other]
            is_known = self._is_near(its.place, place) if is_late else self._is_known(other, place)
            type(self).forgiven += not is_known
            if is_known:
                self.broken.append(f"job {other}, sent from {its.place}, was sent again from {place}")
        self.sent[job_id] = Sent(place, self.command, len(self.command.lists), is_late)

    def _is_near(self, one: Place, other: Place) -> bool:
        """Whether two places share what a command keeps."""
        return one.state == other.state or self._folder(one) == self._folder(other)

    def _is_known(self, job_id: str, place: Place) -> bool:
        """Whether a command could have known of a job: by a list, by what is kept, or by looking long enough."""
        its, lists = self.sent[job_id], self.command.lists
        if its.during is self.command:
            lists = lists[its.lists :]
        kept = {(place.state, job_id), (str(self._folder(place)), job_id)}
        if any(job_id in shown for shown in lists) or kept & self.told:
            return True
        return self._is_near(its.place, place) and not its.is_late and len(lists) < _ENOUGH

    def _try(self, place: Place, act: Callable[[Path], object]) -> None:
        """Let a command end as it likes, if only it ends as it should."""
        self.command = Command(place)
        out = self._folder(place)
        try:
            act(out)
        except RunnerError as error:
            if error.exit_code not in CODES:
                self.broken.append(f"{error}: exit code {error.exit_code}")
            # Whoever follows the tip of such an error submits anew.
            if error.exit_code == JobFailedError.exit_code and read_record(out / NAME).job_id in self._live():
                self.broken.append(f"{error}, and the job is there")
        except DeathError:
            pass
        finally:
            self.fuse.left = None
            with suppress(RunnerError):  # no record
                self.told.update((where, read_record(out / NAME).job_id) for where in (place.state, str(out)))

    @initialize()
    def somebody_else_has_jobs(self) -> None:
        """Store two jobs that are nobody's here, of which one bears a tag."""
        fields = {"cancer_type": "CM", "reference": "hg38"}
        for title in ("theirs", "[cgi-runner 0123456789ab] theirs"):
            self.api.submit({**fields, "title": title}, {"mutations": EXAMPLES / "mutations.tsv"})

    @rule(
        place=PLACES,
        faults=st.lists(st.sampled_from(FAULTS), max_size=3),
        ticks=st.none() | st.integers(0, 40),
        delete=st.integers(0, 5).map(lambda number: not number),
    )
    def run(self, place: Place, faults: list[str], ticks: int | None, *, delete: bool) -> None:
        """Run the whole command, against faults, perhaps to its death."""
        self._arm(faults)
        self.fuse.left = ticks
        self._try(place, lambda out: run(SUBMISSION, out, self._context(), delete=delete))

    @rule(place=PLACES, faults=st.lists(st.sampled_from(FAULTS), max_size=2))
    def submit(self, place: Place, faults: list[str]) -> None:
        """Submit and go."""
        self._arm(faults)
        self._try(place, lambda out: submit(SUBMISSION, out, self._context()))

    @rule(seconds=st.sampled_from([1, 15, 60]))
    def time_passes(self, seconds: int) -> None:
        """Let jobs go on by themselves."""
        self.clock.sleep(seconds)

    @rule()
    def the_service_gets_well(self) -> None:
        """Take all faults away."""
        self._make_well()

    @invariant()
    def no_job_is_sent_again(self) -> None:
        """Nothing was submitted that the command could have known to be there; the colleague's jobs are untouched."""
        assert self.broken == []
        if self.store:
            assert len(set(self.store.ids(self.owner)) - self.sent.keys()) == 2


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_machine_sends_again_what_it_could_know(clock: SimulatedClock, tmp_path: Path) -> None:
    """Deaths, stale, flapping and late answers, in any folder: no second job where the first could be known."""
    much = settings(
        max_examples=50 if SOAK else 8,
        stateful_step_count=12,
        derandomize=True,  # what is forgiven is not yet told so finely that no chance life is accused wrongly
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with Sandbox(duration=16, clock=clock.time) as sandbox:
        run_state_machine_as_test(lambda: LivesElsewhere(sandbox, clock, tmp_path), settings=much)  # type: ignore[arg-type]
    assert LivesElsewhere.submissions >= LivesElsewhere.lives / 2
