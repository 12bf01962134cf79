"""The stage for the hunt: services that quote the account wherever they can, and children that call the program."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import socketserver
import ssl
import subprocess
import sys
import threading
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from promise.hunt import Find, Hunt
from support.faults import Fault, inject
from support.scripted import Answer, serving

# Made anew for each run, so that what an earlier one left behind is never taken for this one's.
TOKEN = f"deadbeef{uuid.uuid4().hex[:12]}"
EMAIL = f"hunted+{uuid.uuid4().hex[:8]}@example.org"
HEADER = f"{EMAIL} {TOKEN}"
HUNT = Hunt(email=EMAIL, token=TOKEN)
PROGRAM = Path(sys.executable).with_name("cgi-runner")
WITNESS = Path(__file__).with_name("witness")
FOREVER = float("inf")

#: The header as a careless or a hostile service may quote it.
ECHO = " ~ ".join(
    [
        HEADER,
        f"Authorization: {HEADER}".upper(),
        quote(HEADER, safe=""),
        quote(quote(HEADER, safe=""), safe=""),
        base64.b64encode(HEADER.encode()).decode(),
        base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode(),
        TOKEN.encode().hex(),
        HEADER.replace("@", "&#64;"),
        json.dumps(HEADER).replace("@", "\\u0040"),
    ]
)


@dataclass(frozen=True)
class Scene:
    """Calls of the command line, one after the other; `{out}`, `{job}` and the like in their words are filled in.

    `way` is how the credentials are given, `faults` is how the service answers, `codes` are the exit codes that are
    right, `typed` says that a user typed a secret where none belongs, and `stop` is a signal that comes while the job
    is waited for.
    """

    words: str | list[str]
    way: str = "environment"
    faults: Callable[[Stage], Any] = lambda _: None
    codes: frozenset[int] = frozenset({0, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    debug: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)
    duration: float = 0.01
    stop: signal.Signals | None = None
    typed: bool = False

    @property
    def commands(self) -> list[list[str]]:
        """The words of each call."""
        return [call.split() for call in self.words.split(" ; ")] if isinstance(self.words, str) else [self.words]


@dataclass
class Stage:
    """Where a scene is played."""

    folder: Path
    sandbox: Sandbox
    stack: ExitStack
    url: str
    others: list[str] = field(default_factory=list)
    """What hosts that are none of the runner's business were sent."""
    environ: dict[str, str] = field(default_factory=dict)

    def echo(self, answer: Answer, method: str = "GET", action: str | None = None, times: float = FOREVER) -> None:
        """Have requests of a kind answered so."""
        inject(self.sandbox, Fault(answer, method, action, times=times))

    def everywhere(self, answer: Answer) -> None:
        """Have every request answered so."""
        for method in ("GET", "POST", "DELETE"):
            self.echo(answer, method)


def redirect(stage: Stage) -> None:
    """Send everybody to another host, with the secret in the address."""
    other = stage.stack.enter_context(serving(lambda seen: note(stage, seen)))
    stage.everywhere(Answer("", 302, {"Location": f"{other.url}?from={quote(HEADER)}"}))


def note(stage: Stage, seen: Any) -> Answer:
    """Note what another host was sent."""
    stage.others.append(f"{seen}")
    return Answer([])


def raw(reply: str) -> Callable[[Stage], None]:
    """Return a service that sends these very bytes, whatever it is asked."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(reply.encode("latin-1"))

    def put(stage: Stage) -> None:
        server = stage.stack.enter_context(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        stage.stack.callback(server.shutdown)
        stage.url = f"http://127.0.0.1:{server.server_address[1]}/api/v1"

    return put


def proxy(reply: str) -> Callable[[Stage], None]:
    """Return a proxy on the way to a service elsewhere."""
    answering = raw(reply)

    def put(stage: Stage) -> None:
        answering(stage)
        stage.environ["HTTPS_PROXY"] = stage.url.replace("//", "//proxyuser:proxypassword@").removesuffix("/api/v1")
        stage.url = "https://cgi.example.org/api/v1"

    return put


def untrusted(stage: Stage) -> None:
    """Return a service whose certificate nobody has signed."""
    folder = stage.folder.with_name(f"{stage.folder.name}.tls")
    folder.mkdir()
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj"
    names = [f"/CN={HEADER.replace('+', '.')}", "-keyout", str(folder / "both"), "-out", str(folder / "cert")]
    # The tests' own doing, not the program's: said as where a user types a secret.
    own = {**os.environ, "HUNT_TYPED": "1"}
    subprocess.run([*command.split(), *names], check=True, capture_output=True, env=own)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "cert", folder / "both")
    stage.url = stage.stack.enter_context(serving(lambda seen: note(stage, seen), tls)).url


def metadata(stage: Stage) -> None:
    """Quote the account in everything that is known of a job."""
    about = {"id": ECHO, "user": EMAIL} | dict.fromkeys(("title", "cancertype", "reference", "dataset", "date"), ECHO)
    stage.echo(Answer({"status": "Done", "metadata": about}), "GET", "", FOREVER)


def listed(stage: Stage) -> None:
    """List the token as if it were a job."""
    stage.echo(Answer([TOKEN, TOKEN.upper(), EMAIL]), "GET", "")


def logged(status: str) -> Callable[[Stage], None]:
    """Quote the account in a job's log."""
    lines = [f"2026-01-05 12:00:00,000 WARNING   {ECHO}\n", f"{EMAIL.upper()}\n", f"Alteration ID: input01_1 {HEADER}"]
    return lambda stage: stage.echo(Answer({"status": status, "logs": lines}), "GET", "logs")


def archived(name: str, text: str) -> Callable[[Stage], None]:
    """Put a text into a member of the archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("alterations.tsv", "Input ID\tCGI-Sample ID\n")
        archive.writestr("biomarkers.tsv", "Sample ID\n")
        archive.writestr(name, text)
    return lambda stage: stage.echo(Answer(packed.getvalue()), "GET", "download")


SPOTS: dict[str, Callable[[Stage], None]] = {
    "refused, JSON": lambda stage: stage.everywhere(Answer({"error_code": 401, "message": ECHO}, 401)),
    "refused, text": lambda stage: stage.everywhere(Answer(ECHO, 400)),
    "error with status 200": lambda stage: stage.everywhere(Answer({"error_code": "418", "message": [ECHO]})),
    "web page": lambda stage: stage.everywhere(Answer(f"<html><title>{ECHO}</title>" + ECHO * 40)),
    "no JSON": lambda stage: stage.everywhere(Answer('{"status": ' + ECHO)),
    "other JSON": lambda stage: stage.everywhere(Answer({ECHO: ECHO})),
    "headers": lambda stage: stage.everywhere(
        Answer(ECHO, 429, {"Retry-After": ECHO, "WWW-Authenticate": ECHO, "Set-Cookie": ECHO, "X-Request": ECHO})
    ),
    "redirect": redirect,
    "reason": raw(f"HTTP/1.1 404 {ECHO}\r\nContent-Length: 0\r\n\r\n"),
    "status line": raw(f"{ECHO}\r\n\r\n"),
    "broken header": raw(f"HTTP/1.1 200 OK\r\n{ECHO} no colon\r\nContent-Length: 2\r\n\r\n[]"),
    "broken chunk": raw(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{HEADER}\r\n"),
    "broken encoding": raw(f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 999\r\n\r\n{ECHO}"),
    "job": metadata,
    "list": listed,
    "token as the new job": lambda stage: stage.echo(Answer(TOKEN), "POST"),
    "log": logged("Done"),
    "log of an error": logged("Error"),
    "status word": lambda stage: stage.echo(Answer({"status": ECHO, "logs": []}), "GET", "logs", 2),
    "no archive": lambda stage: stage.echo(Answer(ECHO), "GET", "download"),
    "archive, other job": archived("summary.txt", f"Analysis ID: {HEADER}\nCGI version: {ECHO}\n"),
    "archive, name": archived(f"{EMAIL}.tsv", "x"),
    "archive, token as a name": archived(f"{TOKEN.upper()}.txt", "x"),
    "archive, path": archived(f"../{TOKEN}", "x"),
}
PROXIES = {
    "proxy refuses": proxy(f"HTTP/1.1 407 {ECHO}\r\nProxy-Authenticate: Basic realm=proxypassword\r\n\r\n"),
    "proxy talks": proxy(f"{ECHO} proxypassword\r\n\r\n"),
}
INPUT = f"--mutations {EXAMPLES / 'mutations.tsv'} --cancer-type CM --reference hg38"
ASKING = {
    "run": f"run {INPUT} --title hunted -o {{out}} --deadline {{deadline}}",
    "submit": f"submit {INPUT} -o {{out}}",
    "wait": "wait {job} --deadline {deadline}",
    "fetch": "fetch {job} -o {out} --deadline {deadline}",
    "status": "status {job}",
    "logs": "logs {job}",
    "list": "list --long",
    "delete": "delete {job}",
    "cohort": "cohort {sheet} --reference hg38 -o {out} --deadline {deadline}",
}
WAYS = ("environment", "file", "option", "home")


@contextmanager
def staged(folder: Path, scene: Scene) -> Iterator[Stage]:
    """Provide a folder and a service for a scene, with a job in the account."""
    for name in ("home", "tmp", "work", "kept", "said"):
        (folder / name).mkdir(parents=True)
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(duration=scene.duration))
        stage = Stage(folder, sandbox, stack, sandbox.url)
        yield stage


@dataclass(frozen=True)
class Played:
    """What came of a scene: its exit code, where a secret was seen, what was said, and what the witness noted."""

    code: int
    finds: list[Find]
    out: str
    err: str
    notes: list[tuple[str, Any]]
    folder: Path

    def noted(self, what: str) -> list[Any]:
        """Return what the witness noted of a kind: wrote, reached, started."""
        return [about for kind, about in self.notes if kind == what]


def play(folder: Path, scene: Scene) -> Played:
    """Play a scene."""
    with staged(folder, scene) as stage:
        names = {"out": "out", "job": posted(stage.sandbox.url), "sheet": str(sheet(folder))}
        scene.faults(stage)
        is_good = stage.url == stage.sandbox.url and not stage.sandbox.interceptors
        names["deadline"] = "5m" if is_good else "1s"
        environ, own = given(scene, stage)
        codes = []
        with (folder / "said/out").open("wb") as said, (folder / "said/err").open("wb") as told:
            for words in scene.commands:
                command = [str(PROGRAM), *(["--debug"] if scene.debug else [])]
                command += [word.format(**names, token=TOKEN, email=EMAIL) for word in words]
                command += ["--credentials", str(own)] if scene.way == "option" else []
                child = subprocess.Popen(command, stdout=said, stderr=told, env=environ, cwd=folder / "work")
                if scene.stop:
                    stop(child, folder, scene.stop)
                codes.append(child.wait(60))
    finds = HUNT.in_folder(folder, but=[own]) + HUNT.in_data("other hosts", "\n".join(stage.others))
    out, err = ((folder / "said" / name).read_text(errors="replace") for name in ("out", "err"))
    lines = [line for path in (folder / "kept").glob("notes-*") for line in path.read_text().splitlines()]
    notes: list[tuple[str, Any]] = [tuple(json.loads(line)) for line in lines]
    return Played(next(filter(None, codes), 0), [short(find, folder) for find in finds], out, err, notes, folder)


def short(find: Find, folder: Path) -> Find:
    """Return a find with its place below the folder of the scene."""
    return find._replace(where=find.where.replace(f"{folder}/", ""))


def given(scene: Scene, stage: Stage) -> tuple[dict[str, str], Path]:
    """Return the environment of a child that has credentials in one way, and the user's own file."""
    folder = stage.folder
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": str(WITNESS),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HUNT_KEPT": str(folder / "kept"),
        "CGI_API_URL": stage.url,
    }
    own = folder / "home" / (".config/cgi-runner/credentials" if scene.way == "home" else "own")
    if scene.way == "environment":
        environ |= {"CGI_EMAIL": EMAIL, "CGI_TOKEN": TOKEN}
    else:
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(f"{HEADER}\n")
        own.chmod(0o600)
    if scene.way == "file":
        environ["CGI_CREDENTIALS_FILE"] = str(own)
    if scene.typed:
        environ["HUNT_TYPED"] = "1"
    filled = {name: value.format(token=TOKEN, email=EMAIL) for name, value in scene.environ.items()}
    return environ | stage.environ | filled, own


def posted(url: str) -> str:
    """Put a job into the account and give its id."""
    form = {"cancer_type": "CM", "title": "earlier", "reference": "hg38"}
    with (EXAMPLES / "mutations.tsv").open("rb") as file:
        answer = requests.post(url, form, files={"mutations": file}, headers={"Authorization": HEADER}, timeout=20)
    return str(answer.json())


def sheet(folder: Path) -> Path:
    """Write a sheet of two samples."""
    path = folder / "work" / "sheet.tsv"
    table = path.with_name("table.tsv")
    table.write_text("chr\tpos\tref\talt\nchr7\t140753336\tA\tT\nchr7\t55191822\tT\tG\n")
    rows = [f"{name}\tCM\t{table}" for name in ("first", "second")]
    path.write_text("\n".join(["sample\tcancer_type\tmutations", *rows]) + "\n")
    return path


def stop(child: subprocess.Popen[bytes], folder: Path, sign: signal.Signals) -> None:
    """Send a signal once the job is waited for."""
    while child.poll() is None and '"waiting"' not in "".join(
        record.read_text() for record in (folder / "work").rglob("cgi-job.json")
    ):
        threading.Event().wait(0.02)
    threading.Event().wait(0.2)
    child.send_signal(sign)
