"""From the user's files to what is sent: each file read once, checked, sorted and written, and every row counted."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from cgi_runner.errors import InputError
from cgi_runner.inputs.build_evidence import BuildEvidence
from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.inputs.file_preparation import FilePreparation, check_hotspots, require_reference
from cgi_runner.inputs.genome import GENOMES
from cgi_runner.inputs.hints import read_hints
from cgi_runner.inputs.model import KINDS, Kind, Options, Prepared, PreparedFile
from cgi_runner.inputs.neighbours import NeighbourFinder
from cgi_runner.inputs.problems import quote, quote_names
from cgi_runner.inputs.reference import SENT_WITHOUT_POSITIONS, choose_reference
from cgi_runner.inputs.sample_agreement import check_agreement, describe_similar_names
from cgi_runner.inputs.samples import SAMPLE_TIP, default_name, is_name
from cgi_runner.inputs.schema import MUTATIONS
from cgi_runner.inputs.sorted_run import SortedRun
from cgi_runner.inputs.sorting import ExternalSorter
from cgi_runner.inputs.text_source import TextSource
from cgi_runner.inputs.tumor_normal import is_generic

log = logging.getLogger(__name__)

Sources = Mapping[Kind, Path | Sequence[Path]]
"""The user's files of each kind, one or several; one of all may be `-` for standard input."""


class NothingToSendError(InputError):
    """A file has no row that CGI takes; `kind` is its input, `names` are the samples that it names.

    `has_rows` tells whether it has others.
    """

    def __init__(self, message: str, *, tip: str, kind: Kind, names: frozenset[str], has_rows: bool) -> None:
        """Keep whose rows they are, as the list of what is not sent is on disk already."""
        super().__init__(message, tip=tip)
        self.kind, self.names, self.has_rows = kind, names, has_rows


def prepare(sources: Sources, folder: Path, options: Options, *, logs_notes: bool = True) -> Prepared:
    """Write what CGI takes into a folder: `mutations.tsv`, `cnas.tsv`, `translocations.tsv` and `dropped.tsv`.

    Args:
        sources: The user's files.
        folder: Where the prepared files go; it must exist.
        options: How the files are to be read.
        logs_notes: Whether decisions and warnings go to the log; they are part of what is returned in any case.

    Raises:
        InputError: A file cannot be read or understood; it tells every problem of the file, up to 20.
        NothingToSendError: The files of a kind have no row that CGI takes.

    """
    paths = {kind: list_paths(sources[kind]) for kind in KINDS if kind in sources}
    _check(paths, options)
    with ExitStack() as stack:
        dropped = stack.enter_context(closing(DroppedFile(folder / "dropped.tsv")))
        opened = {kind: [stack.enter_context(closing(TextSource(path))) for path in paths[kind]] for kind in paths}
        told: dict[str, list[BuildEvidence]] = {}
        for number, source in enumerate(opened.get("mutations", []), 1):
            name = source.problems.source
            told[f"{name} ({number})" if name in told else name] = read_hints(source)
        asked = choose_reference(told, options.reference, ignore_hints=options.ignore_build_hints)
        # Where nothing is known, the files are opened with either build to see whether it matters.
        reading = replace(options, reference=asked.build if asked else SENT_WITHOUT_POSITIONS)
        kinds = [KindPreparation(kind, texts, reading, dropped) for kind, texts in opened.items()]
        files = [file for one in kinds for file in one.files]
        chosen = require_reference(files, asked, options.reference)
        # What a person asked for needs no line; a cohort has one for all of its samples.
        is_told = logs_notes and not options.is_sheet_row
        level = logging.INFO if is_told and not options.reference else logging.DEBUG
        log.log(level, "reference: %s (%s)", chosen.build, chosen.reason)
        samples: Counter[str] = Counter()
        # A file that names no sample may take its name from the others, so they come first.
        for one in sorted(kinds, key=lambda one: not all(file.reader.named for file in one.files)):
            samples += one.write(folder, files, reading)
        warnings = () if options.is_sheet_row else _compare_samples(kinds, options)
        chosen = check_hotspots(files, chosen, ignore_hints=options.ignore_build_hints)
    found = Prepared(
        files=tuple(one.prepared for one in kinds),
        samples=dict(sorted(samples.items())),
        reasons=dict(sorted(dropped.reasons.items())),
        dropped=dropped.path,
        reference=chosen,
        sample_warnings=warnings,
    )
    if logs_notes:
        _log_notes(found, logging.DEBUG if options.is_sheet_row else logging.INFO)
    return found


def _compare_samples(kinds: Sequence[KindPreparation], options: Options) -> tuple[str, ...]:
    """Return warnings of inputs that are of other samples than the others, or raise InputError; also note them.

    A file without names is of any sample.
    """
    named = [one.prepared for one in kinds if any(file.reader.named for file in one.files)]
    names = {f"{one.source} (--{one.kind})": one.names for one in named}
    found = (check_agreement(names, may_differ=options.samples_may_differ), describe_similar_names(names.values()))
    warnings = tuple(filter(None, found))
    for one in named:
        one.notes.extend(warnings)
    return warnings


def list_paths(paths: Path | Sequence[Path]) -> list[Path]:
    """Return the files of one kind as a list."""
    return [paths] if isinstance(paths, Path) else list(paths)


class KindPreparation:
    """All files of one kind while they become one prepared file."""

    prepared: PreparedFile

    def __init__(self, kind: Kind, sources: Sequence[TextSource], options: Options, dropped: DroppedFile) -> None:
        """Find out what open files are."""
        self._kind: Kind = kind
        first = 1 if len(sources) > 1 else 0
        self.files = [
            FilePreparation(kind, source, number, options, dropped) for number, source in enumerate(sources, first)
        ]
        self._source = ", ".join(file.source.problems.source for file in self.files)
        self._schema = self.files[0].reader.schema
        if other := next((file for file in self.files if file.reader.schema is not self._schema), None):
            one, two = self.files[0].reader.format, other.reader.format
            raise InputError(
                f"{self._source}: found {one} and {two}, expected files that become one table",
                tip="run them as two jobs: CGI takes positions or proteins, not both",
            )

    def write(self, folder: Path, all_files: Sequence[FilePreparation], options: Options) -> Counter[str]:
        """Write the prepared file, and describe it in `prepared`.

        Args:
            folder: Where it is written.
            all_files: The files of all kinds: one without names takes those of the others.
            options: What the user asked for.

        Returns:
            The number of rows sent for each sample.

        """
        self._check_unnamed(options)
        schema = self._schema.numbered() if len(self.files) > 1 else self._schema
        finder = NeighbourFinder() if self._schema is MUTATIONS else None
        with closing(ExternalSorter(folder / f"{self._kind}.tsv", schema, finder)) as sorter:
            # A file without names may take that of the others, also of another kind.
            for file in sorted(self.files, key=lambda file: not file.reader.named):
                named = {name for other in all_files if other.reader.named for name in other.reader.samples}
                default = "" if file.reader.named else default_name(file.source, options.sample, named)
                for rows in file.batches(default):
                    sorter.extend(rows)
                file.reader.samples.update({default} - {""})
            self._check_names(options)
            written = sorter.finish()
        if finder and finder.found:
            from cgi_runner.inputs.phase import join_neighbours, rewrite_joined, warn_neighbours

            joined = join_neighbours(self.files, finder) if options.merge_phased else {}
            written = rewrite_joined(written, schema, joined) if joined else written
            warn_neighbours(self.files, finder, joined)
        if written.hidden.number:
            self.files[0].source.notes.decide(str(written.hidden))
        if not written.samples.total():
            self._abort_empty()
        self._describe(written)
        return written.samples

    def _check_unnamed(self, options: Options) -> None:
        """Refuse several files none of which names a sample: they may be of several patients."""
        if len(self.files) > 1 and options.sample is None and not any(file.reader.named for file in self.files):
            raise InputError(
                f"{self._source}: found several files without sample names, expected to know whether they are of "
                "one patient",
                tip=f"{SAMPLE_TIP}; or add a column `sample` to each file",
            )

    def _check_names(self, options: Options) -> None:
        """Refuse files of several patients under one name, or of one patient under the names of several files."""
        own = sorted({name for file in self.files for name in getattr(file.reader, "own_names", ())})
        earnest = [name for name in own if not is_generic(name)]
        if options.sample is not None and not options.is_sheet_row and len(earnest) > 1:
            raise InputError(
                f"{self._source}: found the samples {quote_names(earnest)}, expected one for --sample "
                f"{quote(options.sample)}",
                tip="run each sample separately, or leave --sample out",
            )
        unnamed = {file.source.stem for file in self.files if file.source.takes_name_of_file}
        if unnamed and len(self.files) > 1 and (len(unnamed) > 1 or earnest):
            told = sorted({*own, *(name for file in self.files for name in file.source.notes.renamed)})
            raise InputError(
                f"{self._source}: found sample names that are not a patient's ({quote_names(told)}), expected to know "
                "whether the files are of one patient",
                tip=SAMPLE_TIP,
            )

    def _describe(self, written: SortedRun) -> None:
        described = tuple(file.describe() for file in self.files)
        sent, not_sent = written.samples.total(), sum(one.rows_not_sent for one in described)
        read = sum(one.rows_read for one in described)
        self.prepared = PreparedFile(
            kind=self._kind,
            path=written.path,
            source=", ".join(one.source for one in described),
            format=", ".join(dict.fromkeys(one.format for one in described)),
            files=described,
            sha256=written.sha256,
            rows_read=read,
            rows_sent=sent,
            rows_merged=read - not_sent - sent,
            rows_not_sent=not_sent,
            names=frozenset[str]().union(*(file.reader.samples for file in self.files)),
            names_itself=all(file.reader.named and not file.reader.renamed for file in self.files),
            notes=[text for one in described for text in (*one.decisions, *one.warnings)],
            renamed={name: sent for file in self.files for name, sent in file.source.notes.renamed.items()},
        )

    def _abort_empty(self) -> NoReturn:
        from cgi_runner.inputs.empty import explain_empty, tip_for_empty

        reasons = sum((file.dropped.reasons for file in self.files), Counter[str]())
        raise NothingToSendError(
            f"{self._source}: found nothing to send, {explain_empty(reasons)}",
            tip=tip_for_empty(reasons),
            kind=self._kind,
            names=frozenset[str]().union(*(file.reader.samples for file in self.files)),
            has_rows=bool(reasons),
        )


def _log_notes(found: Prepared, level: int) -> None:
    for text in found.decisions:
        log.log(level, "%s", text)
    for text in (*found.reference.warnings, *found.warnings):
        log.warning("%s", text)


def _check(sources: Mapping[Kind, Sequence[Path]], options: Options) -> None:
    """Raise InputError unless the request itself makes sense."""
    if not any(sources.values()):
        names = ", ".join(f"--{kind}" for kind in KINDS)
        raise InputError(
            f"found no input file, expected at least one of {names}", tip="give the alterations of a tumour"
        )
    paths = [path for one in sources.values() for path in one]
    if sum(str(path) == "-" for path in paths) > 1:
        raise InputError(
            "found `-` for several inputs, expected it for one", tip="standard input can be read only once"
        )
    for kind, one in sources.items():
        _check_twice(kind, one)
    if options.reference is not None and options.reference not in GENOMES:
        raise InputError(
            f"found the reference {quote(options.reference)}, expected hg19 or hg38", tip="give --reference hg38"
        )
    if options.sample is not None and not is_name(options.sample):
        raise InputError(f"found the sample name {quote(options.sample)}, expected printable text", tip=SAMPLE_TIP)


def _check_twice(kind: Kind, paths: Sequence[Path]) -> None:
    """Refuse one file given twice, also under another name: its rows would be counted twice."""
    known: dict[tuple[int, int], Path] = {}
    for path in paths:
        try:
            found = path.stat()
        except OSError:
            continue  # whoever opens it says so
        same = known.setdefault((found.st_dev, found.st_ino), path)
        if same is not path:
            raise InputError(
                f"{path.name}: found the same file twice for --{kind} ({quote(same.name)}), expected different files",
                tip=f"give each file once; several files each need their own --{kind}",
            )
