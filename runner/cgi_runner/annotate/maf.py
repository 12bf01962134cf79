"""A MAF with CGI's results: columns `CGI_*` at the right end, and every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cgi_runner.annotate.alleles import AlleleLookup
from cgi_runner.annotate.cbioportal import COLUMNS, DRIVER_COLUMNS, NAMESPACE, check_sample_ids, driver_columns
from cgi_runner.annotate.fields import DRIVER, KEYS, PREFIX
from cgi_runner.annotate.samples import RowSamples
from cgi_runner.annotate.target import Target
from cgi_runner.annotate.variant_keys import Variant
from cgi_runner.inputs.build_evidence import detect_build
from cgi_runner.inputs.column_index import check_columns, find_columns
from cgi_runner.inputs.column_words import SYNONYMS
from cgi_runner.inputs.columns import split
from cgi_runner.inputs.problems import InputProblems, is_present, quote
from cgi_runner.inputs.readers.plain_rows import FORWARD

_NEEDED = ("chr", "pos", "ref", "maf")
_READ = ("allele1", "sample", "strand", "build", "end")
UNDECIDED = "insertion with Start = End, and the results have both positions that it may mean"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class MafAnnotator:
    """Adds columns to the rows of one MAF."""

    format = "MAF"

    def __init__(self, lookup: AlleleLookup, target: Target) -> None:
        """Look up the alleles of the file that the target names."""
        self._lookup, self._target = lookup, target
        self._problems = InputProblems(target.source)
        self.names: list[str] = []
        """Its columns, as they are written."""
        self._width = 0
        self._places: dict[str, int] = {}
        self._dropped: list[int] = []
        self._build = ""
        self._samples: RowSamples | None = None
        self.seen: dict[str, str | None] = {}
        """For cBioPortal, the samples as the file names them, with what the results call them."""
        self._columns = (*COLUMNS.values(), *DRIVER_COLUMNS) if target.for_cbioportal else tuple(KEYS)

    def lines(self, lines: Iterator[str]) -> Iterator[str]:
        """Yield the lines of the file, each with its end and the added columns.

        Raises:
            InputError: A line is not as a MAF has it, or the file has such columns already.

        """
        for number, line in enumerate(lines, 1):
            body = line.rstrip("\r\n")
            if not body.strip() or (not self._width and body.removeprefix("\ufeff").startswith("#")):
                yield line
            elif not self._width:
                self._read_names(number, body)
                yield self._with(body, self._columns) + line[len(body) :]
            else:
                yield self._row(number, body) + line[len(body) :]
        if not self._width:
            self._problems.abort("found no header line", tip="give a VCF or a MAF")
        if self._target.for_cbioportal:
            check_sample_ids(self.seen, self._target.source)

    def _read_names(self, number: int, body: str) -> None:
        self.names = written = split(body.removeprefix("\ufeff"), "\t")
        self._width = len(written)
        places = find_columns(written)
        if missing := [SYNONYMS[column][-1] for column in _NEEDED if column not in places]:
            self._problems.abort(
                f"line {number}: found no column {' or '.join(missing)}, expected the names of a MAF's columns",
                tip="give a VCF, or a MAF with tabs between its columns",
            )
        self._places = {column: places[column] for column in (*_NEEDED, *_READ) if column in places}
        check_columns(self._problems, number, written, self._places.values(), (*_NEEDED, "sample"))
        names = [name.lower() for name in written]
        for place, name in enumerate(names):
            is_driver_column = self._target.for_cbioportal and name in DRIVER_COLUMNS
            if name.startswith((PREFIX.lower(), NAMESPACE.lower())) or is_driver_column:
                self._target.refuse_existing(number, f"the column {quote(written[place])}")
                self._dropped.append(place)
        self._samples = RowSamples(
            self._target.samples, self._target.sample, self._target.source, has_names="sample" in self._places
        )

    def _row(self, number: int, body: str) -> str:
        cells = split(body, "\t")
        if len(cells) != self._width or body.count("\t") != self._width - 1:
            self._problems.abort(f"line {number}: found {len(cells)} columns, expected {self._width}")
        cells.append("")
        chromosome, position, reference, second, first, sample, strand, build, end = (
            cells[self._places.get(name, -1)] for name in (*_NEEDED, *_READ)
        )
        if not position.isdecimal() and set(cells) <= {*self.names, ""}:
            self._problems.abort(
                f"line {number}: found the header of another MAF among the rows, expected one MAF",
                tip="annotate each MAF separately",
            )
        if build != self._build:
            self._check_build(number, build)
        if strand not in FORWARD:
            self._problems.abort(f"line {number}: found the strand {quote(strand)}, expected + as a MAF has it")
        known = {"", reference.upper()}
        alleles = (second, first) if is_present(first) else (second,)
        # As when it is sent: callers disagree on which of the two is the changed one.
        changed = [allele for allele in dict.fromkeys(alleles) if allele.upper() not in known] or [second]
        whose = self._samples.find(sample) if self._samples else None
        starts = _insertion_starts(position, end) if reference == "-" and "-" not in changed else (position,)
        found = {allele: self._values([(chromosome, each, reference, allele) for each in starts], whose)
                 for allele in changed}  # fmt: skip
        texts = [_join({allele: each.get(key, "") for allele, each in found.items()}) for key in KEYS]
        if self._target.for_cbioportal:
            self.seen[sample or whose or ""] = whose
            texts += self._driver_columns(list(found.values()), whose)
        return self._with(body, texts)

    def _check_build(self, number: int, build: str) -> None:
        """Refuse a row of another genome build: the results know another variant at its place."""
        told = detect_build(build)
        if told and self._target.builds and told not in self._target.builds:
            self._problems.abort(
                f"line {number}: found the genome build {quote(build)}, the results are"
                f" {' and '.join(sorted(self._target.builds))}",
                tip="give the file that was interpreted, or run this one",
            )
        self._build = build

    def _values(self, spellings: Sequence[Variant], whose: str | None) -> dict[str, str]:
        """Return the values of an allele, which is the one of these that the results know of the sample."""
        if len(spellings) == 1:
            return self._lookup.values(spellings[0], [whose])
        known = [variant for variant in spellings if self._lookup.knows(variant, whose)]
        if len(known) > 1:
            return self._lookup.values_undecided(UNDECIDED)
        return self._lookup.values((known or spellings)[0], [whose])

    def _driver_columns(self, alleles: list[Mapping[str, str]], whose: str | None) -> tuple[str, ...]:
        """Return cBioPortal's driver columns of a row; of two changed alleles, those of a driver."""
        values = next((each for each in alleles if each.get(DRIVER) == "yes"), alleles[0])
        return driver_columns(values, self._target.version, self._target.cancer_types.get(whose or "", ""))

    def _with(self, body: str, texts: Iterable[str]) -> str:
        """Return a row without columns that are replaced, and with the new ones."""
        if self._dropped:
            cells = [cell for place, cell in enumerate(body.split("\t")) if place not in self._dropped]
            body = "\t".join(cells)
        return "\t".join([body, *(_CONTROL.sub(" ", text) for text in texts)])


def _insertion_starts(start: str, end: str) -> tuple[str, ...]:
    """Return the base before an insertion, or those that may be it, by the conventions that `inputs.indels` names."""
    if not (start.isdecimal() and end.isdecimal()):
        return (start,)
    if int(start) == int(end) + 1:
        return (end,)
    return (start, str(int(start) - 1)) if int(start) == int(end) else (start,)


def _join(values: dict[str, str]) -> str:
    """Return the value of a row, or `allele=value` for each of two changed alleles that differ in it."""
    found = set(values.values())
    if len(found) == 1:
        return found.pop()
    return "|".join(f"{allele}={value.replace('|', '/')}" for allele, value in values.items() if value)
