"""Which level CGI gives to an alteration: the best letter for each effect, and never a letter without its effect."""

from __future__ import annotations

from collections.abc import Iterator

from cgi_runner.findings.alteration_text import parse
from cgi_runner.findings.model import (
    Alteration,
    Findings,
    MatchKind,
    StructuralAlteration,
    TumourMatch,
    effect_rank,
    level_rank,
)

Key = tuple[str, str, str]


class LevelIndex:
    """The best levels of complete matches, by alteration and tumour type. Partial matches and wild types give none."""

    def __init__(self, findings: Findings) -> None:
        """Index the matches of these findings."""
        self._best: dict[tuple[Key, TumourMatch], dict[str, str]] = {}
        for match in findings.matches:
            if match.kind is not MatchKind.COMPLETE:
                continue
            for named in parse(match.alterations):
                best = self._best.setdefault(((match.sample, named.gene, named.change), match.tumour), {})
                if match.effect not in best or level_rank(match.level) < level_rank(best[match.effect]):
                    best[match.effect] = match.level

    def of(self, alteration: Alteration | StructuralAlteration, tumour: TumourMatch) -> str:
        """Write the best levels of an alteration, such as `A responsive; B resistant`; empty if it has none.

        Args:
            alteration: One of the findings that the index was made of.
            tumour: Which matches count: those of the tumour's own type, or of others.

        """
        best = self._best.get((_key(alteration), tumour), {})
        parts = sorted((level_rank(level), effect_rank(effect), level, effect) for effect, level in best.items())
        return "; ".join(f"{level or '?'} {effect.casefold() or 'effect unknown'}" for _, _, level, effect in parts)


def _key(alteration: Alteration | StructuralAlteration) -> Key:
    if isinstance(alteration, Alteration):
        return alteration.sample, alteration.gene, alteration.protein
    return alteration.sample, alteration.gene, "" if alteration.kind == "fusion" else alteration.change


def structural_drivers(findings: Findings) -> Iterator[StructuralAlteration]:
    """Return the copy numbers and fusions that are drivers."""
    return (each for each in findings.structural if each.is_driver)
