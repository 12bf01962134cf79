"""Drug matches of a table, each once: rows that differ in diseases and sources only are one match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from sys import intern

from cgi_runner.findings.alteration_text import is_wild_type, parse, unlisted_changes
from cgi_runner.findings.columns import MATCHES, getter
from cgi_runner.findings.model import Findings, Match, MatchKind, SampleCounts, TumourMatch, effect_key
from cgi_runner.results.tables import Table

#: The type under which CGI says YES to every row (387 of 387 rows of a real archive).
ANY_TYPE = "CANCER"
_YES = {"YES", "1"}
#: What speaks against a response to a drug.
_AGAINST = ("resistant", "no responsive")
_IN_BRACKETS = re.compile(r"\([^()]*\)")  # what a drug is, behind its name
Key = tuple[str, str, str]


class MatchCollector:
    """Collects matches, and the alterations that they name, so that these can be looked for among the results."""

    def __init__(self, findings: Findings) -> None:
        """Collect into the findings."""
        self._findings = findings
        self._known: dict[tuple[str, ...], Match] = {}
        self._named: dict[Key, list[Match]] = {}
        self.level_a_rows = 0
        """Rows of complete matches of level A in the tumour type, counted as CGI's summary counts: every row."""

    def read(self, table: Table, cancer_type: str, default_sample: str) -> None:
        """Read a table of drug matches.

        Args:
            table: The table.
            cancer_type: What was asked for; an empty text where that is not known.
            default_sample: Whose the rows are that name no sample.

        """
        pick = getter(table, MATCHES)
        added: list[Match] = []
        said_no: set[str] = set()
        self.level_a_rows = 0
        for cells in table.rows():
            facts = {fact: intern(text) for fact, text in pick(cells).items()}
            cancer_type = cancer_type or facts["cancer_type"]
            is_yes = facts["match"].upper() in _YES
            sample = facts["sample"] or default_sample
            if not is_yes:
                said_no.add(sample)
            match = self._find(facts, sample, is_yes=is_yes, added=added)
            self.level_a_rows += is_yes and match.level.upper() == "A" and match.kind is MatchKind.COMPLETE
        for match in added:
            # Without the type, a sample of which every row says YES may well be one for which CANCER was asked for.
            is_any = cancer_type == ANY_TYPE or not (cancer_type or match.sample in said_no)
            if is_any and match.tumour is TumourMatch.THIS:
                match.tumour = TumourMatch.ANY
            self._count(match, cancer_type)

    def _find(self, facts: dict[str, str], sample: str, *, is_yes: bool, added: list[Match]) -> Match:
        """Return the match that a row belongs to, with the row's diseases and sources."""
        about = ("alterations", "biomarker", "drug", "effect", "level", "biom")
        key = (sample, *(facts[name] for name in about), str(is_yes))
        match = self._known.get(key)
        if match is None:
            kind = MatchKind.COMPLETE if facts["biom"].casefold() == "complete" else MatchKind.PARTIAL
            if is_wild_type(facts["alterations"], facts["biomarker"]):
                kind = MatchKind.WILD_TYPE
            match = Match(
                sample=sample,
                alterations=facts["alterations"],
                biomarker=facts["biomarker"],
                drug=facts["drug"],
                effect=facts["effect"],
                level=facts["level"],
                alteration_match=facts["biom"],
                kind=kind,
                tumour=TumourMatch.THIS if is_yes else TumourMatch.OTHER,
            )
            if kind is MatchKind.COMPLETE:
                match.unlisted = unlisted_changes(match.alterations, match.biomarker)
            self._known[key] = match
            self._findings.matches.append(match)
            added.append(match)
            self._note_alterations(match)
        source = "; ".join(text for text in (facts["source"], facts["details"]) if text)
        if facts["diseases"] and facts["diseases"] not in match.diseases:
            match.diseases += (facts["diseases"],)
        if source and source not in match.sources:
            match.sources += (intern(source),)
        return match

    def _note_alterations(self, match: Match) -> None:
        """Note which alterations of the sample a match names; one that cannot be read stays untied for good."""
        for named in parse(match.alterations):
            match.has_non_driver |= named.is_marked
            if named.form == "wild type":
                continue
            if named.form == "unknown":
                match.is_untied = True
                continue
            match.is_ambiguous |= named.form == "mutation" and named.change in {"--", ""}
            self._named.setdefault((match.sample, intern(named.gene), intern(named.change)), []).append(match)

    def _count(self, match: Match, cancer_type: str) -> None:
        counts = self._findings.samples.setdefault(match.sample, SampleCounts(match.sample, cancer_type or None))
        counts.cancer_type = counts.cancer_type or cancer_type or None
        counts.matches[match.kind, match.tumour] += 1
        is_strict = match.kind is MatchKind.COMPLETE and match.tumour is not TumourMatch.OTHER
        if is_strict and match.level.upper() == "A":
            counts.level_a[match.effect] += 1

    def mark_found(self, sample: str, gene: str, change: str) -> None:
        """Keep in mind that an alteration is among the results, in case that a match names it.

        Args:
            sample: Name of the sample.
            gene: Gene, or both partners of a fusion.
            change: Protein change, or AMP or DEL; empty for a fusion.

        """
        self._named.pop((sample, gene, change), None)

    def untied(self) -> Iterator[Match]:
        """Mark and return the matches that name an alteration which was never found."""
        for matches in self._named.values():
            for match in matches:
                match.is_untied = True
        return (match for match in self._findings.matches if match.is_untied)


def mark_opposites(matches: Iterable[Match]) -> list[str]:
    """Mark the complete matches of a sample whose drug has complete matches for a response and against one.

    Two alterations may do so, such as EGFR L858R and T790M, or two sources.

    Args:
        matches: All matches.

    Returns:
        The drugs with their samples, each once.

    """
    effects: dict[tuple[str, str], list[Match]] = {}
    for match in matches:
        if match.kind is MatchKind.COMPLETE and effect_key(match.effect) in {"responsive", *_AGAINST}:
            drug = " ".join(_IN_BRACKETS.sub("", match.drug).casefold().split())
            effects.setdefault((match.sample, drug), []).append(match)
    told = []
    for (sample, drug), found in effects.items():
        keys = {effect_key(match.effect) for match in found}
        against = [word for word in _AGAINST if word in keys]
        if not drug or "responsive" not in keys or not against:
            continue
        for match in found:
            match.opposite = against[0] if effect_key(match.effect) == "responsive" else "responsive"
        name = _IN_BRACKETS.sub("", found[0].drug).strip()
        told.append(f"{name} of {sample}" if sample else name)
    return sorted(told)
