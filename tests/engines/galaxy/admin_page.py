"""Load the administrators' configuration into the parts of Galaxy that read it; runs with the Python of the engine.

admin_page.py FOLDER      FOLDER holds the blocks of the page as files; stdout: JSON of what Galaxy and TPV made of them
"""

from __future__ import annotations

import json
import re
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml  # type: ignore[import-untyped]
from galaxy.jobs.runners import JobState  # type: ignore[import-not-found]
from galaxy.jobs.runners.state_handlers import resubmit  # type: ignore[import-not-found]
from galaxy.security.vault import VaultFactory  # type: ignore[import-not-found]
from galaxy.tool_util.deps.container_resolvers import explicit  # type: ignore[import-not-found]
from galaxy.tool_util.deps.containers import ContainerRegistry  # type: ignore[import-not-found]
from galaxy.tool_util.deps.dependencies import AppInfo, ToolInfo  # type: ignore[import-not-found]
from galaxy.util import now  # type: ignore[import-not-found]
from galaxy.util.resources import files  # type: ignore[import-not-found]
from tpv.commands.dryrunner import TPVDryRunner  # type: ignore[import-not-found]
from tpv.commands.test import mock_galaxy  # type: ignore[import-not-found]

DISPATCH = """\
runners: {local: {load: 'galaxy.jobs.runners.local:LocalJobRunner', workers: 1}}
execution:
  default: tpv_dispatcher
  environments:
    local: {runner: local}
    tpv_dispatcher:
      runner: dynamic
      type: python
      function: map_tool_to_destination
      rules_module: tpv.rules
      tpv_config_files: [%s]
"""


def environments(path: Path) -> dict[str, Any]:
    """Return each environment of a job configuration as Galaxy understands it."""
    app = mock_galaxy.App(job_conf=str(path), create_model=True)
    found: dict[str, Any] = {}
    for name in yaml.safe_load(path.read_text())["execution"]["environments"]:
        one = app.job_config.get_destination(name)
        env = {variable["name"]: variable["value"] for variable in one.env}
        found[name] = {"runner": one.runner, "params": dict(one.params), "env": env, "resubmit": list(one.resubmit)}
    runners = sorted({plugin["id"] for plugin in app.job_config.runner_plugins})
    limits = app.job_config.limits
    totals = {"user": limits.destination_user_concurrent_jobs, "total": limits.destination_total_concurrent_jobs}
    tools = {tool: configured[0].destination for tool, configured in app.job_config.tools.items()}
    return {"environments": found, "runners": runners, "limits": totals, "tools": tools}


def is_resubmitted(condition: str, seconds: float, attempts: int) -> bool:
    """Say whether Galaxy resubmits a job that failed after so many seconds, with so many attempts behind it."""
    running = SimpleNamespace(state="running", create_time=now() - timedelta(seconds=seconds))
    history = [SimpleNamespace(state="resubmitted", create_time=now())] * attempts + [running]
    wrapper = SimpleNamespace(get_job=lambda: SimpleNamespace(state_history=history))
    state = SimpleNamespace(job_wrapper=wrapper, runner_state=JobState.runner_states.TOOL_DETECT_ERROR)
    return bool(resubmit._ExpressionContext(state).safe_eval(condition))


def dispatched(folder: Path, tool: str, roles: list[str]) -> Any:
    """Return where TPV sends a tool of a user with these roles, or why it does not."""
    job_conf = folder / "dispatch.yml"
    job_conf.write_text(DISPATCH % (folder / "tpv.yml"))
    dry = TPVDryRunner.from_params(str(job_conf), user_email="user@example.org", tool_id=tool, roles=roles)
    try:
        found, _ = dry.run()
    except Exception as error:  # noqa: BLE001 - whatever TPV refuses with is what the user reads
        return str(error)
    env = {variable["name"]: variable["value"] for variable in found.env}
    return {"env": env, "resubmit": list(found.resubmit)}


def images(path: Path, tool: str) -> dict[str, Any]:
    """Return the image of a tool for each kind of container."""
    app = AppInfo(container_resolvers_config_file=str(path))
    description = explicit.ContainerDescription("cgi-runner:0.1.0", type="docker")
    found = {}
    for kind in ("docker", "singularity"):
        about = ToolInfo(container_descriptions=[description], tool_id=tool)
        one = ContainerRegistry(app).find_best_container_description([kind], about)
        found[kind] = one and one.identifier
    return found


def main() -> None:
    """Print what became of every block."""
    folder = Path(sys.argv[1])
    settings = yaml.safe_load((folder / "galaxy.yml").read_text())["galaxy"]
    schema = (files("galaxy.config") / "schemas" / "config_schema.yml").read_text()
    known = re.findall(r"^      (\w+):$", schema, re.MULTILINE)
    vault = yaml.safe_load((folder / "vault.yml").read_text())
    app = mock_galaxy.App(job_conf=str(folder / "job_conf.yml"), create_model=True)
    store = VaultFactory.from_vault_type(app, vault["type"], vault)
    store.write_secret("user/1/token", "value")
    job_conf = environments(folder / "job_conf.yml")
    (again,) = job_conf["environments"]["cgi_in_attempts"]["resubmit"]
    answer = {
        "unknown_settings": sorted(set(settings) - set(known)),
        "vault": store.read_secret("user/1/token"),
        "job_conf": job_conf,
        "resubmitted": {
            name: is_resubmitted(again["condition"], *job)
            for name, job in {"at once": (3, 0), "waiting": (62, 0), "too often": (62, 60)}.items()
        },
        "remote": environments(folder / "remote.yml"),
        "images": {tool: images(folder / "containers.yml", tool) for tool in ("cgi_runner_run", "cgi_runner_check")},
        "tpv": {
            f"{tool} {roles}": dispatched(folder, tool, roles)
            for tool in (
                "cgi_runner_run",
                "toolshed.g2.bx.psu.edu/repos/iuc/cgi_runner/cgi_runner_run/0.1.0+galaxy0",
                "toolshed.g2.bx.psu.edu/repos/iuc/cgi_runner/cgi_runner_jobs/0.1.0+galaxy0",
                "another_tool",
            )
            for roles in ([], ["cgi-users"])
        },
    }
    json.dump(answer, sys.stdout, default=str)


if __name__ == "__main__":
    main()
