"""A Slurm of its own on this machine: two nodes, loopback only, everything in one folder, nothing left running.

Both nodes are slurmd processes on this host. They declare more processors than there are, because a step that waits
for CGI needs a slot and hardly any processor.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from engines.cwl.engines import MissingError

NODES = ("n1", "n2")
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "sinfo")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

CONFIGURATION = """\
ClusterName=tests
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
SlurmdParameters=config_overrides
SlurmdTimeout=10
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory,CR_LLN
DefMemPerCPU=64
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
MpiDefault=none
ReturnToService=2
JobRequeue=0
MinJobAge=600
KillWait=5
{nodes}
PartitionName=main Nodes=ALL Default=YES MaxTime=2-00:00:00 State=UP
"""
NODE = "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=16 RealMemory=16000"


class Cluster:
    """The cluster while it is up."""

    def __init__(self, folder: Path) -> None:
        """Write the configuration of a cluster that keeps everything in this folder."""
        self.folder = folder
        ports = _free_ports(1 + len(NODES))
        host = socket.gethostname().split(".")[0]
        nodes = "\n".join(NODE.format(name=n, host=host, port=p) for n, p in zip(NODES, ports[1:], strict=True))
        self.configuration = folder / "slurm.conf"
        self.configuration.write_text(CONFIGURATION.format(controller=ports[0], folder=folder, nodes=nodes))
        self.environment = {"SLURM_CONF": str(self.configuration), "PATH": PATH}

    def call(self, *command: str | Path) -> str:
        """Return what one of Slurm's programs prints."""
        words = list(map(str, command))
        answer = subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False, timeout=60)
        assert answer.returncode == 0, f"{words}: {answer.stderr}"
        return answer.stdout

    def running_jobs(self, *nodes: str) -> int:
        """Count the jobs that run on these nodes (default: on all)."""
        nodelist = ",".join(nodes or NODES)
        return len(self.call("squeue", "--noheader", "--nodelist", nodelist, "--states", "RUNNING").splitlines())

    def lose(self, node: str) -> None:
        """Take a node away as a power cut does: its daemon and all that runs there are killed, none of it cleans up."""
        _kill(int((self.folder / f"{node}.pid").read_text()))
        for process in _processes_of(f"SLURMD_NODENAME={node}", f"SLURM_CONF={self.configuration}"):
            step = _parent(process)
            if "slurmstepd" in _command(step):
                _kill(step)
            _kill(process)
        self.call("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=lost")


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """Have a cluster with both nodes idle, and take it down afterwards with all that still runs on it.

    Raises:
        MissingError: Slurm is not installed, or may not be started.

    """
    absent = [program for program in PROGRAMS if not shutil.which(program, path=PATH)]
    if absent:
        raise MissingError(f"no {absent[0]} on this machine; tests/engines/cwl/install_engines.sh slurm installs Slurm")
    if os.geteuid() != 0:
        raise MissingError("only root can start a Slurm of its own")
    for name in ("state", *(f"spool.{node}" for node in NODES)):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o600)
    cluster = Cluster(folder)
    with ExitStack() as stack:
        own = [f"--{what}-file={folder / file}" for what, file in (("key", key.name), ("pid", "munged.pid"))]
        own += [f"--log-file={folder / 'munged.log'}", f"--seed-file={folder / 'munge.seed'}"]
        cluster.call("munged", "--force", f"--socket={folder / 'munge.socket'}", *own)
        stack.callback(_stop, folder / "munged.pid")
        cluster.call("slurmctld")
        stack.callback(_stop, folder / "slurmctld.pid")
        for node in NODES:
            cluster.call("slurmd", "-N", node)
            stack.callback(_stop, folder / f"{node}.pid")
        stack.callback(_clear, cluster)
        until(lambda: cluster.call("sinfo", "--noheader", "--Node", "--format=%T").split() == ["idle"] * len(NODES), 30)
        yield cluster


def until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds, and fail if it does not come to that in time."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, f"it did not come to that within {seconds} s"
        time.sleep(0.2)


def _clear(cluster: Cluster) -> None:
    """Stop whatever still runs on the nodes."""
    for process in _processes_of(f"SLURM_CONF={cluster.configuration}", "SLURMD_NODENAME="):
        _kill(process)


def _stop(pid_file: Path) -> None:
    with suppress(OSError, ValueError):
        process = int(pid_file.read_text())
        os.kill(process, signal.SIGTERM)
        until(lambda: not Path(f"/proc/{process}").exists(), 15)


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _processes_of(*marks: str) -> list[int]:
    """Return the processes whose environment has all of these marks."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = b"\0" + (folder / "environ").read_bytes()
            if all(b"\0" + mark.encode() in environment for mark in marks):
                found.append(int(folder.name))
    return found


def _parent(process: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _command(process: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_text()
    return ""


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
