"""Galaxy's program for testing tools, `galaxy-tool-test`, made safe for several tests at a time.

Runs with the Python of the engine. The program keeps the uploads of a test in one attribute for all its threads, so
that a test whose inputs are a list can look for its files among those of another test, and end with a KeyError.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from galaxy.tool_util.verify.interactor import GalaxyInteractorApi  # type: ignore[import-not-found]
from galaxy.tool_util.verify.script import main  # type: ignore[import-not-found]


class ThreadAttribute:
    """An attribute that has a value of its own in each thread, where a test is uploaded and run from end to end."""

    def __init__(self) -> None:
        """Have no value yet."""
        self._local = threading.local()

    def __get__(self, instance: object, owner: type) -> Any:
        """Return the value of this thread."""
        return self._local.value

    def __set__(self, instance: object, value: object) -> None:
        """Set the value of this thread."""
        self._local.value = value


if __name__ == "__main__":
    GalaxyInteractorApi.uploads = ThreadAttribute()
    sys.exit(main())
