"""Finds what the user's files say of the phase of neighbours, warns of them, and joins them where that is asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from cgi_runner.inputs.columns import without_quotes
from cgi_runner.inputs.file_preparation import FilePreparation
from cgi_runner.inputs.neighbours import (
    MAX_REPORTED,
    UNKNOWN_PHASE,
    NeighbourFinder,
    Neighbours,
    PhasedCall,
    join_chains,
    phase_of,
)
from cgi_runner.inputs.normalise import normalise
from cgi_runner.inputs.readers.vcf import VcfReader
from cgi_runner.inputs.rows import Key
from cgi_runner.inputs.schema import OutputSchema, line_text, split_line
from cgi_runner.inputs.sorted_run import SortedRun
from cgi_runner.inputs.text_source import BLOCK, GZIP, UTF_16, TextSource


def find_phases(files: Sequence[FilePreparation], pairs: Sequence[Neighbours]) -> list[str]:
    """Return what the files say of the phase of each pair; standard input cannot be read again.

    Args:
        files: The files of one kind, once they are read.
        pairs: Neighbours, with their lines.

    """
    texts: dict[int, dict[int, list[str]]] = {}
    for file in files:
        wanted = {line for pair in pairs for number, line in map(split_line, pair.lines) if number == file.number}
        if wanted and isinstance(file.reader, VcfReader) and str(file.path) != "-":
            texts[file.number] = _read_lines(file.path, wanted)
    return [_phase(files, texts, pair) for pair in pairs]


def _read_lines(path: Path, wanted: set[int]) -> dict[int, list[str]]:
    """Return the cells of some lines; those before them are only counted where the file has plain lines."""
    if path.is_file():
        with path.open("rb") as file:
            start = file.read(BLOCK)
            file.seek(0)
            if b"\n" in start and not start.startswith((GZIP, *UTF_16)):
                return {number: _cells(line) for number, line in _iter_lines(file, sorted(wanted))}
    found: dict[int, list[str]] = {}
    waiting = deque(sorted(wanted))
    with closing(TextSource(path)) as source:
        for first, lines in source.blocks():
            while waiting and waiting[0] < first + len(lines):
                number = waiting.popleft()
                found[number] = without_quotes(lines[number - first]).split("\t")
            if not waiting:
                break
    return found


def _iter_lines(file: Iterable[bytes], numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    lines, read = iter(file), 0
    for number in numbers:
        if line := next(islice(lines, number - read - 1, None), b""):
            yield number, line
        read = number


def _cells(line: bytes) -> list[str]:
    text = line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")
    return without_quotes(text).split("\t")


def _phase(files: Sequence[FilePreparation], texts: Mapping[int, Mapping[int, list[str]]], pair: Neighbours) -> str:
    (one_file, one), (other_file, other) = map(split_line, pair.lines)
    lines = texts.get(one_file, {})
    reader = next((file.reader for file in files if file.number == one_file), None)
    if one_file != other_file or not (one in lines and other in lines) or not isinstance(reader, VcfReader):
        return UNKNOWN_PHASE
    column = reader.column_of(str(pair.first[-1]))
    first, second = lines[one], lines[other]
    if not column:
        return UNKNOWN_PHASE
    return phase_of(_call(first, column, pair.first), _call(second, column, pair.second))


def _call(cells: Sequence[str], column: int, key: Key) -> PhasedCall:
    """Return what a line says of the allele that became a key; a line may have several, of any length."""
    alternates = cells[4].upper().split(",")
    keys: list[Key] = [normalise(int(cells[1]), cells[3].upper(), alternate) for alternate in alternates]
    number = keys.index(key[1:4]) + 1
    return PhasedCall(cells[8], cells[column], number, has_others=len(alternates) > 1)


def warn_neighbours(files: Sequence[FilePreparation], finder: NeighbourFinder, joined: Mapping[Key, Key]) -> None:
    """Warn of the neighbours that are sent as they are, with their lines and their phase.

    Args:
        files: The files of one kind, once they are read.
        finder: What was found in them.
        joined: Substitutions that are joined, which need no warning.

    """
    left = [pair for pair in finder.found.values() if pair.first not in joined or pair.second not in joined]
    if not left:
        return
    told = left[:MAX_REPORTED]
    parts = [
        f"{pair} (lines {' and '.join(map(line_text, pair.lines))}, {phase})"
        for pair, phase in zip(told, find_phases(files, told), strict=True)
    ]
    more = f"; and {len(left) - len(told)} more" if len(left) > len(told) else ""
    files[0].source.notes.warn(
        "substitutions at most two bases apart may share a codon, CGI interprets each alone: "
        f"{'; '.join(parts)}{more}; --merge-phased joins adjacent ones that the file says are in phase"
    )


def join_neighbours(files: Sequence[FilePreparation], finder: NeighbourFinder) -> dict[Key, Key]:
    """Return what each substitution becomes that is adjacent to another and in phase with it, and note it.

    Args:
        files: The files of one kind, once they are read.
        finder: What was found in them.

    """
    pairs = [pair for pair in finder.found.values() if pair.are_adjacent]
    phases = find_phases(files, pairs)
    joined = join_chains(pair for pair, phase in zip(pairs, phases, strict=True) if phase.startswith("in phase"))
    if joined:
        variants = len(set(joined.values()))
        files[0].source.notes.decide(f"substitutions in phase are joined: {len(joined)} become {variants}")
    return joined


def rewrite_joined(run: SortedRun, schema: OutputSchema, joined: Mapping[Key, Key]) -> SortedRun:
    """Rewrite a prepared file with its joined substitutions; rows of one place stay sorted.

    Args:
        run: The file.
        schema: Its columns.
        joined: The variant that each joined substitution becomes a part of.

    """
    path = run.path
    whole = SortedRun(path.with_suffix(".joined"), schema)
    whole.hidden.add_all(run.hidden)
    group: list[tuple[Key, list[int], int]] = []
    with closing(whole), path.open(encoding="utf-8", newline="\n") as rows:
        next(rows)
        lines_of: dict[Key, list[int]] = {}
        for text in rows:
            key, lines, _ = schema.parse(text)
            if key in joined:
                lines_of.setdefault(joined[key], []).extend(lines)
        rows.seek(0)
        next(rows)
        for text in rows:
            key, lines, more = schema.parse(text)
            if key in joined:
                key = joined[key]
                if key not in lines_of:
                    continue
                lines, more = sorted(lines_of.pop(key)), 0
            if group and group[0][0][:2] != key[:2]:
                _write_group(whole, group)
            group.append((key, lines, more))
        _write_group(whole, group)
    whole.path = whole.path.replace(path)
    return whole


def _write_group(run: SortedRun, group: list[tuple[Key, list[int], int]]) -> None:
    for key, lines, more in sorted(group):
        run.add(key, lines, more)
    group.clear()
