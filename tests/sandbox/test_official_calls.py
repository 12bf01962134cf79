"""The calls that CGI's own page shows, for curl and for requests, against the sandbox: only the address differs."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import requests

from cgi_sandbox import Sandbox

EMAIL, TOKEN = "example@email.com", "your_token"
FILES = {
    "mutations": "chr\tpos\tref\talt\tsample\nchr7\t140753336\tA\tT\tS1\n",
    "cnas": "gene\tcna\tsample\nMYC\tamp\tS1\n",
    "translocations": "fus\tsample\nBCR__ABL1\tS1\n",
}
MEMBERS = {
    "alterations.tsv", "biomarkers.tsv", "cna_analysis.tsv", "fusion_analysis.tsv", "summary.txt",
    "input01.tsv", "input02.tsv", "input03.tsv",
}  # fmt: skip
METADATA = {"id", "user", "title", "cancertype", "reference", "dataset", "date"}


@pytest.fixture
def url() -> Iterator[str]:
    """Serve a sandbox whose jobs are done at once, and give its address."""
    with Sandbox(duration=0, accounts={EMAIL: TOKEN}) as sandbox:
        yield sandbox.url


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Write the three files that a job may have, under names of the user's own."""
    paths = {name: tmp_path / f"my {name}.ext" for name in FILES}
    for name, path in paths.items():
        path.write_text(FILES[name])
    return paths


def curl(method: str, url: str, *options: str) -> str:
    """Call curl as the page does and return what it prints."""
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    account = f"Authorization: {EMAIL} {TOKEN}"
    command = [program, "--silent", "--show-error", "--request", method, "--url", url, "--header", account, *options]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def test_curl(url: str, files: dict[str, Path], tmp_path: Path) -> None:
    """Submission, list, description, log, download and deletion."""
    forms = [word for name, path in files.items() for word in ("-F", f"{name}=@{path}")]
    printed = curl("POST", url, *forms, "-F", "cancer_type=CM", "-F", "title=Title of the run")
    assert re.fullmatch(r'"[0-9a-f]{20}"', printed)
    job_id = json.loads(printed)
    assert json.loads(curl("GET", url)) == [job_id]
    job = json.loads(curl("GET", f"{url}/{job_id}"))
    assert (job["status"], job["metadata"]["title"], job["metadata"].keys()) == ("Done", "Title of the run", METADATA)
    log = json.loads(curl("GET", f"{url}/{job_id}", "-G", "--data", "action=logs"))
    assert log["logs"][-1].endswith("Analysis done\n")
    archive = tmp_path / "file.zip"
    curl("GET", f"{url}/{job_id}", "-G", "--data", "action=download", "-o", str(archive))
    with ZipFile(archive) as zipped:
        assert zipped.testzip() is None
        assert set(zipped.namelist()) == MEMBERS
        assert {zipped.read(f"input0{number}.tsv").decode() for number in (1, 2, 3)} == set(FILES.values())
    assert isinstance(json.loads(curl("DELETE", f"{url}/{job_id}")), dict)
    assert json.loads(curl("GET", url)) == []


def test_requests(url: str, files: dict[str, Path]) -> None:
    """The same calls; and an id whose quotes are stripped, as public clients do it, is an address."""
    headers = {"Authorization": f"{EMAIL} {TOKEN}"}

    def get(path: str = "", action: str = "") -> requests.Response:
        return requests.get(url + path, headers=headers, params={"action": action} if action else None, timeout=30)

    opened: dict[str, Any] = {name: path.open("rb") for name, path in files.items()}
    payload = {"cancer_type": "CM", "title": "Title of the run"}
    posted = requests.post(url, headers=headers, files=opened, data=payload, timeout=30)
    for file in opened.values():
        file.close()
    job_id = posted.json()
    assert get().json() == [job_id]
    stripped = posted.text.replace('"', "")
    assert get(f"/{stripped}").json()["metadata"]["id"] == job_id
    assert get(f"/{job_id}", "logs").json()["status"] == "Done"
    with ZipFile(io.BytesIO(get(f"/{job_id}", "download").content)) as zipped:
        assert set(zipped.namelist()) == MEMBERS
    assert isinstance(requests.delete(f"{url}/{job_id}", headers=headers, timeout=30).json(), dict)
    assert get().json() == []
