"""The administrators' page: every block of it is loaded by the part of Galaxy that reads it."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.galaxy, pytest.mark.timeout(300)]

TOOLS = Path(__file__).resolve().parents[3] / "tools"
PAGE = (TOOLS / "README.md").read_text(encoding="utf-8")
SHED = "toolshed.g2.bx.psu.edu/repos/iuc/cgi_runner"
#: Blocks of the page by the file that they are parts of, in the order of the page.
BLOCKS = ("galaxy.yml", "vault.yml", "containers.yml", "job_conf.yml", "tpv.yml", "remote.yml")


def blocks(language: str) -> list[str]:
    """Return the page's blocks in a language, without the blanks of the list that they stand in."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL)
    return ["".join(line.removeprefix(indent) for line in text.splitlines(keepends=True)) for indent, text in found]


@pytest.fixture(scope="module")
def loaded(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what Galaxy makes of the page."""
    folder = tmp_path_factory.mktemp("admin")
    texts = dict(zip(BLOCKS, blocks("yaml"), strict=True))
    python = engine / "server" / "bin" / "python"
    (command,) = re.findall(r"# python (-c \".*\")", texts["vault.yml"])
    key = subprocess.run(f"'{python}' {command}", shell=True, capture_output=True, text=True, check=True).stdout
    texts["vault.yml"] = texts["vault.yml"].replace("KEY", key.strip(), 1)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    script = Path(__file__).with_name("admin_page.py")
    ended = subprocess.run([str(python), str(script), str(folder)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


def test_the_panel_lists_every_tool() -> None:
    """The section for tool_conf.xml has all tools of the suite, each once."""
    (section,) = (ET.fromstring(block) for block in blocks("xml"))
    listed = [Path(tool.attrib["file"]).name for tool in section.iter("tool")]
    assert sorted(listed) == sorted(path.name for path in TOOLS.glob("cgi_runner_*.xml"))


def test_settings_and_vault_are_galaxy_s(loaded: Any) -> None:
    """Galaxy knows every setting, and the vault keeps a secret with a key that the page's command makes."""
    assert loaded["unknown_settings"] == []
    assert loaded["vault"] == "value"


def test_destinations_are_read_as_the_page_says(loaded: Any) -> None:
    """Runners, variables, resubmission, routes and limits arrive in Galaxy's configuration of jobs."""
    found = loaded["job_conf"]
    assert found["runners"] == ["cli", "dynamic", "local", "slurm"] or found["runners"] == ["cli", "local", "slurm"]
    environments = found["environments"]
    assert environments["cgi"]["env"] == {"CGI_API_URL": "https://cgi.example.org/api/v1"}
    assert environments["cgi_shared_account"]["env"] == {"CGI_CREDENTIALS_FILE": "/srv/galaxy/secrets/cgi-account"}
    assert environments["cgi_by_command"]["params"]["job_plugin"] == "Slurm"
    assert environments["cgi_container"]["params"]["docker_env_CGI_API_URL"] == "https://cgi.example.org/api/v1"
    (again,) = environments["cgi_in_attempts"]["resubmit"]
    assert again["condition"] == "tool_detected_failure and seconds_running >= 30 and attempt <= 60"
    assert found["limits"]["user"]["cgi"] == 4
    assert found["limits"]["total"]["cgi"] == 20
    with_service = {f"cgi_runner_{name}" for name in ("run", "submit", "fetch", "jobs", "cohort")}
    assert found["tools"] == dict.fromkeys(with_service, "cgi")
    remote = loaded["remote"]["environments"]
    assert (remote["cgi_pulsar"]["runner"], remote["cgi_k8s"]["runner"]) == ("pulsar", "k8s")


def test_what_fails_at_once_is_not_tried_again(loaded: Any) -> None:
    """Galaxy resubmits what waited for CGI, up to a limit; a user sees missing credentials at once, not after hours."""
    assert loaded["resubmitted"] == {"at once": False, "waiting": True, "too often": False}
    conditions = set(re.findall(r"condition:? '?(tool_detected[^'\n]*)", PAGE))
    assert conditions == {"tool_detected_failure and seconds_running >= 30 and attempt <= 60"}


def test_no_sandbox_is_opened_to_the_network() -> None:
    """The page advises what SECURITY.md does: the sandbox of a course stays behind a proxy."""
    assert "0.0.0.0" not in PAGE
    assert "reverse proxy" in PAGE


def test_images_are_found(loaded: Any) -> None:
    """A line for a tool decides its image; for other tools it is that of the XML."""
    assert loaded["images"]["cgi_runner_run"] == {
        "docker": "registry.example.org/cgi-runner:0.1.0",
        "singularity": "/srv/images/cgi-runner-0.1.0.sif",
    }
    assert loaded["images"]["cgi_runner_check"]["docker"] == "cgi-runner:0.1.0"


def test_tpv_s_rule_fits_short_and_tool_shed_ids(loaded: Any) -> None:
    """Both kinds of ids get the attempts, only what waits is resubmitted, and only members may use the tools."""
    found = loaded["tpv"]
    for tool in ("cgi_runner_run", f"{SHED}/cgi_runner_run/0.1.0+galaxy0"):
        assert found[f"{tool} ['cgi-users']"]["env"] == {"CGI_ATTEMPT_DEADLINE": "60s"}
        assert len(found[f"{tool} ['cgi-users']"]["resubmit"]) == 1
        assert "members of the role cgi-users" in found[f"{tool} []"]
    jobs = found[f"{SHED}/cgi_runner_jobs/0.1.0+galaxy0 ['cgi-users']"]
    assert (jobs["env"], jobs["resubmit"]) == ({"CGI_ATTEMPT_DEADLINE": "60s"}, [])
    assert found["another_tool []"] == {"env": {}, "resubmit": []}
