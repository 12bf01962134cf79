"""Every fault at every step, once and always: what the command does, what is left here and at the service.

`make reliability` runs all of it and writes docs/reliability.tsv and the overview in docs/reliability.md anew.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partialmethod
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import requests

from cgi_runner import redaction
from cgi_runner.clock import SystemClock
from cgi_runner.config import RetryPolicy
from cgi_runner.job import download
from cgi_runner.service import session
from cgi_sandbox import Sandbox
from cgi_sandbox.faults import FaultPlan, parse
from cgi_sandbox.faults.answers import SPELLINGS
from cgi_sandbox.faults.catalogue import find
from cgi_sandbox.faults.jobs import LOG_SHAPES
from cgi_sandbox.faults.rows import ROWS
from cgi_sandbox.faults.rule import STEPS
from cgi_sandbox.faults.shapes import SHAPES
from cgi_sandbox.faults.uploads import COPIES
from conftest import EXAMPLES, ROOT, SimulatedClock
from support.cli import Outcome, cgi_runner
from support.faults import heal, inject
from support.scripted import Answer, serving

DOCUMENT = ROOT / "docs" / "reliability.md"
MATRIX = ROOT / "docs" / "reliability.tsv"
ELSEWHERE = "http://elsewhere.example/"
TOKEN = "feedfacefeedfaceface"
KEPT = frozenset({"cgi-job.json", "dropped.tsv"})

EVERYWHERE = [
    "drop", "hang=30",
    "400", "401", "403", "404", "408", "409",
    "429", "429 retry-after=7", "429 retry-after=date", "429 retry-after=99999999", "429 retry-after=soon",
    "500", "502", "503", "503 retry-after=7", "503 retry-after=date", "503 retry-after=-99999999", "504",
    "error-code=401", "error-code=403", "error-code=404", "error-code=429", "error-code=500",
    "html", "empty", "wrong-type", "broken-json", f"redirect={ELSEWHERE}",
    "endless", "slow=5", "truncated", "truncated-quietly",
]  # fmt: skip
CHANGING = ("post", "delete")
CARRIED_OUT = [
    "drop", "hang=30", "408", "429", "500", "502", "503", "504", "error-code=500",
    "html", "empty", "wrong-type", "endless",
]  # fmt: skip
ONLY_HERE = [
    "corrupt", "foreign", "zip-slip", "bomb", "encrypted",
    "word=Paused", "word=Error", "vanish", "full", "late=20", "shuffled", "crowd=40",
]  # fmt: skip
#: Sound answers that are a little other than those that were seen.
DEVIATIONS = [
    *(f"shape={shape}" for shape in SHAPES),
    *(f"copy={change}" for change in COPIES),
    *(f"rows={change}" for change in ROWS),
    *(f"log-shape={shape}" for shape in LOG_SHAPES),
    *(f"spelling={spelling}" for spelling in SPELLINGS),
    "cut-title=40", "cut-title=64", "wrapped=id", "wrapped=job_id", "wrapped=job",
    "retitled=Analysis", "retitled-unanswered=Analysis",
    "unseen=20", "unseen=90", "wrong-id", "old-id", "repeated", "stale", "flapping=15", "flapping=50",
]  # fmt: skip
#: What the names of those files begin with that are not those of the undisturbed run, by what the fault begins with.
CHANGED = {
    "copy=": ("input",),
    "rows=": ("alterations.tsv", "input", "dropped.tsv"),
    "shape=renamed-table": ("alterations.tsv", "mutations.tsv", "dropped.tsv"),
    "shape=gzipped-table": ("alterations.tsv", "dropped.tsv"),
}
#: From a new machine, a job that the list does not show is no job: nothing could tell the command that it is there.
BEYOND_KNOWLEDGE = {("stale", "list again"), ("flapping=15", "list again"), ("flapping=50", "list again")}

#: Steps of a command that is given again, in a new folder on a new machine, while its job is running: by these alone
#: it finds that job, and does not submit another one.
AGAIN = ("list again", "info again")
COLUMNS = (*STEPS, *AGAIN)


class Cell(NamedTuple):
    """A fault, the step that it strikes, and how often: `once` or `always`."""

    fault: str
    step: str
    times: str

    @property
    def name(self) -> str:
        """What the cell is called in the table and in tests."""
        return f"{self.step} {self.fault} {self.times}"

    @property
    def call(self) -> str:
        """The call of the API that the fault strikes, as the plan's language names it."""
        return self.step.removesuffix(" again")


@dataclass(frozen=True)
class Received:
    """What came of a cell: the command's end, what is left, and the end of the same command without the fault."""

    code: int
    says: str
    taken_in: int
    kept: int
    left: str
    requests: int
    again: int

    @property
    def row(self) -> tuple[str, ...]:
        """The cells of the table."""
        return str(self.code), f"{self.taken_in}/{self.kept}", self.left, str(self.requests), str(self.again), self.says


def cells() -> list[Cell]:
    """Return all cells, in the order of the table."""
    lines = [(fault, step) for fault in [*EVERYWHERE, *ONLY_HERE, *DEVIATIONS] for step in _steps(fault)]
    lines += [(f"{fault} handled", step) for fault in CARRIED_OUT for step in CHANGING]
    return [Cell(fault, step, times) for fault, step in lines for times in ("once", "always")]


def _steps(fault: str) -> Iterable[str]:
    known = find(re.split("[= ]", fault)[0])
    assert known
    steps = COLUMNS if fault != "vanish" else STEPS  # whose own job has vanished has to submit another one
    return [
        step for step in steps if step.removesuffix(" again") in known.steps and (fault, step) not in BEYOND_KNOWLEDGE
    ]


@dataclass
class Bench:
    """A service whose faults, clock and account are changed from cell to cell."""

    sandbox: Sandbox
    elsewhere: str
    visitors: list[Any]
    clock: SimulatedClock
    folder: Path
    requests: list[str]
    """Who made each request. The sandbox's own log forgets."""
    taken_in: dict[str, int]
    reference: Mapping[str, bytes]
    count: int = 0

    def run(self, cell: Cell) -> Received:
        """Run the command with the fault, then without; and see to everything that must hold in all cells."""
        self.count += 1
        email = f"cell{self.count}@example.org"
        out = self.folder / f"out{self.count}"
        other = self._job_of_somebody(email)
        random.seed(cell.name)
        self.clock.seconds = 0.0
        if cell.step in AGAIN:
            with _hurried(self.clock, read=60):
                assert self._command(email, self.folder / f"first{self.count}", "submit").code == 0
        plan = self._plan(cell)
        before = len(self.requests)
        with self._armed(plan), _hurried(self.clock, read=0.2 if "hang" in cell.fault else 60):
            first = self._command(email, out)
        asked = len(self.requests) - before
        left, taken_in, kept = (
            _left(out, self.reference, cell.fault),
            self.taken_in[email] - 1,
            len(self._jobs(email)) - 1,
        )
        self._nothing_half_done(cell, first, left, out)
        with _hurried(self.clock, read=60):
            again = self._command(email, out)
        if again.code == 0:
            whole = _left(out, self.reference, cell.fault)
            assert whole == "results", f"{cell.name}: the second run left {_left(out, {})}"
        assert self.taken_in[email] - 1 <= 1, f"{cell.name}: the job was run twice"
        assert (other in self._jobs(email)) != (cell.step == "info" and cell.fault == "vanish"), (
            f"{cell.name}: another job of the account was touched"
        )
        assert not self.visitors, f"{cell.name}: the redirect was followed"
        says = _said(first, out, self.sandbox.url, self.elsewhere)
        return Received(first.code, says, taken_in, kept, left, asked, again.code)

    def _plan(self, cell: Cell) -> FaultPlan:
        fault = cell.fault.replace(ELSEWHERE, self.elsewhere)
        often = " times=always" if cell.times == "always" else ""

        def drip(seconds: float) -> None:
            self.clock.sleep(seconds)
            time.sleep(0.001)  # else what is sent after the client has gone would move its clock on

        return FaultPlan([parse(f"{cell.call} {fault}{often}")], clock=self.clock.time, sleep=drip)

    @contextmanager
    def _armed(self, plan: FaultPlan) -> Iterator[None]:
        self.sandbox.interceptors.insert(1, plan)
        try:
            yield
        finally:
            heal(self.sandbox, plan)

    def _command(self, email: str, out: Path, command: str = "run") -> Outcome:
        account = {"CGI_EMAIL": email, "CGI_TOKEN": TOKEN, "CGI_API_URL": self.sandbox.url}
        words = [command, "--mutations", str(EXAMPLES / "mutations.tsv"), "--cancer-type", "CM", "--title", "proof"]
        words += ["--reference", "hg38"]
        words += ["--delete", "--deadline", "2h"] if command == "run" else []
        with (
            mock.patch.dict(os.environ, account),
            # Each cell is a process of its own for the user, who has a machine of his own: it knows no other's secrets,
            # and nothing of the account's jobs.
            mock.patch.object(redaction, "_secrets", set()),
            mock.patch("cgi_runner.job.job_index.state_dirs", return_value=[]),
        ):
            outcome = cgi_runner(*words, "--output", out)
        assert "Traceback" not in outcome.err
        assert TOKEN not in outcome.out + outcome.err
        assert email not in outcome.out + outcome.err
        return outcome

    def _nothing_half_done(self, cell: Cell, first: Outcome, left: str, out: Path) -> None:
        if first.code == 0:
            assert left == "results", f"{cell.name}: exit 0, but there is {left}"
            return
        assert first.is_plain_failure(first.code), f"{cell.name}: {first.err}"
        assert "results" not in left.split(), f"{cell.name}: exit {first.code}, but the results are there"
        if out.exists():
            record = (out / "cgi-job.json").read_text()
            assert TOKEN not in record
            assert "@example.org" not in record
            assert set(left.split()) <= KEPT | {"cgi-logs.txt", "cgi-results.refused.zip"}, f"{cell.name}: left {left}"

    def _job_of_somebody(self, email: str) -> str:
        answer = requests.post(
            self.sandbox.url,
            headers={"Authorization": f"{email} {TOKEN}"},
            data={"cancer_type": "CM", "title": "somebody's", "reference": "hg38"},
            files={"mutations": ("input.tsv", "chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n")},
            timeout=60,
        )
        return str(answer.json())

    def _jobs(self, email: str) -> list[str]:
        headers = {"Authorization": f"{email} {TOKEN}"}
        jobs: list[str] = requests.get(self.sandbox.url, headers=headers, timeout=60).json()
        return jobs


@contextmanager
def bench() -> Iterator[Bench]:
    """Serve the sandbox for all cells, and run the command once undisturbed."""
    clock = SimulatedClock()
    made_by: list[str] = []
    taken_in: dict[str, int] = {}

    def count_requests(environ: Any, start_response: Any, app: Any) -> Any:
        made_by.append(environ["HTTP_AUTHORIZATION"].split()[0])
        return app(environ, start_response)

    def count_jobs(environ: Any, start_response: Any, app: Any) -> Any:
        def noted(status: str, headers: Any, exc_info: Any = None) -> Any:
            if environ["REQUEST_METHOD"] == "POST" and status.startswith("200"):
                email = environ["HTTP_AUTHORIZATION"].split()[0]
                taken_in[email] = taken_in.get(email, 0) + 1
            return start_response(status, headers, exc_info)

        return app(environ, noted)

    with (
        tempfile.TemporaryDirectory(prefix="cgi-matrix-") as name,
        mock.patch.object(download, "_MAX_ARCHIVE", 4 * 1024 * 1024),
        mock.patch.object(session, "LARGEST_ANSWER", 1024 * 1024),
        Sandbox(duration=16, clock=clock.time) as sandbox,
        serving([Answer("who is there?")]) as elsewhere,
    ):
        inject(sandbox, count_requests, count_jobs)
        made = Bench(sandbox, elsewhere.url, elsewhere.requests, clock, Path(name), made_by, taken_in, {})
        with _hurried(clock, read=60):
            undisturbed = made._command("nobody@example.org", made.folder / "undisturbed")
        assert undisturbed.code == 0, undisturbed.err
        results = made.folder / "undisturbed"
        made.reference = {path.name: path.read_bytes() for path in results.iterdir()}
        yield made


@contextmanager
def _hurried(clock: SimulatedClock, *, read: float) -> Iterator[None]:
    """Let the command live by the simulated clock, and give up a silent service sooner."""
    with (
        mock.patch.object(SystemClock, "sleep", clock.sleep),
        mock.patch.object(SystemClock, "monotonic", clock.monotonic),
        mock.patch.object(SystemClock, "now", clock.now),
        mock.patch.object(RetryPolicy, "__init__", partialmethod(RetryPolicy.__init__, read=read)),
    ):
        yield


def _left(out: Path, reference: Mapping[str, bytes], fault: str = "") -> str:
    """Return what is in the output folder: the same results as of the undisturbed run, or which files.

    Where the fault changes a table, or CGI's copies of the uploads, it is the other files that have to be the same.
    """
    if not out.exists():
        return "nothing"
    found = {path.name: path.read_bytes() for path in out.iterdir()}
    changed = next((names for begin, names in CHANGED.items() if fault.startswith(begin)), ())
    found, reference = (
        {name: content for name, content in each.items() if not name.startswith(changed or ("-",))}
        for each in (found, reference)
    )
    tables = [name for name in reference if name.endswith(".tsv")]
    whole = found.keys() == reference.keys() and all(found[name] == reference[name] for name in tables)
    return "results" if whole else " ".join(sorted(found))


def _said(outcome: Outcome, out: Path, url: str, elsewhere: str) -> str:
    """Return the error's line, or the warning's, without what differs from run to run."""
    lines = [line.removeprefix("ERROR ") for line in outcome.messages if line.startswith("ERROR ")]
    lines = lines or [line for line in outcome.messages if "could not be deleted" in line] or ["-"]
    text = lines[0]
    for found, shown in {str(out): "OUT", elsewhere: ELSEWHERE, url: "URL"}.items():
        text = text.replace(found.rstrip("/"), shown.rstrip("/"))
    text = re.sub(r"\b[0-9a-f]{20}\b", "ID", text)
    text = re.sub(r'"[0-9a-f]{1,19}$', '"…', text)  # an answer that broke off within one
    text = re.sub(r"port=\d+", "port=N", text)
    return re.sub(r"after \d+ (of \d+ )?bytes|\d+ bytes in \d+ s|\d+ bytes", "N bytes", text)


COLUMNS_OF_MATRIX = (
    "step", "fault", "times", "exit", "jobs taken in/kept", "left in the folder", "requests", "same command again",
    "says",
)  # fmt: skip


def line(cell: Cell, seen: Received) -> str:
    """Write the line of a cell, with tabs between its values."""
    return "\t".join((cell.step, cell.fault, cell.times, *seen.row))


def documented() -> dict[Cell, str]:
    """Read the lines of the matrix that is kept, by cell."""
    lines = MATRIX.read_text(encoding="utf-8").splitlines()[1:]
    return {Cell(fault, step, times): text for text in lines for step, fault, times in [text.split("\t")[:3]]}


def summary(rows: Mapping[Cell, Received]) -> list[str]:
    """Write the overview: exit codes once / always, a line for each fault, a column for each step."""
    lines = [f"| fault | {' | '.join(COLUMNS)} |", f"|{'---|' * (len(COLUMNS) + 1)}"]
    for fault in dict.fromkeys(cell.fault for cell in rows):
        codes = [
            "/".join(str(rows[Cell(fault, step, times)].code) for times in ("once", "always"))
            if Cell(fault, step, "once") in rows
            else ""
            for step in COLUMNS
        ]
        lines.append(f"| `{fault}` | {' | '.join(codes)} |")
    return lines


BEGIN = "<!-- overview begins: written by `make reliability` -->"
END = "<!-- overview ends -->"


def overview(document: str) -> str:
    """Return what stands between the marks of the generated overview."""
    return document.partition(BEGIN)[2].partition(END)[0].strip("\n")


def main() -> None:
    """Run all cells and write their tables into the document."""
    with bench() as made:
        rows = {cell: made.run(cell) for cell in cells()}
    lines = ["\t".join(COLUMNS_OF_MATRIX), *(line(cell, seen) for cell, seen in rows.items())]
    MATRIX.write_text("\n".join(lines) + "\n", encoding="utf-8")
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    document = "\n".join([before + BEGIN, *summary(rows), END + rest.split(END)[1]])
    DOCUMENT.write_text(document, encoding="utf-8")
    sys.stdout.write(f"{len(rows)} cells written to {MATRIX}\n")


if __name__ == "__main__":
    main()
