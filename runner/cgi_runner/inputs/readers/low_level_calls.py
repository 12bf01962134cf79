"""Changes of the copy number that CGI does not know, sent as `amp` and `del` where the user asks for it."""

from __future__ import annotations

from collections import Counter

from cgi_runner.inputs.model import Options
from cgi_runner.inputs.readers.copy_number_words import AMP, is_partial_amplification, low_level_call
from cgi_runner.inputs.text_source import TextSource


class LowLevelCalls:
    """What the options `low_level_cnas` and `partial_amplifications` send beside amplifications and deletions."""

    def __init__(self, options: Options) -> None:
        """Send nothing more unless an option says so."""
        self._sends_low_levels = options.low_level_cnas
        self._sends_partial = options.partial_amplifications
        self.is_asked = options.low_level_cnas or options.partial_amplifications
        self._sent: Counter[str] = Counter()

    def call(self, value: str) -> str:
        """Return `amp` or `del` for a word or level that an option sends, nothing for any other."""
        if self._sends_low_levels and (call := low_level_call(value)):
            return call
        return AMP if self._sends_partial and is_partial_amplification(value) else ""

    def count(self, value: str) -> None:
        """Note that a word or level was sent as what `call` says."""
        partial = is_partial_amplification(value)
        self._sent["partial amplifications" if partial else "gains" if self.call(value) == AMP else "losses"] += 1

    def report(self, source: TextSource) -> None:
        """Warn of what is sent for more than it is, which CGI cannot know."""
        if self._sent:
            counts = ", ".join(f"{number} {what}" for what, number in sorted(self._sent.items()))
            source.note(
                f"sent as amp and del as requested: {counts}; CGI treats them as high amplifications and as losses "
                "of all copies",
                warn=True,
            )
