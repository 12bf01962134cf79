"""One of the user's files while it is prepared: its rows, its votes for a genome build, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from cgi_runner.errors import InputError
from cgi_runner.inputs.detect import detect_reader
from cgi_runner.inputs.dropped import DroppedFile, DroppedRows
from cgi_runner.inputs.hotspots import HotspotVotes
from cgi_runner.inputs.model import Kind, Options, Reader, SourceFile
from cgi_runner.inputs.reference import (
    NO_POSITIONS,
    SENT_WITHOUT_POSITIONS,
    Reference,
    check_votes,
    unknown_build,
    warn_misfits,
)
from cgi_runner.inputs.rows import Batch, VariantColumns
from cgi_runner.inputs.schema import line_in_file
from cgi_runner.inputs.text_source import TextSource

ODD = "the row is invalid"
FORMATS_WITH_POSITIONS = frozenset(("VCF", "MAF", "table", "gdna"))


class FilePreparation:
    """One of the user's files; `number` counts from 1 where there are several of its kind, else it is 0."""

    def __init__(self, kind: Kind, source: TextSource, number: int, options: Options, dropped: DroppedFile) -> None:
        """Find out what an open file is."""
        self.number = number
        self.source, self.path = source, source.path
        self.dropped = DroppedRows(dropped, number)
        self.reader: Reader = detect_reader(kind, source, options, self.dropped)
        self.rows_read = 0
        self._kind, self._is_strict = kind, options.strict_input
        self.votes = HotspotVotes()

    @property
    def has_positions(self) -> bool:
        """Whether its rows are positions in a genome, whose build matters."""
        return self.reader.format in FORMATS_WITH_POSITIONS

    def batches(self, default: str) -> Iterator[Batch]:
        """Yield the rows to send, in the order of the file, each with its line and the file's number.

        Args:
            default: The sample of rows in a file that names none.

        Raises:
            InputError: With every problem of the file, up to 20.

        """
        votes = self.votes if self.has_positions else None
        for rows in self.reader.batches(default):
            self.rows_read += len(rows)
            if votes:
                votes.count(rows)
            if self.number:
                yield self._number_lines(rows)
            else:
                yield rows
        self._list_odd_rows()
        self.source.problems.raise_if_any()

    def _number_lines(self, rows: Batch) -> Batch:
        if isinstance(rows, VariantColumns):
            return replace(rows, lines=[line_in_file(self.number, line) for line in rows.lines])
        return [(key, line_in_file(self.number, line)) for key, line in rows]

    def _list_odd_rows(self) -> None:
        total = self.rows_read + self.dropped.reasons.total() + len(self.source.problems.odd_rows)
        odd = self.source.problems.forgive(total, is_strict=self._is_strict) if self.rows_read else {}
        for line, problem in odd.items():
            self.dropped.add(self._kind, line, "", problem, ODD)
        if odd:
            line, problem = next(iter(odd.items()))
            self.source.notes.warn(f"invalid rows are left out: {len(odd)}, the first on line {line}, {problem}")

    def count_votes_only(self) -> None:
        """Let the rows vote for a build, and no more; problems in the rows are reported once the build is known."""
        with suppress(InputError):
            for rows in self.reader.batches("sample"):
                self.votes.count(rows)

    def describe(self) -> SourceFile:
        """Return what became of the file, once it is read."""
        not_sent = self.dropped.reasons.total()
        return SourceFile(
            number=self.number or 1,
            source=self.source.name,
            format=self.reader.format,
            rows_read=self.rows_read + not_sent,
            rows_not_sent=not_sent,
            decisions=self.source.notes.list_decisions(),
            warnings=list(self.source.notes.warnings),
            sha256=self.source.sha256,
        )


def require_reference(files: Sequence[FilePreparation], chosen: Reference | None, asked: str | None) -> Reference:
    """Return the reference.

    Args:
        files: All files, not yet read.
        chosen: What was chosen by what the files say, if they say anything.
        asked: What the user asked for.

    Raises:
        InputError: Some file has positions, and nothing tells of which build they are.

    """
    with_positions = [file for file in files if file.has_positions]
    if not with_positions:
        return Reference(asked or SENT_WITHOUT_POSITIONS, NO_POSITIONS, is_needed=False)
    if chosen is None:
        votes = HotspotVotes()
        for file in with_positions:
            file.count_votes_only()
            votes.add(file.votes)
        raise unknown_build([file.source.problems.source for file in with_positions], votes)
    return chosen


def check_hotspots(files: Sequence[FilePreparation], chosen: Reference, *, ignore_hints: bool) -> Reference:
    """Compare the build with the hotspots that the rows hit, and add warnings of those that speak against it.

    Args:
        files: The files, whose rows have been read.
        chosen: The build, with the reason for it.
        ignore_hints: Whether the build counts against all that the files say.

    Returns:
        The same, with the warnings if there are any.

    Raises:
        InputError: As many hotspots of the other build are hit, or more.

    """
    votes = HotspotVotes()
    for file in files:
        votes.add(file.votes)
    names = ", ".join(file.source.problems.source for file in files if file.has_positions)
    warnings = (
        check_votes(names, votes, chosen.build, ignore_hints=ignore_hints),
        warn_misfits(names, votes, chosen.build),
    )
    return replace(chosen, warnings=(*chosen.warnings, *filter(None, warnings)))
