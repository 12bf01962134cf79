"""From the user's files to what is sent: each file read once, checked, sorted and written, and every row counted."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Container, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NoReturn

from cgi_runner.errors import InputError
from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.inputs.faults import shown
from cgi_runner.inputs.formats import OPTION, reader_of
from cgi_runner.inputs.genome import GENOMES
from cgi_runner.inputs.layout import LAYOUTS
from cgi_runner.inputs.lines import Source
from cgi_runner.inputs.model import Kind, Options, Prepared, PreparedFile
from cgi_runner.inputs.samples import SAMPLE_TIP, default_name, is_name, listed
from cgi_runner.inputs.sorting import Sorter

log = logging.getLogger(__name__)

KINDS: tuple[Kind, ...] = ("mutations", "cnas", "translocations")


class NothingToSendError(InputError):
    """A file has no row that CGI takes; `kind` is its input, `names` are the samples that it names.

    `has_rows` tells whether it has others.
    """

    def __init__(self, message: str, *, tip: str, kind: Kind, names: frozenset[str], has_rows: bool) -> None:
        """Keep whose rows they are, as the list of what is not sent is on disk already."""
        super().__init__(message, tip=tip)
        self.kind, self.names, self.has_rows = kind, names, has_rows


def prepare(
    sources: Mapping[Kind, Path],
    folder: Path,
    *,
    reference: str,
    sample: str | None = None,
    pass_only: bool = False,
    others: Container[str] = (),
) -> Prepared:
    """Write what CGI takes into the folder: `mutations.tsv`, `cnas.tsv`, `translocations.tsv` and `dropped.tsv`.

    `sources` maps the kinds to the user's files, one of which may be `-` for standard input; `reference` is hg19 or
    hg38; `sample` names the rows that name none, and picks a sample of a VCF or a GISTIC matrix: the only column there
    is taken for it whatever its name, unless that is one of the `others`. `pass_only` keeps only variants whose FILTER
    is PASS. Raise InputError, with every fault of a file, before anything is sent.
    """
    _check(sources, reference, sample)
    options = Options(reference, sample, pass_only, others)
    with ExitStack() as stack:
        dropped = stack.enter_context(closing(DroppedFile(folder / "dropped.tsv")))
        desks = [_Desk(kind, stack, sources[kind], options, dropped) for kind in KINDS if kind in sources]
        samples: Counter[str] = Counter()
        # A file that names no sample may take its name from the others, so they come first.
        for desk in sorted(desks, key=lambda desk: not desk.reader.named):
            named = {name for other in desks if other.reader.named for name in other.reader.samples}
            default = "" if desk.reader.named else default_name(desk.source.faults.source, sample, named)
            samples += desk.write(folder, default)
            if sample is not None and not others:
                desk.say_if_others_than(sample)
    return Prepared(
        files=tuple(desk.file for desk in desks),
        samples=dict(sorted(samples.items())),
        reasons=dict(sorted(dropped.reasons.items())),
        dropped=dropped.path,
    )


class _Desk:
    """One of the user's files on its way."""

    file: PreparedFile

    def __init__(self, kind: Kind, stack: ExitStack, path: Path, options: Options, dropped: DroppedFile) -> None:
        """Open the file and find out what it is."""
        self.source = stack.enter_context(closing(Source(path)))
        self.reader = reader_of(kind, self.source, options, dropped)
        self._kind: Kind = kind
        self._dropped = dropped

    def write(self, folder: Path, default: str) -> Counter[str]:
        """Write the prepared file, describe it in `file`, and give the rows sent for each sample."""
        before = self._dropped.reasons.copy()
        read = 0
        with closing(Sorter(folder / f"{self._kind}.tsv", LAYOUTS[self.reader.format])) as sorter:
            for rows in self.reader.batches(default):
                read += len(rows)
                sorter.extend(rows)
            self.source.faults.check()
            written = sorter.finish()
        reasons = self._dropped.reasons - before
        names = frozenset(self.reader.samples or {default})
        sent, not_sent = written.samples.total(), reasons.total()
        if not sent:
            self._nothing(reasons, names)
        self.file = PreparedFile(
            kind=self._kind,
            path=written.path,
            source=self.source.name,
            format=self.reader.format,
            sha256=written.sha256,
            rows_read=read + not_sent,
            rows_sent=sent,
            rows_folded=read - sent,
            rows_not_sent=not_sent,
            names=names,
            names_itself=self.reader.named and not self.reader.renamed,
        )
        return written.samples

    def say_if_others_than(self, sample: str) -> None:
        """Tell that a table keeps the samples that it names, whatever was asked for."""
        if others := sorted(self.file.names - {sample}):
            log.warning(
                "%s names samples itself (%s): --sample is for rows that name none",
                self.source.faults.source,
                listed(others),
            )

    def _nothing(self, reasons: Counter[str], names: frozenset[str]) -> NoReturn:
        raise NothingToSendError(
            f"{self.source.faults.source}: found nothing to send, {why_nothing(reasons)}",
            tip="leave this file out, or give one with alterations",
            kind=self._kind,
            names=names,
            has_rows=bool(reasons),
        )


def why_nothing(reasons: Counter[str]) -> str:
    """Say why nothing is left of some rows, given the reasons why they are not sent."""
    why = "; ".join(f"{reason}: {rows}" for reason, rows in reasons.most_common())
    return f"all of its {reasons.total()} rows are of no use to CGI ({why})" if why else "it has no rows"


def _check(sources: Mapping[Kind, Path], reference: str, sample: str | None) -> None:
    """Raise InputError unless the request itself makes sense."""
    if not sources:
        options = ", ".join(OPTION.values())
        raise InputError(
            f"found no input file, expected at least one of {options}", tip="give the alterations of a tumour"
        )
    if sum(str(path) == "-" for path in sources.values()) > 1:
        raise InputError(
            "found `-` for several inputs, expected it for one", tip="standard input can be read only once"
        )
    if reference not in GENOMES:
        raise InputError(f"found the reference {shown(reference)}, expected hg19 or hg38", tip="give --reference hg38")
    if sample is not None and not is_name(sample):
        raise InputError(f"found the sample name {shown(sample)}, expected printable text", tip=SAMPLE_TIP)
