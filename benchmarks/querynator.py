"""querynator 0.6.0, the one packaged client of CGI: installed on request, and redirected to another address.

The address of the service is fixed in its code. Run as a program with querynator's Python, this file sends the
requests to another address and is querynator in all else. `python -m benchmarks.querynator install` installs it for
the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "0.6.0"
HOME = Path(__file__).parent.parent / ".engines" / "querynator"
NAME = f"querynator {VERSION}"
ABSENT = "not installed (`--with-querynator` does it)"
FIXED = "https://www.cancergenomeinterpreter.org/api/v1"


def is_installed() -> bool:
    """Return whether it is installed; installs it first where that was requested."""
    if os.environ.get("BENCH_QUERYNATOR") and not (HOME / "ready").exists():
        _install()
    return (HOME / "ready").exists()


def query_command(url: str, folder: Path) -> list[str | Path]:
    """Return the command that interprets a tumour at the service with this address."""
    source = folder / "mutations.vcf"
    source.write_text(
        "##fileformat=VCFv4.2\n##contig=<ID=chr7>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        "chr7\t140753336\t.\tA\tT\t.\tPASS\t.\n",
        encoding="utf-8",
    )
    account: list[str | Path] = ["--email", "benchmark@example.org", "--token", "deadbeefdeadbeefdead"]
    tumour: list[str | Path] = ["--mutations", source, "--cancer", "cutaneous melanoma", "--genome", "hg38"]
    return [
        HOME / "bin" / "python",
        __file__,
        url,
        "query-api-cgi",
        *tumour,
        *account,
        "--outdir",
        folder / "querynator",
    ]


def _install() -> None:
    from benchmarks.measure import MeasureError

    places = [Path(shutil.which("python3.10") or "python3.10"), *Path.home().glob(".pyenv/versions/3.10.*/bin/python3")]
    found = next(filter(_is_python, places), None)
    if not found:
        raise MeasureError("querynator needs Python 3.10, and there is none")
    subprocess.run([found, "-m", "venv", "--clear", HOME], check=True)
    pip: list[str | Path] = [HOME / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, f"querynator=={VERSION}"], capture_output=True, check=False).returncode:
        raise MeasureError("querynator could not be installed")
    (HOME / "ready").touch()


def _is_python(path: Path) -> bool:
    """Return whether this runs: some machines have shims of interpreters that are not installed."""
    try:
        return not subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode
    except OSError:
        return False


def _run_against(service: str) -> None:
    """Run querynator, with its requests sent to this address."""
    import requests

    ask = requests.Session.request

    def request_from_service(self: requests.Session, method: str, url: str, *args: object, **kwargs: object) -> object:
        return ask(self, method, url.replace(FIXED, service), *args, **kwargs)  # type: ignore[arg-type]

    setattr(requests.Session, "request", request_from_service)  # noqa: B010 - mypy would have it be the same function
    from querynator.__main__ import run_querynator  # type: ignore[import-not-found]

    run_querynator()


if __name__ == "__main__" and sys.argv[1:] == ["install"]:
    _install()
elif __name__ == "__main__":
    # The folder of this file has modules whose short names would hide others.
    sys.path.pop(0)
    _run_against(sys.argv.pop(1))
