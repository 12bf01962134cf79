"""Submissions at a sandbox: how many came in, and titles that the service shows otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cgi_sandbox import Sandbox
from cgi_sandbox.faults.call import Call


def posts(sandbox: Sandbox) -> int:
    """Count the submissions that came in."""
    return [request.method for request in sandbox.requests].count("POST")


def retitling(change: Callable[[str], str]) -> Any:
    """Return an interceptor that changes the titles that the service shows."""

    def retitle(environ: Any, start_response: Any, app: Any) -> Any:
        call = Call(environ, start_response, app)
        if call.step != "info":
            return call.pass_on()
        answer = call.forward()
        about = json.loads(answer.body)
        if "metadata" in about:
            about["metadata"]["title"] = change(about["metadata"]["title"])
        return call.respond(answer.with_body(json.dumps(about).encode()))

    return retitle
