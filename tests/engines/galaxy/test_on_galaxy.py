"""The suite on a real Galaxy: the tests that the tools carry, and what only the API can show."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ET
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from ruamel.yaml import YAML

from .conftest import missing

if TYPE_CHECKING:
    from cgi_sandbox import Sandbox
    from engines.cwl.cluster import Cluster

    from .conftest import Galaxy, User

pytestmark = [pytest.mark.galaxy, pytest.mark.timeout(1800)]

TOOLS = Path(__file__).resolve().parents[3] / "tools"
WORKFLOWS = TOOLS.parent / "workflows"
BROWSER = TOOLS.parent / ".engines" / "browser"
LOOK = Path(__file__).with_name("look.mjs")
TOUR = Path(__file__).with_name("tour.mjs")
RUN_TOOL_TESTS = Path(__file__).with_name("run_tool_tests.py")
PURGE = TOOLS / "purge_attempts.sh"
BOX = 255
BOX_SECONDS = 120
SAMPLE = 12  # the column CGI-Sample ID of a table with positions
EMAIL = "biologist@example.org"
TOKEN = "deadbeef0badc0de5eed"
MELANOMA = "chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n"
CALL = "\t.\tPASS\t.\tGT\t0/0\t0/1\n"
COLUMNS = "CHROM POS ID REF ALT QUAL FILTER INFO FORMAT NORMAL TUMOR"
PAIR = "##fileformat=VCFv4.2\n#" + COLUMNS.replace(" ", "\t") + f"\nchr7\t55191822\t.\tT\tG{CALL}"
LUNG = "chr\tpos\tref\talt\nchr7\t55191822\tT\tG\n"


def remote_jobs(sandbox: Sandbox, email: str, token: str = TOKEN) -> list[str]:
    """Return the ids of an account's jobs at a service."""
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


def somebody(galaxy: Galaxy, environment: str, name: str, tools: tuple[str, ...] = ("cgi_runner_run",)) -> User:
    """Register a user whose credentials for these tools are in the vault; the account is one of their own."""
    user = galaxy.new_user(environment, name)
    for tool in tools:
        user.set_credentials(tool, f"{name}@example.org", TOKEN)
    return user


def job_request(mutations: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """Return the inputs of cgi_runner_run or cgi_runner_submit for a job at the service of the administrators."""
    return {"mutations": mutations, "cancer_type": "CM", "account|service": "site", **more}


@pytest.fixture(scope="module")
def polled(galaxy: Galaxy) -> tuple[User, str, dict[str, str]]:
    """Start a job that takes a minute at the service, on a destination that gives it ten seconds at a time."""
    user = somebody(galaxy, "attempts", "patient")
    data = user.upload({"slow.tsv": MELANOMA})["slow.tsv"]
    started = user.start("cgi_runner_run", job_request(data))
    return user, started["jobs"][0]["id"], {out["output_name"]: out["id"] for out in started["outputs"]}


@pytest.fixture(scope="module")
def shared(galaxy: Galaxy) -> tuple[User, str]:
    """Start such a job with the account that the destination's file gives to everybody."""
    user = galaxy.new_user("shared", "colleague")
    started = user.start("cgi_runner_run", job_request(user.upload({"shared.tsv": MELANOMA})["shared.tsv"]))
    return user, started["jobs"][0]["id"]


@pytest.fixture(scope="module", autouse=True)
def in_the_meantime(polled: object, shared: object) -> None:
    """Let all other tests of this module use the minute that the polled jobs take."""
    del polled, shared


def test_the_tests_in_tools_and_workflows_pass(galaxy: Galaxy, engine: Path, tmp_path: Path) -> None:
    """Every test that a tool or a workflow carries passes, as Galaxy's own test program and planemo judge it."""
    key = galaxy.new_user("plain", "tester").api_key
    programs = engine / "server" / "bin"
    tools, workflows = sorted(TOOLS.glob("cgi_runner_*.xml")), sorted(WORKFLOWS.glob("*/*.ga"))
    # One process tests all tools, several of them at a time; planemo takes ten seconds of a processor to start.
    of_tools = [
        "python", str(RUN_TOOL_TESTS), "--galaxy-url", galaxy.url, "--key", key, "--parallel-tests", "6",
        "--test-data", str(TOOLS / "test-data"), "--output-json", "tools.json",
    ]  # fmt: skip
    of_workflows = [
        "planemo", "test", "--engine", "external_galaxy", "--galaxy_url", galaxy.url, "--galaxy_user_key", key,
        "--galaxy_admin_key", galaxy.admin.api_key, "--no_dependency_resolution", "--test_timeout", "600",
        "--test_output", "workflows.html", "--test_output_json", "workflows.json", *map(str, workflows),
    ]  # fmt: skip

    def test(command: list[str]) -> list[Any]:
        command = [str(programs / command[0]), *command[1:]]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        report = tmp_path / next(name for name in command if name.endswith(".json"))
        assert report.is_file(), ended.stderr[-2000:]
        tests: list[Any] = json.loads(report.read_text())["tests"]
        return tests

    with ThreadPoolExecutor(2) as pool:
        tests = [test for found in pool.map(test, (of_tools, of_workflows)) for test in found]
    failed = [f"{test['id']}: {test['data']}" for test in tests if test["data"]["status"] != "success"]
    print(f"planemo: {len(tests) - len(failed)} passed, {len(failed)} failed")  # noqa: T201 - CI's log reader knows it
    assert not failed, "\n".join(failed)
    # Each test is there: those of a tool's XML, and those of the file beside a workflow.
    carried = {tool.stem: len(ET.parse(tool).findall("tests/test")) for tool in tools}
    carried |= {flow.name: len(YAML(typ="safe").load(flow.with_name(f"{flow.stem}-tests.yml"))) for flow in workflows}
    assert Counter(re.sub(r"(/[^/]*)?[-_][0-9]+$", "", test["id"]) for test in tests) == carried


def test_a_sample_sheet_gives_each_element_its_cancer_type(galaxy: Galaxy) -> None:
    """The elements of Galaxy's sample sheets carry columns: the cohort tool reads the cancer type from there."""
    user = galaxy.new_user("plain", "sheet")
    data = user.upload({"a.tsv": MELANOMA, "b.tsv": LUNG})
    elements = {"P1": data["a.tsv"], "P2": data["b.tsv"]}
    sheet = user.make_sample_sheet("sheet", elements, {"P1": ["CM"], "P2": ["LUAD"]})
    ended = user.run(
        "cgi_runner_cohort",
        {"source|kind": "lists", "source|mutations": sheet, "account|service": "sandbox", "how|extras": []},
    )
    assert ended["state"] == "ok", ended["tool_stdout"]
    rows = [row.split("\t")[:4] for row in user.text(ended["made"]["samples"]).splitlines()[1:]]
    assert rows == [["P1", "P1", "done", "CM"], ["P2", "P2", "done", "LUAD"]]


def test_the_report_is_at_the_top_of_the_history(galaxy: Galaxy) -> None:
    """Of all outputs of a job, the report has the highest number, and the archive is below the tables."""
    user = galaxy.new_user("plain", "looking")
    data = user.upload({"seen.tsv": MELANOMA})["seen.tsv"]
    ended = user.run("cgi_runner_run", {"mutations": data, "cancer_type": "CM", "account|service": "sandbox"})
    assert ended["state"] == "ok"
    places = {name: user.dataset(dataset)["hid"] for name, dataset in ended["made"].items()}
    order = sorted(places, key=lambda name: -places[name])
    assert order[:3] == ["report", "biomarkers", "alterations"]
    assert order.index("archive") > order.index("dropped")


def browse(script: Path, user: User, *arguments: str) -> Any:
    """Have a script look at the server in a browser as a user of the plain environment; gives what it has seen."""
    chromium = shutil.which("chromium")
    if not (chromium and shutil.which("node") and (BROWSER / "node_modules" / "playwright-core").is_dir()):
        missing("no browser is here; tests/engines/browser/install_browser.sh sets it up")
    account = (f"plain@{user.name}.example.org", "no-secret")
    command = ["node", str(script), str(BROWSER), chromium, user.url, *account, *arguments]
    looked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert looked.returncode == 0, looked.stderr[-2000:]
    return json.loads(looked.stdout)


@pytest.mark.browser
def test_a_person_sees_form_report_and_error(galaxy: Galaxy, tmp_path: Path) -> None:
    """A real browser shows the form's parts, the report with its tables, the history, and what to do after an error."""
    user = galaxy.new_user("plain", "tutorial")
    data = user.upload({"mutations.vcf": (TOOLS.parent / "examples" / "mutations.vcf").read_text()}, ext="vcf")
    data |= user.upload({"broken.tsv": "chr\tpos\tref\talt\nchr7\tx\tA\tT\n"})
    form = {"cancer_type": "LUAD", "account|service": "sandbox"}  # as in the tutorial
    good, bad = (
        user.run("cgi_runner_run", {**form, "mutations": data[name], "tumour|samples": samples})
        for name, samples in (("mutations.vcf", "several"), ("broken.tsv", "one"))
    )
    pictures = Path(os.environ.get("GALAXY_PICTURES", tmp_path))
    seen = browse(LOOK, user, user.history, good["made"]["report"], bad["made"]["report"], str(pictures))
    for part in ("Mutations", "Cancer type", "Samples in the datasets", "Service and account", "How the job runs"):
        assert part in seen["form"]
    # Galaxy's own banner says that the tool works without credentials; what is true stands in it, too.
    assert "needed for every service but the sandbox, unless this server has one for everybody" in seen["form"]
    assert "What leaves this server, and who answers for it" in seen["form"]
    for part in ("results: tumour-a, tumour-b", "Dabrafenib", "Drivers", "made-up", "FILTER is not PASS"):
        assert part in seen["report"]
    assert "Correct the input or the settings" in seen["error"]
    assert "Exit code 2 ()" not in seen["error"]
    assert {path.name for path in pictures.glob("galaxy-*.png")} >= {
        f"galaxy-{name}.png" for name in ("form", "report", "history", "error")
    }


@pytest.mark.browser
def test_the_tour_goes_from_step_to_step(galaxy: Galaxy) -> None:
    """Each step finds what it points at, and the table that the tour pastes arrives as a table."""
    user = galaxy.new_user("plain", "tourist")
    steps = YAML(typ="safe").load(TOOLS / "tours" / "cgi.yaml")["steps"]
    assert browse(TOUR, user, "cgi") == [step["title"] for step in steps]
    contents = f"histories/{user.ask('GET', 'histories/most_recently_used')['id']}/contents"
    deadline = time.monotonic() + BOX_SECONDS
    while (uploaded := user.ask("GET", contents))[0]["state"] != "ok":
        assert time.monotonic() < deadline, uploaded
        time.sleep(0.5)
    assert [one["extension"] for one in uploaded] == ["tabular"]


def test_the_tour_is_offered(galaxy: Galaxy) -> None:
    """Galaxy reads the tour and lists it."""
    assert [tour["name"] for tour in galaxy.admin.ask("GET", "tours") if tour["id"] == "cgi"] == [
        "Interpret a tumour with the Cancer Genome Interpreter"
    ]


def test_submit_fetch_list_and_delete_with_credentials_from_the_vault(galaxy: Galaxy) -> None:
    """A job goes through the tools one after the other, with the user's own account at the service."""
    user = somebody(galaxy, "site", "stepwise", ("cgi_runner_submit", "cgi_runner_fetch", "cgi_runner_jobs"))
    data = user.upload({"tumour.tsv": MELANOMA + "chrM\t3243\tA\tG\n"})["tumour.tsv"]
    submitted = user.run("cgi_runner_submit", job_request(data, **{"how|title": "Step by step"}))
    (remote,) = remote_jobs(galaxy.sandboxes["quick"], "stepwise@example.org")
    assert json.loads(user.text(submitted["made"]["job"]))["job_id"] == remote
    assert user.dataset(submitted["made"]["job"])["name"] == "CGI job of tumour"

    record, dropped = ({"src": "hda", "id": submitted["made"][name]} for name in ("job", "dropped"))
    source = {"source|kind": "record", "account|service": "site", "source|job_record": record}
    fetched = user.run("cgi_runner_fetch", {**source, "source|dropped_rows": dropped})
    assert fetched["state"] == "ok"
    assert "V600E" in user.text(fetched["made"]["alterations"])
    assert "\tnot sent\t" in user.text(fetched["made"]["dropped"])
    assert user.dataset(fetched["made"]["alterations"])["name"] == "CGI alterations of tumour"

    def about_jobs(what: str, **more: str) -> str:
        made = user.run("cgi_runner_jobs", {"account|service": "site", "action|what": what, **more})["made"]
        return user.text(next(iter(made.values())))

    chosen = {"action|job_id": remote}
    assert "] Step by step" in about_jobs("list")
    assert "Analysis done" in about_jobs("log", **chosen)
    with pytest.raises(RuntimeError, match="Say yes to delete the job"):
        about_jobs("delete", **chosen)
    assert f"deleted {remote}" in about_jobs("delete", **chosen, **{"action|sure": "yes"})
    assert remote_jobs(galaxy.sandboxes["quick"], "stepwise@example.org") == []


def test_a_job_in_a_container(galaxy: Galaxy, image: str) -> None:
    """The same tool runs in the image, with credentials from the vault and no cgi-runner from this machine."""
    user = somebody(galaxy, "container", "boxed")
    started = user.start("cgi_runner_run", job_request(user.upload({"boxed.tsv": MELANOMA})["boxed.tsv"]))
    scripts: list[str] = []
    deadline = time.monotonic() + BOX_SECONDS  # the script is there as long as the job runs
    while not any("docker" in script and image in script for script in scripts):
        assert time.monotonic() < deadline, "no script of a job starts the image"
        with suppress(FileNotFoundError):
            scripts = [path.read_text() for path in galaxy.folder.glob("jobs/**/galaxy_*.sh")]
    ended = user.wait(started["jobs"][0]["id"])
    assert ended["state"] == "ok", ended
    outputs = {output["output_name"]: output["id"] for output in started["outputs"]}
    assert "V600E" in user.text(outputs["alterations"])
    assert len(remote_jobs(galaxy.sandboxes["quick"], "boxed@example.org")) == 1


def test_a_job_on_a_cluster(galaxy: Galaxy, slurm: Cluster) -> None:
    """The destination that calls sbatch and squeue runs the tool on a node of a Slurm; Slurm keeps the script, too."""
    user = somebody(galaxy, "cluster", "queued")
    ended = user.run("cgi_runner_run", job_request(user.upload({"queued.tsv": MELANOMA})["queued.tsv"]))
    assert ended["state"] == "ok", ended
    assert "V600E" in user.text(ended["made"]["alterations"])
    assert len(remote_jobs(galaxy.sandboxes["quick"], "queued@example.org")) == 1
    about = galaxy.admin.ask("GET", f"jobs/{ended['id']}", params={"full": True})
    seen = slurm.call("scontrol", "show", "job", about["external_id"])
    assert "JobState=COMPLETED" in seen
    assert "cgi_runner_run" in seen
    # What the administrators' page says of Slurm's own copy of the script, which no setting of Galaxy's reaches.
    state = slurm.folder / "state"
    assert [path for path in state.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]


def mapped(user: User, inputs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Run the tool over collections; give its jobs as they ended, and its collections by the name of the output."""
    started = user.start("cgi_runner_run", job_request(**{**inputs, "how|extras": []}))
    jobs = [user.wait(job["id"]) for job in started["jobs"]]
    made = {one["output_name"]: one["id"] for one in started["implicit_collections"]}
    return jobs, {name: user.ask("GET", f"dataset_collections/{collection}") for name, collection in made.items()}


def test_a_list_of_five_samples(galaxy: Galaxy) -> None:
    """A list of tumour-normal VCFs maps over: five jobs at the service, five results that carry their sample."""
    user = somebody(galaxy, "site", "cohort")
    names = [f"P{number}" for number in range(1, 4)] + ["Ärztin O'Neill", "Ärztin O_Neill"]
    files = {name: PAIR + f"chr1\t{1000 + number}\t.\tC\tT{CALL}" for number, name in enumerate(names)}
    collection = user.upload_collection("cohort", files, ext="vcf")
    jobs, outputs = mapped(user, {"mutations": {"batch": True, "values": [collection]}})
    assert [job["state"] for job in jobs] == ["ok"] * 5
    elements = outputs["alterations"]["elements"]
    assert [element["element_identifier"] for element in elements] == names
    for element in elements:
        _, *rows = user.text(element["object"]["id"]).splitlines()
        assert {row.split("\t")[SAMPLE] for row in rows} == {element["element_identifier"]}
        assert element["object"]["name"] == f"CGI alterations of {element['element_identifier']}"
    called = {name: collection["name"] for name, collection in outputs.items()}
    assert len(set(called.values())) == len(called)
    assert called["alterations"].startswith("CGI alterations of ")
    assert called["report"].startswith("CGI report of ")
    assert len(remote_jobs(galaxy.sandboxes["quick"], "cohort@example.org")) == 5


def test_lists_of_wide_tables_are_of_their_patients(galaxy: Galaxy) -> None:
    """Copy numbers in more than three columns are not taken for a matrix: each patient has the name of the element."""
    user = somebody(galaxy, "site", "wide")
    cnas = {
        name: f"gene\tcna\tlog2\tsegment\n{gene}\tamp\t2.1\ts1\n" for name, gene in (("W1", "ERBB2"), ("W2", "MET"))
    }
    collection = user.upload_collection("wide", cnas)
    jobs, outputs = mapped(user, {"mutations": None, "cnas": {"batch": True, "values": [collection]}})
    assert [job["state"] for job in jobs] == ["ok"] * 2
    texts = [user.text(element["object"]["id"]) for element in outputs["cna_analysis"]["elements"]]
    assert ["\tW1\tERBB2\t" in texts[0], "\tW2\tMET\t" in texts[1]] == [True, True]


def test_elements_of_two_patients_are_not_taken_for_one(galaxy: Galaxy) -> None:
    """Lists in another order would pair one patient's mutations with another's copy numbers: refused."""
    user = somebody(galaxy, "site", "crossed")
    mutations = user.upload_collection("mutations", {"X1": MELANOMA, "X2": MELANOMA})
    cnas = user.upload_collection("cnas", {"X2": "gene\tcna\nMET\tamp\n", "X1": "gene\tcna\nMET\tamp\n"})
    batches = {kind: {"batch": True, "values": [one]} for kind, one in (("mutations", mutations), ("cnas", cnas))}
    jobs, _ = mapped(user, {kind: {"linked": True, **batch} for kind, batch in batches.items()})
    assert [job["exit_code"] for job in jobs] == [2, 2]
    assert "have different names (X1 and X2)" in jobs[0]["tool_stdout"]
    assert remote_jobs(galaxy.sandboxes["quick"], "crossed@example.org") == []


def test_one_sample_name_is_not_given_to_all_elements(galaxy: Galaxy) -> None:
    """A sample name on the form would make several patients one: refused before anything is sent."""
    user = somebody(galaxy, "site", "lumped")
    collection = user.upload_collection("mutations", {"Y1": MELANOMA, "Y2": MELANOMA})
    jobs, _ = mapped(user, {"mutations": {"batch": True, "values": [collection]}, "tumour|sample": "P1"})
    assert [job["exit_code"] for job in jobs] == [2, 2]
    assert "One sample name was given for all elements" in jobs[0]["tool_stdout"]
    assert remote_jobs(galaxy.sandboxes["quick"], "lumped@example.org") == []


def test_the_same_inputs_again_find_their_job(galaxy: Galaxy) -> None:
    """Running the tool twice makes one job at the service, and the results are the same."""
    user = somebody(galaxy, "site", "again")
    data = user.upload({"again.tsv": MELANOMA})["again.tsv"]
    first, second = (user.run("cgi_runner_run", job_request(data)) for _ in range(2))
    assert user.content(first["made"]["archive"]) == user.content(second["made"]["archive"])
    assert len(remote_jobs(galaxy.sandboxes["quick"], "again@example.org")) == 1


@pytest.mark.parametrize(
    ("environment", "name", "code", "texts"),
    [
        ("site", "unknown", 4, ["no credentials", "User > Preferences > Manage Your Tools Credentials"]),
        ("site", "failing", 5, ["ended", "Read the end of its log in this dataset's details"]),
        ("dead", "cut-off", 7, ["was not reached", "Run the tool again later"]),
        ("site", "full", 8, ["no free job slot", "Delete a job you do not need (CGI: jobs of your account)"]),
    ],
)
def test_the_red_box_says_what_to_do_next(
    galaxy: Galaxy, environment: str, name: str, code: int, texts: list[str]
) -> None:
    """The box of a failed dataset, which holds 255 characters, says what happened and what to do."""
    user = somebody(galaxy, environment, name, () if code == 4 else ("cgi_runner_run",))
    if name == "full":
        fill(galaxy.sandboxes["quick"], f"{name}@example.org")
    ended = user.run("cgi_runner_run", job_request(user.upload({"red.tsv": MELANOMA})["red.tsv"]))
    assert (ended["state"], ended["exit_code"]) == ("error", code)
    box = user.dataset(ended["made"]["biomarkers"])["misc_info"]
    assert len(box) <= BOX
    for text in texts:
        assert text in box
    (message,) = ended["job_messages"]
    assert texts[-1] in message["desc"]


def test_a_form_without_a_cancer_type_is_not_accepted(galaxy: Galaxy) -> None:
    """No cancer type is chosen beforehand, and none chosen is refused before a job is made."""
    user = galaxy.new_user("plain", "hasty")
    data = user.upload({"hasty.tsv": MELANOMA})["hasty.tsv"]
    with pytest.raises(RuntimeError, match="Choose the cancer type"):
        user.start("cgi_runner_run", {"mutations": data, "account|service": "sandbox"})


def test_a_record_from_elsewhere_does_not_get_the_token(galaxy: Galaxy) -> None:
    """A job record that names another service than the user has chosen is refused, and nobody is asked."""
    user = somebody(galaxy, "site", "careful", ("cgi_runner_fetch",))
    record = {"schema": 1, "service": "https://elsewhere.example.org/api/v1", "state": "waiting", "job_id": "0" * 20}
    data = user.upload({"job.json": json.dumps(record)}, ext="json")["job.json"]
    ended = user.run(
        "cgi_runner_fetch", {"source|kind": "record", "account|service": "site", "source|job_record": data}
    )
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


def test_the_token_of_an_account_file_is_found_nowhere(galaxy: Galaxy, shared: tuple[User, str]) -> None:
    """After a resubmitted job with the account of the destination's file, only that file holds the token."""
    user, job = shared
    assert user.wait(job)["state"] == "ok"
    email, token = (galaxy.folder / "account").read_text().split()
    assert len(remote_jobs(galaxy.sandboxes["slow"], email, token)) == 1
    assert files_with(galaxy, token) == [galaxy.folder / "account"]


def test_the_token_of_the_vault_is_found_nowhere_after_the_purge(
    galaxy: Galaxy, polled: tuple[User, str, dict[str, str]]
) -> None:
    """After success, failure and resubmission, only what Galaxy keeps of earlier attempts holds it, until the purge."""
    user, job, _ = polled
    user.wait(job)
    jobs = [galaxy.admin.ask("GET", f"jobs/{one['id']}", params={"full": True}) for one in all_jobs(galaxy)]
    assert any(one["tool_id"].startswith("cgi_runner_") for one in jobs)
    assert TOKEN not in json.dumps(jobs)
    # The attempts that were resubmitted are left over, as the administrators' page says; so this test can fail.
    left = files_with(galaxy, TOKEN)
    assert left
    kept = galaxy.folder / "jobs" / "_cleared_contents"
    assert [path for path in left if not path.is_relative_to(kept)] == []
    subprocess.run([PURGE, galaxy.folder / "jobs", "60"], check=True)
    assert files_with(galaxy, TOKEN) == left, "what is new stays"
    for path in left:
        os.utime(path, (0, 0))
    subprocess.run([PURGE, galaxy.folder / "jobs"], check=True)
    assert files_with(galaxy, TOKEN) == []


def files_with(galaxy: Galaxy, token: str) -> list[Path]:
    """Return the files of the server that hold a token, once no job that needs it is running."""
    deadline = time.monotonic() + BOX_SECONDS
    while any(job["state"] in {"new", "queued", "running"} for job in all_jobs(galaxy)):
        assert time.monotonic() < deadline, "jobs are still running"
        time.sleep(0.5)
    holding: list[Path] = []
    for path in sorted(galaxy.folder.rglob("*")):
        with suppress(FileNotFoundError):  # folders of jobs go away
            if path.is_file() and token.encode() in path.read_bytes():
                holding.append(path)
    return holding


def all_jobs(galaxy: Galaxy) -> list[Any]:
    """Return every job of every user."""
    jobs: list[Any] = galaxy.admin.ask("GET", "jobs", params={"user_details": True, "limit": 500})
    return jobs
