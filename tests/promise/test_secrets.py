"""Real runs of the real command line, and afterwards the token and the e-mail are looked for wherever they could be."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
import requests

from cgi_runner.output.locking import lock_dir
from conftest import ROOT
from promise.hunt import Poller
from promise.scenes import (
    ASKING,
    HEADER,
    HUNT,
    INPUT,
    PROGRAM,
    PROXIES,
    SPOTS,
    TOKEN,
    WAYS,
    Played,
    Scene,
    archived,
    play,
    posted,
    untrusted,
)

pytestmark = pytest.mark.timeout(900)  # against hangs: scenes wait for those before them, and machines differ

GOOD_CALLS = [
    f"{ASKING['run']} ; fetch {{out}} ; status {{out}} ; cohort-merge {{out}} -o merged ; delete {{out}}",
    f"{ASKING['submit']} ; wait {{out}} ; logs {{out}} --follow ; {ASKING['list']} --json",
    f"{ASKING['cohort']} --delete --json ; check {INPUT} -o checked ; cancer-types melanoma",
    f"run {INPUT} --sandbox -o {{out}} --json",
]
NOTHING_WRONG = frozenset({0})
GOOD = {
    f"good, {way}": Scene(calls, way, codes=NOTHING_WRONG, debug=way == "file")
    for calls, way in zip(GOOD_CALLS, ("environment", "file", "home", "environment"), strict=True)
} | {"good, option": Scene(ASKING["fetch"], "option", codes=NOTHING_WRONG, debug=True)}

CRASH, SLOW = {"HUNT_CRASH": "1"}, 1000.0
CRASHES = {
    "crash": Scene("list", environ=CRASH, codes=frozenset({1})),
    "crash, --debug": Scene("status {job}", "file", debug=True, environ=CRASH, codes=frozenset({1})),
    "Ctrl-C": Scene(ASKING["run"], duration=SLOW, stop=signal.SIGINT, codes=frozenset({130})),
    "SIGTERM, --debug": Scene(
        ASKING["cohort"], "file", debug=True, duration=SLOW, stop=signal.SIGTERM, codes=frozenset({143})
    ),
    "abort": Scene(
        ASKING["run"], duration=SLOW, stop=signal.SIGABRT, environ={"PYTHONFAULTHANDLER": "1"}, codes=frozenset({-6})
    ),
}

CHECK = ["check", *INPUT.split()]
TYPED: dict[str, list[str]] = {
    "a command": ["{token}"],
    "a job": ["status", "{token}"],
    "a job, whole": ["status", "{email} {token}"],
    "a job's folder": ["logs", "./{token}"],
    "a second job": ["delete", "{job}", "{token}"],
    "an option": ["list", "--{token}"],
    "an address": ["list", "--api-url", "https://{email}:{token}@127.0.0.1/"],
    "an address without a host": ["list", "--api-url", "{token}"],
    "credentials": ["list", "--credentials", "{token}"],
    "credentials, whole": ["list", "--credentials", "{email} {token}"],
    "a bundle": ["list", "--ca-bundle", "{token}"],
    "a deadline": ["wait", "{job}", "--deadline", "{token}"],
    "a title": ["run", *INPUT.split(), "--title", "{email} {token}", "-o", "{out}"],
    "a cohort's title": ["cohort", "{sheet}", "--title", "for {token}", "-o", "{out}"],
    "a reference": [*CHECK, "--reference", "{token}"],
    "a cancer type": ["check", "--mutations", "x", "--cancer-type", "{token}"],
    "an input": ["check", "--mutations", "{token}", "--cancer-type", "CM"],
    "an archive": ["fetch", "--archive", "{email} {token}", "-o", "{out}"],
    "a port": ["sandbox", "--port", "{token}"],
    "a host": ["sandbox", "--host", "{token}", "--port", "0"],
}
REFUSED = frozenset({2, 4})
SLIPS = {f"typed as {what}": Scene(words, "file", codes=REFUSED, typed=True) for what, words in TYPED.items()} | {
    "file with more words": Scene("list", "home", environ={"CGI_CREDENTIALS_FILE": "{email} {token}"}, codes=REFUSED),
    "halves exchanged": Scene("list", environ={"CGI_EMAIL": "{token}", "CGI_TOKEN": "{email}"}, codes=REFUSED),
    "address with a password": Scene("list", "file", environ={"CGI_API_URL": "https://x:{token}@host/"}, codes=REFUSED),
    "e-mail in the title": Scene(
        [*ASKING["cohort"].split(), "--title", "for {email}"], "file", archived("x.tsv", "x"), typed=True
    ),
}

#: The request by which each way to quote the account is met first.
MET_BY = {
    "token as the new job": "submit",
    "list": "submit",
    "log": "fetch",
    "log of an error": "wait",
    "status word": "wait",
    "no archive": "fetch",
} | {name: "fetch" for name in SPOTS if name.startswith("archive")}
ECHOES = {
    f"{name}, {command}": Scene(ASKING[command], way, SPOTS[name], debug=debug)
    for (name, command), way, debug in zip(
        [(name, MET_BY.get(name, "status")) for name in SPOTS], cycle(WAYS), cycle((True, False, True)), strict=False
    )
}
ON_THE_WAY = {
    name: Scene(ASKING["wait"], "file", fault, debug=True)
    for name, fault in {**PROXIES, "untrusted certificate": untrusted}.items()
}
MORE = {
    f"{name}, {command}": Scene(ASKING[command], way, SPOTS[name], debug=debug)
    for (name, command), way, debug in zip(
        [(name, command) for command in ASKING for name in SPOTS], cycle(WAYS), cycle((False, True, True)), strict=False
    )
}
SHORT = {**GOOD, **CRASHES, **dict(list(SLIPS.items())[::4]), **dict(list(ECHOES.items())[::3]), **ON_THE_WAY}
LONG = {name: scene for name, scene in {**SLIPS, **ECHOES, **MORE}.items() if name not in SHORT}
Play = Callable[[str], Played]
OF_THE_SERVICE = re.compile(r"kept/passing/|work/out/(jobs/\d+/)?cgi-results\.refused\.zip!")


@pytest.fixture(scope="module")
def watch() -> Iterator[Poller]:
    """See all processes that come from this one."""
    with Poller() as watching:
        yield watching


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, watch: Poller, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """Provide what came of a scene; those that are asked for are played a few at a time."""
    del watch
    specs = [getattr(item, "callspec", None) for item in request.session.items]
    asked = {spec.params["name"] for spec in specs if spec and spec.params.get("name") in {**SHORT, **LONG}}
    folder = tmp_path_factory.mktemp("scenes")
    with ThreadPoolExecutor(4) as pool:
        scenes = [(name, scene) for name, scene in {**SHORT, **LONG}.items() if name in asked]
        started = {
            name: pool.submit(play, folder / f"{number:03}", scene) for number, (name, scene) in enumerate(scenes)
        }
        yield lambda name: started[name].result()


def seen(result: Played, scene: Scene) -> list[str]:
    """Return where a secret was seen, but for an archive in which the service itself put it.

    Such an archive passes through the folder for work, and stays as it is if its results are refused (exit code 10).
    """
    quoting = scene.faults in {fault for name, fault in SPOTS.items() if "archive" in name}
    return [str(find) for find in result.finds if not (quoting and OF_THE_SERVICE.match(find.where))]


def check(name: str, played: Play) -> None:
    """Hold a scene to the promise."""
    scene, result = {**SHORT, **LONG}[name], played(name)
    assert seen(result, scene) == []
    assert result.code in scene.codes, result.err
    assert scene.debug or "Traceback" not in result.err
    # The places that are searched are all that there are: nothing else is written, reached or started.
    mine = (str(Path(result.folder)), str(lock_dir()), "/dev/null")
    assert [path for path in result.noted("wrote") if not path.startswith(mine)] == []
    assert {address[0] for address in result.noted("reached")} <= {"127.0.0.1"}
    assert result.noted("started") == []


@pytest.mark.parametrize("name", SHORT)
def test_no_secret_is_seen(name: str, played: Play) -> None:
    """Not in what is said, written, removed, sent elsewhere or kept, whatever the service or the user does."""
    check(name, played)


@pytest.mark.soak
@pytest.mark.parametrize("name", LONG)
def test_no_secret_is_seen_by_any_command(name: str, played: Play) -> None:
    """The same for every command, every way to give credentials and every way to quote them."""
    check(name, played)


@pytest.mark.parametrize("name", ["refused, JSON, status", "log, fetch", "crash"])
def test_without_the_masks_the_hunt_finds_the_secret(name: str, tmp_path: Path) -> None:
    """It is the program that keeps the secrets, not the hunt that overlooks them."""
    scene = {**SHORT, **LONG}[name]
    bare = play(tmp_path / "bare", replace(scene, environ={**scene.environ, "HUNT_BARE": "1"}))
    assert {find.secret for find in bare.finds if find.where == "said/err"} >= {"token", "email"}


def test_processes_and_shared_places_show_nothing(played: Play, watch: Poller) -> None:
    """No argument of any process that was seen, and no lock or mark in the folder that all runs of a user share."""
    del played
    ours = {
        number: lives
        for number, lives in watch.seen.items()
        if not any(b"HUNT_TYPED=1" in life.environment for life in lives)
    }
    programs = [life.command for lives in ours.values() for life in lives if b"cgi-runner" in life.command]
    assert len(set(programs)) > 5
    assert HUNT.in_processes(ours) == []
    folder = lock_dir()
    assert folder
    assert HUNT.in_folder(folder) == []


def test_what_cgi_wrote_stays_as_cgi_wrote_it(tmp_path: Path) -> None:
    """If the service names the account in its own files, these are kept byte for byte, and nothing else quotes them."""
    quoting = archived("summary.txt", f"CGI version: for {HEADER}\nDate: {TOKEN}\n")
    result = play(tmp_path / "scene", Scene(ASKING["fetch"], faults=quoting))
    assert result.code == 0
    places = {find.where for find in result.finds if not find.where.startswith("kept/passing/")}
    assert places == {"work/out/cgi-results.zip!summary.txt", "work/out/summary.txt"}
    assert "***** *****" in result.out


def test_a_sandbox_stores_the_e_mail_and_nothing_else(tmp_path: Path) -> None:
    """The e-mail is the account; the token is looked at and forgotten, also by --debug and after bad requests."""
    words = ["--debug", "sandbox", "--port", "0", "--database", str(tmp_path / "jobs.db")]
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with (
        (tmp_path / "err").open("wb") as err,
        subprocess.Popen([PROGRAM, *words], stdout=subprocess.PIPE, stderr=err, env=environ, text=True) as served,
    ):
        assert served.stdout
        url = served.stdout.readline().strip()
        job = posted(url)
        for path, header in (
            (f"/{job}", HEADER),
            ("", f"Bearer {HEADER}"),
            ("/nowhere", HEADER),
            (f"/{job}?x", HEADER),
        ):
            requests.get(url + path, headers={"Authorization": header, "Cookie": header}, timeout=10)
        requests.post(url, {"title": "x"}, files={"mutations": b"x"}, headers={"Authorization": HEADER}, timeout=10)
        served.send_signal(signal.SIGTERM)
        assert served.wait(20) == 0
    finds = HUNT.in_folder(tmp_path)
    assert {find.secret for find in finds} <= {"email", "part"}
    assert {Path(find.where).name.split("-")[0] for find in finds} == {"jobs.db"}
    assert "GET /api/v1/" in (tmp_path / "err").read_text()


def test_the_short_part_holds_some_of_everything() -> None:
    """What is left to `make soak` are more of the same."""
    assert len(SHORT) >= 25
    told = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    assert f"in {len(SHORT) + len(LONG)} scenes: all commands, {len(SPOTS)} ways" in told
    assert f"{len(SLIPS)} slips" in told
