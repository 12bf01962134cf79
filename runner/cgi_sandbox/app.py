"""The service itself: CGI's REST API v1 as a web application.

Paths, parameters and answers are those of the recorded calls. Where nobody recorded an answer (most errors), the
sandbox gives the form that is known, `{"error_code", "message"}`, with the code as the HTTP status too.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import flask
from werkzeug.exceptions import ClientDisconnected, HTTPException

from cgi_runner.sandbox import progress
from cgi_runner.sandbox.analysis import REMARKS, RESULTS
from cgi_runner.sandbox.facts import DISCLAIMER
from cgi_runner.sandbox.store import FullError, Job, Store
from cgi_runner.sandbox.tumors import parents
from cgi_runner.sandbox.worker import Worker

logger = logging.getLogger(__name__)

UPLOADS = ("cnas", "mutations", "translocations")
REFERENCES = ("hg38", "hg19")
CREDENTIALS = re.compile(r"([^\s@]+@[^\s@]+) (\S+)")
CHUNK = 1024 * 1024
PAGE = f"<!doctype html><title>CGI sandbox</title><h1>CGI sandbox</h1><p>{DISCLAIMER}</p>"


@dataclass(frozen=True)
class Service:
    """What the routes work with."""

    store: Store
    worker: Worker
    clock: Callable[[], float]
    duration: float
    quota: int
    accounts: Mapping[str, str] | None

    def current(self, job: Job) -> Job:
        """Give the job, with its outcome if the clock says that it has one."""
        return self.worker.finished(job) if progress.due(job, self.clock()) else job


class _Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class _Upload(flask.Request):
    """A request whose files are written where they will stay, while they arrive."""

    folder: Path | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.streams: list[IO[bytes]] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - werkzeug's signature
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        stream = (cast(Path, self.folder) / f"part{len(self.streams)}").open("w+b")
        self.streams.append(stream)
        return stream

    def close_streams(self) -> None:
        """Close what was received; nobody else does when an upload breaks off."""
        for stream in self.streams:
            stream.close()


def create_app(service: Service) -> flask.Flask:
    """Build the web application."""
    app = flask.Flask(__name__)
    app.request_class = _Upload
    app.json.sort_keys = False  # type: ignore[attr-defined]

    @app.get("/")
    def page() -> str:
        return PAGE

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "service": "cgi-runner sandbox"}

    @app.post("/api/v1", strict_slashes=False)
    def post() -> flask.Response:
        return flask.jsonify(_submit(service, _owner(service)))

    @app.get("/api/v1", strict_slashes=False)
    def ids() -> flask.Response:
        return flask.jsonify(service.store.ids(_owner(service)))

    @app.get("/api/v1/<job_id>")
    def get(job_id: str) -> flask.Response:
        return _answer(service, _job(service, job_id))

    @app.delete("/api/v1/<job_id>")
    def delete(job_id: str) -> dict[str, str]:
        service.store.delete(_job(service, job_id).id)
        return {"id": job_id, "message": "The job was deleted"}

    _register_errors(app)
    return app


def _register_errors(app: flask.Flask) -> None:
    def error(code: int, message: str) -> tuple[dict[str, Any], int]:
        # A client that is still sending would see a broken connection instead of the answer.
        with suppress(ClientDisconnected):
            while flask.request.stream.read(CHUNK):
                pass
        return {"error_code": code, "message": message}, code

    @app.errorhandler(_Refusal)
    def refusal(refused: _Refusal) -> tuple[dict[str, Any], int]:
        return error(refused.code, refused.message)

    @app.errorhandler(HTTPException)
    def http_error(raised: HTTPException) -> tuple[dict[str, Any], int]:
        return error(raised.code or 500, raised.name)

    @app.errorhandler(Exception)
    def fault(raised: Exception) -> tuple[dict[str, Any], int]:
        logger.error("the sandbox has a fault", exc_info=raised)
        return error(500, "Internal error of the sandbox")


def _owner(service: Service) -> str:
    """Whose request it is; the e-mail is the account."""
    match = CREDENTIALS.fullmatch(flask.request.headers.get("Authorization", ""))
    if not match:
        raise _Refusal(401, "Authorization has to be an e-mail and a token with one space between them")
    email, token = match.groups()
    if service.accounts is not None and service.accounts.get(email) != token:
        raise _Refusal(401, "Unknown e-mail or wrong token")
    return email


def _job(service: Service, job_id: str) -> Job:
    job = service.store.find(_owner(service), job_id)
    if job is None:
        raise _Refusal(404, "There is no job with this id in the account")
    return job


def _answer(service: Service, job: Job) -> flask.Response:
    action = flask.request.args.get("action")
    job = service.current(job)
    now = service.clock()
    status = progress.status(job, now)
    if action is None:
        return flask.jsonify({"status": status, "metadata": _metadata(job)})
    if action == "logs":
        remarks = service.store.folder(job.id) / REMARKS
        return flask.jsonify({"status": status, "logs": progress.log_lines(job, remarks, now)})
    if action != "download":
        raise _Refusal(400, f"Unknown action: {action}")
    if status != progress.DONE:
        raise _Refusal(404, f"There are no results: the job is {status}")
    return flask.send_file(
        service.store.folder(job.id) / RESULTS,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{job.id}.zip",
        conditional=False,
    )


def _metadata(job: Job) -> dict[str, str]:
    return {
        "id": job.id,
        "user": job.owner,
        "title": job.title,
        "cancertype": job.cancer_type,
        "reference": job.reference,
        "dataset": "input.tsv",
        "date": progress.utc(job.posted_at),
    }


def _submit(service: Service, owner: str) -> str:
    """Take a job in and return its id; whatever goes wrong, nothing of it is kept."""
    request = cast(_Upload, flask.request)
    if len(service.store.ids(owner)) >= service.quota:
        raise _Refusal(403, "All slots are full")
    folder = request.folder = service.store.new_folder()
    try:
        job = _received(service, owner, request)
        service.store.add(job, quota=service.quota)
    except BaseException as error:
        service.store.discard(folder)
        if isinstance(error, FullError):
            raise _Refusal(403, "All slots are full") from None
        raise
    finally:
        request.close_streams()
    service.worker.start(job)
    return job.id


def _received(service: Service, owner: str, request: _Upload) -> Job:
    folder = cast(Path, request.folder)
    fields = request.form
    cancer_type, reference = fields.get("cancer_type", ""), fields.get("reference", REFERENCES[0])
    uploads = [name for name in UPLOADS if name in request.files]
    for name in uploads:
        stream = request.files[name].stream
        stream.flush()
        Path(stream.name).rename(folder / name)
    if cancer_type not in parents():
        raise _Refusal(400, f"Unknown cancer type: {cancer_type!r}" if cancer_type else "cancer_type is missing")
    if reference not in REFERENCES:
        raise _Refusal(400, f"Unknown reference: {reference!r}")
    if not uploads:
        raise _Refusal(400, "At least one file is needed: mutations, cnas or translocations")
    title = fields.get("title", "")
    posted_at = service.clock()
    return Job(folder.name, owner, title, cancer_type, reference, ",".join(uploads), posted_at, service.duration)
