"""Keep secrets out of everything that is shown: texts, log lines, tracebacks.

The token and the e-mail are registered as soon as they are read; whatever leaves the program goes through `redact`.
"""

from __future__ import annotations

import base64
import logging
import re
from functools import lru_cache

MASK = "*****"
_SHORTEST = 4
_LONG_ENOUGH = 8  # to be recognised in codes that leave nothing of its letters
#: User and password in an address, such as that of a proxy.
_USER_INFO = re.compile(r"//[^\s/@]+@")
_secrets: set[str] = set()


def register_secret(*secrets: str) -> None:
    """Remember texts that must never be shown again; very short ones are no secrets, but parts of many words."""
    _secrets.update(secret for secret in secrets if len(secret) >= _SHORTEST)


def redact(text: str) -> str:
    """Return the text with every registered secret masked, in any case and as URLs, JSON and web pages encode it."""
    if "@" in text:
        text = _USER_INFO.sub(f"//{MASK}@", text)
    lower = text.lower()
    for secret in sorted(_secrets, key=len, reverse=True):
        for anchor, pattern in _secret_patterns(secret):
            if anchor in lower:
                text = pattern.sub(MASK, text)
    return text


def is_secret(text: str) -> bool:
    """Return whether a text is a secret, or little else; a short one within a longer text is a coincidence."""
    return 2 * len(redact(text).replace(MASK, "")) <= len(text)


def contains_secret(text: str, secret: str) -> bool:
    """Return whether a text quotes a secret; one that is short may do so by coincidence.

    Args:
        text: Any text.
        secret: The secret, which is looked for in all its spellings.

    """
    return len(secret) >= _LONG_ENOUGH and any(pattern.search(text) for _, pattern in _secret_patterns(secret))


@lru_cache(maxsize=64)
def _secret_patterns(secret: str) -> list[tuple[str, re.Pattern[str]]]:
    """Return what matches a secret in each spelling, with a text that is in any match, for speed."""
    forms = [(max(re.split(r"[\W_]", secret), key=len), "".join(map(_char_pattern, secret)))]
    if len(secret) >= _LONG_ENOUGH:
        forms += [(code, re.escape(code)) for code in (secret.encode().hex(), *_base64(secret.encode()))]
    return [(anchor.lower(), re.compile(form, re.IGNORECASE)) for anchor, form in forms]


def _char_pattern(letter: str) -> str:
    """Return the pattern of a letter; what is none may be written as its number, also several times over."""
    if letter.isalnum() or not letter.isascii():
        return re.escape(letter)
    code = f"{ord(letter):02x}"
    page = rf"&(?:amp;)*#(?:0*{ord(letter)}|x0*{code});"
    return rf"(?:{re.escape(letter)}|%(?:25)*{code}|\\+(?:u00|x){code}|{page}|={code})"


def _base64(secret: bytes) -> list[str]:
    """Return what base64 makes of a secret, wherever it lies in what is coded, without the letters at either end."""
    found = []
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + secret).decode()
        core = coded[-(-offset * 8 // 6) : len(coded) - (4 if coded.endswith("=") else 0)]
        found += [core, core.replace("+", "-").replace("/", "_")]
    return found


def safe_excerpt(text: str, length: int = 160) -> str:
    """Return the beginning of a foreign text on one line, without control characters or secrets.

    Args:
        text: Any text from elsewhere.
        length: Most letters of the excerpt.

    """
    # Redacted before it is cut: half a secret would not be recognised.
    line = " ".join("".join(c if c.isprintable() else " " for c in redact(text)[: 10 * length]).split())
    return line if len(line) <= length else line[: length - 1] + "…"


class RedactingFormatter(logging.Formatter):
    """A log formatter whose whole output, tracebacks included, is redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line without secrets."""
        return redact(super().format(record))
