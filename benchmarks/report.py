"""The figures as data, `docs/performance.json`, and as a page, `docs/performance.md`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.measure import ROOT, Row

FIGURES = ROOT / "docs" / "performance.json"
PAGE = ROOT / "docs" / "performance.md"
COLUMNS = ("measure", "ours", "peer", "ratio", "bar", "kept", "growth", "taken")

LONGEST_LABEL = 84
PICTURE = PAGE.with_suffix(".svg")

HEAD = """\
# Performance

What `cgi-runner` costs, beside what people would use instead.

"""
HOW = """\
## How it is measured

This page is written by `make bench` from `docs/performance.json`, in 20 minutes on an idle machine; `make bench-full`
also takes what is longer (10,000,000 rows, `make test`, `.ci/run`). `make bench BENCH="--only preparing"` measures one
part again, `python -m benchmarks.run --report` only writes the page, and `python -m benchmarks.run --only older
--against COMMIT` compares preparing with any older commit.

Ratios are of medians of programs that took turns in one run; they hold where absolute times drift. A bar is what was
demanded before anything was measured. The peers: the `curl` and `requests` calls of CGI's page on its API, querynator
0.6.0 (its service address turned to the sandbox), a pipeline of bcftools that does the same work, and as the limit of
what can be had, `bcftools query` and `cut` with `awk`, which only copy columns. The service is a stand-in on the same
machine, so that no figure has a network in it.

The last column tells when, under which load and at which commit a row was measured. Times on the clock that were
measured under a load above the number of cores are upper bounds.
"""


def load(path: Path = FIGURES) -> list[Row]:
    """Return the rows of earlier runs."""
    return [Row(**about) for about in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def merge(rows: Iterable[Row], measure: str, newer: Sequence[Row], order: Sequence[str]) -> list[Row]:
    """Replace the rows of a measure by newer ones; a row without a figure does not replace one that has it.

    `order` is that of the measures.
    """
    kept = {row.key: row for row in rows if _measure_name(row) == measure and row.ours is not None}
    ours = {row.key: kept.get(row.key, row) if row.skipped else row for row in newer}
    if f"{measure}.failed" in ours:
        ours = {**kept, **ours}
    others = [row for row in rows if _measure_name(row) != measure]
    return sorted(
        [*others, *ours.values()],
        key=lambda row: order.index(_measure_name(row)) if _measure_name(row) in order else len(order),
    )


def save(rows: Sequence[Row], path: Path = FIGURES, page: Path = PAGE) -> None:
    """Save the rows, and write the page."""
    path.write_text(json.dumps([row.as_json() for row in rows], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write_text(render(rows), encoding="utf-8")
    page.with_suffix(".svg").write_text(render_picture(rows), encoding="utf-8")


def render(rows: Sequence[Row]) -> str:
    """Write the page."""
    table = [COLUMNS, ("---",) * len(COLUMNS), *map(row_cells, rows)]
    lines = [f"| {' | '.join(row)} |" for row in table]
    picture = f"![What it costs beside its peers]({PICTURE.name})\n"
    head = HEAD + "\n".join(_summarise(rows)) + "\n"
    parts = [
        head,
        picture,
        _list_missed_bars(rows),
        "## The table\n",
        "\n".join(lines) + "\n",
        HOW,
        _describe_machines(rows),
        _list_notes(rows),
    ]
    return "\n".join(part for part in parts if part)


def row_cells(row: Row) -> tuple[str, ...]:
    """Return the cells of a row of the table."""
    kept = {True: "kept", False: "**missed**", None: "not measured" if row.skipped else "—"}[row.kept]
    return (
        row.what,
        row.skipped or format_figure(row.ours, row.unit),
        f"{row.peer} {format_figure(row.peers, row.unit)}" if row.peers is not None else row.peer or "—",
        "—" if row.ratio is None else f"{row.ratio:.2f}",
        format_bar(row),
        kept,
        row.growth or "—",
        ", ".join([row.taken.get("date", "—")[:10], *_format_circumstances(row)]),
    )


def _format_circumstances(row: Row) -> list[str]:
    """Return the load and the commit."""
    named = [("load", "load {}"), ("commit", "`{:.10}`")]
    return [form.format(row.taken[key]) for key, form in named if row.taken.get(key)]


def _summarise(rows: Sequence[Row]) -> list[str]:
    """Return five lines on what the figures mean for a user, as far as they were measured."""
    known = {row.key: row for row in rows if row.ours is not None}

    def fill_in(text: str, *keys: str) -> str:
        cells = [format_figure(known[key].ours, known[key].unit) if key in known else "(not measured)" for key in keys]
        return f"- {text.format(*cells)}"

    return [
        fill_in("**Waiting**: the end of a job of 16 s is noticed after {}, of one of 5 minutes after {} on average.",
             "polling.16", "polling.300"),
        fill_in("**Your files**: a VCF of a million records is checked and prepared in {}, in no order in {}.",
             "preparing.caller_vcf", "preparing.unsorted_vcf"),
        fill_in("**Memory**: {} for that VCF, {} for one in no order, and hardly more for longer ones.",
             "preparing.caller_vcf_memory", "preparing.unsorted_vcf_memory"),
        fill_in("**The service**: a job of ten minutes costs it {} requests, deleting included.", "politeness.600"),
        fill_in("**Results**: the page of 100,000 alterations takes {}, all programs start in {}.",
             "results.report", "startup.--version"),
    ]  # fmt: skip


def render_picture(rows: Sequence[Row]) -> str:
    """Draw the rows that have a peer, except throughputs: our cost as a share of the peer's."""
    shown = [row for row in rows if row.ratio and row.least is None and row.peer != "the job's own time"]
    width, left, line = 1000, 570, 20
    widest = max([row.ratio or 0 for row in shown], default=1)
    scale = (width - left - 60) / min(max(widest, 1), 4)
    height = line * (len(shown) + 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<style>text { font: 11px sans-serif }</style>",
        "<title>What cgi-runner takes, as a share of what its peers take</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<line x1="{left + scale:.0f}" y1="{line}" x2="{left + scale:.0f}" y2="{height - line}" stroke="#888"/>',
        f'<text x="{left + scale:.0f}" y="14" text-anchor="middle" fill="#444">as much as the peer</text>',
    ]
    for number, row in enumerate(shown, 1):
        ratio, y = row.ratio or 0, line * number
        long = min(ratio, 4) * scale
        colour = "#b03030" if row.kept is False else "#2f6f9f"
        text = f"{row.what}: {row.peer}".replace("`", "")
        what = escape(text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…")
        parts += [
            f'<text x="{left - 6}" y="{y + 14}" text-anchor="end">{what}</text>',
            f'<rect x="{left}" y="{y + 4}" width="{long:.0f}" height="12" fill="{colour}"/>',
            f'<text x="{left + long + 4:.0f}" y="{y + 14}">{ratio:.2f}</text>',
        ]
    return "\n".join([*parts, "</svg>\n"])


def format_bar(row: Row) -> str:
    """Return the bar of a row as text."""
    if not row.judged:
        return "—"
    sign, limit = ("≤", row.most) if row.most is not None else ("≥", row.least)
    return f"ratio {sign} {limit:g}" if row.judged == "ratio" else f"{sign} {format_figure(limit, row.unit)}"


def format_figure(value: float | None, unit: str) -> str:
    """Return a figure with three significant digits, or with all digits of its whole part."""
    if value is None:
        return "—"
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f} {unit}".strip()


def _measure_name(row: Row) -> str:
    return row.key.partition(".")[0]


def _describe_machines(rows: Sequence[Row]) -> str:
    seen = dict.fromkeys(
        f"Measured with {about['cores']} cores and Python {about['python']}." for row in rows if (about := row.taken)
    )
    loads = [float(row.taken["load"]) for row in rows if "load" in row.taken]
    dates = sorted(row.taken["date"] for row in rows if "date" in row.taken)
    if not loads:
        return ""
    span = f"From {dates[0]} to {dates[-1]}; load of the machine when a measure began: {min(loads)} to {max(loads)}."
    return "\n".join([*seen, span]) + "\n"


def _list_missed_bars(rows: Sequence[Row]) -> str:
    missed = [row for row in rows if row.kept is False]
    if not missed:
        return ""
    lines = [
        f"- {row.what}: {_format_result(row)}, the bar is {format_bar(row)}."
        + (f" The reason: {row.why}." if row.why else "")
        for row in missed
    ]
    return "\n".join(["## Missed bars\n", *lines]) + "\n"


def _format_result(row: Row) -> str:
    return f"a ratio of {row.ratio:.2f}" if row.judged == "ratio" else format_figure(row.ours, row.unit)


def _list_notes(rows: Sequence[Row]) -> str:
    notes = [f"- {row.what}: {row.note}" for row in rows if row.note]
    return "\n".join(["## Notes\n", *notes]) + "\n" if notes else ""
