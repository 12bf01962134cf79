"""The drug matches that belong to an alteration, found by how CGI names it in them."""

from __future__ import annotations

from collections.abc import Mapping

from cgi_runner.findings import Findings, Match, MatchKind
from cgi_runner.findings.alteration_text import parse


def matches_by_alteration(findings: Findings, *forms: str) -> Mapping[tuple[str, ...], list[Match]]:
    """Return the complete matches by the sample, gene and change of each alteration that they name.

    Args:
        findings: What was read of the results.
        *forms: Forms of alterations that are wanted, as in `alteration_text.Named`.

    """
    found: dict[tuple[str, ...], list[Match]] = {}
    for match in findings.matches_of(MatchKind.COMPLETE):
        for named in parse(match.alterations):
            if named.form in forms:
                some = found.setdefault((match.sample, named.gene, named.change), [])
                if match not in some[-1:]:
                    some.append(match)
    return found
