"""Rows of one file spread over the files of many samples, in flat memory and with one file open at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

_ROOM = 16 * 1024 * 1024


class Spread:
    """Appends rows to one file per sample; the files are complete after `close`."""

    def __init__(self, paths: Sequence[Path | None], header: Iterable[bytes] = ()) -> None:
        """Write for each sample to the file at its place in `paths`, beginning with the header; None takes no rows."""
        self.paths = paths
        self._rows: list[list[bytes]] = [list(header) for _ in paths]
        self._hashes = [hashlib.sha256() for _ in paths]
        self._held = 0

    def add(self, sample: int, row: bytes) -> None:
        """Append a row, line end included, to the file of a sample."""
        self._rows[sample].append(row)
        self._held += len(row)
        if self._held > _ROOM:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        for path, rows, digest in zip(self.paths, self._rows, self._hashes, strict=True):
            if rows and path:
                data = b"".join(rows)
                digest.update(data)
                with path.open("ab") as file:
                    file.write(data)
            rows.clear()
        self._held = 0

    def close(self) -> list[str]:
        """Write what is held, and give the SHA-256 of each file."""
        self.flush()
        return [digest.hexdigest() for digest in self._hashes]
