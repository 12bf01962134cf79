"""The suite on a real Galaxy: the tests that the tools carry, and what only the API can show."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from cgi_runner.sandbox import Sandbox

    from .conftest import Galaxy, User

pytestmark = [pytest.mark.galaxy, pytest.mark.timeout(420)]

TOOLS = Path(__file__).resolve().parents[2] / "tools"
BOX = 255
SAMPLE = 12  # the column CGI-Sample ID of a table with positions
EMAIL = "biologist@example.org"
TOKEN = "deadbeef0badc0de5eed"
MELANOMA = "chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n"
LUNG = "chr\tpos\tref\talt\nchr7\t55191822\tT\tG\n"


def remote_jobs(sandbox: Sandbox, email: str, token: str = TOKEN) -> list[str]:
    """Give the ids of an account's jobs at a service."""
    answer = requests.get(sandbox.url, headers={"Authorization": f"{email} {token}"}, timeout=10)
    answer.raise_for_status()
    jobs: list[str] = answer.json()
    return jobs


def fill(sandbox: Sandbox, email: str) -> None:
    """Take up every job slot of an account."""
    form = {"cancer_type": "CM", "title": "taken", "reference": "hg38"}
    headers, answer = {"Authorization": f"{email} {TOKEN}"}, None
    while answer is None or answer.ok:
        answer = requests.post(sandbox.url, form, files={"mutations": MELANOMA}, headers=headers, timeout=10)


def somebody(galaxy: Galaxy, environment: str, name: str, tools: tuple[str, ...] = ("cgi_run",)) -> User:
    """Register a user whose credentials for these tools are in the vault; the account is one of their own."""
    user = galaxy.new_user(environment, name)
    for tool in tools:
        user.set_credentials(tool, f"{name}@example.org", TOKEN)
    return user


def wish(mutations: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Give the inputs of cgi_run or cgi_submit for a job at the service of the administrators."""
    return {"mutations": mutations, "cancer_type": "CM", "service": "site", **more}


@pytest.fixture(scope="module")
def polled(galaxy: Galaxy) -> tuple[User, str, dict[str, str]]:
    """Start a job that takes a minute at the service, on a destination that gives it ten seconds at a time."""
    user = somebody(galaxy, "attempts", "patient")
    data = user.upload({"slow.tsv": MELANOMA})["slow.tsv"]
    started = user.start("cgi_run", wish(data))
    return user, started["jobs"][0]["id"], {out["output_name"]: out["id"] for out in started["outputs"]}


@pytest.fixture(scope="module", autouse=True)
def in_the_meantime(polled: object) -> None:
    """Let all other tests of this module use the minute that the polled job takes."""
    del polled


def test_the_tests_in_the_tools_pass(galaxy: Galaxy, engine: Path, tmp_path: Path) -> None:
    """Every test that a tool carries passes, as planemo judges it."""
    key = galaxy.new_user("plain", "planemo").api_key
    program = str(engine / "server" / "bin" / "planemo")

    def planemo(tool: Path) -> list[Any]:
        report = tmp_path / f"{tool.stem}.json"
        command = [
            program, "test", "--engine", "external_galaxy", "--galaxy_url", galaxy.url, "--galaxy_user_key", key,
            "--galaxy_admin_key", galaxy.admin.api_key, "--no_dependency_resolution", "--test_timeout", "120",
            "--test_output", str(report.with_suffix(".html")), "--test_output_json", str(report), str(tool),
        ]  # fmt: skip
        ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert report.is_file(), ended.stderr[-2000:]
        tests: list[Any] = json.loads(report.read_text())["tests"]
        return tests

    tools = sorted(TOOLS.glob("cgi_*.xml"))
    with ThreadPoolExecutor(len(tools)) as pool:
        tests = [test for tool in pool.map(planemo, tools) for test in tool]
    failed = [f"{test['id']}: {test['data']}" for test in tests if test["data"]["status"] != "success"]
    print(f"planemo: {len(tests) - len(failed)} passed, {len(failed)} failed")  # noqa: T201 - CI's log reader knows it
    assert not failed, "\n".join(failed)
    assert {test["id"].rpartition("-")[0] for test in tests} == {tool.stem for tool in tools}


def test_submit_fetch_list_and_delete_with_credentials_from_the_vault(galaxy: Galaxy) -> None:
    """A job goes through the tools one after the other, with the user's own account at the service."""
    user = somebody(galaxy, "site", "stepwise", ("cgi_submit", "cgi_fetch", "cgi_jobs"))
    data = user.upload({"tumour.tsv": MELANOMA + "chrM\t3243\tA\tG\n"})["tumour.tsv"]
    submitted = user.run("cgi_submit", wish(data, title="Step by step"))
    (remote,) = remote_jobs(galaxy.sandboxes["quick"], "stepwise@example.org")
    assert json.loads(user.text(submitted["made"]["job"]))["job_id"] == remote
    assert user.dataset(submitted["made"]["job"])["name"] == "CGI job of tumour"

    record, dropped = ({"src": "hda", "id": submitted["made"][name]} for name in ("job", "dropped"))
    source = {"source|kind": "record", "source|service": "site", "source|job_record": record}
    fetched = user.run("cgi_fetch", {**source, "source|dropped_rows": dropped})
    assert fetched["state"] == "ok"
    assert "V600E" in user.text(fetched["made"]["alterations"])
    assert "\tnot sent\t" in user.text(fetched["made"]["dropped"])
    assert user.dataset(fetched["made"]["alterations"])["name"] == "CGI alterations of tumour"

    def about_jobs(what: str, **more: str) -> str:
        made = user.run("cgi_jobs", {"service": "site", "action|what": what, **more})["made"]
        return user.text(next(iter(made.values())))

    chosen = {"action|job_id": remote}
    assert "Step by step [cgi-runner " in about_jobs("list")
    assert "Analysis done" in about_jobs("log", **chosen)
    with pytest.raises(RuntimeError, match="Say yes to delete the job"):
        about_jobs("delete", **chosen)
    assert f"deleted {remote}" in about_jobs("delete", **chosen, **{"action|sure": "yes"})
    assert remote_jobs(galaxy.sandboxes["quick"], "stepwise@example.org") == []


def test_a_job_in_a_container(galaxy: Galaxy, image: str) -> None:
    """The same tool runs in the image, with credentials from the vault and no cgi-runner from this machine."""
    user = somebody(galaxy, "container", "boxed")
    ended = user.run("cgi_run", wish(user.upload({"boxed.tsv": MELANOMA})["boxed.tsv"]))
    assert ended["state"] == "ok", ended
    scripts = [path.read_text() for path in galaxy.folder.glob("jobs/**/galaxy_*.sh")]
    assert [script for script in scripts if "docker" in script and image in script]
    assert "V600E" in user.text(ended["made"]["alterations"])
    assert len(remote_jobs(galaxy.sandboxes["quick"], "boxed@example.org")) == 1


def test_a_list_of_five_samples(galaxy: Galaxy) -> None:
    """A list collection maps over: five jobs at the service, five results that carry their sample."""
    user = somebody(galaxy, "site", "cohort")
    names = [f"P{number}" for number in range(1, 6)]
    files = {name: f"{LUNG}chr1\t{1000 + number}\tC\tT\n" for number, name in enumerate(names)}
    collection = user.upload_collection("cohort", files)
    started = user.start("cgi_run", wish({"batch": True, "values": [collection]}, extras=[]))
    assert [user.wait(job["id"])["state"] for job in started["jobs"]] == ["ok"] * 5
    outputs = {made["output_name"]: made["id"] for made in started["implicit_collections"]}
    elements = user.ask("GET", f"dataset_collections/{outputs['alterations']}")["elements"]
    assert [element["element_identifier"] for element in elements] == names
    for element in elements:
        _, *rows = user.text(element["object"]["id"]).splitlines()
        assert {row.split("\t")[SAMPLE] for row in rows} == {element["element_identifier"]}
        assert element["object"]["name"] == f"CGI alterations of {element['element_identifier']}"
    assert len(remote_jobs(galaxy.sandboxes["quick"], "cohort@example.org")) == 5


def test_the_same_inputs_again_find_their_job(galaxy: Galaxy) -> None:
    """Running the tool twice makes one job at the service, and the results are the same."""
    user = somebody(galaxy, "site", "again")
    data = user.upload({"again.tsv": MELANOMA})["again.tsv"]
    first, second = (user.run("cgi_run", wish(data)) for _ in range(2))
    assert user.content(first["made"]["archive"]) == user.content(second["made"]["archive"])
    assert len(remote_jobs(galaxy.sandboxes["quick"], "again@example.org")) == 1


@pytest.mark.parametrize(
    ("environment", "name", "code", "texts"),
    [
        ("site", "unknown", 4, ["no credentials", "User > Preferences > Manage Your Tools Credentials"]),
        ("site", "failing", 5, ["ended", "Read the end of its log in this dataset's details"]),
        ("dead", "cut-off", 7, ["was not reached", "Run the tool again later"]),
        ("site", "full", 8, ["no free job slot", "Delete one that you no longer need (tool: CGI jobs)"]),
    ],
)
def test_the_red_box_says_what_to_do_next(
    galaxy: Galaxy, environment: str, name: str, code: int, texts: list[str]
) -> None:
    """The box of a failed dataset, which holds 255 characters, says what happened and what to do."""
    user = somebody(galaxy, environment, name, () if code == 4 else ("cgi_run",))
    if name == "full":
        fill(galaxy.sandboxes["quick"], f"{name}@example.org")
    ended = user.run("cgi_run", wish(user.upload({"red.tsv": MELANOMA})["red.tsv"]))
    assert (ended["state"], ended["exit_code"]) == ("error", code)
    box = user.dataset(ended["made"]["biomarkers"])["misc_info"]
    assert len(box) <= BOX
    for text in texts:
        assert text in box
    assert any(texts[-1] in message["desc"] for message in ended["job_messages"])


def test_a_form_without_a_cancer_type_is_not_accepted(galaxy: Galaxy) -> None:
    """No cancer type is chosen beforehand, and none chosen is refused before a job is made."""
    user = galaxy.new_user("plain", "hasty")
    data = user.upload({"hasty.tsv": MELANOMA})["hasty.tsv"]
    with pytest.raises(RuntimeError, match="Choose the cancer type"):
        user.start("cgi_run", {"mutations": data, "service": "sandbox"})


def test_a_record_from_elsewhere_does_not_get_the_token(galaxy: Galaxy) -> None:
    """A job record that names another service than the user has chosen is refused, and nobody is asked."""
    user = somebody(galaxy, "site", "careful", ("cgi_fetch",))
    record = {"schema": 1, "service": "https://elsewhere.example.org/api/v1", "state": "waiting", "job_id": "0" * 20}
    data = user.upload({"job.json": json.dumps(record)}, ext="json")["job.json"]
    ended = user.run("cgi_fetch", {"source|kind": "record", "source|service": "site", "source|job_record": data})
    assert ended["exit_code"] == 2
    assert "elsewhere.example.org" in ended["tool_stdout"]


def test_a_job_is_polled_in_short_attempts_and_is_one_job(
    galaxy: Galaxy, polled: tuple[User, str, dict[str, str]]
) -> None:
    """A minute's job, ten seconds an attempt: Galaxy runs its own job again and again, at the service it is one."""
    user, job, outputs = polled
    ended = user.wait(job)
    assert ended["state"] == "ok", ended
    log = (galaxy.folder / "server.log").read_text(errors="replace")
    assert log.count("Job will be resubmitted to 'attempts'") >= 2
    assert len(remote_jobs(galaxy.sandboxes["slow"], "patient@example.org")) == 1
    assert "V600E" in user.text(outputs["alterations"])


def test_the_token_is_found_nowhere(galaxy: Galaxy, polled: tuple[User, str, dict[str, str]]) -> None:
    """After all of that, no dataset, job record, command line, database or log of Galaxy holds the token."""
    user, job, _ = polled
    user.wait(job)
    jobs = [galaxy.admin.ask("GET", f"jobs/{one['id']}", params={"full": True}) for one in all_jobs(galaxy)]
    assert any(one["tool_id"].startswith("cgi_") for one in jobs)
    assert TOKEN not in json.dumps(jobs)
    # The script of a job is where Galaxy puts credentials, as the tools' help says; that is also why this can fail.
    allowed = [path for path in galaxy.folder.rglob("galaxy_*.sh") if TOKEN in path.read_text()]
    assert allowed
    holding = [path for path in galaxy.folder.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert sorted(holding) == sorted(allowed)


def all_jobs(galaxy: Galaxy) -> list[Any]:
    """Give every job of every user."""
    jobs: list[Any] = galaxy.admin.ask("GET", "jobs", params={"user_details": True, "limit": 500})
    return jobs
