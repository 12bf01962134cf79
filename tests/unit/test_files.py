"""Checksums of files, and texts that can stand in them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cgi_runner.files import open_text, replace_surrogates, sha256_of


def test_checksums_are_those_of_everybody(tmp_path: Path) -> None:
    """SHA-256 in hex, of files of any size."""
    for content in (b"", b"x" * (1024 * 1024), b"y" * (1024 * 1024 + 1)):
        (tmp_path / "f").write_bytes(content)
        assert sha256_of(tmp_path / "f") == hashlib.sha256(content).hexdigest()


def test_what_no_file_can_hold_is_replaced() -> None:
    """Half a character of JSON, or a byte of argv that is no UTF-8; all else stays."""
    assert replace_surrogates("a\ud800b\udce9 é\u2028变") == "a?b? é\u2028变"


def test_a_text_is_read_as_it_stands(tmp_path: Path) -> None:
    """Odd bytes are replaced, and only a line feed ends a line."""
    (tmp_path / "f").write_bytes("é\u2028a\rb\r\n".encode() + b"\xe9")
    with open_text(tmp_path / "f") as lines:
        assert list(lines) == ["é\u2028a\rb\r\n", "\ufffd"]
