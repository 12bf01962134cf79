"""The body of a submission: a multipart form whose files are read from the disk as they are sent.

What stands around the files is urllib3's. That library joins a form in memory, so it is given a mark in the place of
each file, and the file follows where the mark would stand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from urllib3.filepost import choose_boundary, encode_multipart_formdata

_BLOCK = 256 * 1024  # bytes that are read and sent at once


class MultipartBody:
    """A form with files, as an iterable of its pieces that knows its length in bytes; it can be sent again."""

    def __init__(self, fields: Mapping[str, str], files: Mapping[str, BinaryIO]) -> None:
        """Take the fields, and the open files by field, each of which is sent from its beginning."""
        mark = choose_boundary()
        # A user's file name stays here: it may name a patient, and the service discards it anyway.
        marks = {kind: (f"{kind}.tsv", mark, "text/tab-separated-values") for kind in files}
        body, self.content_type = encode_multipart_formdata({**fields, **marks})
        self._frame = body.split(mark.encode())
        self._files = tuple(files.values())

    def __len__(self) -> int:
        """Return the length of the whole; requests announces it, for not every service takes a body without one."""
        return sum(map(len, self._frame)) + sum(file.seek(0, os.SEEK_END) for file in self._files)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces."""
        for before, file in zip(self._frame, self._files, strict=False):  # after the last file comes the end
            yield before
            file.seek(0)
            while piece := file.read(_BLOCK):
                yield piece
        yield self._frame[-1]
