"""Pseudonyms for the samples of prepared files: S001, S002 and so on, in the order of the samples' names.

The same inputs give the same pseudonyms. So the same command finds its job again, also where the table of pseudonyms
was lost, and rows keep their order.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from cgi_runner.inputs.model import Prepared, PreparedFile

_DIGITS = 3  # at least


def pseudonymise(prepared: Prepared) -> Prepared:
    """Put pseudonyms in the place of the samples' names in prepared files.

    Args:
        prepared: What would be sent; its files are written anew.

    Returns:
        The same with the new checksums, and with `pseudonyms`. All else keeps the samples' own names: it stays here.

    """
    names = sorted(prepared.samples)
    digits = max(_DIGITS, len(str(len(names))))
    pseudonyms = {name: f"S{number:0{digits}}" for number, name in enumerate(names, 1)}
    cells = {name.encode(): pseudonym.encode() for name, pseudonym in pseudonyms.items()}
    files = tuple(_rename(file, cells) for file in prepared.files)
    return replace(prepared, files=files, pseudonyms=pseudonyms)


def _rename(file: PreparedFile, cells: dict[bytes, bytes]) -> PreparedFile:
    digest, part = hashlib.sha256(), Path(f"{file.path}.part")
    with file.path.open("rb") as source, part.open("wb") as target:
        header = next(source)
        place = header.rstrip(b"\n").split(b"\t").index(b"sample")
        digest.update(header)
        target.write(header)
        for line in source:
            row = line.split(b"\t")
            row[place] = cells[row[place]]
            text = b"\t".join(row)
            digest.update(text)
            target.write(text)
    part.replace(file.path)
    return replace(file, sha256=digest.hexdigest())


def pseudonymous_title(pseudonyms: dict[str, str]) -> str:
    """Return the title that is sent in place of the user's: the first and the last pseudonym."""
    found = sorted(pseudonyms.values())
    return found[0] if len(found) == 1 else f"{found[0]}-{found[-1]}"
