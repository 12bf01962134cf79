"""Every fault that the sandbox knows: to which calls, and the words for people who plan a drill."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cgi_sandbox.faults import answers, downloads, jobs
from cgi_sandbox.faults.context import FaultContext
from cgi_sandbox.faults.rows import ROWS
from cgi_sandbox.faults.rule import STEPS
from cgi_sandbox.faults.shapes import SHAPES
from cgi_sandbox.faults.uploads import COPIES


@dataclass(frozen=True)
class Fault:
    """What can go wrong. `value` is what stands after the `=`, nothing if it takes none; `does` is for people.

    `may_be_handled` says whether it makes a difference that the request is carried out first; `choices` are all values
    that there are, if they are words of the language.
    """

    perform: Callable[[FaultContext], Iterable[bytes]]
    does: str
    steps: tuple[str, ...] = STEPS
    value: str = ""
    may_be_handled: bool = True
    choices: tuple[str, ...] = ()


_STATUS = re.compile("[45][0-9][0-9]")
_ARCHIVE = ("download",)
#: By the names that the plan's language has for them; `NNN` stands for any status from 400 to 599.
CATALOGUE: Mapping[str, Fault] = {
    "drop": Fault(answers.drop_connection, "the connection breaks without an answer"),
    "late": Fault(
        answers.delay_submission,
        "the connection breaks, and the job is accepted SECONDS later",
        ("post",),
        "SECONDS",
        may_be_handled=False,
    ),
    "hang": Fault(answers.hang_up_late, "no answer comes for SECONDS, then the connection breaks", value="SECONDS"),
    "NNN": Fault(answers.answer_status, "this HTTP status, with the error as JSON"),
    "error-code": Fault(answers.answer_error_code, "status 200, and an error with this code as JSON", value="NNN"),
    "html": Fault(answers.answer_html, "status 200, and a web page"),
    "empty": Fault(answers.answer_nothing, "status 200, and nothing"),
    "wrong-type": Fault(answers.answer_wrong_type, "JSON of another shape than the call is known to answer"),
    "broken-json": Fault(
        answers.break_json,
        "the first half of the answer, as if it were whole",
        ("post", "list", "info", "logs", "delete"),
        may_be_handled=False,
    ),
    "spelling": Fault(
        answers.respell_json,
        "the same JSON with a byte order mark before it, a line end after it, or on several lines",
        ("post", "list", "info", "logs", "delete"),
        "CHANGE",
        may_be_handled=False,
        choices=tuple(answers.SPELLINGS),
    ),
    "redirect": Fault(answers.redirect, "a redirect to this address", value="URL"),
    "endless": Fault(answers.answer_endlessly, "an answer that never ends"),
    "slow": Fault(answers.answer_slowly, "the answer, one byte each SECONDS", value="SECONDS", may_be_handled=False),
    "truncated": Fault(
        answers.truncate, "half the answer, of which the whole length was announced", may_be_handled=False
    ),
    "truncated-quietly": Fault(
        answers.truncate, "half the answer, of which no length was announced", may_be_handled=False
    ),
    "corrupt": Fault(downloads.spoil_archive, "the archive with one byte changed", _ARCHIVE, may_be_handled=False),
    "foreign": Fault(downloads.spoil_archive, "the archive of another job", _ARCHIVE, may_be_handled=False),
    "zip-slip": Fault(
        downloads.spoil_archive,
        "an archive with a member that leads out of its folder",
        _ARCHIVE,
        may_be_handled=False,
    ),
    "bomb": Fault(
        downloads.spoil_archive,
        "an archive of one megabyte that unpacks to a gigabyte",
        _ARCHIVE,
        may_be_handled=False,
    ),
    "encrypted": Fault(
        downloads.spoil_archive, "an archive whose members are encrypted", _ARCHIVE, may_be_handled=False
    ),
    "copy": Fault(
        downloads.change_upload_copies,
        "a sound archive in which the copy of the upload is changed",
        _ARCHIVE,
        "CHANGE",
        may_be_handled=False,
        choices=COPIES,
    ),
    "shape": Fault(
        downloads.reshape_archive,
        "a sound archive in another shape",
        _ARCHIVE,
        "CHANGE",
        may_be_handled=False,
        choices=SHAPES,
    ),
    "rows": Fault(
        downloads.change_result_rows,
        "a sound archive whose rows of mutations are not what was sent",
        _ARCHIVE,
        "CHANGE",
        may_be_handled=False,
        choices=tuple(ROWS),
    ),
    "word": Fault(
        jobs.rename_status,
        "the job's state is called TEXT; `Error` ends it, with a line in its log",
        ("info", "logs"),
        "TEXT",
        may_be_handled=False,
    ),
    "log-shape": Fault(
        jobs.change_log_shape,
        "the lines of the log as one text, as null, or not at all",
        ("logs",),
        "CHANGE",
        may_be_handled=False,
        choices=tuple(jobs.LOG_SHAPES),
    ),
    "cut-title": Fault(
        jobs.cut_title, "the title is cut to COUNT characters", ("info",), "COUNT", may_be_handled=False
    ),
    "retitled": Fault(
        jobs.replace_title, "the job is accepted under the title TEXT", ("post",), "TEXT", may_be_handled=False
    ),
    "retitled-unanswered": Fault(
        jobs.replace_title,
        "the same, and the connection breaks without an answer",
        ("post",),
        "TEXT",
        may_be_handled=False,
    ),
    "unseen": Fault(
        jobs.hide_job,
        "the job is accepted and its id given, but for SECONDS no call finds it",
        ("post",),
        "SECONDS",
        may_be_handled=False,
    ),
    "wrong-id": Fault(
        jobs.replace_id, "the job is accepted, but the id given is another", ("post",), may_be_handled=False
    ),
    "old-id": Fault(
        jobs.answer_old_id,
        "the job is accepted, but the id given is that of the account's oldest job",
        ("post",),
        may_be_handled=False,
    ),
    "wrapped": Fault(jobs.wrap_id, "the id in an object, under the name TEXT", ("post",), "TEXT", may_be_handled=False),
    "stale": Fault(
        jobs.answer_stale,
        "an answer from before the job: 404, or a list without the newest id",
        ("list", "info", "logs", "download", "delete"),
        may_be_handled=False,
    ),
    "flapping": Fault(
        jobs.answer_stale_at_random,
        "`stale` at random, in PERCENT of the requests",
        ("list", "info", "logs", "download", "delete"),
        "PERCENT",
        may_be_handled=False,
    ),
    "vanish": Fault(
        jobs.delete_first,
        "the job is deleted just before it is requested",
        ("info", "logs", "download", "delete"),
        may_be_handled=False,
    ),
    "full": Fault(jobs.refuse_for_quota, "all job slots of the account are taken", ("post",)),
    "shuffled": Fault(jobs.shuffle_list, "the jobs in another order each time", ("list",), may_be_handled=False),
    "repeated": Fault(jobs.repeat_list, "each job twice", ("list",), may_be_handled=False),
    "crowd": Fault(jobs.crowd_list, "so many other jobs besides", ("list",), "COUNT", may_be_handled=False),
}


def find(name: str) -> Fault | None:
    """Return the fault of this name; a status stands for itself."""
    return CATALOGUE.get("NNN" if _STATUS.fullmatch(name) else name) if name != "NNN" else None
