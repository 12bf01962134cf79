#!/usr/bin/env python3
"""Serve the suite on a Galaxy of its own, with the destinations that the administrators' page tells of.

    tests/engines/galaxy/serve.py ENGINE FOLDER --port 8081 --service quick=URL --service slow=URL

ENGINE is where install_galaxy.sh has put Galaxy, FOLDER takes all that this Galaxy writes. The URLs are the services
behind the tools' "service of the administrators"; which destination a job goes to is told by its user's e-mail:
plain@..., site@..., dead@..., cluster@..., container@..., attempts@..., shared@... Runs in the foreground
until it is ended.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3] / "tools"
ADMIN_KEY = "admin-key-of-a-galaxy-that-lives-for-minutes"
SHARED_ACCOUNT = "institute@example.org cafe0badc0de5eed"
RULE = """\
def environment(user_email):
    return (user_email or "plain@").split("@")[0]
"""
JOB_CONFIGURATION = """\
runners:
  local: {{load: 'galaxy.jobs.runners.local:LocalJobRunner', workers: 12}}  # jobs wait most of the time
  cli: {{load: 'galaxy.jobs.runners.cli:ShellJobRunner'}}
  dynamic: {{rules_module: users}}
execution:
  default: choose
  environments:
    choose: {{runner: dynamic, type: python, function: environment}}
    plain: {{runner: local}}
    site: {{runner: local, env: [{{name: CGI_API_URL, value: '{quick}'}}]}}
    dead: {{runner: local, env: [{{name: CGI_API_URL, value: '{dead}'}}]}}
    cluster:
      runner: cli
      shell_plugin: LocalShell
      job_plugin: Slurm
      job_ncpus: 1
      env: [{{name: CGI_API_URL, value: '{quick}'}}]
    container:
      runner: local
      docker_enabled: true
      docker_net: host
{docker}      docker_auto_rm: true
      require_container: true
      docker_env_CGI_API_URL: '{quick}'
    attempts:
      runner: local
      env: [{{name: CGI_API_URL, value: '{slow}'}}, {{name: CGI_ATTEMPT_DEADLINE, value: 10s}}]
      resubmit: [{{condition: 'tool_detected_failure and seconds_running >= 8 and attempt <= 30', delay: '2'}}]
    shared:
      runner: local
      env:
        - {{name: CGI_API_URL, value: '{slow}'}}
        - {{name: CGI_ATTEMPT_DEADLINE, value: 10s}}
        - {{name: CGI_CREDENTIALS_FILE, value: '{account}'}}
      resubmit: [{{condition: 'tool_detected_failure and seconds_running >= 8 and attempt <= 30', delay: '2'}}]
"""


def main() -> None:
    """Write the configuration and become Galaxy."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("engine", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--service", action="append", default=[], metavar="NAME=URL", help="quick, slow or dead")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    unset = "http://127.0.0.1:9/api/v1"
    services = {"quick": unset, "slow": unset, "dead": unset, **dict(one.split("=", 1) for one in arguments.service)}
    configuration = write_configuration(folder, arguments.port, services)
    environment = {**os.environ, "GALAXY_CONFIG_FILE": str(configuration), "PYTHONPATH": str(folder / "rules")}
    run = str(arguments.engine.resolve() / "root" / "run.sh")
    os.chdir(folder)
    os.execve(run, [run], environment)


def write_configuration(folder: Path, port: int, services: dict[str, str]) -> Path:
    """Write all that Galaxy reads at its start and give the file that names the rest."""
    rules = folder / "rules" / "users"
    rules.mkdir(parents=True)
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    tools = "".join(f'<tool file="{tool}"/>' for tool in sorted(TOOLS.glob("cgi_runner_*.xml")))
    account = folder / "account"
    account.write_text(SHARED_ACCOUNT, encoding="utf-8")
    account.chmod(0o600)
    host = os.environ.get("DOCKER_HOST")
    docker = f"      docker_host: {host}\n" if host else ""
    files = {
        "rules/users/__init__.py": "",
        "rules/users/by_user.py": RULE,
        "tool_conf.xml": f'<toolbox><tool file="data_source/upload.xml"/>{tools}</toolbox>',
        "resolvers.xml": "<dependency_resolvers/>",
        "containers.yml": "- type: explicit\n",
        "vault.yml": f"type: database\nencryption_keys: [{key}]\n",
        "job_conf.yml": JOB_CONFIGURATION.format(docker=docker, account=account, **services),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    settings = {
        "admin_users": "admin@example.org",
        "bootstrap_admin_api_key": ADMIN_KEY,
        "allow_user_creation": True,
        "brand": "with the CGI tools",
        "database_connection": f"sqlite:///{folder}/galaxy.sqlite?isolation_level=IMMEDIATE",
        "amqp_internal_connection": f"sqlalchemy+sqlite:///{folder}/queues.sqlite",
        "data_dir": f"{folder}/data",
        "cache_dir": f"{folder}/cache",
        "file_path": f"{folder}/files",
        "new_file_path": f"{folder}/tmp",
        "job_working_directory": f"{folder}/jobs",
        "object_store_store_by": "uuid",
        "outputs_to_working_directory": True,
        "cleanup_job": "always",
        "tool_config_file": f"{folder}/tool_conf.xml",
        "tour_config_dir": str(TOOLS / "tours"),
        "integrated_tool_panel_config": f"{folder}/panel.xml",
        "job_config_file": f"{folder}/job_conf.yml",
        "vault_config_file": f"{folder}/vault.yml",
        "dependency_resolvers_config_file": f"{folder}/resolvers.xml",
        "container_resolvers_config_file": f"{folder}/containers.yml",
        "id_secret": "no secret",
        "expose_dataset_path": True,  # planemo looks at command lines, which are the administrators' otherwise
        "log_level": "INFO",
    }
    bind = {"gunicorn": {"bind": f"127.0.0.1:{port}"}}
    configuration = folder / "galaxy.yml"  # JSON is YAML; Galaxy wants the ending
    configuration.write_text(json.dumps({"galaxy": settings, "gravity": bind}), encoding="utf-8")
    return configuration


if __name__ == "__main__":
    main()
