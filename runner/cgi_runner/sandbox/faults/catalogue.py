"""Every fault that the sandbox knows: to which calls, and the words for people who plan a drill."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cgi_runner.sandbox.faults import answers
from cgi_runner.sandbox.faults.answers import Scene
from cgi_runner.sandbox.faults.rule import STEPS


@dataclass(frozen=True)
class Fault:
    """What can go wrong. `value` is what stands after the `=`, nothing if it takes none; `does` is for people.

    `may_be_handled` says whether it makes a difference that the request is carried out first.
    """

    perform: Callable[[Scene], Iterable[bytes]]
    does: str
    steps: tuple[str, ...] = STEPS
    value: str = ""
    may_be_handled: bool = True


_STATUS = re.compile("[45][0-9][0-9]")
_ARCHIVE = ("download",)
#: By the names that the plan's language has for them; `NNN` stands for any status from 400 to 599.
CATALOGUE: Mapping[str, Fault] = {
    "drop": Fault(answers.drop, "the connection breaks without an answer"),
    "late": Fault(
        answers.late,
        "the connection breaks, and the job is taken in SECONDS later",
        ("post",),
        "SECONDS",
        may_be_handled=False,
    ),
    "hang": Fault(answers.hang, "no answer comes for SECONDS, then the connection breaks", value="SECONDS"),
    "NNN": Fault(answers.status, "this HTTP status, with the error as JSON"),
    "error-code": Fault(answers.error_code, "status 200, and an error with this code as JSON", value="NNN"),
    "html": Fault(answers.page, "status 200, and a web page"),
    "empty": Fault(answers.empty, "status 200, and nothing"),
    "wrong-type": Fault(answers.wrong_type, "JSON of another shape than the call is known to answer"),
    "broken-json": Fault(
        answers.broken_json,
        "the first half of the answer, as if it were whole",
        ("post", "list", "info", "logs", "delete"),
        may_be_handled=False,
    ),
    "redirect": Fault(answers.redirect, "a redirect to this address", value="URL"),
    "endless": Fault(answers.endless, "an answer that never ends"),
    "slow": Fault(answers.slow, "the answer, one byte each SECONDS", value="SECONDS", may_be_handled=False),
    "truncated": Fault(
        answers.truncated, "half the answer, of which the whole length was announced", may_be_handled=False
    ),
    "truncated-quietly": Fault(
        answers.truncated, "half the answer, of which no length was announced", may_be_handled=False
    ),
    "corrupt": Fault(answers.spoiled_archive, "the archive with one byte changed", _ARCHIVE, may_be_handled=False),
    "foreign": Fault(answers.spoiled_archive, "the archive of another job", _ARCHIVE, may_be_handled=False),
    "zip-slip": Fault(
        answers.spoiled_archive, "an archive with a member that leads out of its folder", _ARCHIVE, may_be_handled=False
    ),
    "bomb": Fault(
        answers.spoiled_archive, "an archive of one megabyte that unpacks to a gigabyte", _ARCHIVE, may_be_handled=False
    ),
    "encrypted": Fault(
        answers.spoiled_archive, "an archive whose members are encrypted", _ARCHIVE, may_be_handled=False
    ),
    "word": Fault(
        answers.word,
        "the job's state is called TEXT; `Error` ends it, with a line in its log",
        ("info", "logs"),
        "TEXT",
        may_be_handled=False,
    ),
    "vanish": Fault(
        answers.vanish,
        "somebody deletes the job just before it is asked for",
        ("info", "logs", "download", "delete"),
        may_be_handled=False,
    ),
    "full": Fault(answers.full, "all job slots of the account are taken", ("post",)),
    "shuffled": Fault(answers.shuffled, "the jobs in another order each time", ("list",), may_be_handled=False),
    "crowd": Fault(answers.crowd, "so many other jobs besides", ("list",), "COUNT", may_be_handled=False),
}


def find(name: str) -> Fault | None:
    """Give the fault of this name; a status stands for itself."""
    return CATALOGUE.get("NNN" if _STATUS.fullmatch(name) else name) if name != "NNN" else None
