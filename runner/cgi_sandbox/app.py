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
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import ClientDisconnected, HTTPException

from cgi_sandbox import progress
from cgi_sandbox.analysis import RESULTS, WARNINGS_LOG
from cgi_sandbox.cancer_types import parents
from cgi_sandbox.knowledge_base import DISCLAIMER
from cgi_sandbox.store import FullError, Job, Store
from cgi_sandbox.worker import Worker

logger = logging.getLogger(__name__)

UPLOADS = ("cnas", "mutations", "translocations")
"""The fields of the files, in the order in which the server numbers them (fact 27)."""
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
        """Return the job, with its outcome if the clock says that it has one."""
        return self.worker.wait_for(job) if progress.due(job, self.clock()) else job


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


class _Json(DefaultJSONProvider):
    """JSON in the order in which it is built, and with nothing after it (fact 3)."""

    sort_keys = False

    def response(self, *args: Any, **kwargs: Any) -> flask.Response:
        """Answer with JSON and no newline."""
        response = cast(flask.Response, super().response(*args, **kwargs))
        response.set_data(response.get_data().removesuffix(b"\n"))
        return response


def create_app(service: Service) -> flask.Flask:
    """Build the web application; each address may end with a slash (fact 4)."""
    app = flask.Flask(__name__)
    app.request_class = _Upload
    app.json = _Json(app)

    @app.get("/")
    def page() -> str:
        return PAGE

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "service": "cgi-runner sandbox"}

    @app.post("/api/v1", strict_slashes=False)
    def post() -> flask.Response:
        return flask.jsonify(_submit(service, _authenticate(service)))

    @app.get("/api/v1", strict_slashes=False)
    def ids() -> flask.Response:
        # Oldest first (fact 6).
        return flask.jsonify(service.store.ids(_authenticate(service)))

    @app.get("/api/v1/<job_id>", strict_slashes=False)
    def get(job_id: str) -> flask.Response:
        return _answer_job_request(service, _find_job(service, job_id))

    @app.delete("/api/v1/<job_id>", strict_slashes=False)
    def delete(job_id: str) -> dict[str, str]:
        # The content of the answer is a guess (fact 10).
        service.store.delete(_find_job(service, job_id).id)
        return {"id": job_id, "message": "The job was deleted"}

    _register_errors(app)
    return app


def _register_errors(app: flask.Flask) -> None:
    """Return every error in the one form that is known (fact 11)."""

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


def _authenticate(service: Service) -> str:
    """Return whose request it is; the e-mail is the account (facts 1 and 13)."""
    match = CREDENTIALS.fullmatch(flask.request.headers.get("Authorization", ""))
    if not match:
        raise _Refusal(401, "Authorization has to be an e-mail and a token with one space between them")
    email, token = match.groups()
    if service.accounts is not None and service.accounts.get(email) != token:
        raise _Refusal(401, "Unknown e-mail or wrong token")
    return email


def _find_job(service: Service, job_id: str) -> Job:
    job = service.store.find(_authenticate(service), job_id)
    if job is None:
        raise _Refusal(404, "There is no job with this id in the account")
    return job


def _answer_job_request(service: Service, job: Job) -> flask.Response:
    """Answer with description, log or archive (facts 7, 8 and 9)."""
    action = flask.request.args.get("action")
    job = service.current(job)
    now = service.clock()
    status = progress.status(job, now)
    if action is None:
        return flask.jsonify({"status": status, "metadata": _metadata(job)})
    if action == "logs":
        warnings_log = service.store.folder(job.id) / WARNINGS_LOG
        return flask.jsonify({"status": status, "logs": progress.log_lines(job, warnings_log, now)})
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
    """Take a job in and return its id (facts 2 and 12); whatever goes wrong, nothing of it is kept."""
    request = cast(_Upload, flask.request)
    if len(service.store.ids(owner)) >= service.quota:
        raise _Refusal(403, "All slots are full")
    folder = request.folder = service.store.new_folder()
    try:
        job = _receive(service, owner, request)
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


def _receive(service: Service, owner: str, request: _Upload) -> Job:
    """Read the fields and files of a submission; errors and defaults are those of facts 13 and 14."""
    folder = cast(Path, request.folder)
    fields = {**request.args.to_dict(), **request.form.to_dict()}  # fact 5
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
