"""What was decided about one input file, and what its owner should look at: for the screen and for the record."""

from __future__ import annotations

from cgi_runner.inputs.problems import quote

_MAX_RENAMED = 5


class InputNotes:
    """Collects sentences about one file, each once.

    A decision tells which sample, column, row or meaning was chosen where the file left a choice, and why. A warning
    tells what may be wrong.
    """

    def __init__(self) -> None:
        """Start without any."""
        self.decisions: list[str] = []
        self.warnings: list[str] = []
        self.renamed: dict[str, str] = {}
        """The name that each sample is sent under, where that is not the file's."""
        self._renamed_by: dict[str, list[str]] = {}

    def decide(self, text: str) -> None:
        """Note a decision."""
        if text not in self.decisions:
            self.decisions.append(text)

    def warn(self, text: str) -> None:
        """Note a warning."""
        if text not in self.warnings:
            self.warnings.append(text)

    def rename(self, name: str, sent: str, why: str) -> None:
        """Note that a sample is sent under another name than the file's.

        Args:
            name: What the file calls it.
            sent: The name to send.
            why: Who or what says so.

        """
        if name in self.renamed:
            return
        self.renamed[name] = sent
        self._renamed_by.setdefault(why, []).append(name)
        if len(self._renamed_by[why]) <= _MAX_RENAMED:
            self.decide(f"the sample {quote(name)} is sent as {quote(sent)} ({why})")

    def list_decisions(self) -> list[str]:
        """Return all decisions; of many samples with other names, only the number."""
        more = {why: len(names) - _MAX_RENAMED for why, names in self._renamed_by.items()}
        counted = [
            f"{number} more samples are sent under other names ({why})" for why, number in more.items() if number > 0
        ]
        return self.decisions + counted
