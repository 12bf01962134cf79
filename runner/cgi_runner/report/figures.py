"""The numbers behind the figures: bars of classes, genes by samples, levels by kind of match."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cgi_runner.findings.model import (
    AlterationClass,
    Findings,
    MatchKind,
    SampleCounts,
    TumourMatch,
    level_rank,
)
from cgi_runner.report.wording import sort_effects, strict_tumour, tells_others_apart

MAX_BARS = 40
MAX_GENES = 25
MAX_COLUMNS = 60
_WIDTH = 640
_LEAST_WIDTH = 0.5
_LABELLED = 7  # units of width that a digit takes
CLASS_ORDER = tuple(klass.name.lower().replace("_", "-") for klass in AlterationClass)
KINDS = ("mutation", "amplification", "deletion", "fusion")


@dataclass(frozen=True)
class Segment:
    """A part of a bar, in units of the drawing."""

    klass: str
    label: str
    count: int
    x: float
    width: float
    is_labelled: bool


@dataclass(frozen=True)
class Bar:
    """The mutations of one sample by class; no segments where they are not known."""

    sample: str
    total: int | None
    drivers: int | None
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """Return the numbers."""
        if self.total is None:
            return f"{self.sample}: unknown"
        parts = ", ".join(f"{segment.count} {segment.label}" for segment in self.segments)
        return f"{self.sample}: {self.total} mutations ({parts})" if parts else f"{self.sample}: no mutation came back"


@dataclass(frozen=True)
class Cell:
    """What one sample has in one gene; `kinds` are among KINDS."""

    column: int
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class GeneRow:
    """One row of the matrix."""

    gene: str
    samples: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    """The genes with drivers in most samples, and which samples have them."""

    samples: tuple[str, ...]
    all_samples: int
    all_genes: int
    rows: tuple[GeneRow, ...]
    unknown: tuple[int, ...] = ()
    """Columns of samples without a mutation among the results: an empty cell there says nothing."""


@dataclass(frozen=True)
class LevelRow:
    """How many distinct matches of a level there are of each kind, each with its effects; None is unknown."""

    level: str
    cells: tuple[tuple[tuple[str, int], ...], ...]


def bars(findings: Findings) -> list[Bar]:
    """Return the bars of the first samples, on one scale."""
    samples = list(findings.samples.values())[:MAX_BARS]
    most = max((sample.mutations or 0 for sample in samples), default=0) or 1
    return [_bar(sample, _WIDTH / most) for sample in samples]


def _bar(sample: SampleCounts, scale: float) -> Bar:
    segments, x = [], 0.0
    for klass, name in zip(AlterationClass, CLASS_ORDER, strict=True):
        if count := sample.classes[klass]:
            width = max(count * scale, _LEAST_WIDTH)
            is_labelled = width > _LABELLED * (len(str(count)) + 1)
            segments.append(Segment(name, klass.value, count, round(x, 1), round(width, 1), is_labelled))
            x += width
    return Bar(sample.name, sample.mutations, sample.drivers, tuple(segments))


def matrix(findings: Findings) -> Matrix | None:
    """Return the matrix of genes and samples; None for a single sample."""
    if len(findings.samples) < 2:  # noqa: PLR2004 - several samples are two or more
        return None
    found: dict[str, dict[str, set[str]]] = {}
    for driver in findings.drivers:
        found.setdefault(driver.gene, {}).setdefault(driver.sample, set()).add("mutation")
    for each in findings.structural:
        if each.is_driver:
            kind = "fusion" if each.kind == "fusion" else {"AMP": "amplification", "DEL": "deletion"}.get(each.change)
            if kind:
                found.setdefault(each.gene, {}).setdefault(each.sample, set()).add(kind)
    genes = sorted(found, key=lambda gene: (-len(found[gene]), gene))[:MAX_GENES]
    samples = tuple(findings.samples)[:MAX_COLUMNS]
    # Of a sample without a mutation, nothing tells whether it was sequenced: none was sent, or none came back.
    unknown = tuple(place for place, name in enumerate(samples) if not findings.samples[name].mutations)
    rows = tuple(_row(gene, found[gene], samples) for gene in genes)
    return Matrix(samples, len(findings.samples), len(found), rows, unknown)


def _row(gene: str, inside: dict[str, set[str]], samples: tuple[str, ...]) -> GeneRow:
    cells = tuple(
        Cell(column, tuple(kind for kind in KINDS if kind in inside[sample]))
        for column, sample in enumerate(samples)
        if sample in inside
    )
    return GeneRow(gene, len(inside), cells)


def level_columns(findings: Findings) -> list[tuple[str, MatchKind, tuple[TumourMatch, ...]]]:
    """Return the columns of the table of levels: a heading, the kind of match and the tumour types it counts."""
    strict = strict_tumour(findings)
    this = {TumourMatch.THIS: "this tumour type", TumourMatch.ANY: "any tumour type"}[strict]
    yes = (TumourMatch.THIS, TumourMatch.ANY)
    columns: list[tuple[str, MatchKind, tuple[TumourMatch, ...]]] = [
        (f"{this}, complete", MatchKind.COMPLETE, yes),
        ("other tumour types, complete", MatchKind.COMPLETE, (TumourMatch.OTHER,)),
        (f"{this}, gene or type only", MatchKind.PARTIAL, yes),
        ("other tumour types, gene or type only", MatchKind.PARTIAL, (TumourMatch.OTHER,)),
        ("wild types (absence)", MatchKind.WILD_TYPE, tuple(TumourMatch)),
    ]
    has_others = tells_others_apart(findings)
    return [column for column in columns if has_others or column[2] != (TumourMatch.OTHER,)]


def level_rows(findings: Findings) -> list[LevelRow]:
    """Return the rows of the table of levels, A first."""
    columns = level_columns(findings)
    counts: dict[str, list[Counter[str]]] = {}
    for match in findings.matches:
        row = counts.setdefault(match.level, [Counter() for _ in columns])
        for place, (_, kind, tumours) in enumerate(columns):
            if match.kind is kind and match.tumour in tumours:
                row[place][match.effect] += 1
    return [
        LevelRow(level, tuple(tuple(sort_effects(cell)) for cell in counts[level]))
        for level in sorted(counts, key=level_rank)
    ]
