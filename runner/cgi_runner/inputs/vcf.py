"""VCF, also with several samples and several alleles a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.inputs.faults import shown
from cgi_runner.inputs.genome import NAMES, REFERENCE_TIP, Genome, build_named_in, build_of_length
from cgi_runner.inputs.lines import Source
from cgi_runner.inputs.model import Options, Row
from cgi_runner.inputs.samples import chosen
from cgi_runner.inputs.variant import Allele, Judge

FIXED = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")
GENOTYPE_FIRST = frozenset(("GT", "GT:"))
USUAL_CALLS = {
    f"{one}{phase}{two}{end}": "1" in (one, two)
    for one in "01."
    for two in "01."
    for phase in "/|"
    for end in ("", ":")
}
"""Whether the one alternate allele is carried, by the first four letters of a genotype column that starts with GT."""
NAMES_LINE = "#CHROM POS ID REF ALT QUAL FILTER INFO, separated by tabs"


class VcfReader:
    """Reads the lines of a VCF whose header is fine: one row for each allele of each sample that carries it."""

    format = "VCF"

    def __init__(self, source: Source, line: tuple[int, str], options: Options, dropped: DroppedFile) -> None:
        """Read the header, which begins with this line."""
        self._source = source
        self._judge = Judge(options, source.faults, dropped, ("CHROM", "POS", "REF", "ALT"))
        self._pass_only = options.pass_only
        number, columns = _header(source, self._judge.genome, line)
        self._width = len(columns)
        picked = chosen(source.faults, number, columns[9:], options)
        self._samples = {9 + place: name for place, name in picked.items()}
        self.samples = set(self._samples.values())
        self.named = bool(self._samples)
        self.renamed = not self.samples.issubset(columns[9:])

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Give the rows to send, block by block; `default` is the sample of a file without genotypes."""
        for first, lines in self._source.blocks():
            yield self._block(first, lines, default)

    def _block(self, first: int, lines: list[str], default: str) -> list[Row]:
        """Give the rows of a block.

        Plain lines with a usual genotype are dealt with here; `_rows` knows every other case, and says what is wrong.
        """
        rows: list[Row] = []
        width, plain, pass_only = self._width, self._judge.plain, self._pass_only
        genotypes, calls, otherwise = tuple(self._samples.items()), USUAL_CALLS, None
        if not self.named:
            genotypes, calls, otherwise = ((0, default),), {}, True
        for number, line in enumerate(lines, first):
            cells = line.split("\t")
            if len(cells) != width:
                self._ragged(number, line, len(cells))
                continue
            known = len(rows)
            if (
                (variant := plain(cells[0], cells[1], cells[3], cells[4]))
                and (not pass_only or cells[6] == "PASS")
                and (otherwise or cells[8][:3] in GENOTYPE_FIRST)
            ):
                for column, sample in genotypes:
                    carried = calls.get(cells[column][:4], otherwise)
                    if carried:
                        rows.append(((*variant, sample), number))
                    elif carried is None:
                        del rows[known:]
                        break
            if len(rows) == known:
                rows += self._rows(number, cells, default)
        return rows

    def _ragged(self, line: int, text: str, found: int) -> None:
        if text and not text.isspace():
            self._source.faults.say(f"line {line}: found {found} columns, expected {self._width}")

    def _rows(self, line: int, cells: list[str], default: str) -> list[Row]:
        site = (cells[0], cells[1], cells[3])
        alternates = cells[4].split(",")
        if self.named:
            alleles = self._carried(line, cells, alternates)
        else:
            alleles = [(alternate, (default,)) for alternate in alternates]
        return self._judge.rows(line, site, alleles, passed=not self._pass_only or cells[6] == "PASS")

    def _carried(self, line: int, cells: list[str], alternates: list[str]) -> list[Allele]:
        """Give each alternate allele with the samples whose genotype has it."""
        names = cells[8].split(":")
        if "GT" not in names:
            if len(self._samples) > 1:
                self._source.faults.stop(
                    f"line {line}, column FORMAT: found {shown(cells[8])}, expected GT to tell who has the allele",
                    tip="pick one sample, whose rows are then all taken: --sample NAME",
                )
            return [(alternate, tuple(self._samples.values())) for alternate in alternates]
        place = names.index("GT")
        carriers: list[list[str]] = [[] for _ in alternates]
        for column, sample in self._samples.items():
            genotype = cells[column].split(":")
            alleles = alleles_of(genotype[place] if place < len(genotype) else "")
            if max(alleles, default=0) > len(alternates) or min(alleles, default=0) < 0:
                expected = f"alleles from 0 to {len(alternates)}, like 0/1"
                self._source.faults.add(line, sample, cells[column], expected)
                continue
            for allele in alleles:
                carriers[allele - 1].append(sample)
        return list(zip(alternates, carriers, strict=True))


@lru_cache(maxsize=1000)
def alleles_of(genotype: str) -> frozenset[int]:
    """Give the alternate alleles in a genotype like 0/1, 1|2 or 1; -1 stands for something that is none."""
    calls = [call for call in re.split(r"[/|]", genotype) if call not in ("", ".", "0")]
    return frozenset(int(call) if re.fullmatch("[0-9]{1,4}", call) else -1 for call in calls)


def _header(source: Source, genome: Genome, line: tuple[int, str] | None) -> tuple[int, list[str]]:
    """Read from this line up to the one with the column names; give its number and the names."""
    number = 1
    while line and line[1].startswith("##"):
        number, text = line
        refuse_another_build(source, number, text, genome)
        line = source.line()
    if not line:
        source.faults.stop(f"line {number}: the file ends here, expected the line with the column names: {NAMES_LINE}")
    columns = line[1].split("\t")
    if tuple(name.upper() for name in columns[:8]) != FIXED or columns[8:9] not in ([], ["FORMAT"]):
        source.faults.stop(f"line {line[0]}: found {shown(line[1])}, expected the column names: {NAMES_LINE}")
    return line[0], columns


def refuse_another_build(source: Source, number: int, text: str, genome: Genome) -> None:
    """Stop at a line above the column names that tells of another build than this one."""
    if contradiction := contradiction_in(text, genome):
        source.faults.stop(f"line {number}: found {contradiction}, expected {genome.name}", tip=REFERENCE_TIP)


def contradiction_in(text: str, genome: Genome) -> str:
    """Say what in a line of the header is of another build than this one, or give an empty string."""
    if text.startswith("##reference="):
        build = build_named_in(text)
        return f"{shown(text)}, which is {build}" if build not in ("", genome.name) else ""
    if not text.startswith("##contig="):
        return ""
    facts = dict(re.findall(r"\b(ID|length|assembly)=([^,>]*)", text))
    build = build_named_in(facts.get("assembly", ""))
    if build not in ("", genome.name):
        return f"the assembly {shown(facts['assembly'])}, which is {build}"
    rank, length = genome.rank(facts.get("ID", "")), facts.get("length", "")
    if not rank or not length.isdecimal() or int(length) == genome.ends[rank]:
        return ""
    return f"chromosome {NAMES[rank]} of length {length}, which is {build_of_length(rank, int(length))}"
