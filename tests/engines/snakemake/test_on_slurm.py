"""The module on a Slurm of two nodes: one job a tumour, whole results, and the token in nothing that Slurm keeps."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cgi_sandbox import Sandbox
from engines.cwl.cluster import Cluster, running
from engines.cwl.conftest import missing
from engines.cwl.engines import MissingError
from engines.cwl.service import TOKEN
from engines.snakemake.workflow import NewWorkflow

TUMOURS = ["tumour-a", "tumour-b"]
#: The plugin takes SLURM_CONF away from jobs; where it does not lie in /etc/slurm, the programs have to be told.
PROGRAM = '#!/bin/sh\nSLURM_CONF={configuration} exec {program} "$@"\n'

pytestmark = [pytest.mark.snakemake, pytest.mark.slurm, pytest.mark.timeout(300)]


def write_programs(cluster: Cluster, folder: Path) -> str:
    """Write Slurm's programs anew, bound to a cluster; gives a PATH that begins with them."""
    folder.mkdir()
    for name in ("sbatch", "srun", "squeue", "scancel", "sinfo", "scontrol", "sacctmgr"):
        if program := shutil.which(name):
            (folder / name).write_text(PROGRAM.format(configuration=cluster.configuration, program=program))
            (folder / name).chmod(0o755)
    return str(folder)


def test_tumours_run_as_jobs_of_slurm(new_workflow: NewWorkflow, tmp_path: Path) -> None:
    """Credentials and state come from files that both nodes see."""
    slurm = tmp_path / "slurm"
    slurm.mkdir()
    try:
        with running(slurm) as cluster, Sandbox(duration=2) as sandbox:
            workflow = new_workflow("honest")
            workflow.prepend_path(write_programs(cluster, tmp_path / "programs"))
            workflow.write_module(TUMOURS, sandbox.url, state=str(tmp_path / "state"))
            checks = ("--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "1")
            executor = ("--executor", "slurm", "--slurm-no-account", "--slurm-status-command", "squeue")
            partition = ("--default-resources", "slurm_partition=main")
            code, said = workflow.run("-j", "4", *executor, *checks, *partition)
            assert code == 0, said
            posted = [request for request in sandbox.requests if request[0] == "POST"]
            assert len(posted) == len(TUMOURS)
            kept = [path for path in slurm.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    except MissingError as error:
        missing(str(error))
    assert {workflow.record(f"results/tumours/{name}")["state"] for name in TUMOURS} == {"verified"}
    assert kept == []
    assert workflow.token_holders() == []
