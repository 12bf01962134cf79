"""The page `report.html`: one file without scripts, written as it is made, the same bytes for the same results."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cgi_runner import __version__
from cgi_runner.cancer_types import table as cancer_types
from cgi_runner.findings.alteration_text import split_names
from cgi_runner.findings.model import AlterationClass, Findings, Match, MatchKind, SampleCounts, TumourMatch, level_rank
from cgi_runner.inputs.problems import printable
from cgi_runner.report import figures, wording
from cgi_runner.report.compare import Comparison
from cgi_runner.report.links import split_links

GENERATOR = "cgi-runner report"
_MAX_NOTES = 10
_KNOWN_HERE = (
    "The alteration was found, and the biomarker is known in the submitted tumour type, or in one that includes"
    " it, such as solid tumours or any type."
)
_SHOWN = 4  # names in a cell before the rest is folded away
_SHOWN_LETTERS = 70
_LETTERS = "ABCD"
_BREAK = re.compile(r"(?<=[,/:;&])(?=[^\s,/:;&])|(?<=[^\s,/:;&(])(?=\()")


@dataclass(frozen=True)
class Tile:
    """One number at a glance; `id` names it for tests and links."""

    id: str
    label: str
    number: int | None
    note: str
    is_absent: bool = False
    """Whether there is no number because nothing of the kind was sent."""


@dataclass(frozen=True)
class DrugSection:
    """One kind of drug matches with its heading; only the first of them is open."""

    id: str
    title: str
    note: str
    matches: list[Match]
    total: int | None
    is_open: bool = False


def write_page(findings: Findings, path: Path, *, top: int, changes: Comparison | None = None) -> None:
    """Write the page.

    Args:
        findings: What was found.
        path: The file.
        top: How many rows a table has at most; where there are more, it says which file has all of them.
        changes: What has changed since an earlier interpretation, if that was asked for.

    """
    context = _context(findings, top, changes)
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        for piece in _environment().get_template("report.html").generate(context):
            file.write(piece)


@cache
def _environment() -> Environment:
    """Return what templates are read with, once."""
    environment = Environment(
        loader=PackageLoader("cgi_runner.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "breaks": _breaks,
        "count": wording.count,
        "links": split_links,
        "names": _names,
        "shorten": _shorten,
        "sign": wording.sign,
        "effect_class": wording.effect_class,
        "level_class": _level_class,
    }
    return environment


def _finalize(value: object) -> object:
    """Let nothing onto the page that could steer it: what is not known is a question mark, control characters too."""
    if value is None:
        return wording.UNKNOWN
    return printable(value) if type(value) is str else value


def _names(text: str) -> tuple[str, str]:
    """Return the beginning of a list of names, and the rest if it is long; parted at a comma, nothing is lost."""
    names = split_names(text)
    if len(names) > _SHOWN + 1:
        return ", ".join(names[:_SHOWN]) + ",", ", ".join(names[_SHOWN:])
    comma = text.find(",", _SHOWN_LETTERS)
    if len(text) > 2 * _SHOWN_LETTERS and comma > 0:
        return text[: comma + 1], text[comma + 1 :].strip()
    return text, ""


def _shorten(name: str, most: int) -> str:
    """Cut a name for a drawing in its middle: names of patients often differ at their ends only."""
    return name if len(name) <= most else f"{name[: most // 2 - 1]}…{name[-(most - most // 2) :]}"


def _breaks(text: str) -> Markup:
    """Let a long word break after a comma, a semicolon, a slash or the like, and before a parenthesis."""
    return Markup("<wbr>").join(_BREAK.split(printable(text)))  # `join` escapes every piece


def _level_class(level: str) -> str:
    """Return a level as one of a few fixed words, for colours and filters: never a word from a table."""
    rank, _ = level_rank(level)
    return _LETTERS[rank].lower() if rank < len(_LETTERS) else "x"


def _context(findings: Findings, top: int, changes: Comparison | None) -> dict[str, object]:
    sources = findings.sources
    return {
        "findings": findings,
        "generator": GENERATOR,
        "version": __version__,
        "title": next(iter(findings.samples)) if len(findings.samples) == 1 else findings.name,
        "is_cohort": len(findings.samples) != 1,
        "versions": _distinct(source.version for source in sources),
        "dates": _distinct(source.date for source in sources),
        "references": _distinct(source.reference for source in sources),
        "cancer_types": [(name, _cancer_name(name)) for name in _distinct(_types(findings))],
        "types_of_samples": wording.types_of_samples(findings),
        "type_notes": _distinct(note for source in sources for note in source.type_notes)[:_MAX_NOTES],
        "tiles": _tiles(findings),
        "bars": figures.bars(findings),
        "classes": _classes(findings),
        "matrix": figures.matrix(findings),
        "level_columns": figures.level_columns(findings),
        "levels": figures.level_rows(findings),
        "drugs": _drug_sections(findings, top),
        "structural_total": findings.total(lambda sample: sample.structural_total),
        "dropped_total": None if findings.dropped_reasons is None else sum(findings.dropped_reasons.values()),
        "top": top,
        "changes": changes,
        "wording": wording,
    }


def _types(findings: Findings) -> list[str]:
    asked = [source.cancer_type for source in findings.sources]
    return [*asked, *(sample.cancer_type or "" for sample in findings.samples.values())]


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _cancer_name(name: str) -> str:
    known = cancer_types().get(name)
    return known.name if known else ""


def _classes(findings: Findings) -> list[tuple[str, str, int]]:
    """Return the classes for the legend of the bars, in order, with the numbers of all samples."""
    total = sum((sample.classes for sample in findings.samples.values()), Counter[AlterationClass]())
    names = zip(AlterationClass, figures.CLASS_ORDER, strict=True)
    return [(name, klass.value, total[klass]) for klass, name in names if total[klass]]


def _tiles(findings: Findings) -> list[Tile]:
    strict = wording.strict_tumour(findings)

    def matches(sample: SampleCounts) -> int | None:
        return sample.matches_of(MatchKind.COMPLETE, strict)

    samples = findings.samples.values()
    complete = findings.total(matches)
    effects = Counter(match.effect for match in findings.matches_of(MatchKind.COMPLETE, TumourMatch.THIS))
    level_a = sum((sample.level_a for sample in samples if not sample.is_of_any_type), Counter[str]())
    elsewhere = findings.total(lambda sample: sample.matches_of(MatchKind.COMPLETE, TumourMatch.OTHER))
    mutations = findings.total(lambda sample: sample.mutations)
    structural = findings.total(lambda sample: sample.structural_total)
    no_mutations = mutations is None and findings.is_not_sent("mutations")
    is_absent = structural is None and findings.is_not_sent("cnas", "translocations")
    strict_note = "the tumour type submitted is CANCER, or unknown"
    return [
        Tile(
            "drivers", "Driver mutations", findings.total(lambda sample: sample.drivers),
            _note(mutations, "mutations", is_absent=no_mutations) + _gap(findings, lambda sample: sample.mutations),
            is_absent=no_mutations,
        ),
        Tile(
            "structural", "Driver copy numbers and fusions",
            findings.total(lambda sample: sample.structural_driver_total),
            _note(structural, "them", is_absent=is_absent) + _gap(findings, lambda sample: sample.structural_total),
            is_absent=is_absent,
        ),
        Tile(
            "strict", wording.heading(MatchKind.COMPLETE, strict), complete,
            "unknown: no table of drug matches" if complete is None
            else (wording.effects_and_level(effects, "A", level_a) if strict is TumourMatch.THIS else strict_note)
            + _gap(findings, matches),
        ),
        Tile(
            "elsewhere", wording.heading(MatchKind.COMPLETE, TumourMatch.OTHER), elsewhere,
            "unknown, or not distinguished" if elsewhere is None else "distinct matches",
        ),
        Tile(
            "missing", "Rows not returned", findings.not_returned,
            "unknown: there is no record of what was sent" if findings.not_returned is None else "sent, and without "
            "a result",
        ),
    ]  # fmt: skip


def _gap(findings: Findings, count: Callable[[SampleCounts], int | None]) -> str:
    """Say of how many samples a number is not known, where it is known of others."""
    samples = findings.samples.values()
    unknown = sum(count(sample) is None for sample in samples)
    return f"; not known of {unknown:,} of {len(samples):,} samples" if 0 < unknown < len(samples) else ""


def _note(total: int | None, name: str, *, is_absent: bool) -> str:
    if is_absent:
        return "none was sent"
    return f"unknown: no table of {name}" if total is None else f"of {total:,} returned"


def _drug_sections(findings: Findings, top: int) -> list[DrugSection]:
    """Return the drug matches in the order in which they may be read: complete ones in this tumour type first."""
    has_any = bool(findings.matches_of(MatchKind.COMPLETE, TumourMatch.ANY))
    has_this = bool(findings.matches_of(MatchKind.COMPLETE, TumourMatch.THIS)) or not has_any
    has_other = wording.tells_others_apart(findings)
    wanted = [
        (has_this, "this", wording.heading(MatchKind.COMPLETE, TumourMatch.THIS), MatchKind.COMPLETE,
         (TumourMatch.THIS,), _KNOWN_HERE),
        (has_any, "any", wording.heading(MatchKind.COMPLETE, TumourMatch.ANY), MatchKind.COMPLETE,
         (TumourMatch.ANY,), "CGI says YES for every tumour type: CANCER was submitted, or the type is unknown."),
        (has_other, "other", wording.heading(MatchKind.COMPLETE, TumourMatch.OTHER), MatchKind.COMPLETE,
         (TumourMatch.OTHER,), "The alteration was found; the biomarker is known in other tumour types only."),
        (True, "partial", "Not matched: same gene or kind of alteration only", MatchKind.PARTIAL,
         tuple(TumourMatch), "The tumour does not carry the biomarker: only gene or kind of alteration agree."),
        (True, "wild", "Wild types: inferred from absence", MatchKind.WILD_TYPE,
         tuple(TumourMatch), "CGI takes a gene without a row for unaltered: wrong where it was not sequenced."),
    ]  # fmt: skip
    is_known = findings.total(lambda sample: sample.matches_of(MatchKind.COMPLETE)) is not None
    sections = []
    for is_wanted, name, title, kind, tumours, note in wanted:
        found = findings.matches_of(kind, *tumours)
        if is_wanted:
            total = len(found) if is_known else None
            sections.append(DrugSection(name, title, note, found[:top], total, is_open=name in {"this", "any"}))
    return sections
