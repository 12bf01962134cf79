"""What is done with files and their texts wherever they lie."""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file in hex, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            digest.update(piece)
    return digest.hexdigest()


def replace_surrogates(text: str) -> str:
    """Return a text that files, forms and terminals can hold: JSON and argv carry what is no letter of any alphabet."""
    return text.encode(errors="replace").decode()
