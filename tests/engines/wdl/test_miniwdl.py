"""The workflows on miniwdl with Docker, against a service on loopback that misbehaves by account."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tarfile
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engines.cwl.cluster import until
from engines.cwl.conftest import needed
from engines.cwl.engines import ROOT, Engine
from engines.cwl.service import TOKEN, served
from engines.wdl import engines
from engines.wdl.descriptions import WDL
from engines.wdl.engines import Outcome, write_credentials, write_inputs

pytestmark = [pytest.mark.wdl, pytest.mark.image, pytest.mark.timeout(400)]

MUTATIONS = str(ROOT / "examples/mutations.tsv")
VARIANTS = "chr\tpos\tref\talt\nchr7\t{position}\tA\tT\n"
#: The account of the service that makes a task end with each exit code, and what else the task is given.
CODES: dict[int, tuple[str, dict[str, object]]] = {
    0: ("honest", {"title": 'the patient\'s "second" tumour, $(id) *', "delete": True}),
    2: ("honest", {"cancer_type": "NONE"}),
    3: ("slow", {"deadline": "1s"}),
    4: ("", {}),
    5: ("failing", {}),
    6: ("corrupt", {}),
    7: ("away", {}),
    8: ("full", {}),
    9: ("missing", {"strict": True}),
    10: ("foreign", {}),
}
TUMOURS = [f"tumour-{number}" for number in range(6)]


@pytest.fixture(scope="module", autouse=True)
def engine() -> Engine:
    """Return miniwdl with Docker, or leave the tests out before any thread or container needs it."""
    return needed(engines.miniwdl)


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """Serve a service whose jobs take two seconds, and give its address."""
    with served() as url:
        yield url


def start(folder: Path, workflow: str, inputs: Path) -> subprocess.Popen[bytes]:
    """Start miniwdl in this folder; all that it says goes into said.txt."""
    engine = engines.miniwdl()
    command = [engine.program, *engine.options, "--dir", "runs", "-i", str(inputs), str(WDL / workflow)]
    with (folder / "said.txt").open("ab") as said:
        environment = dict(engine.environment)
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said, start_new_session=True)


def finish(run: subprocess.Popen[bytes], folder: Path) -> Outcome:
    """Wait for miniwdl to end."""
    code = run.wait(200)
    return Outcome(code, "\n" + (folder / "said.txt").read_text(), folder)


def jobs_of(account: str, service: str) -> list[str]:
    """Return the titles of the account's jobs at the service."""

    def ask(path: str) -> Any:
        header = {"Authorization": f"{account}@example.org {TOKEN}"}
        with urllib.request.urlopen(urllib.request.Request(service + path, headers=header)) as answer:
            return json.load(answer)

    return [ask(f"/{job}")["metadata"]["title"] for job in ask("")]


@pytest.fixture(scope="module")
def outcomes(service: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Outcome]]:
    """Provide what came of the run that should end with an exit code; the runs go on side by side."""
    folders = tmp_path_factory.mktemp("runs")  # here, as pytest's factory is not made for threads

    def run(code: int) -> Outcome:
        folder = folders / f"exit-{code}"
        folder.mkdir()
        account, more = CODES[code]
        inputs: dict[str, object] = {
            "mutations": [MUTATIONS],
            "cancer_type": "CM",
            "reference": "hg38",
            "api_url": service,
        }
        inputs |= {"attempts": 1, "max_retries": 0, "deadline": "5m", **more}
        if account:
            inputs["credentials"] = str(write_credentials(folder, account))
        return finish(start(folder, "interpret.wdl", write_inputs(folder, "interpret", **inputs)), folder)

    with ThreadPoolExecutor(4) as pool:
        started = {code: pool.submit(run, code) for code in CODES}
        yield lambda code: started[code].result()


@pytest.mark.parametrize("code", CODES)
def test_miniwdl_ends_with_the_exit_code_of_the_task(
    outcomes: Callable[[int], Outcome], service: str, code: int
) -> None:
    """Every failure is told apart by the engine's own exit code; values with quotes reach the command as they are."""
    found = outcomes(code)
    assert found.code == code, found.said
    if code == 0:
        record = json.loads(Path(found.outputs["record"]).read_text())
        assert record["state"] == "verified"
        assert record["title"].endswith(str(CODES[0][1]["title"]))
        with tarfile.open(found.outputs["results"]) as results:
            table = results.extractfile("cgi-results/alterations.tsv")
            assert table
            assert table.read() == Path(found.outputs["alterations"]).read_bytes()
        assert record["job_id"] in Path(found.outputs["deleted"]).read_text()
        assert jobs_of("honest", service) == []


@pytest.mark.parametrize("code", [0, 3, 5])
def test_no_token_is_in_what_miniwdl_keeps(outcomes: Callable[[int], Outcome], code: int) -> None:
    """Neither logs, commands, inputs nor outputs of a run hold the token, whether it succeeds or fails."""
    folder = outcomes(code).folder
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 10
    assert [path.name for path in files if TOKEN.encode() in path.read_bytes()] == ["credentials"]


def test_a_cohort_has_one_job_a_tumour_and_joined_tables(tmp_path: Path) -> None:
    """Six tumours run side by side; the engine is killed, then a container, and the same command again ends it all."""
    tumours = []
    for number, sample in enumerate(TUMOURS):
        paths = [tmp_path / f"{sample}.{kind}.tsv" for kind in ("first", "second")]
        for place, path in enumerate(paths):
            path.write_text(VARIANTS.format(position=140753336 + 100 * place + number))
        tumours.append({"sample": sample, "cancer_type": "CM", "mutations": list(map(str, paths))})
    account = {"credentials": str(write_credentials(tmp_path, "cohort")), "reference": "hg38", "deadline": "5m"}
    try:
        with served(duration=6) as service:
            inputs = write_inputs(tmp_path, "interpret_cohort", tumours=tumours, api_url=service, **account)
            first = start(tmp_path, "interpret-cohort.wdl", inputs)
            until(lambda: bool(jobs_of("cohort", service)) or first.poll() is not None, 100)
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
            (tmp_path / "said.txt").unlink()
            old = set((tmp_path / "runs").iterdir())
            second = start(tmp_path, "interpret-cohort.wdl", inputs)
            killed: list[int] = []
            until(lambda: kill_a_task(tmp_path / "runs", old, killed) or second.poll() is not None, 100)
            found = finish(second, tmp_path)
            titles = jobs_of("cohort", service)
    finally:
        remove_services(str(tmp_path))
    assert found.code == 0, found.said
    assert killed, "no container was killed"
    assert len(titles) == len(set(titles)) == len(TUMOURS)
    records = [json.loads(Path(path).read_text()) for path in found.outputs["records"]]
    assert [record["state"] for record in records] == ["verified"] * len(TUMOURS)
    assert any(record["adopted"] for record in records), "no task began anew, so nothing was put to the test"
    joined = Path(found.outputs["alterations"]).read_text()
    assert all(joined.count(f"{sample}\t") == len(paths) for sample in TUMOURS), joined


def kill_a_task(runs: Path, old: set[Path], killed: list[int]) -> bool:
    """Kill the runner in a container of a run that is not an old one, as a machine without memory does."""
    marks = [f"{run}/".encode() for run in runs.iterdir() if run not in old and not run.is_symlink()]
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command, mounts = (process / "cmdline").read_bytes(), (process / "mountinfo").read_bytes()
            if b"cgi-runner\0run\0" in command and any(mark in mounts for mark in marks):
                os.kill(int(process.name), signal.SIGKILL)
                killed.append(int(process.name))
                return True
    return False


def remove_services(folder: str) -> None:
    """Remove what a killed engine has left with Docker: the services of the containers that mount this folder."""
    environment = dict(engines.miniwdl().environment)

    def docker(*words: str) -> str:
        command = ["docker", "service", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout

    for service in docker("ls", "--quiet").split():
        if folder in docker("inspect", service):
            docker("rm", service)


def test_a_table_of_tumours_runs_in_few_jobs(tmp_path: Path) -> None:
    """The table's files are found by their names, a blank in a name is no trouble, and each tumour has its folder."""
    variants = tmp_path / "first tumours.vcf"
    shutil.copy(ROOT / "examples/mutations.vcf", variants)
    table = "sample\tcancer_type\tmutations\tcnas\ntumour-a\tCM\tfirst tumours.vcf\t\nbreast-1\tBRCA\t\tcnas.tsv\n"
    (tmp_path / "tumours.tsv").write_text(table)
    files = [str(variants), str(ROOT / "examples/cnas.tsv")]
    inputs = write_inputs(
        tmp_path, "cohort_in_few_jobs", samples=str(tmp_path / "tumours.tsv"), files=files, sandbox=True, max_retries=0
    )
    found = finish(start(tmp_path, "cohort.wdl", inputs), tmp_path)
    assert found.code == 0, found.said
    with tarfile.open(found.outputs["results"]) as results:
        names = set(results.getnames())
    assert {"cgi-results/tumour-a/alterations.tsv", "cgi-results/breast-1/cna_analysis.tsv"} <= names
    assert "tumour-a\t" in Path(found.outputs["sample_list"]).read_text()
