"""The figures as they are kept, `docs/performance.json`, and as they are read, `docs/performance.md`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.measure import ROOT, Row

FIGURES = ROOT / "docs" / "performance.json"
PAGE = ROOT / "docs" / "performance.md"
COLUMNS = ("measure", "ours", "peer", "ratio", "bar", "kept", "growth", "taken")

HEAD = """\
# Performance

What `cgi-runner` costs, beside what people would use instead. This page is written by `make bench` from
`docs/performance.json`; `make bench BENCH="--only preparing"` measures one part again, `--report` only writes the page.

Ratios are of medians of programs that took turns in one run; they hold where absolute times drift. A bar is what was
demanded before anything was measured. The peers: the `curl` and `requests` calls of CGI's page on its API, querynator
0.6.0 (its service address turned to the sandbox), `bcftools query`, and `cut` with `awk`. The service is the sandbox on
the same machine, so that no figure has a network in it.
"""


def load(path: Path = FIGURES) -> list[Row]:
    """Give the rows of earlier runs."""
    return [Row(**about) for about in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def merge(rows: Iterable[Row], measure: str, newer: Sequence[Row], order: Sequence[str]) -> list[Row]:
    """Put the new rows of a measure in the place of its old ones; a figure is not given up for a row without one.

    `order` is that of the measures.
    """
    kept = {row.key: row for row in rows if _measure(row) == measure and row.ours is not None}
    ours = {row.key: kept.get(row.key, row) if row.skipped else row for row in newer}
    if f"{measure}.failed" in ours:
        ours = {**kept, **ours}
    others = [row for row in rows if _measure(row) != measure]
    return sorted(
        [*others, *ours.values()], key=lambda row: order.index(_measure(row)) if _measure(row) in order else len(order)
    )


def save(rows: Sequence[Row], path: Path = FIGURES, page: Path = PAGE) -> None:
    """Keep the rows, and write the page."""
    path.write_text(json.dumps([row.as_json() for row in rows], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write_text(render(rows), encoding="utf-8")


def render(rows: Sequence[Row]) -> str:
    """Write the page."""
    table = [COLUMNS, ("---",) * len(COLUMNS), *map(cells, rows)]
    lines = [f"| {' | '.join(row)} |" for row in table]
    parts = [HEAD, _machines(rows), _missed(rows), "## The table\n", "\n".join(lines) + "\n", _notes(rows)]
    return "\n".join(part for part in parts if part)


def cells(row: Row) -> tuple[str, ...]:
    """Give the cells of a row of the table."""
    kept = {True: "kept", False: "**missed**", None: "not measured" if row.skipped else "—"}[row.kept]
    return (
        row.what,
        row.skipped or figure(row.ours, row.unit),
        f"{row.peer} {figure(row.peers, row.unit)}" if row.peers is not None else row.peer or "—",
        "—" if row.ratio is None else f"{row.ratio:.2f}",
        bar(row),
        kept,
        row.growth or "—",
        row.taken.get("date", "—")[:10] + (f", load {row.taken['load']}" if "load" in row.taken else ""),
    )


def bar(row: Row) -> str:
    """Spell a row's bar."""
    if not row.judged:
        return "—"
    sign, limit = ("≤", row.most) if row.most is not None else ("≥", row.least)
    return f"ratio {sign} {limit:g}" if row.judged == "ratio" else f"{sign} {figure(limit, row.unit)}"


def figure(value: float | None, unit: str) -> str:
    """Write a figure with three digits that mean something, or all of a large one's."""
    if value is None:
        return "—"
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f} {unit}".strip()


def _measure(row: Row) -> str:
    return row.key.partition(".")[0]


def _machines(rows: Sequence[Row]) -> str:
    seen = dict.fromkeys(
        f"Measured with {about['cores']} cores, Python {about['python']}, at commit `{about['commit'] or 'unknown'}`."
        for row in rows
        if (about := row.taken)
    )
    loads = [float(row.taken["load"]) for row in rows if "load" in row.taken]
    dates = sorted(row.taken["date"] for row in rows if "date" in row.taken)
    if not loads:
        return ""
    span = f"From {dates[0]} to {dates[-1]}; load of the machine when a measure began: {min(loads)} to {max(loads)}."
    return "\n".join([*seen, span]) + "\n"


def _missed(rows: Sequence[Row]) -> str:
    missed = [row for row in rows if row.kept is False]
    if not missed:
        return ""
    lines = [f"- {row.what}: {_found(row)}, the bar is {bar(row)}." for row in missed]
    return "\n".join(["## Missed bars\n", *lines]) + "\n"


def _found(row: Row) -> str:
    return f"a ratio of {row.ratio:.2f}" if row.judged == "ratio" else figure(row.ours, row.unit)


def _notes(rows: Sequence[Row]) -> str:
    notes = [f"- {row.what}: {row.note}" for row in rows if row.note]
    return "\n".join(["## Notes\n", *notes]) + "\n" if notes else ""
