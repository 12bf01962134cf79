"""What the lines above a file's rows, and its columns, say of the genome build.

Not every word that names a build says in which one the positions are. Two weights tell them apart:

- *Strong*: what is said of the reference itself. Lengths and assemblies of `##contig`, keys such as `##reference`,
  `##assembly` and `##genome_build`, the FASTA of a caller's command line, the assembly of VEP, the genome of SnpEff,
  the target of a liftover chain, and columns such as NCBI_Build.
- *Weak*: any other word of a command line or a comment, such as a panel's BED or an annotation database. It decides
  where nothing strong is said, if all weak words name one build.

INFO, FORMAT, FILTER and ALT lines are no evidence: dbNSFP lists hg19 positions in files of hg38. After a liftover, what
`##reference` and command lines say is of the file before it, and is no evidence either; its lengths are of the new one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cgi_runner.inputs.genome import GENOMES, NAMES
from cgi_runner.inputs.lazy_pattern import LazyPattern

OTHER = "another genome"
LONGEST_QUOTE = 60

_NOT = r"(?<![a-z0-9])"
_PATTERNS = {
    "hg19": LazyPattern(
        r"hg19(?!\d)|grch_?37|hs37|g1k_v37|assembly_?19|(ncbi|build)[_ .-]?37"
        rf"|{_NOT}b37(?!\d)|^37(\.|$)"
        r"|GCA_000001405\.([1-9]|1[0-4])(?!\d)|GCF_000001405\.(1[3-9]|2[0-5])(?!\d)",
        re.IGNORECASE,
    ),
    "hg38": LazyPattern(
        r"hg38(?!\d)|grch_?38|hs38|assembly_?38|(ncbi|build)[_ .-]?38"
        rf"|{_NOT}b38(?!\d)|^38(\.|$)"
        r"|GCA_000001405\.(1[5-9]|[2-9]\d)(?!\d)|GCF_000001405\.(2[6-9]|[3-9]\d)(?!\d)",
        re.IGNORECASE,
    ),
    OTHER: LazyPattern(
        rf"hg1[678](?!\d)|ncbi_?3[56]|grch_?36|{_NOT}b36(?!\d)|^36(\.|$)|chm13|{_NOT}t2t|{_NOT}hs1(?!\d)"
        rf"|{_NOT}mm(9|10|39)(?!\d)|grcm\d+",
        re.IGNORECASE,
    ),
}

_KEY = LazyPattern(r"#+\s*([\w.-]+(?:[ ](?:build|assembly|genome|version))*)\s*(?:=|:|\s)\s*(.*)")
#: Keys that speak of the reference itself.
_DECLARES = LazyPattern(
    r"(\w*[_.-])?(reference|ref)([_.-]?(genome|build|assembly|fasta|file|seq(uence)?))?|assembly([ _]version)?"
    r"|(\w*[_.-])?(genome|ncbi)[_.-]?(build|version|assembly|reference)?|build|target[_.-]?ref\w*|ref[_.-]?build",
    re.IGNORECASE,
)
#: Keys that CrossMap and others write of the build that a liftover ends in.
_TARGETS = LazyPattern(r"new_reference\w*|target_?ref\w*|liftover_?(reference|target)\w*", re.IGNORECASE)
#: A liftover of this file: a key, a tool or a chain file, but not the name of a resource that was lifted.
_LIFTS = LazyPattern(r"##[\w+]*lift_?over|ID=LiftoverVcf|\.chain\b|##chain=", re.IGNORECASE)
#: The names of UCSC, Ensembl and the Broad Institute for chain files.
_CHAIN = LazyPattern(r"(hg\d\d|b3[678]|grch3[678])_?to_?(hg\d\d|b3[678]|grch3[678]|hs1)", re.IGNORECASE)
_LIFTED_FIELDS = LazyPattern(r"##INFO=<ID=(OriginalContig|OriginalStart|SwappedAlleles|ReverseComplementedAlleles)\b")
_NO_EVIDENCE = LazyPattern(r"##(INFO|FORMAT|FILTER|ALT|SAMPLE|PEDIGREE)=", re.IGNORECASE)
#: How callers and annotators are told of the reference: the option, then its value.
_OPTION = LazyPattern(
    r"(?<![\w-])(?:-R|-r|-f|-g|--?(?:ref(?:erence)?(?:[_-]?(?:fasta|fa|fn|file|dir|genome|sequence|name))?"
    r"|fasta(?:[_-]?ref(?:erence)?)?|ht-reference|genome(?:[_-]?fasta)?|(?:variant-annotation-)?assembly"
    r"|referenceFasta|ref-dir))(?:[ =]+|(?=/))"
    r"[\"'\\]*([^\s\"',;\\]+)"
    r"|\b(?:reference_sequence|referenceFasta|reference|assembly|ref)=[\"'\\]*([^\s\"',;>\\]+)",
)
_SNPEFF = LazyPattern(r"##SnpEffCmd=", re.IGNORECASE)
_SNPEFF_GENOME = LazyPattern(r"(?<![\w/.-])(hg19|hg38|GRCh3[78](?:\.p?\d+)?)(?![\w/])", re.IGNORECASE)
_DATABASE = LazyPattern(r"(hg19|hg38)_", re.IGNORECASE)
_COORDINATE = LazyPattern(r"pos|chr|start|end|coord|locus", re.IGNORECASE)
_VEP = LazyPattern(r"##VEP=")
_VEP_CACHE = LazyPattern(r"cache=\"([^\"]*)\"")


@dataclass(frozen=True)
class BuildEvidence:
    """One statement about the genome build."""

    build: str
    """hg19, hg38 or `another genome`."""
    where: str
    """Place in the file, such as `line 3` or `line 7, column NCBI_Build`."""
    quote: str
    """The words that say it, shortened."""
    is_strong: bool = True

    def __str__(self) -> str:
        """Write the place and the words."""
        return f"{self.where}: '{self.quote}'"


@dataclass
class HeaderEvidence:
    """Collects what the lines of one header say, from the first to the last."""

    is_lifted: bool = False
    """Whether the positions were converted from another build."""
    _all: list[tuple[BuildEvidence, bool]] = field(default_factory=list)
    """With whether it is of the positions as they are now, whatever the file was converted from."""

    def add_line(self, number: int, text: str) -> None:
        """Read a line that begins with `#`.

        Args:
            number: Number of the line, from 1.
            text: The line.

        """
        if _NO_EVIDENCE.match(text):
            self.is_lifted = self.is_lifted or bool(_LIFTED_FIELDS.match(text))
            return
        where = f"line {number}"
        if text.startswith("##contig="):
            self._add(_in_contig(where, text), lasts=True)
            return
        key, value = _key_value(text)
        if _TARGETS.fullmatch(key):
            self.is_lifted = True
            self._add(_evidence(where, text, value), lasts=True)
        elif _LIFTS.search(text):
            self.is_lifted = True
            if chain := _CHAIN.search(text):
                self._add(_evidence(where, text, chain[2]), lasts=True)
        else:
            self._add(_in_other_line(where, text, key, value), lasts=False)

    def found(self) -> list[BuildEvidence]:
        """Return all evidence, in the order of the file; a liftover ends what was said before it."""
        return [one for one, lasts in self._all if lasts or not self.is_lifted]

    def _add(self, found: Iterable[BuildEvidence], *, lasts: bool) -> None:
        self._all += [(one, lasts) for one in found]


def detect_builds(text: str) -> list[str]:
    """Return the builds that a text names: hg19, hg38, `another genome`."""
    return [build for build, pattern in _PATTERNS.items() if pattern.search(text)]


def detect_build(text: str) -> str:
    """Return the build that a text names, or an empty string if it names none or several."""
    named = detect_builds(text)
    return named[0] if len(named) == 1 else ""


def evidence_in_column(line: int, column: str, cell: str) -> list[BuildEvidence]:
    """Return what a cell of a column such as NCBI_Build says.

    Args:
        line: Line of the file, counted from 1.
        column: Name of the column in the file.
        cell: Its text: `GRCh37`, `37`, `hg38` …

    """
    return _evidence(f"line {line}, column {column}", cell.strip(), cell.strip())


def evidence_in_accession(line: int, column: str, cell: str) -> list[BuildEvidence]:
    """Return what the version of a chromosome's accession, such as NC_000007.13, says.

    Args:
        line: Line of the file, counted from 1.
        column: Name of the column in the file.
        cell: The chromosome in it, however it is called.

    """
    builds = [build for build, genome in GENOMES.items() if genome.rank(cell)]
    return [BuildEvidence(builds[0], f"line {line}, column {column}", cell)] if len(builds) == 1 else []


def evidence_in_column_names(line: int, columns: Iterable[str]) -> list[BuildEvidence]:
    """Return what names such as `hg19_cosmic70`, which ANNOVAR gives to its databases, say: weak evidence at most.

    Columns with positions are left out: tables of one build often give those of the other beside them.

    Args:
        line: Number of the header line, from 1.
        columns: Names of the columns.

    Returns:
        The first name that says a build, or nothing.

    """
    named = [column for column in columns if _DATABASE.match(column) and not _COORDINATE.search(column)]
    return [
        BuildEvidence(build, f"line {line}", column[:LONGEST_QUOTE], is_strong=False)
        for column in named[:1]
        if (build := detect_build(column))
    ]


def named_builds(evidence: Iterable[BuildEvidence]) -> set[str]:
    """Return the builds that the strong evidence names, or else those of the weak evidence."""
    known = list(evidence)
    return {one.build for one in known if one.is_strong} or {one.build for one in known}


def _evidence(where: str, text: str, value: str, *, is_strong: bool = True) -> list[BuildEvidence]:
    build = detect_build(value)
    return [BuildEvidence(build, where, _quote(text, value), is_strong)] if build else []


def _quote(text: str, value: str) -> str:
    """Return the words around the place where a build is named, short and printable."""
    spots = [found.start() for pattern in _PATTERNS.values() if (found := pattern.search(value))]
    at = text.find(value) + min(spots, default=0)
    start = 0 if len(text) <= LONGEST_QUOTE or at < LONGEST_QUOTE // 2 else at - LONGEST_QUOTE // 2
    cut = text[start : start + LONGEST_QUOTE]
    clean = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut)
    return f"{'…' if start else ''}{clean}{'…' if len(text) > start + LONGEST_QUOTE else ''}"


def _key_value(text: str) -> tuple[str, str]:
    whole = _KEY.match(text)
    return (whole[1], whole[2]) if whole else ("", text)


def _in_contig(where: str, text: str) -> list[BuildEvidence]:
    """Return what `##contig` says: its assembly, its accession, or the length of a chromosome."""
    facts = dict(re.findall(r"\b(ID|length|assembly)=\"?([^,>\"]*)", text))
    name, length = facts.get("ID", ""), facts.get("length", "")
    told = _evidence(where, text, facts.get("assembly", "")) or _evidence(where, text, name)
    by_build = {build: genome.rank(name) for build, genome in GENOMES.items() if genome.rank(name)}
    if len(by_build) == 1:
        # An accession, whose version is that of one build.
        told.append(BuildEvidence(next(iter(by_build)), where, name))
    rank = next(iter(by_build.values()), 0)
    if not rank or not length.isdecimal():
        return told
    fits = [build for build, genome in GENOMES.items() if genome.lengths[rank] == int(length)]
    quote = f"chromosome {NAMES[rank]} of length {length}"
    return [*told, BuildEvidence(fits[0] if fits else OTHER, where, quote)]


def _in_other_line(where: str, text: str, key: str, value: str) -> list[BuildEvidence]:
    if _VEP.match(text):
        cache = _VEP_CACHE.search(text)
        told = [*_OPTION.findall(text), ("", cache[1] if cache else "")]
        return _first_of(where, text, told) or _weak(where, text)
    if _SNPEFF.match(text):
        genomes = {detect_build(found) for found in _SNPEFF_GENOME.findall(text)}
        last = _SNPEFF_GENOME.findall(text)[-1:]
        return _evidence(where, text, last[0]) if len(genomes) == 1 else _weak(where, text)
    if _DECLARES.fullmatch(key):
        return _evidence(where, text, value)
    return _first_of(where, text, _OPTION.findall(text)) or _weak(where, text)


def _first_of(where: str, text: str, values: Iterable[tuple[str, str]]) -> list[BuildEvidence]:
    """Return strong evidence if the values of options name builds, and all the same."""
    told = [value for pair in values for value in pair if detect_build(value)]
    return _evidence(where, text, told[0]) if len({detect_build(value) for value in told}) == 1 else []


def _weak(where: str, text: str) -> list[BuildEvidence]:
    """Return weak evidence; words such as mm10 or T2T mean little in free text."""
    named = set(detect_builds(text)) - {OTHER}
    return _evidence(where, text, text, is_strong=False) if len(named) == 1 else []
