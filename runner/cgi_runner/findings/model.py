"""What was found in a tumour, as plain values: drivers, drug matches, counts, and where all of it comes from.

None always means unknown. It is never 0, and no output shows it as 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

LETTERS = ("A", "B", "C", "D")
#: How prominent an effect is in every output; other words follow in alphabetical order.
_EFFECTS = ("responsive", "resistant", "no responsive", "increased toxicity")


class AlterationClass(str, Enum):
    """What CGI's oncogenic summary says of a mutation; a driver is told by this, never by the prediction alone."""

    BOTH = "predicted and annotated"
    ANNOTATED = "annotated"
    PREDICTED = "predicted"
    NON_ONCOGENIC = "non-oncogenic"
    NOT_PROTEIN_AFFECTING = "not protein-affecting"
    NOT_JUDGED = "not judged"
    UNKNOWN = "unknown"
    """A word that was never seen; it is shown as it is."""

    @property
    def is_driver(self) -> bool:
        """Whether CGI calls it oncogenic."""
        return self in {AlterationClass.BOTH, AlterationClass.ANNOTATED, AlterationClass.PREDICTED}


class MatchKind(str, Enum):
    """How well the alteration that was found fits the biomarker in CGI's knowledge base."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    WILD_TYPE = "wild type"


class TumourMatch(str, Enum):
    """Whether the biomarker holds in the tumour type that was asked for."""

    THIS = "this"
    OTHER = "other"
    ANY = "any"
    """CGI says YES, but of every row: CANCER was asked for, or it is not known what was."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """A mutation among the results."""

    sample: str
    gene: str
    protein: str
    hgvsp: str
    klass: AlterationClass
    summary: str
    """CGI's own word."""
    prediction: str
    known: str
    """Sources that know it, as CGI lists them."""
    consequence: str
    genome: str


@dataclass(frozen=True, slots=True)
class StructuralAlteration:
    """A copy number or a fusion among the results; `driver` is CGI's word, and both `known` and `predicted` are."""

    kind: str
    """`cna` or `fusion`."""
    sample: str
    gene: str
    """The gene, or of a fusion both partners (`ABL1__BCR`)."""
    change: str
    """`AMP` or `DEL`; of a fusion, its effector gene."""
    driver: str
    role: str
    known_in: str

    @property
    def is_driver(self) -> bool:
        """Whether CGI calls it one."""
        return self.driver.casefold() in {"known", "predicted"}


@dataclass(slots=True)
class Match:
    """A distinct match of a sample's alterations with a biomarker; its diseases and sources are merged."""

    sample: str
    alterations: str
    biomarker: str
    drug: str
    effect: str
    level: str
    alteration_match: str
    """CGI's `BioM`."""
    kind: MatchKind
    tumour: TumourMatch
    diseases: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    has_non_driver: bool = False
    """Whether CGI marks one of the alterations as not a driver (`MUT*`)."""
    is_ambiguous: bool = False
    """Whether an alteration has no protein change (`--`), so that it may be any such variant of the gene."""
    is_untied: bool = False
    """Whether an alteration of it is among none of the alterations of the sample."""
    unlisted: tuple[str, ...] = ()
    """Changes of its alterations that the biomarker does not list, although it lists others of the gene."""
    opposite: str = ""
    """The opposite effect that another complete match of the sample has for the same drug."""

    @property
    def order(self) -> tuple[object, ...]:
        """What matches are sorted by: level, effect, sample, then words."""
        return (level_rank(self.level), effect_rank(self.effect), self.sample, self.alterations, self.drug)


@dataclass(slots=True)
class SampleCounts:
    """What was found in one sample. `cancer_type` is None where it is not known what was asked for."""

    name: str
    cancer_type: str | None = None
    classes: Counter[AlterationClass] = field(default_factory=Counter)
    structural: Counter[str] = field(default_factory=Counter)
    """Copy numbers and fusions by kind."""
    structural_drivers: Counter[str] = field(default_factory=Counter)
    matches: Counter[tuple[MatchKind, TumourMatch]] = field(default_factory=Counter)
    level_a: Counter[str] = field(default_factory=Counter)
    """Complete matches of level A in this tumour type (or in any, where that is all that is known), by effect."""
    tables: set[str] = field(default_factory=set)
    """Which tables were there to look into: mutations, cna, fusion, matches."""
    not_returned: int | None = None
    not_sent: int | None = None

    @property
    def mutations(self) -> int | None:
        """How many rows of mutations came back; None without a table of them."""
        return sum(self.classes.values()) if "mutations" in self.tables else None

    @property
    def drivers(self) -> int | None:
        """How many of them are drivers; None without a table of them."""
        drivers = sum(count for klass, count in self.classes.items() if klass.is_driver)
        return drivers if "mutations" in self.tables else None

    @property
    def structural_total(self) -> int | None:
        """How many copy numbers and fusions came back; None without a table of either."""
        return sum(self.structural.values()) if self.tables & {"cna", "fusion"} else None

    @property
    def structural_driver_total(self) -> int | None:
        """How many of them are drivers; None without a table of either."""
        return sum(self.structural_drivers.values()) if self.tables & {"cna", "fusion"} else None

    @property
    def is_of_any_type(self) -> bool:
        """Whether CGI said YES for every tumour type: no match is known to be of this one, or of others only."""
        return any(tumour is TumourMatch.ANY for (_, tumour), number in self.matches.items() if number)

    def matches_of(self, kind: MatchKind, *tumours: TumourMatch) -> int | None:
        """Count distinct matches; None without a table of them, or where these tumour types are not distinguished.

        Args:
            kind: What the matches rest on.
            *tumours: Which tumour types count; all of them if none is given.

        """
        if "matches" not in self.tables or (tumours and self.is_of_any_type and TumourMatch.ANY not in tumours):
            return None
        return sum(self.matches[kind, tumour] for tumour in tumours or TumourMatch)


@dataclass(frozen=True)
class Dropped:
    """A row that was not sent, or sent and not returned, with its reason."""

    input: str
    line: str
    sample: str
    alteration: str
    stage: str
    reason: str


@dataclass(frozen=True)
class Source:
    """One job (or one saved archive) that findings come from. Empty texts are unknown."""

    title: str = ""
    job_id: str = ""
    service: str = ""
    cancer_type: str = ""
    reference: str = ""
    version: str = ""
    date: str = ""
    generation: str = ""
    archive_sha256: str = ""
    inputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By kind of input: its file's name and its checksum."""
    type_notes: tuple[str, ...] = ()
    """How the tumour type was found, where no id of CGI's was given."""
    reference_reason: str = ""
    """What says that it is this genome."""
    kinds: frozenset[str] | None = None
    """What was sent: mutations, cnas, translocations; None where that is not known."""

    @property
    def is_sandbox(self) -> bool:
        """Whether a sandbox made it, which interprets nothing."""
        return self.service == "sandbox" or "sandbox" in self.version.casefold()


@dataclass
class Findings:
    """All that a run, a cohort or a saved archive holds, for every output that people see."""

    name: str
    sources: list[Source] = field(default_factory=list)
    samples: dict[str, SampleCounts] = field(default_factory=dict)
    drivers: list[Alteration] = field(default_factory=list)
    others: list[Alteration] = field(default_factory=list)
    """The first of the mutations that are no drivers; `others_total` says how many there are."""
    others_total: int = 0
    other_words: Counter[str] = field(default_factory=Counter)
    """Words of CGI's summary that were never seen, with their numbers."""
    structural: list[StructuralAlteration] = field(default_factory=list)
    """Copy numbers and fusions: all drivers, and the first of the others."""
    matches: list[Match] = field(default_factory=list)
    lines: dict[Alteration, str] = field(default_factory=dict)
    """Of drivers, the line of the user's file, where it is known."""
    dropped: list[Dropped] = field(default_factory=list)
    """The first rows that were left out; `dropped_reasons` counts all of them."""
    dropped_reasons: Counter[tuple[str, str]] | None = None
    """By stage and reason; None where there is no list."""
    not_returned: int | None = None
    """How many rows were sent and did not come back; None unless it is known of every job."""
    warnings: list[str] = field(default_factory=list)

    @property
    def is_sandbox(self) -> bool:
        """Whether any of it comes from a sandbox, whose knowledge base names itself in every row."""
        if any(source.is_sandbox for source in self.sources):
            return True
        return any("cgi-runner sandbox" in source for match in self.matches for source in match.sources)

    def is_not_sent(self, *kinds: str) -> bool:
        """Whether it is known that nothing of these kinds was sent."""
        return bool(self.sources) and all(
            source.kinds is not None and not source.kinds.intersection(kinds) for source in self.sources
        )

    def total(self, count: Callable[[SampleCounts], int | None]) -> int | None:
        """Add up a number over the samples of which it is known; None if it is known of none."""
        known = [number for sample in self.samples.values() if (number := count(sample)) is not None]
        return sum(known) if known else None

    def matches_of(self, kind: MatchKind, *tumours: TumourMatch) -> list[Match]:
        """Return the matches of a kind, in the order of every output.

        Args:
            kind: What the matches rest on.
            *tumours: Which tumour types count; all of them if none is given.

        """
        wanted = tumours or tuple(TumourMatch)
        return [match for match in self.matches if match.kind is kind and match.tumour in wanted]


def level_rank(level: str) -> tuple[int, str]:
    """Rank a level: A to D, then other words, then nothing."""
    word = level.strip().upper()
    if word in LETTERS:
        return LETTERS.index(word), ""
    return (len(LETTERS), word) if word else (len(LETTERS) + 1, "")


def effect_rank(effect: str) -> tuple[int, str]:
    """Rank an effect: responsive, resistant, no responsive, increased toxicity, then other words."""
    key = effect_key(effect)
    return (_EFFECTS.index(key), "") if key else (len(_EFFECTS), effect.casefold())


def effect_key(effect: str) -> str:
    """Return the known effect that a word of CGI's is; an empty text for any other word, which stays neutral."""
    word = " ".join(effect.replace("_", " ").casefold().split())
    if word.startswith(_EFFECTS[-1]):
        return _EFFECTS[-1]
    return word if word in _EFFECTS else ""
