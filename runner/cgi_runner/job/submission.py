"""What is asked of CGI, and the tag in its title by which its job is found again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cgi_runner.job.account_jobs import title_tag

#: Letters. It is not known at what length CGI cuts titles, if it does; a job that lost its tag could be run twice.
_LONGEST_TITLE = 100


@dataclass(frozen=True)
class Submission:
    """What is asked of CGI: the fields of the POST without the title's tag, and the prepared files by kind."""

    cancer_type: str
    reference: str
    title: str
    files: Mapping[str, Path]
    sha256: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that stand for all that shapes the results; paths and times do not."""
        content = [self.cancer_type, self.reference, self.title, sorted(self.sha256.items())]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]

    @property
    def title_tag(self) -> str:
        """The part of the title by which the job is found again."""
        return title_tag(self.fingerprint)

    @property
    def tagged_title(self) -> str:
        """The title that CGI keeps: the tag, which must not be lost if titles are cut, then the user's own title."""
        return self.title_after(self.title_tag)

    def title_after(self, tag: str) -> str:
        """Return the user's title after a tag, as long as titles may be."""
        room = _LONGEST_TITLE - len(tag) - 1
        title = self.title if len(self.title) <= room else f"{self.title[: room - 3].rstrip()}..."
        return f"{tag} {title}".strip()
