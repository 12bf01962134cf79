"""A large upload and a large download, beside the curl calls of CGI's API page.

Both use a plain file server, which is faster than the sandbox. Whole processes are compared. Fetching downloads,
verifies and unpacks; `curl` with `unzip -t` downloads and verifies.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from multiprocessing import Process
from pathlib import Path

from benchmarks.fileserver import JOB
from benchmarks.measure import TOKEN, Figures, Row, Scale, account_env, python_command, take_turns
from benchmarks.service import serve_program

SESSION = """\
import os, sys
from pathlib import Path
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_runner.clock import SystemClock
from cgi_runner.service.session import CgiSession
from cgi_runner.config import Credentials, RetryPolicy, Service
account = Credentials(os.environ["CGI_EMAIL"], os.environ["CGI_TOKEN"])
api = CgiClient(CgiSession(Service(sys.argv[1]), account, clock=SystemClock(), retry_policy=RetryPolicy()))
"""
UPLOAD = SESSION + 'api.submit({"cancer_type": "CM"}, {"mutations": Path(sys.argv[2])})'
FETCH = (
    SESSION
    + """
from cgi_runner.job.download import fetch
from cgi_runner.job.progress import NullProgress
fetch(api, sys.argv[2], Path(sys.argv[3]), clock=SystemClock(), retry_policy=RetryPolicy(), progress=NullProgress())
"""
)
HEADER = f"Authorization: benchmark@example.org {TOKEN}"
PIECE = 4 << 20
MAX_MEMORY, LEAST_SPEED = 80, 0.7


def rows(scale: Scale) -> Iterator[Row]:
    """Yield throughput and memory of both directions."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table, archive = folder / "mutations.tsv", folder / "results.zip"
        for write, path in ((_write_table, table), (_write_archive, archive)):
            # This process has to stay small, see `measure_program`.
            writer = Process(target=write, args=(path, scale.size))
            writer.start()
            writer.join()
        with serve_program(sys.executable, Path(__file__).with_name("fileserver.py"), archive) as url:
            yield from _rows("upload", scale, table, _upload_commands(url, table))
            table.unlink()
            yield from _rows("fetch", scale, archive, _fetch_commands(url, folder))


Commands = tuple[list[str | Path], list[str | Path]]


def _upload_commands(url: str, table: Path) -> Commands:
    curl: list[str | Path] = ["curl", "--silent", "--fail", "--request", "POST", "--url", url, "--header", HEADER]
    return [*python_command(UPLOAD), url, table], [*curl, "--form", f"mutations=@{table}", "--form", "cancer_type=CM"]


def _fetch_commands(url: str, folder: Path) -> Commands:
    work = folder / "work"
    work.mkdir()
    file = folder / "file.zip"
    curl = f"curl --silent --fail --url '{url}/{JOB}' --header '{HEADER}' -G --data action=download -o '{file}'"
    return [*python_command(FETCH), url, JOB, work], ["sh", "-c", f"{curl} && unzip -tqq '{file}'"]


def _rows(name: str, scale: Scale, file: Path, commands: Commands) -> Iterator[Row]:
    size = file.stat().st_size / 1e6
    what = f"{'uploading a table' if name == 'upload' else 'fetching an archive'} of {scale.size / 1e6:,.0f} MB"
    row = Row(f"transfer.{name}", f"{what}, throughput", unit="MB/s", judged="ratio", least=LEAST_SPEED)
    row.peer = "curl" if name == "upload" else "curl and unzip -t"
    if missing := [tool for tool in ("curl", "unzip") if tool in row.peer and not shutil.which(tool)]:
        row.skipped = f"{missing[0]} is not installed"
        yield row
        return
    ours, theirs = take_turns(*commands, runs=min(3, scale.runs), warm=False, env=account_env())
    row.ours, row.peers = size / ours.seconds, size / theirs.seconds
    row.note = _note(ours, theirs) + (" Ours unpacks, too." if name == "fetch" else "")
    yield row
    memory = Row(f"transfer.{name}_memory", f"{what}, memory", ours=ours.memory, unit="MB")
    memory.judged, memory.most = "ours", MAX_MEMORY
    yield memory


def _note(ours: Figures, theirs: Figures) -> str:
    return (
        f"{ours.seconds:.2f} s against {theirs.seconds:.2f} s, start-up included; "
        f"processor {ours.processor:.2f} s against {theirs.processor:.2f} s."
    )


def _make_text() -> bytes:
    """Return a piece of a table without repeated rows, which compresses as little as a table of text can."""
    return random.Random(1).randbytes(PIECE // 2).hex("\n", 16).encode()


def _write_table(path: Path, size: int) -> None:
    piece = _make_text()
    with path.open("wb") as file:
        for _ in range(-(-size // len(piece))):
            file.write(piece)


def _write_archive(path: Path, size: int) -> None:
    piece = _make_text()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("summary.txt", f"Analysis ID: {JOB}\n")
        archive.writestr("biomarkers.tsv", "Sample ID\tAlterations\n")  # an archive without it is fetched again
        with archive.open("alterations.tsv", "w", force_zip64=True) as member:
            while path.stat().st_size < size:
                member.write(piece)
