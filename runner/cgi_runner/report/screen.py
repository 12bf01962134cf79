"""The findings on a terminal: the drivers and the complete matches of this tumour type in small tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cgi_runner.findings.model import Findings, MatchKind, TumourMatch
from cgi_runner.report.levels import structural_drivers
from cgi_runner.report.wording import count, effect_of, heading, samples_with_types, strict_tumour

MAX_ROWS = 12
_WIDEST = 36
_GAP = "  "


def summary(findings: Findings) -> Iterator[str]:
    """Yield the drivers and the complete matches in small tables, and how many more there are."""
    yield from _drivers(findings)
    yield from _matches(findings)
    if findings.is_sandbox:
        yield "  from the sandbox: made-up rows, no interpretation of a patient"


def _drivers(findings: Findings) -> Iterator[str]:
    mutations = findings.total(lambda sample: sample.drivers)
    structural = findings.total(lambda sample: sample.structural_driver_total)
    if mutations is None and structural is None:
        yield "drivers: unknown, there is no table of alterations"
        return
    total = (mutations or 0) + (structural or 0)
    parts = {
        "mutations": (mutations, ("mutations",)),
        "copy numbers and fusions": (structural, ("cnas", "translocations")),
    }
    unknown = [name for name, (known, kinds) in parts.items() if known is None and not findings.is_not_sent(*kinds)]
    yield f"drivers: {total:,}{f' ({unknown[0]}: unknown)' if unknown else ''}"
    rows = [(driver.sample, driver.gene, driver.protein, driver.klass.value) for driver in findings.drivers]
    rows += [
        (each.sample, each.gene, "fusion" if each.kind == "fusion" else each.change, each.driver)
        for each in structural_drivers(findings)
    ]
    yield from _table(("sample", "gene", "change", "driver"), rows, total)


def _matches(findings: Findings) -> Iterator[str]:
    tumour = strict_tumour(findings)
    found = findings.matches_of(MatchKind.COMPLETE, tumour)
    known = findings.total(lambda sample: sample.matches_of(MatchKind.COMPLETE, tumour))
    types = dict.fromkeys(sample.cancer_type or "" for sample in findings.samples.values())
    asked = f" ({', '.join(name for name in types if name)})" if tumour is TumourMatch.THIS and any(types) else ""
    yield f"{heading(MatchKind.COMPLETE, tumour).lower()}{asked}: {count(known)}"
    names = samples_with_types(findings)
    rows = [
        (names.get(match.sample, match.sample), match.alterations, match.drug, effect_of(match), match.level)
        for match in found
    ]
    yield from _table(("sample", "alteration", "drug", "effect", "level"), rows, len(found))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], total: int) -> Iterator[str]:
    if not rows:
        return
    shown = [header, *([_short(cell) for cell in row] for row in rows[:MAX_ROWS])]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {_GAP.join(cells)}".rstrip()
    if total > len(rows[:MAX_ROWS]):
        yield f"  … and {total - MAX_ROWS:,} more"


def _short(cell: str) -> str:
    return cell if len(cell) <= _WIDEST else f"{cell[: _WIDEST - 1]}…"
