"""Keep secrets out of everything that is shown: texts, log lines, tracebacks.

The token and the e-mail are registered as soon as they are read; whatever leaves the program goes through `redact`.
"""

from __future__ import annotations

import logging
import re
from urllib.parse import quote

MASK = "*****"
_SHORTEST = 4
_secrets: set[str] = set()


def hide(*secrets: str) -> None:
    """Remember texts that must never be shown again; very short ones are no secrets, but parts of many words."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            _secrets.update({secret, quote(secret, safe="")})


def redact(text: str) -> str:
    """Give the text with every registered secret masked, also in other case, as services like to write e-mails."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = re.sub(re.escape(secret), MASK, text, flags=re.IGNORECASE)
    return text


def excerpt(text: str, length: int = 160) -> str:
    """Give the beginning of a foreign text on one line, without control characters or secrets."""
    # Redacted before it is cut: half a secret would not be recognised.
    line = " ".join("".join(c if c.isprintable() else " " for c in redact(text)[: 10 * length]).split())
    return line if len(line) <= length else line[: length - 1] + "…"


class RedactingFormatter(logging.Formatter):
    """A log formatter whose whole output, tracebacks included, is redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the finished line without secrets."""
        return redact(super().format(record))
