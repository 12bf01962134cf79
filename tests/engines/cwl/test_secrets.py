"""No token in anything that an engine writes, keeps or says; the one exception is the one that the README tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engines.cwl import engines
from engines.cwl.conftest import missing
from engines.cwl.engines import CWL, ROOT, Engine, MissingError
from engines.cwl.service import TOKEN, served

KEEPING = ("--debug", "--leave-tmpdir", "--leave-outputs")
TSV = "http://edamontology.org/format_3475"

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Scene:
    """A way to call an engine that makes it keep and say as much as it can, and the account that is used."""

    engine: Callable[[Path], Engine]
    options: tuple[str, ...]
    account: str = "honest"
    by_environment: bool = False


SCENES = {
    "success": Scene(lambda _: engines.without_containers(), (*KEEPING, "--cachedir", "cache")),
    "failure": Scene(lambda _: engines.without_containers(), KEEPING, "slow"),
    "provenance": Scene(lambda _: engines.without_containers(), (*KEEPING, "--provenance", "research-object")),
    "environment": Scene(
        lambda _: engines.without_containers(),
        (*KEEPING, "--provenance", "research-object", "--preserve-environment", "CGI_CREDENTIALS_FILE"),
        by_environment=True,
    ),
    "docker": Scene(lambda _: engines.docker(), ("--debug", "--leave-tmpdir")),
    "toil": Scene(engines.toil, ("--logDebug", "--clean", "never", "--jobStore", "jobs", "--workDir", "."), "slow"),
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """Provide the folder that holds all that came of a scene; the scenes are played at once."""
    folder = tmp_path_factory.mktemp("scenes")
    with served() as url, ThreadPoolExecutor(len(SCENES)) as pool:
        started = {name: pool.submit(_play, scene, url, folder / name) for name, scene in SCENES.items()}

        def wait(name: str) -> Path:
            try:
                return _result(started[name])
            except MissingError as error:
                missing(str(error))
                raise

        yield wait


def _result(future: Future[Path]) -> Path:
    return future.result()


def _play(scene: Scene, url: str, folder: Path) -> Path:
    inputs, kept = folder / "inputs", folder / "kept"
    inputs.mkdir(parents=True)
    kept.mkdir()
    credentials = inputs / "credentials"
    credentials.write_text(f"{scene.account}@example.org {TOKEN}\n")
    credentials.chmod(0o600)
    job: dict[str, object] = {
        "mutations": [{"class": "File", "location": str(ROOT / "examples/mutations.tsv"), "format": TSV}],
        "cancer_type": "CM",
        "reference": "hg38",
        "title": folder.name,
        "api_url": url,
        "deadline": "1s" if scene.account == "slow" else "5m",
    }
    engine = scene.engine(kept)
    if scene.by_environment:
        engine = replace(engine, environment={**engine.environment, "CGI_CREDENTIALS_FILE": str(credentials)})
    else:
        job["credentials"] = {"class": "File", "location": str(credentials)}
    (kept / "job.json").write_text(json.dumps(job))
    engine = replace(engine, environment={**engine.environment, "TMPDIR": str(kept)})
    answer = engine.run(*scene.options, "--outdir", "outputs", CWL / "run.cwl", "job.json", folder=kept)
    (kept / "said.txt").write_text(answer.stdout + answer.stderr)
    assert (answer.returncode == 0) == (scene.account == "honest"), answer.stderr
    return kept


def holders(folder: Path) -> list[str]:
    """Return the files that hold the token in any form; links are not followed, what they lead to is the user's own."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) >= 4, "there should be something to look through"
    return [str(path.relative_to(folder)) for path in files if TOKEN.encode() in path.read_bytes()]


@pytest.mark.cwl
@pytest.mark.parametrize("name", ["success", "failure", "environment"])
def test_cwltool_leaves_no_token_behind(played: Callable[[str], Path], name: str) -> None:
    """Not in its debug log, its cache, its kept folders or its outputs, whether the step succeeds or fails."""
    assert holders(played(name)) == []


@pytest.mark.cwl
@pytest.mark.image
def test_no_token_is_on_the_command_line_of_a_container(played: Callable[[str], Path]) -> None:
    """The container gets the file mounted; neither its arguments nor its environment carry what is in it."""
    kept = played("docker")
    assert "--mount=type=bind" in (kept / "said.txt").read_text()
    assert holders(kept) == []


@pytest.mark.toil
def test_toil_leaves_no_token_in_its_job_store(played: Callable[[str], Path]) -> None:
    """After a failure the job store is kept, with the leader's environment and all files; the token is in none."""
    assert holders(played("toil")) == []


@pytest.mark.cwl
def test_provenance_copies_the_credentials_as_the_readme_warns(played: Callable[[str], Path]) -> None:
    """A research object holds every input file; the README says so, and names the way around it."""
    found = holders(played("provenance"))
    assert any(path.startswith("research-object/data/") for path in found)
    readme = (CWL / "README.md").read_text()
    assert "--provenance" in readme
    assert "--preserve-environment CGI_CREDENTIALS_FILE" in readme
