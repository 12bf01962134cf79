"""The hunt for secrets finds every spelling in every container; else its finding nothing would say nothing."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import importlib.util
import io
import json
import lzma
import marshal
import os
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal
from urllib.parse import quote, quote_plus, urlencode

import pytest

from promise.hunt import Hunt, Poller

EMAIL, TOKEN = "steward+cgi@example.org", "0badc0de0badc0de1234"
HUNT = Hunt(email=EMAIL, token=TOKEN)
HEADER = f"{EMAIL} {TOKEN}"

SPELLINGS: dict[str, Callable[[str], str | bytes]] = {
    "plain": str,
    "within a word": lambda secret: f"x{secret}y",
    "upper case": str.upper,
    "percent": lambda secret: quote(secret, safe=""),
    "percent, form": lambda secret: urlencode({"auth": secret}),
    "percent, lower case": lambda secret: quote_plus(secret).lower(),
    "percent, twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "percent, throughout": lambda secret: "".join(f"%{ord(c):02X}" for c in secret),
    "JSON": lambda secret: json.dumps({"said": f'"{secret}"'}),
    "JSON, twice": lambda secret: json.dumps(json.dumps({"said": secret})),
    "JSON, escaped @": lambda secret: secret.replace("@", "\\u0040"),
    "HTML": html.escape,
    "quoted-printable": lambda secret: secret.replace("@", "=40").replace("+", "=2B"),
    "HTML, decimal": lambda secret: secret.replace("@", "&#64;").replace("+", "&#43;").replace(" ", "&#32;"),
    "HTML, hexadecimal": lambda secret: secret.replace("@", "&#X40;").replace("+", "&#X2B;").replace(" ", "&#X20;"),
    "base64": lambda secret: base64.b64encode(secret.encode()),
    "base64, one before": lambda secret: base64.b64encode(b"x" + secret.encode() + b"yz"),
    "base64, two before": lambda secret: base64.urlsafe_b64encode(b"xy" + secret.encode() + b"z"),
    "base64, in a dictionary": lambda secret: base64.b64encode(json.dumps({"said": secret}).encode()),
    "hex": lambda secret: secret.encode().hex().upper(),
    "hex, spaced": lambda secret: secret.encode().hex(" "),
    "UTF-16": lambda secret: secret.encode("utf-16"),
    "UTF-16, big end": lambda secret: f"é {secret} é".encode("utf-16-be"),
    "UTF-32": lambda secret: secret.encode("utf-32-be"),
    "reversed": lambda secret: secret[::-1],
}


def tarred(name: str, data: bytes, mode: Literal["w", "w:gz"] = "w") -> bytes:
    """Pack one file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def zipped(name: str, data: bytes, *, comment: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr(name, data)
        archive.comment = comment
    return packed.getvalue()


def streamed(data: bytes) -> bytes:
    """Pack one file as one does who cannot go back to write its size, and leave the directory at the end away."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.pieces: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, piece: object) -> int:
            self.pieces.append(bytes(piece))  # type: ignore[call-overload]
            return len(self.pieces[-1])

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"nothing")
        archive.writestr("b", data + os.urandom(200))
    return b"".join(pipe.pieces)[:-200]


def compiled(data: bytes) -> bytes:
    """Make what Python keeps of a module."""
    return importlib.util.MAGIC_NUMBER + b"\0" * 12 + marshal.dumps(compile(f"x = {data!r}", "x.py", "exec"))


CONTAINERS: dict[str, Callable[[bytes], bytes]] = {
    "zip": lambda data: zipped("a", data),
    "zip, stored": lambda data: zipped("a", data, method=zipfile.ZIP_STORED),
    "zip, broken off": streamed,
    "zip, behind something else": lambda data: b"#!/bin/sh\n" + zipped("a", data),
    "zip in a zip": lambda data: zipped("a", zipped("b", data)),
    "gzip": gzip.compress,
    "gzip, broken off": lambda data: gzip.compress(data + os.urandom(1000))[:-500],
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zlib": zlib.compress,
    "tar": lambda data: tarred("a", data),
    "tar.gz": lambda data: tarred("a", data, "w:gz"),
    "image": lambda data: tarred("layer.tar", tarred("a", gzip.compress(data))),
    "bytecode": compiled,
}


@pytest.mark.parametrize("secret", [EMAIL, TOKEN, HEADER], ids=["email", "token", "header"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_found(spelling: str, secret: str) -> None:
    """The encoders here are the library's, not those of the hunt."""
    written = SPELLINGS[spelling](secret)
    assert HUNT.in_data("text", written), written
    packed = b"said: " + (written.encode() if isinstance(written, str) else written) + b"\n"
    assert HUNT.in_data("text", packed)


@pytest.mark.parametrize("spelling", ["plain", "base64", "UTF-16"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_is_opened(container: str, spelling: str, tmp_path: Path) -> None:
    """And only what has the secret in it is told."""
    written = SPELLINGS[spelling](TOKEN)
    data = written.encode() if isinstance(written, str) else written
    assert HUNT.in_data("file", CONTAINERS[container](b"word " + data + b" word"))
    assert not HUNT.in_data("file", CONTAINERS[container](b"word " + data[:5] + b" word"))
    (tmp_path / "sub" / "folder").mkdir(parents=True)
    file = tmp_path / "sub" / "folder" / "file"
    file.write_bytes(CONTAINERS[container](data))
    assert {find.where.split("!")[0] for find in HUNT.in_folder(tmp_path)} == {str(file)}
    assert not HUNT.in_folder(tmp_path, but=[file])


@pytest.mark.parametrize(
    "packed",
    [
        zipped(f"for {EMAIL}", b""),
        zipped("a", zipped(TOKEN, b"")),
        zipped("a", b"", comment=TOKEN.encode()),
        tarred(TOKEN, b""),
        gzip.compress(tarred(TOKEN, b"")),
        b"\x1f\x8b\x08\x08" + b"\0" * 6 + TOKEN.encode() + b"\0" + gzip.compress(b"")[10:],
    ],
    ids=["zip", "zip in zip", "comment of a zip", "tar", "tar.gz", "name in gzip"],
)
def test_names_inside_archives_are_read(packed: bytes) -> None:
    """Of members, of comments, and the name that gzip keeps."""
    assert HUNT.in_data("file", packed)


def test_names_of_files_folders_and_links_are_read(tmp_path: Path) -> None:
    """Also the target of a link that leads nowhere; what a link leads to is not looked into."""
    outside = tmp_path / "outside"
    outside.write_text(TOKEN)
    looked = tmp_path / "looked"
    looked.mkdir()
    (looked / "link").symlink_to(outside)
    assert not HUNT.in_folder(looked)
    (looked / f"{TOKEN}.part").mkdir()
    (looked / "dangling").symlink_to(f"/nowhere/{EMAIL}")
    assert {find.where for find in HUNT.in_folder(looked)} == {
        f"name of {looked / TOKEN}.part",
        f"link {looked / 'dangling'}",
    }


def test_a_database_is_read(tmp_path: Path) -> None:
    """SQLite keeps texts as they are, in its write-ahead log too."""
    with closing(sqlite3.connect(tmp_path / "jobs.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE jobs (owner TEXT)")
        database.execute("INSERT INTO jobs VALUES (?)", (EMAIL,))
        database.commit()
        assert HUNT.in_folder(tmp_path)


@pytest.mark.parametrize("rest", [TOKEN[:12], TOKEN[4:16], TOKEN[-12:], "steward+cgi@exam…", "user steward+cgi"])
def test_what_is_left_of_a_cut_secret_is_found(rest: str) -> None:
    """An excerpt that ends within a secret tells the greater part of it."""
    assert [find.secret for find in HUNT.in_data("text", f"said: {rest}")] == ["part"]


def test_a_find_does_not_tell_the_secret() -> None:
    """Reports of finds end up in logs."""
    assert TOKEN not in str(HUNT.in_data("log", f"x {HEADER} x"))


def test_other_texts_are_no_finds() -> None:
    """Others' tokens, the same domain, digests, random bytes, and the mask that stands for a secret."""
    decoys = ["deadbeefdeadbeefdead", "other@example.org", "0badc0de", "***** *****", "somebody's", HEADER[::2]]
    assert not HUNT.in_data("text", "\n".join(decoys))
    assert not HUNT.in_data("noise", os.urandom(1_000_000))


def test_arguments_and_environment_of_processes_are_seen() -> None:
    """Of children and of their children; the environment only where it is asked for."""
    nested = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(0.3)', sys.argv[1]])"
    )
    with Poller() as watch:
        subprocess.run([sys.executable, "-c", nested, f"--token={TOKEN}"], env={"CGI_EMAIL": EMAIL}, check=True)
    argued = HUNT.in_processes(watch.seen)
    assert len({find.where for find in argued}) == 2
    assert {find.secret for find in argued} == {"token", "part"}
    assert {find.secret for find in HUNT.in_processes(watch.seen, environment=True)} >= {"email", "token"}
