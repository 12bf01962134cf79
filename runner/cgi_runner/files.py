"""What is done with files and their texts wherever they lie."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
from pathlib import Path
from typing import TextIO

log = logging.getLogger(__name__)

#: What some network and cluster file systems answer to the fsync of a folder.
_NO_SYNC = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
_warned_of_sync: list[Path] = []


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            digest.update(piece)
    return digest.hexdigest()


def open_text(path: Path) -> TextIO:
    """Open a text that somebody else may have written: odd bytes are replaced, and only a line feed ends a line."""
    return path.open(encoding="utf-8", errors="replace", newline="\n")


def replace_surrogates(text: str) -> str:
    """Return a text that files, forms and terminals can hold: JSON and argv carry what is no letter of any alphabet."""
    return text.encode(errors="replace").decode()


def atomic_write(path: Path, text: str) -> None:
    """Put a text file in place so that, whenever the machine stops, either the old or the new one is there whole.

    Args:
        path: The file.
        text: Its content.

    """
    part = path.with_name(f".{path.name}.part")
    # What a service escapes in its JSON need not be letters that a file can hold.
    with part.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write(text)
    commit_file(part, path)


def commit_file(part: Path, path: Path) -> None:
    """Rename a finished file, and make sure that content and name survive a power cut.

    Args:
        part: The finished file, on the same disk.
        path: Its name from now on.

    """
    _sync(part)
    part.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
        if not _warned_of_sync:
            _warned_of_sync.append(path)
            log.warning("warning: the file system of %s cannot sync: a power cut may lose what was just written", path)
    finally:
        os.close(handle)
