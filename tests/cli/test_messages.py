"""Every sentence and every help page of the program stands in one file, so that wording is reviewed as a diff."""

from __future__ import annotations

from support import messages


def test_no_sentence_is_outside_the_golden_file() -> None:
    """A changed or new sentence, or page of help, shows in `messages.golden`; `make messages` writes it anew."""
    assert messages.golden() == messages.GOLDEN.read_text(encoding="utf-8"), "run `make messages` and read the diff"
