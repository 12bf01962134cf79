"""Words that every output shares, so that none of them says more or less than another."""

from __future__ import annotations

from collections import Counter

from cgi_runner.findings.model import Findings, Match, MatchKind, TumourMatch, effect_key, effect_rank

RESEARCH_USE = (
    "Research use, unreviewed: matches of a knowledge base, no diagnosis and no recommendation of a treatment."
)
SANDBOX = "Sandbox: made-up textbook rows of a stand-in service, no interpretation of a patient."
LICENCE = "CC BY-NC 4.0"
CITATION = "Tamborero et al., Genome Medicine 2018, 10:25, doi:10.1186/s13073-018-0531-8"
UNKNOWN = "?"

#: Signs that stand before effects, so that no colour alone tells them apart.
_SIGNS = {"responsive": "▲", "resistant": "▼", "no responsive": "▽", "increased toxicity": "!"}

_HEADINGS = {
    (MatchKind.COMPLETE, TumourMatch.THIS): "Complete matches in this tumour type",
    (MatchKind.COMPLETE, TumourMatch.ANY): "Complete matches in any tumour type",
    (MatchKind.COMPLETE, TumourMatch.OTHER): "Complete matches in other tumour types",
}


def heading(kind: MatchKind, tumour: TumourMatch) -> str:
    """Name a kind of complete matches.

    Args:
        kind: What a match rests on.
        tumour: Whether it is of the tumour's own type.

    """
    return _HEADINGS[kind, tumour]


def sign(effect: str) -> str:
    """Return the sign of an effect; an effect that is not known stays neutral."""
    return _SIGNS.get(effect_key(effect), "•")


def effect_of(match: Match) -> str:
    """Return the effect of a match with its opposite, if the drug has both: one of them alone would mislead."""
    return f"{match.effect} (also {match.opposite})" if match.opposite else match.effect


def effect_class(effect: str) -> str:
    """Return an effect as one of a few fixed words, for colours and filters: never a word from a table."""
    return {"responsive": "responsive", "resistant": "resistant"}.get(effect_key(effect), "other")


def count(number: int | None) -> str:
    """Write a number; one that is not known is a question mark."""
    return UNKNOWN if number is None else f"{number:,}"


def level_with_effects(letter: str, effects: Counter[str]) -> str:
    """Write how many matches of a level there are by effect: a letter never stands without its effect.

    Args:
        letter: Level of evidence, `A` to `E`.
        effects: Number of matches for each effect.

    """
    return f"level {letter}: {_effects(effects)}" if effects else f"none of level {letter}"


def effects_and_level(effects: Counter[str], letter: str, of_level: Counter[str]) -> str:
    """Write how many matches there are by effect, then those of a level: a resistance is no option.

    Args:
        effects: Number of all matches for each effect.
        letter: Level of evidence.
        of_level: Number of matches of this level for each effect.

    """
    return "; ".join([*([_effects(effects)] if effects else []), level_with_effects(letter, of_level)])


def _effects(effects: Counter[str]) -> str:
    parts = [f"{number:,} {effect.casefold() or 'effect unknown'}" for effect, number in sort_effects(effects)]
    return ", ".join(parts)


def sort_effects(effects: Counter[str]) -> list[tuple[str, int]]:
    """Return effects with their numbers in the order of every output."""
    return sorted(effects.items(), key=lambda pair: effect_rank(pair[0]))


def tells_others_apart(findings: Findings) -> bool:
    """Whether a match of other tumour types is known from one of this type."""
    return strict_tumour(findings) is TumourMatch.THIS or any(m.tumour is TumourMatch.OTHER for m in findings.matches)


def strict_tumour(findings: Findings) -> TumourMatch:
    """Return what CGI's YES means in these findings: this tumour type, or any where that is all that can be said."""
    seen = {match.tumour for match in findings.matches}
    return TumourMatch.ANY if TumourMatch.ANY in seen and TumourMatch.THIS not in seen else TumourMatch.THIS


def types_of_samples(findings: Findings) -> dict[str, str]:
    """Return the tumour type of each sample where they differ: "this tumour type" is then another for each."""
    types = {name: sample.cancer_type or UNKNOWN for name, sample in findings.samples.items()}
    return types if len(set(types.values())) > 1 else {}


def samples_with_types(findings: Findings) -> dict[str, str]:
    """Return how each sample is called beside a match: with its tumour type where these differ."""
    types = types_of_samples(findings)
    return {name: f"{name} ({types[name]})" if types else name for name in findings.samples}
