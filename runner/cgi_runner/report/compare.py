"""The same tumour interpreted twice: which drivers and drug matches are new, gone or changed.

CGI's results change with its version and its knowledge base: 51 drug matches of the same two variants became 79.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cgi_runner.errors import InputError
from cgi_runner.findings.alteration_text import parse
from cgi_runner.findings.model import Alteration, Findings, Match, Source, StructuralAlteration
from cgi_runner.report.json_schema import ComparedResults, ComparisonJson
from cgi_runner.report.levels import structural_drivers

SCHEMA = 1
COLUMNS = ("what", "change", "sample", "gene_or_alterations", "drug", "biomarker", "old", "new")


@dataclass(frozen=True)
class Change:
    """One difference: `what` is driver or drug match, `change` is new, gone or changed."""

    what: str
    change: str
    sample: str
    subject: str
    """The gene and its change, or the alterations that a drug matches."""
    drug: str = ""
    biomarker: str = ""
    old: str = ""
    new: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return it as a row."""
        return self.what, self.change, self.sample, self.subject, self.drug, self.biomarker, self.old, self.new


@dataclass
class Comparison:
    """All differences, and what has to be known to read them."""

    old: Findings
    new: Findings
    notes: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: dict[str, int] = field(default_factory=dict)
    """How many drivers and drug matches are the same in both."""

    def of(self, what: str, change: str) -> list[Change]:
        """Return the differences of one kind.

        Args:
            what: `driver` or `drug match`.
            change: `new`, `gone` or `changed`.

        """
        return [each for each in self.changes if each.what == what and each.change == change]

    def as_json(self) -> ComparisonJson:
        """Return it for machines."""
        return {
            "schema": SCHEMA,
            "old": _about(self.old),
            "new": _about(self.new),
            "notes": self.notes,
            "unchanged": self.unchanged,
            "changes": [dict(zip(COLUMNS, each.cells(), strict=True)) for each in self.changes],
        }


#: What makes two entries the same, and the entry with CGI's word on it.
Pair = tuple[Hashable, tuple[Change, str]]
#: A sample and the kind of one of its tables.
Tables = set[tuple[str, str]]
_TABLES = {"mutations": "mutations", "cna": "copy numbers", "fusion": "fusions", "matches": "drug matches"}
_EXPECTED = {"mutations", "matches"}
_MAX_NAMED = 5


def compare(old: Findings, new: Findings) -> Comparison:
    """Compare two interpretations of the same samples.

    Args:
        old: What was found first.
        new: What was found later; only samples that both have are compared.

    Returns:
        The differences, and what a reader must know of how the two came about.

    Raises:
        InputError: Both are the same job, or they have no sample in common.

    """
    _refuse_same(old, new)
    common = _common_samples(old, new)
    found = Comparison(old, new, _notes(old, new, common))
    tables = _in_both(old, new, common)
    drivers = _difference("driver", _driver_pairs(old, tables), _driver_pairs(new, tables), found.changes)
    # Under another tumour type CGI says YES to other rows; that is no change of what it knows.
    has_tumour = _values(old.sources, "cancer_type") == _values(new.sources, "cancer_type")
    pairs = [_match_pairs(each, tables, has_tumour=has_tumour) for each in (old, new)]
    matches = _difference("drug match", pairs[0], pairs[1], found.changes)
    found.unchanged = {"drivers": drivers, "drug_matches": matches}
    return found


def describe(findings: Findings) -> str:
    """Return in a few words when and by which version of CGI these findings were made."""
    about = _about(findings)
    return f"CGI {', '.join(about['versions']) or 'of unknown version'}, {', '.join(about['dates']) or 'date unknown'}"


def _refuse_same(old: Findings, new: Findings) -> None:
    for name in ("job_id", "archive_sha256"):
        ids = [{getattr(source, name) for source in each.sources} - {""} for each in (old, new)]
        if ids[0] and ids[0] == ids[1]:
            raise InputError(
                "OLD and NEW are the same job",
                tip="`cgi-runner run --fresh --output NEW` interprets the same alterations again",
            )


def _common_samples(old: Findings, new: Findings) -> set[str]:
    common = old.samples.keys() & new.samples.keys()
    if not common:
        names = [", ".join(list(each.samples)[:3]) or "none" for each in (old, new)]
        raise InputError(
            f"OLD and NEW have no sample in common: OLD has {names[0]}; NEW has {names[1]}",
            tip="compare results of the same sample; `--sample NAME` of `run` names it",
        )
    return common


def _checksums(sources: Iterable[Source]) -> set[str]:
    return {checksum for source in sources for about in source.inputs.values() if (checksum := about.get("sha256", ""))}


def _notes(old: Findings, new: Findings, common: set[str]) -> list[str]:
    """Say what else differs than CGI's results."""
    notes = []
    for label, names in (("OLD", old.samples.keys() - common), ("NEW", new.samples.keys() - common)):
        if names:
            notes.append(
                f"samples in {label} only, not compared: {', '.join(sorted(names)[:_MAX_NAMED])} ({len(names)})"
            )
    for word, name in (("tumour type", "cancer_type"), ("genome", "reference"), ("CGI's version", "version")):
        values = [_values(each.sources, name) for each in (old, new)]
        if values[0] != values[1]:
            notes.append(f"{word} differs: {values[0] or 'unknown'} in OLD, {values[1] or 'unknown'} in NEW")
    sent = [_checksums(each.sources) for each in (old, new)]
    if all(sent) and sent[0] != sent[1]:
        notes.append(
            "the inputs differ: what is gone may not have been sent again, what is new may be new in the inputs"
        )
    return notes + _notes_on_tables(old, new, common)


def _notes_on_tables(old: Findings, new: Findings, common: set[str]) -> list[str]:
    """Say which tables are on one side only: what the other side had there is not known, and so is no change."""
    notes = []
    for label, one, other in (("OLD", old, new), ("NEW", new, old)):
        for kind, name in _TABLES.items():
            absent = {sample for sample in common if kind not in one.samples[sample].tables}
            if some := {sample for sample in absent if kind in other.samples[sample].tables}:
                of = "" if some == common else f" of {', '.join(sorted(some)[:_MAX_NAMED])}"
                notes.append(f"{label} has no table of {name}{of}: not compared")
            elif absent == common and kind in _EXPECTED:
                notes.append(f"{label} has no table of {name}")
    return notes


def _in_both(old: Findings, new: Findings, common: set[str]) -> Tables:
    """Return the samples and the tables that both sides have of them."""
    return {(sample, kind) for sample in common for kind in old.samples[sample].tables & new.samples[sample].tables}


def _values(sources: Sequence[Source], name: str) -> str:
    return ", ".join(sorted({getattr(source, name) for source in sources} - {""}))


def _driver_pairs(findings: Findings, tables: Tables) -> Iterator[Pair]:
    """Yield each driver with what makes it the same one in another interpretation; coordinates depend on the genome."""
    found: list[Alteration | StructuralAlteration] = [*findings.drivers, *structural_drivers(findings)]
    for driver in found:
        is_mutation = isinstance(driver, Alteration)
        if (driver.sample, "mutations" if isinstance(driver, Alteration) else driver.kind) in tables:
            change = driver.protein if isinstance(driver, Alteration) else driver.change
            # Without a protein change, only its place tells one variant of a gene from another.
            if isinstance(driver, Alteration) and change in {"", "--"}:
                change = driver.genome
            word = driver.klass.value if isinstance(driver, Alteration) else driver.driver
            subject = f"{driver.gene} {change}".strip()
            yield (driver.sample, is_mutation, subject), (Change("driver", "", driver.sample, subject), word)


def _match_pairs(findings: Findings, tables: Tables, *, has_tumour: bool) -> Iterator[Pair]:
    """Yield each drug match; the same alterations may stand in another order, or among others of their genes."""
    for match in findings.matches:
        if (match.sample, "matches") in tables:
            change = Change("drug match", "", match.sample, match.alterations, match.drug, match.biomarker)
            genes = sorted({named.gene for named in parse(match.alterations)})
            key = (match.sample, *genes, _bare(match.biomarker), _bare(match.drug))
            yield key, (change, _verdict(match, has_tumour=has_tumour))


def _verdict(match: Match, *, has_tumour: bool) -> str:
    """Return what CGI says of a match; a letter never stands without its effect."""
    tumour = {"this": "this tumour type", "other": "other tumour types", "any": "any tumour type"}[match.tumour.value]
    words = f"{match.level or '?'} {match.effect.casefold() or 'effect unknown'}, {match.kind.value}"
    return f"{words}, {tumour}" if has_tumour else words


def _bare(text: str) -> str:
    """Leave out what CGI writes now so, now so: blanks and capitals (`X (class)` became `X(class)`)."""
    return re.sub(r"\s", "", text).casefold()


def _by_key(pairs: Iterable[Pair]) -> dict[Hashable, list[tuple[Change, str]]]:
    found: defaultdict[Hashable, list[tuple[Change, str]]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)


def _difference(what: str, olds: Iterable[Pair], news: Iterable[Pair], changes: list[Change]) -> int:
    """Add what differs, and return how many are the same."""
    old, new = _by_key(olds), _by_key(news)
    same = 0
    found: list[Change] = []
    for key in [*old, *(key for key in new if key not in old)]:
        before, after = old.get(key, []), new.get(key, [])
        words = [sorted({word for _, word in side}) for side in (before, after)]
        same += len(set(words[0]) & set(words[1]))
        only = [
            [word for word in words[0] if word not in words[1]],
            [word for word in words[1] if word not in words[0]],
        ]
        if not (only[0] or only[1]):
            continue
        about = (after or before)[0][0]
        change = "changed" if only[0] and only[1] else "new" if only[1] else "gone"
        found.append(
            Change(
                what, change, about.sample, about.subject, about.drug, about.biomarker,
                "; ".join(only[0]), "; ".join(only[1]),
            )
        )  # fmt: skip
    order = {"new": 0, "gone": 1, "changed": 2}
    changes += sorted(found, key=lambda each: (order[each.change], each.sample, each.new or each.old, each.subject))
    return same


def _about(findings: Findings) -> ComparedResults:
    return {
        "name": findings.name,
        "versions": sorted({source.version for source in findings.sources} - {""}),
        "dates": sorted({source.date for source in findings.sources} - {""}),
        "jobs": sorted({source.job_id for source in findings.sources} - {""}),
    }
