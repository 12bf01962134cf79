"""Secrets stay out of everything that is shown."""

from __future__ import annotations

import logging
import sys
import time

import pytest

from cgi_runner import redaction
from cgi_runner.redaction import MASK, RedactingFormatter, redact, register_secret, safe_excerpt

EMAIL, TOKEN = "somebody+cgi@example.org", "feedfacefeedfacefeed"


@pytest.fixture(autouse=True)
def only_these(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide one account, and forget those of other tests."""
    monkeypatch.setattr(redaction, "_secrets", set())
    register_secret(EMAIL, TOKEN, "", "abc")


@pytest.mark.parametrize(
    "text", [TOKEN, EMAIL, TOKEN.upper(), "Somebody+CGI@Example.org", "somebody%2Bcgi%40example.org", f"{TOKEN}{TOKEN}"]
)
def test_every_spelling_of_a_secret_is_masked(text: str) -> None:
    """Other case and the form that secrets take in addresses give nothing away."""
    assert set(redact(text)) == {"*"}


def test_other_text_is_left_alone() -> None:
    """Short words are no secrets, for masking them would garble every message."""
    assert redact("the abc of nothing") == "the abc of nothing"


def test_the_longer_of_two_secrets_is_masked_whole() -> None:
    """A secret that begins with another leaves no rest."""
    register_secret(f"{TOKEN}99")
    assert redact(f"{TOKEN}99") == MASK


@pytest.mark.parametrize("before", range(1580, 1620))
def test_an_excerpt_never_shows_half_a_secret(before: int) -> None:
    """Wherever a foreign text is cut, the secret in it was masked before."""
    assert TOKEN[:4] not in safe_excerpt(" " * before + TOKEN)
    assert TOKEN[:4] not in safe_excerpt("x" * (before - 1450) + " " + TOKEN)


def test_an_excerpt_is_one_clean_line() -> None:
    """Control characters, line breaks and escape codes of a foreign text do not reach a terminal."""
    assert safe_excerpt("a\r\n\x1b[31mb\x00\u202ec\t d") == "a [31mb c d"
    assert safe_excerpt("word " * 100, 10) == "word word…"


def test_tracebacks_are_redacted() -> None:
    """Even an exception that quotes the header is shown without it."""
    try:
        int(f"header {EMAIL} {TOKEN}")
    except ValueError:
        record = logging.LogRecord("x", logging.DEBUG, __file__, 1, "said %s", (TOKEN,), sys.exc_info())
    text = RedactingFormatter("%(message)s").format(record)
    assert "Traceback" in text
    assert TOKEN not in text.lower()
    assert EMAIL not in text.lower()


def test_a_hostile_text_is_redacted_in_time_that_grows_with_its_length() -> None:
    """A log may be 64 MB of whatever a service sends; what looks for addresses must not start over at each slash."""
    text = "//" * 200_000
    started = time.process_time()
    assert redact(f"{text} a@b") == f"{text} a@b"
    assert time.process_time() - started < 30
