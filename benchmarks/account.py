"""The cost of an account with many jobs and of a long log: requests, seconds and memory.

A plain server stands in for the service: the sandbox would take longer than the runner to fill 10,000 jobs.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

from benchmarks.measure import ROOT, Row, Scale, account_env, measure_program, runner_command
from benchmarks.service import MUTATIONS, serve_program

JOB = "c22ecf2af788d65e{:04x}"
MAX_CACHED = 5
"""Requests of a submission that knows all other jobs of the account."""


def rows(scale: Scale) -> Iterator[Row]:
    """Yield rows for a submission to a large account, with and without a cache, and for a log."""
    jobs, lines = scale.jobs, scale.log_lines
    with (
        tempfile.TemporaryDirectory() as name,
        serve_program(sys.executable, "-m", "benchmarks.account", str(jobs), str(lines), cwd=ROOT) as url,
    ):
        folder = Path(name)
        env = account_env(XDG_CACHE_HOME=str(folder / "cache"), XDG_STATE_HOME=str(folder / "state"))
        for number, (key, how) in enumerate((("cold", "for the first time"), ("cached", "again, another input"))):
            source = folder / f"{key}.tsv"
            source.write_text(MUTATIONS + f"1\t{1_000_000 + number}\tA\tC\n", encoding="utf-8")
            before = _count_requests(url)
            figures = measure_program(
                runner_command("submit", "--mutations", source, "--cancer-type", "CM", "--reference", "hg38",
                               "--api-url", url, "--state", folder / "shared", "--output", folder / key),
                env=env,
            )  # fmt: skip
            asked = _count_requests(url) - before
            what = f"submitting to an account of {jobs:,} jobs, {how}"
            note = f"{figures.seconds:.2f} s, processor {figures.processor:.2f} s, at most {figures.memory:.0f} MB."
            if key == "cold":
                note += (
                    " The service answers at once here; over a network, each request also takes its way there and back."
                )
            row = Row(f"account.{key}", f"{what}, requests", asked, "", note=note)
            if key == "cached":
                row.judged, row.most = "ours", MAX_CACHED
            yield row
            yield Row(f"account.{key}_seconds", f"{what}, time", figures.seconds)
        figures = measure_program(runner_command("logs", JOB.format(0), "--api-url", url), env=env)
        yield Row(
            "account.log",
            f"showing a log of {lines:,} lines",
            figures.seconds,
            note=f"processor {figures.processor:.2f} s, start-up included.",
        )
        yield Row("account.log_memory", f"showing a log of {lines:,} lines, memory", figures.memory, "MB")


def _count_requests(url: str) -> int:
    with urlopen(f"{url}/requests") as answer:
        return int(answer.read())


class _Handler(BaseHTTPRequestHandler):
    """Answers as CGI does; the numbers of jobs and of log lines are all it needs."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement between header and body
    requests = 0
    jobs, lines = 10, 10
    new = 0

    def do_GET(self) -> None:
        """Answer with the list, a job, its log, or the number of requests."""
        path, _, query = self.path.partition("?")
        name = path.rsplit("/", 1)[-1]
        if name == "requests":
            self._send(_Handler.requests)
            return
        _Handler.requests += 1
        if len(name) < len(JOB.format(0)):
            self._send([JOB.format(number) for number in range(_Handler.jobs + _Handler.new)])
        elif "logs" in query:
            line = "2024-01-05 10:00:00,000 INFO     Running VEP on one more stretch of the genome"
            self._send({"status": "Done", "logs": [line] * (_Handler.lines - 1) + ["Analysis done"]})
        else:
            self._send({"status": "Done", "metadata": {
                "id": name, "title": f"study of {name}", "cancertype": "CM", "reference": "hg38",
                "dataset": "input.tsv", "date": "2024-01-05 10:00:00",
            }})  # fmt: skip

    def do_POST(self) -> None:
        """Accept a job."""
        _Handler.requests += 1
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        _Handler.new += 1
        self._send(JOB.format(_Handler.jobs + _Handler.new - 1))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Keep the console quiet."""

    def _send(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until terminated, with as many jobs and log lines as the command line says."""
    _Handler.jobs, _Handler.lines = map(int, sys.argv[1:3])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
