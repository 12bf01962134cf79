"""Running the suite: the same list of tests on any engine, and what each of them came to."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from ruamel.yaml import YAML

from engines.cwl.engines import OWN_BIN, ROOT, Engine
from engines.cwl.service import served

SUITE = Path(__file__).parent / "suite"
TESTS = YAML(typ="safe").load(SUITE / "tests.yml")
AT_ONCE = 4
PATIENCE = 600

_ENDED = re.compile(r"exited with status: (\d+)")


@dataclass(frozen=True)
class Outcome:
    """One test of the suite on one engine: its failure, empty if there is none, and all that the engine said."""

    failure: str
    said: str

    @property
    def exit_codes(self) -> set[int]:
        """The codes that the engine saw steps end with."""
        return set(map(int, _ENDED.findall(self.said)))


def run_suite(find: Callable[[], Engine], folder: Path) -> dict[str, Outcome]:
    """Run the suite on an engine, against a service of its own; gives the outcomes by the tests' short names.

    Raises:
        MissingError: The engine is not on this machine.

    """
    engine = find()
    with served() as url:
        tests = _made_for(url, folder)
        report = folder / "junit.xml"
        command = [OWN_BIN / "cwltest", "--test", tests, "--tool", engine.program, "-j", AT_ONCE, "--junit-xml", report]
        answer = subprocess.run(
            [*map(str, command), "--", *engine.options],
            env=dict(engine.environment),
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    if not report.exists():
        raise AssertionError(f"cwltest wrote no report:\n{answer.stdout}{answer.stderr}")
    return {case.get("file", ""): _outcome(case) for case in ET.parse(report).iter("testcase")}


def _outcome(case: ET.Element) -> Outcome:
    failure = case.find("failure")
    said = "".join(case.findtext(name, "") for name in ("system-out", "system-err"))
    return Outcome("" if failure is None else failure.get("message") or "failed", said)


def _made_for(url: str, folder: Path) -> Path:
    """Copy the suite with all that it names, and put the address of the service into its jobs."""
    suite = folder / "tests" / "engines" / "cwl" / "suite"
    for name in ("cwl", "examples", "tests/engines/cwl/suite"):
        shutil.copytree(ROOT / name, folder / name)
    for job in suite.glob("*.yml"):
        job.write_text(job.read_text().replace("@SERVICE@", url))
    for credentials in suite.glob("*.txt"):
        credentials.chmod(0o600)
    return suite / "tests.yml"
