"""A short report in Markdown, such as Galaxy shows without an administrator's leave (`tool_markdown`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from cgi_runner.findings.model import AlterationClass, Findings, MatchKind, TumourMatch
from cgi_runner.inputs.dropped import NOT_SENT
from cgi_runner.inputs.problems import printable
from cgi_runner.report.compare import Comparison, describe
from cgi_runner.report.levels import structural_drivers
from cgi_runner.report.wording import (
    LICENCE,
    RESEARCH_USE,
    SANDBOX,
    count,
    effect_of,
    heading,
    samples_with_types,
    strict_tumour,
)

#: Galaxy reads the first 10,240 characters of such a file and no more.
MAX_CHARACTERS = 9_000
_MAX_BARS = 15
_MAX_NAMED = 3
_MAX_REASONS = 10
_MAX_WARNINGS = 15
_MAX_SOURCES = 5
_LONGEST_CELL = 80
_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#|~!$&:@+])")
_MORE = "\n*More in the tables.*\n"


def render_markdown(findings: Findings, changes: Comparison | None = None) -> str:
    """Write the report, cut at a whole line where it would be too long for Galaxy.

    Args:
        findings: What was found.
        changes: What has changed since an earlier interpretation, for a section above the tables.

    """
    kept: list[str] = []
    room = MAX_CHARACTERS - len(_MORE)
    for block in _blocks(findings, changes):
        size = len(block) + 1
        if size > room:
            return "\n".join([*kept, _MORE])
        kept.append(block)
        room -= size
    return "\n".join([*kept, ""])


def escape(text: str) -> str:
    """Write a cell so that it stays text: no sign of Markdown's, no line end, no address that becomes a link."""
    short = printable(text) if len(text) <= _LONGEST_CELL else printable(text[:_LONGEST_CELL]) + "…"
    return _SIGNS.sub(r"\\\1", short).replace("www.", "www\\.")


def _blocks(findings: Findings, changes: Comparison | None) -> Iterator[str]:
    """Yield lines, or a few lines that belong together."""
    strict = strict_tumour(findings)
    yield f"# {escape(_title(findings))}\n"
    if findings.is_sandbox:
        yield f"**{SANDBOX}**\n"
    yield f"**{RESEARCH_USE}**\n"
    for source in findings.sources[:_MAX_SOURCES]:
        about = [
            source.version or "version unknown",
            source.date or "date unknown",
            source.cancer_type or "type unknown",
        ]
        yield f"CGI {escape(', '.join([*about, source.reference or 'genome unknown']))}\n"
    if len(findings.sources) > _MAX_SOURCES:
        yield f"and {len(findings.sources) - _MAX_SOURCES:,} more jobs\n"
    yield from _numbers(findings, strict)
    words = [
        f"a word of CGI's summary that this version does not know, {number:,} times: {word}"
        for word, number in findings.other_words.items()
    ]
    if warnings := [*findings.warnings, *words]:
        yield "\n## Warnings\n"
        yield from (f"- {escape_sentence(text)}" for text in warnings[:_MAX_WARNINGS])
        if len(warnings) > _MAX_WARNINGS:
            yield f"- and {len(warnings) - _MAX_WARNINGS:,} more, which the page (report.html) has"
    if changes is not None:
        yield from _changes(changes)
    yield f"\n## {heading(MatchKind.COMPLETE, strict)}\n"
    matches = findings.matches_of(MatchKind.COMPLETE, strict)
    names = samples_with_types(findings)
    rows = ((names.get(m.sample, m.sample), m.level, effect_of(m), m.drug, m.alterations, m.biomarker) for m in matches)
    yield from _table(("Sample", "Level", "Effect", "Drug", "Alteration found", "Biomarker in CGI"), rows)
    yield from _figure(findings)
    yield "\n## Drivers\n"
    yield from _table(("Sample", "Gene", "Change", "Driver"), _drivers(findings))
    yield from _left_out(findings)
    yield f"\nKnowledge base of CGI: {LICENCE}.\n"


def _title(findings: Findings) -> str:
    """Name a few samples, since a folder's name alone may say nothing."""
    names = list(findings.samples)
    if len(names) == 1:
        return names[0]
    which = ", ".join(names) if len(names) <= _MAX_NAMED else f"{len(names):,} samples"
    return f"{findings.name}: {which}" if names else findings.name


def escape_sentence(text: str) -> str:
    """Write a warning so that it stays text; it may be longer than a cell."""
    return _SIGNS.sub(r"\\\1", printable(text[:400])).replace("www.", "www\\.")


def _count_sent(findings: Findings, number: int | None, *kinds: str) -> str:
    """Write a number, or that nothing of these kinds was sent, which is not the same as unknown."""
    return "none was sent" if number is None and findings.is_not_sent(*kinds) else count(number)


def _numbers(findings: Findings, strict: TumourMatch) -> Iterator[str]:
    other = TumourMatch.OTHER
    structural = findings.total(lambda sample: sample.structural_driver_total)
    rows = [
        ("Driver mutations", _count_sent(findings, findings.total(lambda sample: sample.drivers), "mutations")),
        ("Driver copy numbers and fusions", _count_sent(findings, structural, "cnas", "translocations")),
        (heading(MatchKind.COMPLETE, strict),
         count(findings.total(lambda sample: sample.matches_of(MatchKind.COMPLETE, strict)))),
        (heading(MatchKind.COMPLETE, other),
         count(findings.total(lambda sample: sample.matches_of(MatchKind.COMPLETE, other)))),
        ("Rows not sent", count(_count_rows_not_sent(findings))),
        ("Rows not returned", count(findings.not_returned)),
    ]  # fmt: skip
    yield "| What | Number |\n|---|---|\n" + "\n".join(f"| {what} | {number} |" for what, number in rows)


def _count_rows_not_sent(findings: Findings) -> int | None:
    if findings.dropped_reasons is None:
        return None
    return sum(number for (stage, _), number in findings.dropped_reasons.items() if stage == NOT_SENT)


def _left_out(findings: Findings) -> Iterator[str]:
    """Yield the reasons of rows that were not sent or did not come back, the most frequent first."""
    if not findings.dropped_reasons:
        return
    yield "\n## Rows left out\n"
    reasons = findings.dropped_reasons.most_common()
    yield from _table(
        ("Rows", "", "Reason"), ((f"{number:,}", stage, reason) for (stage, reason), number in reasons[:_MAX_REASONS])
    )
    if len(reasons) > _MAX_REASONS:
        yield f"\n*{len(reasons) - _MAX_REASONS:,} further reasons.*"


def _changes(changes: Comparison) -> Iterator[str]:
    yield "\n## What has changed\n"
    yield f"Old: {escape(describe(changes.old))}. New: {escape(describe(changes.new))}.\n"
    yield from (f"- {escape_sentence(note)}" for note in changes.notes)
    if changes.notes:
        yield ""
    rows = [
        (each.what, each.change, each.sample, each.subject, each.drug, each.old, each.new) for each in changes.changes
    ]
    if rows:
        yield from _table(("What", "Change", "Sample", "Gene or alterations", "Drug", "Old", "New"), rows)
    else:
        yield "Nothing: drivers and drug matches are the same."


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    is_begun = False
    for row in rows:
        if not is_begun:
            yield f"| {' | '.join(header)} |\n|{'---|' * len(header)}"
            is_begun = True
        yield f"| {' | '.join(escape(cell) for cell in row)} |"
    if not is_begun:
        yield "None, or unknown: see the numbers above."


def _drivers(findings: Findings) -> Iterator[tuple[str, ...]]:
    for driver in findings.drivers:
        yield driver.sample, driver.gene, driver.protein, driver.klass.value
    for each in structural_drivers(findings):
        yield each.sample, each.gene, "fusion" if each.kind == "fusion" else each.change, each.driver


def _figure(findings: Findings) -> Iterator[str]:
    """Yield the bars of classes, which Galaxy's page draws itself."""
    values = [
        {"sample": printable(sample.name), "class": klass.value, "mutations": sample.classes[klass]}
        for sample in list(findings.samples.values())[:_MAX_BARS]
        for klass in AlterationClass
        if sample.classes[klass]
    ]
    if not values:
        return
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "y": {"field": "sample", "type": "nominal"},
            "x": {"field": "mutations", "type": "quantitative", "axis": {"tickMinStep": 1, "format": "d"}},
            "color": {"field": "class", "type": "nominal"},
        },
    }
    # A back quote could end the block.
    text = json.dumps(chart).replace("`", "\\u0060")
    yield f"\n## Mutations by CGI's oncogenic summary\n\n```vega\n{text}\n```\n"
