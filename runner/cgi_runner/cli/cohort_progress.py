"""How far a cohort is: lines on a terminal, or events for machines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from tqdm import tqdm

    from cgi_runner.cohort.events import Event, JobEvent, PlanEvent


class CohortProgress:
    """Shows how far a cohort is: one line a job and a total on a terminal, events for machines, else nothing."""

    def __init__(self, *, as_json: bool) -> None:
        """Show nothing yet."""
        self._as_json = as_json
        self._draws = sys.stderr.isatty()
        self._open = ExitStack()
        self._lines: dict[str, tqdm[NoReturn]] = {}
        self._total: tqdm[NoReturn] | None = None

    def show(self, event: Event) -> None:
        """Show a change."""
        from cgi_runner.redaction import redact

        if self._as_json:
            with ignore_broken_pipe():
                click.echo(redact(json.dumps(event, ensure_ascii=False)))
        if self._draws:
            if event["event"] == "plan":
                self._plan(event)
            elif event["event"] == "job":
                self._job(event)
            else:
                self.close()

    def close(self) -> None:
        """Clear the display."""
        for line in self._lines.values():
            line.close()
        self._lines.clear()
        self._open.close()

    def _plan(self, event: PlanEvent) -> None:
        from tqdm import tqdm
        from tqdm.contrib.logging import logging_redirect_tqdm

        # Log lines go above the lines that are drawn, instead of through them.
        self._open.enter_context(logging_redirect_tqdm())
        form = "{desc} |{bar:30}| {n_fmt} of {total_fmt} jobs, {elapsed}"
        self._total = tqdm(total=event["jobs"], desc="cohort", bar_format=form, leave=False, file=sys.stderr)
        self._open.callback(self._total.close)

    def _job(self, event: JobEvent) -> None:
        from tqdm import tqdm

        from cgi_runner.cohort.names import plural

        name = event["job"]
        if event["state"] in {"done", "failed"}:
            if name in self._lines:
                self._lines.pop(name).close()
            if self._total is not None:
                self._total.update(1)
            return
        if name not in self._lines:
            self._lines[name] = tqdm(total=0, bar_format="{desc}", leave=False, file=sys.stderr)
        said = event["said"].split(" INFO ", 1)[-1].strip() or event["state"]
        text = f"job {name}  {plural(event['samples'], 'sample')}, {plural(event['rows'], 'row')}: {said}"
        self._lines[name].set_description_str(text[: (self._lines[name].ncols or 100) - 1])


@contextmanager
def ignore_broken_pipe() -> Iterator[None]:
    """Continue when stdout is closed: jobs are running, and the exit code still shows what became of them."""
    try:
        yield
    except BrokenPipeError:
        # What stdout holds still, and all that is yet to come, goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
