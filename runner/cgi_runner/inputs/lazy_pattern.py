"""Regular expressions that most files need not."""

from __future__ import annotations

import re
from typing import Any


class LazyPattern:
    """A regular expression that is compiled when it is first used, as to compile them all delays every start."""

    def __init__(self, pattern: str, flags: re.RegexFlag | int = 0) -> None:
        """Take what `re.compile` takes."""
        self._pattern, self._flags = pattern, flags

    def match(self, text: str) -> re.Match[str] | None:
        """Match at the start of a text."""
        return re.match(self._pattern, text, self._flags)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Match a whole text."""
        return re.fullmatch(self._pattern, text, self._flags)

    def search(self, text: str) -> re.Match[str] | None:
        """Find the first place."""
        return re.search(self._pattern, text, self._flags)

    def findall(self, text: str) -> list[Any]:
        """Find all places."""
        return re.findall(self._pattern, text, self._flags)
