"""Columns that people add to a table of mutations, and that say whether a row is a somatic finding of the tumour.

Four kinds are known by their names: where a variant comes from (Origin, Germline/Somatic, is_germline), a status
(Status, Mutation_Status), the tumour's genotype (Genotype, GT, Zygosity), and what came of a test (Detected, Result).
What they rule out is listed. A word of an origin that is not known is a fault, as it may mean the germline; one of a
status, which may be about anything, is a warning, and so is an origin that is said to be unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.problems import is_present, quote
from cgi_runner.inputs.somatic import (
    FINDINGS,
    NOT_FOUND,
    NOT_SOMATIC,
    SAMPLE_TYPE,
    is_normal_tissue,
    is_not_found,
    mark_in_status,
)

Verdict = Literal["sent", "germline", "absent", "unknown"]
StatusRule = Callable[[str, str], Verdict]
"""What a cell says of its row, whose reference allele is the second argument."""
Topic = Literal["origin", "status", "genotype", "finding"]

NOT_IN_TUMOR = "not carried"
NO_READS = "0"
NOT_DETECTED = "not detected"

_WHAT = r"(variant|mutation|mut|call|snv|alteration|is)?"
_ORIGIN = re.compile(
    rf"{_WHAT}(origin|(somatic|germline)(or|vs|and)?(somatic|germline)?(origin|status|call|flag|class|type)?)"
)
_STATUS = re.compile(rf"{_WHAT}status")
_GENOTYPE = re.compile(r"(tumou?r|sample|t)?(genotype|gt|zygosity)(call|tumou?r)?")
#: Words of an origin or a status, beside those of `mark_in_status` and all with `germ` or `somatic` in them.
_GERMLINE_WORDS = frozenset(("g", "constitutional", "inherited", "hereditary", "normal"))
_TUMOR_WORDS = re.compile(r"s|tumou?r.*|primary|metasta\w+|relapse|recurren\w+|acquired|cancer")
_NO_WORDS = frozenset(("", "null", "unknown", "unclassified", "undetermined", "not determined", "nd", "unclear"))
_HARMLESS = re.compile(
    r"confirmed|valid(ated)?|verified|reported|pass(ed)?|ok|yes|true|detected|present|positive|found|new|known|novel"
    r"|het(erozygous)?|hom(ozygous)?|(likely )?(pathogenic|oncogenic|benign)|vus|final|reviewed|alive|dead"
)
_YES = frozenset(("y", "yes", "true", "t", "1", "x", "positive", "pos", "present", "detected", "found"))
_NO = frozenset(("n", "no", "false", "f", "0", "negative", "neg", "absent", "not detected", "not found", "not present"))
#: TCGA's columns of a second look at the mutation, and the words of it that deny the mutation (MAF 2.4).
_VALIDATION = re.compile(r"(validation|verification)status")
_DENIED = frozenset(("invalid", "wildtype", "wild type", "not confirmed", "false positive"))
#: Reads of the tumour that have the allele.
_READS = re.compile(r"(t|tumou?r)(alt|var|variant)(allele)?(counts?|depth|reads)")
_IS_REFERENCE = re.compile(r"hom(ozygous)? ?ref(erence)?|ref(erence)?|wt|wild ?type|ref ref|wt wt")


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
            options: What the user asked for: `keep_germline` and `ignore_genotypes`.
            is_maf: Whether the table is a MAF, where SOMATIC is VEP's column on known variants of the place.

        """
        self._source, self._names = header.source, header.names
        self._keeps_germline, self._keeps_absent = options.keep_germline, options.ignore_genotypes
        self._columns = [
            _Column(place, name, *found)
            for place, name in enumerate(header.names)
            if not (is_maf and name.casefold() == "somatic") and (found := _find_topic(name))
        ]
        self.usual: list[tuple[int, set[str]]] = [(column.place, set()) for column in self._columns]
        """The place of each column, and the cells that were seen in it and rule nothing out."""
        header.also_read.update(column.place for column in self._columns)
        self.reads = find_reads(header.names)
        """The place of the column of the tumour's reads with the allele."""
        self._warned: set[str] = set()

    def rejection_reason(self, line: int, cells: Sequence[str], reference: str = "") -> str:
        """Say why a row is left out, or return an empty string.

        Args:
            line: Number of the line, from 1.
            cells: All its cells.
            reference: Its reference allele, where it has one.

        Raises:
            InputError: A column of origins holds a word that is not known.

        """
        if not self._keeps_absent and cells[self.reads : self.reads + 1] == [NO_READS]:
            return f"{NOT_IN_TUMOR}: {self._names[self.reads]}={NO_READS}"
        for column, (place, usual) in zip(self._columns, self.usual, strict=True):
            cell = cells[place]
            if cell in usual:
                continue
            verdict = column.judge(cell, reference)
            if verdict == "germline" and not self._keeps_germline:
                return f"{NOT_SOMATIC}: {column.name}={cell}"
            if verdict == "absent" and not self._keeps_absent:
                return f"{NOT_IN_TUMOR if column.topic == 'genotype' else NOT_DETECTED}: {column.name}={cell}"
            if not self._keeps_germline and (verdict == "unknown" or _is_undetermined(column, cell)):
                self._report_unknown(line, column, cell, verdict)
            # The same letters may be the reference of one row and not of another.
            if column.topic != "genotype":
                usual.add(cell)
        return ""

    def _report_unknown(self, line: int, column: _Column, cell: str, verdict: Verdict) -> None:
        if column.topic == "origin" and verdict == "unknown":
            self._source.problems.abort(
                f"line {line}, column {column.name}: found {quote(cell)}, expected Somatic or Germline",
                tip="write Somatic or Germline there, or send all rows whatever the column says: --keep-germline",
            )
        if column.name not in self._warned:
            self._warned.add(column.name)
            self._source.notes.warn(
                f"rows are sent though it is not known what the column {quote(column.name)} says of them, the first "
                f"on line {line}: {quote(cell)}"
            )


def _find_topic(name: str) -> tuple[Topic, StatusRule] | None:
    """Return what a column is about by its name, and how its cells are judged."""
    plain = re.sub(r"[\W_]", "", name.casefold())
    if _ORIGIN.fullmatch(plain):
        words = {word for word in ("somatic", "germline") if word in plain}
        return "origin", lambda cell, _: _judge_origin(cell, words)
    for pattern, topic, rule in _RULES:
        if pattern.fullmatch(plain):
            return topic, rule
    if plain in FINDINGS:
        return "finding", lambda cell, _: "absent" if is_not_found(cell) else "sent"
    return None


def find_reads(names: Sequence[str]) -> int:
    """Return the place of the column of a tumour's reads with the allele, behind the last one if there is none."""
    plain = [re.sub(r"[\W_]", "", name.casefold()) for name in names]
    return next((place for place, name in enumerate(plain) if _READS.fullmatch(name)), len(names))


def _is_undetermined(column: _Column, cell: str) -> bool:
    """Return whether a column says that the origin or the status of a row is not known."""
    return column.topic in ("origin", "status") and _words(cell) in _NO_WORDS - {""}


def _words(cell: str) -> str:
    return re.sub(r"[\W_]+", " ", cell.casefold()).strip() if is_present(cell) else ""


def _judge_origin(cell: str, in_name: set[str]) -> Verdict:
    """Return what a column says that is about the origin; `in_name` are the words of somatic and germline in its name.

    A column that has one of them in its name may be a question, which is answered by yes or no.
    """
    word = _words(cell)
    if len(in_name) == 1 and word in _YES | _NO:
        return "germline" if (word in _YES) == ("germline" in in_name) else "sent"
    return _judge_words(cell)


def _judge_words(cell: str) -> Verdict:
    """Return what words such as Germline, likely somatic, LOH and inherited say."""
    word = _words(cell)
    if word in _NO_WORDS or re.fullmatch("(non|not) ?germ ?line", word):
        return "sent"
    if word in _GERMLINE_WORDS or mark_in_status("", cell):
        return "germline"
    is_germline, is_somatic = "germ" in word, "somatic" in word
    if is_germline != is_somatic and not re.search(r"\b(no|not|non|versus|vs|or)\b", word):
        return "germline" if is_germline else "sent"
    return "sent" if _TUMOR_WORDS.fullmatch(word) else "unknown"


def _judge_status(cell: str) -> Verdict:
    """Return what a status says, which may be about the origin, the test, the patient or the report."""
    if (verdict := _judge_words(cell)) != "unknown":
        return verdict
    if NOT_FOUND.fullmatch(cell.strip()):
        return "absent"
    return "sent" if _HARMLESS.fullmatch(_words(cell)) else "unknown"


def _judge_genotype(cell: str, reference: str) -> Verdict:
    """Return whether a genotype, in numbers, letters or words, has anything but the reference."""
    alleles = re.split(r"[/|]", cell.strip())
    if len(alleles) > 1:
        return "absent" if {*map(str.upper, alleles)} <= {"0", ".", reference.upper()} else "sent"
    return "absent" if cell.strip() == "0" or _IS_REFERENCE.fullmatch(_words(cell)) else "sent"


_RULES: tuple[tuple[re.Pattern[str], Topic, StatusRule], ...] = (
    (SAMPLE_TYPE, "origin", lambda cell, _: "germline" if is_normal_tissue(cell) else "sent"),
    (_STATUS, "status", lambda cell, _: _judge_status(cell)),
    (_GENOTYPE, "genotype", _judge_genotype),
    (_VALIDATION, "finding", lambda cell, _: "absent" if _words(cell) in _DENIED else "sent"),
)
"""Columns that are about one thing by their name, and how their cells are judged."""
