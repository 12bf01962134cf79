"""Processes that run the real command line and are stopped at named points of a job's life; a list of tasks a line.

Forking one that has everything imported is what makes hundreds of kills affordable. A task is a dictionary with

- `arguments`: the command line; `email`: the account; `shared`: the folder for locks and notes ("/tmp" of a machine);
- `said`: the file for stdout and stderr; `pid`: a file for the id of the process, for those who stop it from outside;
- `signal`: the signal that stops it, `point`: where, or `seconds`: when, from its start;
- `trace`: a file for the names of all points that it passes.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from filelock import FileLock  # noqa: F401 - imported before the fork, for all that come

from cgi_runner import clock, files
from cgi_runner.cli import main as command_line
from cgi_runner.cohort import merged_tables, sample_folders
from cgi_runner.cohort import record as cohort_record
from cgi_runner.job import download, job_index, lifecycle
from cgi_runner.output import folder, locking, record
from cgi_runner.results import archive
from cgi_runner.service import cgi_v1, multipart

TOKEN = "deadbeefdeadbeefdead"
HURRY = 200  # times faster than real time, so that a service at work on a killed one's request still has its moment


class Points:
    """The named points of a process's life: it notes which it passes, and stops at the one it is told."""

    def __init__(self, task: dict[str, Any]) -> None:
        """Take from the task where to stop."""
        self._task = task
        self._seen: Counter[str] = Counter()

    def passing(self, name: str) -> None:
        """Pass a point; one that was passed before has its number in its name."""
        self._seen[name] += 1
        label = name if self._seen[name] == 1 else f"{name} ({self._seen[name]})"
        if "trace" in self._task:
            with Path(self._task["trace"]).open("a") as trace:
                trace.write(f"{label}\n")
        if label == self._task.get("point"):
            os.kill(os.getpid(), self._task["signal"])

    def after(self, place: Any, name: str, called: Callable[..., str]) -> None:
        """Have a point after each call of a function; `called` names the calls by their arguments."""
        function = getattr(place, name)

        def watched(*arguments: Any, **named: Any) -> Any:
            given = function(*arguments, **named)
            self.passing(called(*arguments, **named))
            return given

        setattr(place, name, watched)

    def place(self) -> None:
        """Have points wherever the disk changes, and in the middle of what is sent, received and unpacked."""
        self._place_in_records()
        for place in (lifecycle, folder, download, merged_tables):
            self.after(place, "commit_file", lambda _, path: f"{path.name} is in place")
        self.after(job_index.JobTagCache, "start_submission", lambda *_: "the submission is noted")
        self.after(job_index.JobTagCache, "finish_submission", lambda *_: "the note is taken away")
        self.after(cohort_record.CohortRecord, "write", lambda _: "the cohort's record is written")
        self.after(sample_folders, "_place", lambda _, place: f"the folder of {place.name} is in place")
        self.after(archive, "_copy", lambda *_: "a file is unpacked")
        self.after(merged_tables, "_join", lambda *_: "a table is joined")
        self._place_in_streams()

    def _place_in_records(self) -> None:
        transition, commit_file = record.RecordStore.transition, files.commit_file
        fetching: Counter[Path] = Counter()
        step = ""

        def watched(self_: record.RecordStore, state: record.State, **facts: Any) -> None:
            nonlocal step
            fetching[self_.path] += state is record.State.FETCHING
            step = "claimed" if state is record.State.FETCHING and fetching[self_.path] > 1 else state.value
            step += f" (job {self_.path.parent.name})" if self_.path.parent.name.isdecimal() else ""
            self.passing(f"before {step} is written")
            transition(self_, state, **facts)
            self.passing(f"{step} is written")

        def halfway(part: Path, path: Path) -> None:
            name = "the list of tags" if path.name.endswith(".tags.json") else path.name
            self.passing(f"while {step if name == record.NAME else name} is written")
            commit_file(part, path)
            if name != record.NAME:
                self.passing(f"{name} is written")

        put(record.RecordStore, transition=watched)
        put(files, commit_file=halfway)

    def _place_in_streams(self) -> None:
        pieces, whole_download = multipart.MultipartBody.__iter__, cgi_v1.CgiClient.download

        def halves(body: multipart.MultipartBody) -> Iterator[bytes]:
            whole = b"".join(pieces(body))
            for part, after in ((whole[: len(whole) // 2], "half"), (whole[len(whole) // 2 :], "all")):
                yield part
                self.passing(f"{after} of {'the submission' if after == 'half' else 'it'} is sent")

        def half_download(self_: cgi_v1.CgiClient, job_id: str) -> Iterator[tuple[bytes, int | None]]:
            for piece, total in whole_download(self_, job_id):
                yield piece[: len(piece) // 2], total
                self.passing("half of the archive is received")
                yield piece[len(piece) // 2 :], total

        put(multipart.MultipartBody, __iter__=halves)
        put(cgi_v1.CgiClient, download=half_download)


def put(place: Any, **functions: Callable[..., Any]) -> None:
    """Put other functions in the place of a module's or a class's own, in this process."""
    for name, function in functions.items():
        setattr(place, name, function)


def hurry() -> None:
    """Have the machine's clock run fast, in this process."""
    passed = 0.0

    def sleep(_: clock.SystemClock, seconds: float) -> None:
        nonlocal passed
        time.sleep(seconds / HURRY)
        passed += seconds

    start = datetime(2026, 1, 5, 12, tzinfo=timezone.utc)
    put(clock.SystemClock, sleep=sleep, monotonic=lambda _: passed, now=lambda _: start + timedelta(seconds=passed))


def work(task: dict[str, Any]) -> None:
    """Run the command line as the task says; ends the process."""
    said = os.open(task["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(said, stream)
    os.environ |= {"CGI_EMAIL": task["email"], "CGI_TOKEN": TOKEN}
    shared = Path(task["shared"])
    for place in (locking, job_index):
        put(place, state_dirs=lambda: [shared])
    hurry()
    if "point" in task or "trace" in task:
        Points(task).place()
    command_line(task["arguments"])


def forked(task: dict[str, Any]) -> int:
    """Start a process for a task and give its id."""
    pid = os.fork()
    if pid:
        if "pid" in task:
            Path(task["pid"]).write_text(str(pid))
        return pid
    code: Any = 1
    try:
        work(task)
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def wait_for(pid: int, task: dict[str, Any]) -> int:
    """Wait for a process, stop it when the task says so, and give its exit code."""
    if "seconds" in task:
        time.sleep(max(0.0, task["started"] + task["seconds"] - time.monotonic()))
        os.kill(pid, task["signal"])
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Take lists of tasks, one a line; start all tasks of a line at once; answer with their exit codes."""
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        tasks = json.loads(line)
        pids = []
        for task in tasks:
            task["started"] = time.monotonic()
            pids.append(forked(task))
        due = sorted(range(len(tasks)), key=lambda place: tasks[place].get("seconds", float("inf")))
        codes = {place: wait_for(pids[place], tasks[place]) for place in due}
        answers.write(json.dumps([codes[place] for place in range(len(tasks))]) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
