"""The form of a submission: what a service reads out of it is what was put in."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some
from werkzeug.test import create_environ
from werkzeug.wrappers import Request

from cgi_runner.service.multipart import MultipartBody

KINDS = ("mutations", "cnas", "translocations")
TEXTS = some.text(some.characters(exclude_categories=["Cs"]))


def read(upload: MultipartBody) -> tuple[dict[str, str], dict[str, tuple[str | None, str, bytes]]]:
    """Read a form as a web service does."""
    body = b"".join(upload)
    assert len(body) == len(upload)
    with Request(create_environ(method="POST", data=body, content_type=upload.content_type)) as request:
        files = {kind: (file.filename, file.mimetype, file.read()) for kind, file in request.files.items()}
        return request.form.to_dict(), files


@given(
    fields=some.dictionaries(some.sampled_from(["cancer_type", "title", "reference"]), TEXTS),
    files=some.dictionaries(some.sampled_from(KINDS), some.binary() | some.just(b"\r\n--\r\n" * 200_000)),
)
def test_a_form_is_read_as_it_was_written(fields: dict[str, str], files: dict[str, bytes]) -> None:
    """Whatever stands in fields and files; and a second try sends the same again, from the beginning."""
    upload = MultipartBody(fields, {kind: BytesIO(content) for kind, content in files.items()})
    wanted = {kind: (f"{kind}.tsv", "text/tab-separated-values", content) for kind, content in files.items()}
    assert read(upload) == read(upload) == (fields, wanted)


def test_a_try_that_was_broken_off_does_not_shorten_the_next(tmp_path: Path) -> None:
    """The file stands in the middle then, and its name, which may be a patient's, is not told."""
    path = tmp_path / "Doe.vcf"
    path.write_bytes(b"x" * 600_000)
    with path.open("rb") as file:
        upload = MultipartBody({}, {"mutations": file})
        pieces = iter(upload)
        assert max(len(next(pieces)) for _ in range(2)) < 300_000
        assert read(upload)[1]["mutations"][2] == path.read_bytes()
        assert b"Doe" not in b"".join(upload)
