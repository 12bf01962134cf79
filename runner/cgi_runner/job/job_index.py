"""Which tag each job of an account has, kept between runs: titles never change, so each job is asked for once.

Without it, every submission would ask for every job that the account holds, and a cohort for the square of its size.
"""

from __future__ import annotations

import hashlib
import html
import json
import logging
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from cgi_runner.files import atomic_write
from cgi_runner.output.locking import state_dirs
from cgi_runner.service.base import JobService

log = logging.getLogger(__name__)

_MAX_UNLISTED = 1000  # jobs that are not listed any more; each is looked for when it is submitted again
_TAG = re.compile("cgirunner([0-9a-f]{12})")


def forget_job(api: JobService, account: str, job_id: str) -> None:
    """Forget a job that was deleted on the service.

    Args:
        api: The service.
        account: Key of the account.
        job_id: The job.

    """
    JobTagCache(f"{api.lock_key} {account}").forget(job_id)


def remember_job(api: JobService, account: str, job_id: str, title: str) -> None:
    """Keep the tag of a job that a record tells of, for commands in other folders.

    Args:
        api: The service.
        account: Key of the account.
        job_id: The job.
        title: Its title, with the tag.

    """
    tags = JobTagCache(f"{api.lock_key} {account}")
    tags.remember(job_id, title)
    tags.save_news()


def plain_title(title: str) -> str:
    """Return the letters and digits of a title in lower case: a service may escape, quote or take away all others."""
    return "".join(filter(str.isalnum, unquote(html.unescape(title)))).casefold()


def extract_tag(title: str) -> str:
    """Return the tag that a title has, without blanks and in lower case, as CGI's web site is known to change titles.

    Only the first one counts: it stands before the user's own title, which may quote another job's.
    """
    found = _TAG.search(plain_title(title))
    return f"[cgi-runner{found[1]}]" if found else ""


class JobTagCache:
    """What is known of an account's jobs on this machine. It holds ids and tags, no titles, and is safe to lose.

    Beside it lie notes of submissions under way: an engine repeats a step in a new folder, where no record tells of
    the one that was killed in the act. Whoever holds the account's lock and finds a note knows that its writer is dead.
    A note beside the output folder tells of it where the folders for notes are lost, as a container's own are.
    """

    def __init__(self, account: str | None = None, beside: Path | None = None) -> None:
        """Recall what is kept of an account; without one, know nothing and keep nothing.

        Args:
            account: Key of the account.
            beside: The folder that the output folder is in, for one more note.

        """
        name = hashlib.sha256(str(account).encode()).hexdigest()[:16]
        self._paths = [folder / f"{name}.tags.json" for folder in state_dirs()] if account else []
        self._beside = beside / f".cgi-runner-{name}" if beside and account else None
        self.path = self._paths[0] if self._paths else None
        self._known: dict[str, str] = {}
        self._seen: set[str] = set()
        self._missing: list[str] = []
        self._has_news = False
        with suppress(OSError, ValueError, AttributeError):
            content = json.loads(self.path.read_text(encoding="utf-8")) if self.path else {}
            self._known = {str(job): str(tag) for job, tag in content.items() if tag is not None}
            self._seen = set(map(str, content))

    def candidates(self, tag: str, jobs: Iterable[str]) -> list[str]:
        """Return those of the jobs that have the tag, or of which nothing is known.

        Args:
            tag: A tag, or a title with one.
            jobs: Ids.

        """
        return [job for job in jobs if self._known.get(job, extract_tag(tag)) == extract_tag(tag)]

    def remember(self, job_id: str, title: str) -> None:
        """Remember a job's tag. One that it was sent with counts more than a title that the service has cut.

        A job without a title is asked for again: it may be getting one.

        Args:
            job_id: The job.
            title: Its title, with or without a tag.

        """
        tag = extract_tag(title)
        if title.strip() and (tag or not extract_tag(self._known.get(job_id, ""))):
            self._has_news |= self._known.get(job_id) != tag
            self._known[job_id] = tag

    def correct(self, job_id: str, title: str) -> None:
        """Remember of a job what its title shows, whatever was known of it: it was told under a wrong id.

        Args:
            job_id: The job.
            title: Its title, with or without a tag.

        """
        self._has_news = True
        self._known[job_id] = extract_tag(title)

    def has_tag(self, tag: str, job_id: str) -> bool:
        """Return whether a job is known to have the tag.

        Args:
            tag: A tag, or a title with one.
            job_id: The job.

        """
        return self._known.get(job_id) == extract_tag(tag)

    def note_missing(self, job_id: str) -> None:
        """Note that a job which may be the one that is looked for was listed, and was not there a moment later."""
        self._missing.append(job_id)

    def unlisted(self, tag: str, jobs: Collection[str]) -> list[str]:
        """Return the jobs that may have the tag and do not show: those not among these, and those noted as missing.

        Args:
            tag: A tag, or a title with one.
            jobs: The jobs that the service lists.

        """
        known = [job for job, its in self._known.items() if its == extract_tag(tag) and job not in jobs]
        return list(dict.fromkeys([*known, *self._missing]))

    def forget(self, job_id: str) -> None:
        """Forget a job at once: it is deleted, and no longer to be looked for."""
        if self._known.pop(job_id, None) is not None:
            self._seen.discard(job_id)
            self.save(sorted(self._seen))

    def tag_of(self, job_id: str) -> str:
        """Return the tag that a job is known to have; nothing if it has none, or if nothing is known of it."""
        return self._known.get(job_id, "")

    def was_seen(self, job_id: str) -> bool:
        """Return whether an earlier command has met a job, whatever it learnt of it."""
        return job_id in self._seen

    def save_news(self, jobs: Iterable[str] | None = None) -> None:
        """Write down what `save` does if anything was learnt since the last time; without jobs, forget none."""
        if self._has_news:
            self.save(sorted(self._seen) if jobs is None else jobs)

    def save(self, jobs: Iterable[str]) -> None:
        """Write down which jobs there are and what is known of each, and forget all others that bear no tag.

        One list that lacks a job is no proof that it is gone.
        """
        self._has_news = False
        if self.path:
            listed = {job: self._known.get(job) for job in jobs}
            unlisted = [(job, tag) for job, tag in self._known.items() if tag and job not in listed]
            with suppress(OSError):
                atomic_write(self.path, json.dumps({**dict(unlisted[-_MAX_UNLISTED:]), **listed}))

    def start_submission(self, tag: str, jobs: Iterable[str] = ()) -> None:
        """Note that a submission of this tag is under way, for those who find the note after its writer's death.

        Args:
            tag: The submission's tag.
            jobs: The jobs that were in the account before it; a note that is there already keeps its own.

        """
        before = json.dumps(sorted(jobs))
        for note in self._notes(tag):
            if note.exists():
                continue
            try:
                with note.open("x", encoding="utf-8") as file:  # through no link that somebody else may have put there
                    file.write(before)
            except OSError as error:
                if self._beside and note.parent == self._beside.parent:
                    continue  # one more than there has to be
                log.warning(
                    "warning: %s cannot be written (%s): if this command is killed, another may run the job twice",
                    note,
                    error.strerror,
                )

    def finish_submission(self, tag: str) -> None:
        """Take the notes away: it is known what became of the submission."""
        for note in self._notes(tag):
            with suppress(OSError):
                note.unlink()

    def is_submitting(self, tag: str) -> bool:
        """Return whether a submission of this tag was begun of which nobody has said how it ended."""
        return any(note.exists() for note in self._notes(tag))

    def jobs_before(self, tag: str) -> set[str]:
        """Return the jobs that were in the account before a submission that is under way; none if nobody noted them."""
        found: set[str] = set()
        for note in self._notes(tag):
            with suppress(OSError, ValueError, TypeError):
                found.update(map(str, json.loads(note.read_text(encoding="utf-8"))))
        return found

    def _notes(self, tag: str) -> list[Path]:
        digits = extract_tag(tag)[-13:-1]
        notes = [path.with_name(f"{path.name.partition('.')[0]}.{digits}.open") for path in self._paths]
        return [*notes, *([self._beside.with_name(f"{self._beside.name}.{digits}.open")] if self._beside else [])]
