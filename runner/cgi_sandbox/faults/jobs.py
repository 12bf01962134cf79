"""Faults of what the service says of its jobs: their ids, states, titles and logs, and which there are."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Container, Iterable, Mapping
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cgi_sandbox.faults.call import Call, json_answer
from cgi_sandbox.faults.context import FaultContext, change_json

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: What the ids begin with that only `crowd` has put into the list.
CROWD = "c0ffee"
_ID_DIGITS = 20
_NOT_FOUND = json.dumps({"error_code": 404, "message": "There is no job with this id in the account"})


def rename_status(context: FaultContext) -> Iterable[bytes]:
    """Call the job's state by another word."""

    def renamed(content: Any) -> Any:
        lines = content.get("logs", [])
        if context.rule.value == "Error":
            lines = [*lines[:-1], "ERROR: the analysis was given up by a fault plan"]
        return {**content, "status": context.rule.value, **({"logs": lines} if "logs" in content else {})}

    return change_json(context, renamed)


#: What becomes of a description with a log, by the names that the plan's language has for it.
LOG_SHAPES: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "text": lambda content: {**content, "logs": "".join(content["logs"])},
    "null": lambda content: {**content, "logs": None},
    "missing": lambda content: {name: value for name, value in content.items() if name != "logs"},
}


def change_log_shape(context: FaultContext) -> Iterable[bytes]:
    """Answer with the log in another shape than a list of lines."""
    return change_json(context, LOG_SHAPES[context.rule.value])


def cut_title(context: FaultContext) -> Iterable[bytes]:
    """Answer with the description with a title that is cut."""
    length = int(context.rule.value)

    def cut(content: Any) -> Any:
        metadata = content["metadata"]
        return {**content, "metadata": {**metadata, "title": metadata["title"][:length]}}

    return change_json(context, cut)


_TITLE = re.compile(rb'(name="title"\r\n\r\n)[^\r]*')


def replace_title(context: FaultContext) -> Iterable[bytes]:
    """Take the job in under another title; with the fault `retitled-unanswered`, nobody is told of it."""
    call = context.call
    body = _TITLE.sub(rb"\g<1>" + context.rule.value.encode(), call.read_body(), count=1)
    answer = call.forward(**{"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    if context.rule.fault.endswith("unanswered"):
        call.abort_connection()
    return call.respond(answer)


def hide_job(context: FaultContext) -> Iterable[bytes]:
    """Take the job in and say so, but have no call find it for a while."""

    def hide(job_id: str) -> str:
        context.scheduler.hide(job_id, float(context.rule.value))
        return job_id

    return change_json(context, hide)


def replace_id(context: FaultContext) -> Iterable[bytes]:
    """Take the job in, and give an id that is well-formed, but of no job."""
    return change_json(context, lambda job_id: job_id[::-1] if job_id != job_id[::-1] else f"{job_id[1:]}0")


def answer_old_id(context: FaultContext) -> Iterable[bytes]:
    """Take the job in, and return the id of the oldest job of the account."""
    listed = json.loads(context.call.forward(REQUEST_METHOD="GET", **{"wsgi.input": BytesIO()}).body)
    return change_json(context, lambda job_id: listed[0] if listed else job_id)


def repeat_list(context: FaultContext) -> Iterable[bytes]:
    """List each job twice."""
    return change_json(context, lambda ids: [*ids, *ids])


def wrap_id(context: FaultContext) -> Iterable[bytes]:
    """Answer with the id in an object."""
    return change_json(context, lambda job_id: {context.rule.value: job_id})


def answer_stale(context: FaultContext) -> Iterable[bytes]:
    """Answer as if the job were not there yet."""
    if context.call.step == "list":
        return change_json(context, lambda ids: ids[:-1])
    return context.call.respond(json_answer(_NOT_FOUND, 404))


def answer_stale_at_random(context: FaultContext) -> Iterable[bytes]:
    """Answer as if the job were not there yet, in so many of a hundred requests."""
    if random.randrange(100) < int(context.rule.value):  # noqa: S311 - no secret
        return answer_stale(context)
    return context.call.pass_on()


def answer_without(
    app: WSGIApplication, hidden: Container[str], environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer as the service would if these jobs were not there.

    Args:
        app: The service.
        hidden: Ids that its list leaves out and that every other call answers with 404 (fact 13).
        environ: The request, as WSGI has it.
        start_response: Takes the status and the headers, as WSGI has it.

    Returns:
        The body as a WSGI server takes it.

    """
    call = Call(environ, start_response, app)
    if call.job_id in hidden:
        return call.respond(json_answer(_NOT_FOUND, 404))
    if call.step != "list":
        return call.pass_on()
    whole = call.forward()
    if whole.status != HTTPStatus.OK:
        return call.respond(whole)
    shown = [job_id for job_id in json.loads(whole.body) if job_id not in hidden]
    return call.respond(whole.with_body(json.dumps(shown).encode()))


def delete_first(context: FaultContext) -> Iterable[bytes]:
    """Delete the job, as somebody else may, before the request reaches the service."""
    context.call.forward(REQUEST_METHOD="DELETE", QUERY_STRING="")
    return context.call.pass_on()


def refuse_for_quota(context: FaultContext) -> Iterable[bytes]:
    """Turn a job away for want of a slot."""
    return context.respond_with(json_answer(json.dumps({"error_code": 403, "message": "All slots are full"}), 403))


def shuffle_list(context: FaultContext) -> Iterable[bytes]:
    """List the jobs in an order that means nothing."""
    return change_json(context, lambda ids: random.sample(ids, len(ids)))


def crowd_list(context: FaultContext) -> Iterable[bytes]:
    """List many other jobs besides."""
    others = [f"{CROWD}{n:0{_ID_DIGITS - len(CROWD)}x}" for n in range(int(context.rule.value))]
    return change_json(context, lambda ids: [*others, *ids])


def fake_job_info(call: Call) -> Iterable[bytes]:
    """Answer for a job that only `crowd` has put into the list."""
    about = {"id": call.job_id, "title": f"job {call.job_id[-6:]}", "cancertype": "CANCER", "reference": "hg38"}
    return call.respond(json_answer(json.dumps({"status": "Done", "metadata": about})))
