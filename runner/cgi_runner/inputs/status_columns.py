"""Columns that people add to a table of mutations, and that say whether a row is a somatic finding of the tumour.

They are known by their names: where a variant comes from (Origin, Germline/Somatic), a status (Mutation_Status), the
tumour's genotype (Genotype, Zygosity), what came of a test (Detected, Result), whether the row passed (PASS, QC, Keep,
Judgement, Exclude), and whether the sample is a normal (Sample_Type). What they rule out is listed. A word of an origin
that is not known is a problem, as it may mean the germline; one of the others is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Literal, NamedTuple

from cgi_runner.inputs import status_words as words
from cgi_runner.inputs.columns import Header, split
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.problems import quote
from cgi_runner.inputs.somatic import NOT_SOMATIC
from cgi_runner.inputs.status_words import Verdict
from cgi_runner.inputs.tumor_normal import is_normal

StatusRule = Callable[[str, str], Verdict]
"""What a cell says of its row, whose reference allele is the second argument."""
Topic = Literal["origin", "status", "genotype", "finding", "quality", "tissue"]

NOT_IN_TUMOR = "not carried"
NOT_DETECTED = "not detected"
NOT_PASSED = "did not pass"
#: No read, or no share of them, has the allele.
NO_READS = frozenset(("0", "0.0", "0.00", "0.000", "0.0000", "0%", "0.0%", "0.00%", "0,0", "0,00"))

_WHAT = r"(variant|mutation|mut|call|snv|alteration|is)?"
_ORIGIN = re.compile(
    rf"{_WHAT}(origin|(somatic|germline)(or|vs|and)?(somatic|germline)?(origin|status|call|flag|class|type)?)"
    r"|herkunft|ursprung|origen|origine|origem"
)
_STATUS = re.compile(rf"{_WHAT}status")
_GENOTYPE = re.compile(r"(tumou?r|sample|t|allele|variant)?(genotype|gt|zygosity)(call|tumou?r)?|allelecall")
#: Columns of a second look at the mutation, as TCGA has them and as laboratories call them.
_VALIDATION = re.compile(r"(validat|verif(i|y)|confirm|sanger)(ed|ion|ication|ation)?(status|result|call)?")
#: Reads of the tumour that have the allele, and their share.
_READS = re.compile(r"(t|tumou?r)(alt|var|variant)(allele)?(counts?|depth|reads)")
_SHARE = re.compile(
    r"(t|tumou?r)?(vaf|variant(allele)?(freq(uency)?|fraction))|(t|tumou?r)(af|allele(freq(uency)?|fraction))|tumou?rf"
    r"|allelefreq(uency)?t"
)
_OF_CALLS = r"(is|variant|mutation|call|filter|filters|overall|final|manual|igv)?"
_PASSED = re.compile(
    rf"{_OF_CALLS}(pass|passed|passes)(all)?(filters?|flag|status)?|keep|kept|tokeep|included?|accept(ed)?|judge?ment"
    r"|(variant|call|filter|final|manual)?(decision|verdict)|(is)?reportable"
    r"|(igv|manual)?review(result|call)?"
)
_CHECK = "(filters?|flag|status|result|call|check|pass|passed)"
_QUALITY = re.compile(rf"{_OF_CALLS}((qc|qualitycontrol){_CHECK}?|quality{_CHECK})")
_FAILED = re.compile(
    rf"{_OF_CALLS}(exclude[d]?|reject(ed)?|discard(ed)?|dropped|removed?|fail(ed)?(qc|filters?)?|falsepositive"
    r"|(likely|possible|suspected)?art[ei]fact|blacklist(ed)?|filteredout)(flag|status)?"
)
#: The genotype of one sample among others, as GATK, SnpSift and bcftools name their columns: P1.GT, GEN[0].GT, P1:GT.
_OF_SAMPLE = re.compile(r"(?:GEN\[(.+)\]|(.+))[.:](?:GT|AD|GQ)", re.IGNORECASE)
MAX_CELLS = 1000
"""Cells of a column that are remembered; nearly all columns have a few, others hold measures."""
#: Numbers of exons and introns look alike, but with more than one 0 or 1 in a file.
_GENOTYPES = re.compile(r"(?!1/1$)[01.][/|][01.](:.*)?")


class _Column(NamedTuple):
    place: int
    name: str
    topic: Topic
    judge: StatusRule


class StatusColumns:
    """Decides, by such columns of one table, which rows are left out."""

    def __init__(self, header: Header, options: Options, *, is_maf: bool = False) -> None:
        """Find the columns.

        Args:
            header: The header of the table.
            options: What the user asked for: `keep_germline`, `keep_filtered` and `ignore_genotypes`.
            is_maf: Whether the table is a MAF, where SOMATIC is VEP's column on known variants of the place.

        """
        self._source, self._names = header.source, header.names
        self._keeps_germline, self._keeps_absent = options.keep_germline, options.ignore_genotypes
        self._keeps_failed = options.keep_filtered
        read = {place for column, place in header.column_index.items() if column in ("sample", "filter")}
        self._columns = [
            _Column(place, name, *found)
            for place, name in enumerate(header.names)
            if not (is_maf and name.casefold() == "somatic") and place not in read and (found := _find_topic(name))
        ]
        self._columns += find_genotypes(header)
        self.usual: list[tuple[int, set[str]]] = [(column.place, set()) for column in self._columns]
        """The index of each column, and the cells that were seen in it and rule nothing out."""
        header.also_read.update(column.place for column in self._columns)
        self.origins = {column.place for column in self._columns if column.topic != "finding"} | read
        """Places of columns in which the word Germline is heard, or means something else."""
        self.reads = find_reads(header.names)
        """The index of the column of the tumour's reads with the allele."""
        self._warned: set[str] = set()

    def rejection_reason(self, line: int, cells: Sequence[str], reference: str = "") -> str:
        """Return why a row is left out, or return an empty string.

        Args:
            line: Number of the line, from 1.
            cells: All its cells.
            reference: Its reference allele, where it has one.

        Raises:
            InputError: A column of origins holds a word that is not known.

        """
        if not self._keeps_absent and NO_READS.issuperset(none := cells[self.reads : self.reads + 1]) and none:
            return f"{NOT_IN_TUMOR}: {self._names[self.reads]}={none[0]}"
        for column, (place, usual) in zip(self._columns, self.usual, strict=True):
            cell = cells[place]
            if cell in usual:
                continue
            verdict = column.judge(cell, reference)
            if reason := self._reason(column, cell, verdict):
                return reason
            if (verdict == "unknown" or _is_undetermined(column, cell)) and not self._is_asked_for(column):
                self._report_unknown(line, column, cell, verdict)
            # The same letters may be the reference of one row and not of another.
            if column.topic != "genotype" and len(usual) < MAX_CELLS:
                usual.add(cell)
        return ""

    def absent_alleles(self, cells: Sequence[str], reference: str, alternates: Sequence[str]) -> dict[str, str]:
        """Return the alleles of a row that its genotype lacks though it has another one, each with the reason.

        Args:
            cells: All cells of the row.
            reference: Its reference allele.
            alternates: Its alternate alleles.

        """
        return {
            allele: f"{NOT_IN_TUMOR}: {column.name}={cells[column.place]}"
            for column in self._columns
            if column.topic == "genotype" and not self._keeps_absent
            for allele in words.alleles_not_in(cells[column.place], reference, alternates)
        }

    def _reason(self, column: _Column, cell: str, verdict: Verdict) -> str:
        """Return why a verdict leaves a row out, unless an option takes it."""
        said = f"{column.name}={cell}"
        if verdict == "germline" and not self._keeps_germline:
            return f"{NOT_SOMATIC}: {said}"
        if verdict == "absent" and not self._keeps_absent:
            return f"{NOT_IN_TUMOR if column.topic == 'genotype' else NOT_DETECTED}: {said}"
        return f"{NOT_PASSED}: {said}" if verdict == "failed" and not self._keeps_failed else ""

    def _is_asked_for(self, column: _Column) -> bool:
        """Return whether rows are to be sent whatever a column says, so that there is nothing to tell."""
        return self._keeps_failed if column.topic == "quality" else self._keeps_germline

    def _report_unknown(self, line: int, column: _Column, cell: str, verdict: Verdict) -> None:
        if column.topic == "origin" and verdict == "unknown":
            self._source.problems.abort(
                f"line {line}, column {column.name}: found {quote(cell)}, expected Somatic or Germline",
                tip="write Somatic or Germline there, or send all rows whatever the column says: --keep-germline",
            )
        if column.name not in self._warned:
            self._warned.add(column.name)
            self._source.notes.warn(words.warning_of_unknown(column.name, line, cell))


def _find_topic(name: str) -> tuple[Topic, StatusRule] | None:
    """Return what a column is about by its name, and how its cells are judged."""
    plain = _plain(name)
    if _GENOTYPE.fullmatch(plain):
        return "genotype", words.judge_genotype
    found: tuple[Topic, words.WordRule] | None = None
    if _ORIGIN.fullmatch(plain):
        found = "origin", words.judge_origin({word for word in ("somatic", "germline") if word in plain})
    elif tissue := words.find_tissue_rule(plain):
        found = "tissue", tissue
    else:
        found = next(((topic, judge) for pattern, topic, judge in _TOPICS if pattern.fullmatch(plain)), None)
    if found is None:
        return None
    topic, judge = found
    return topic, lambda cell, _: judge(cell)


_TOPICS: tuple[tuple[re.Pattern[str], Topic, words.WordRule], ...] = (
    (_QUALITY, "quality", words.judge_quality),
    (_PASSED, "quality", words.judge_passed),
    (_FAILED, "quality", words.judge_failed),
    (_STATUS, "status", words.judge_status),
    (re.compile("ms"), "status", words.judge_germline_only),  # cBioPortal's name for Mutation_Status
    (_VALIDATION, "finding", words.judge_validation),
    (re.compile("|".join(sorted(words.FINDINGS))), "finding", words.judge_finding),
    (words.OUTCOMES, "finding", words.judge_outcome),
    (re.compile(r"(variant|var|mutation|call)?type"), "tissue", words.judge_type),
    (re.compile(r"(?!.*(freq|af$|count)).*filters?"), "quality", words.judge_filter),
)
"""The first pattern that matches its name decides what a column is about."""


def find_genotypes(header: Header) -> list[_Column]:
    """Return the column of the tumour's genotype among those that have the name of a sample in theirs.

    They are known by their names, or by the first row: columns may be called by their samples alone.

    Args:
        header: The header of the table, of which no row was read.

    Raises:
        InputError: There are genotypes of several samples, whose rows would all become one patient's.

    """
    row = header.source.line()
    header.source.unread([row] if row else [])
    first = split(row[1], header.separator, len(header.names)) if row else []
    named = [
        (place, name, (whole[1] or whole[2]) if whole else name)
        for place, (name, cell) in enumerate(zip_longest(header.names, first[: len(header.names)], fillvalue=""))
        if (whole := _OF_SAMPLE.fullmatch(name)) or (_GENOTYPES.fullmatch(cell) and not _find_topic(name))
    ]
    tumors = [sample for sample in dict.fromkeys(sample for _, _, sample in named) if not is_normal(sample)]
    if len(tumors) > 1 and not header.has("sample"):
        shown = ", ".join(quote(name) for _, name, _ in named[:4])
        header.source.problems.abort(
            f"line {header.line}: found columns of several samples ({shown}), expected one sample in each row",
            tip="give the VCF that this table was made of, or a table of one sample each",
        )
    return [
        _Column(place, name, "genotype", words.judge_genotype)
        for place, name, sample in named
        if [sample] == tumors and not name.casefold().endswith(("ad", "gq"))
    ]


def find_reads(names: Sequence[str]) -> int:
    """Return the place of the column of a tumour's reads with the allele, or else of their share.

    It is after the last one if there is none.
    """
    plain = [_plain(name) for name in names]
    found = (place for pattern in (_READS, _SHARE) for place, name in enumerate(plain) if pattern.fullmatch(name))
    return next(found, len(names))


def _is_undetermined(column: _Column, cell: str) -> bool:
    """Return whether a column says that the origin or the status of a row is not known."""
    return column.topic in ("origin", "status") and words.is_undetermined(cell)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())
