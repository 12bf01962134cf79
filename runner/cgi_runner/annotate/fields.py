"""What is added to a file: the keys (columns) in their order, and how their values are made of CGI's cells.

A value is a plain text; `|` stands between several entries, and is `/` within one. How a format escapes it, the
module of the format knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from cgi_runner.findings import AlterationClass, Match, TumourMatch
from cgi_runner.findings.alterations import classify
from cgi_runner.findings.columns import clean
from cgi_runner.findings.model import effect_key, level_rank

PREFIX = "CGI_"


class Status(str, Enum):
    """What became of an allele."""

    RETURNED = "returned"
    NOT_RETURNED = "not_returned"
    NOT_SENT = "not_sent"
    OTHER_SAMPLE = "other_sample"
    NOT_IN_RUN = "not_in_run"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AlleleResult:
    """What is known of one allele of one sample; `values` are by key, those that are empty may be missing."""

    status: Status
    reason: str = ""
    values: Mapping[str, str] | None = None

    def value(self, key: str) -> str:
        """Return the value of a key."""
        if key == STATUS:
            return self.status.value
        return self.reason if key == REASON else (self.values or {}).get(key, "")


STATUS, REASON, DRIVER, DRUGS = "CGI_Status", "CGI_Reason", "CGI_Driver", "CGI_Drugs"
GENE, PROTEIN, HGVSP = "CGI_Gene", "CGI_Protein", "CGI_HGVSp"
LEVELS = {
    ("responsive", True): "CGI_LevelResponsive",
    ("resistant", True): "CGI_LevelResistant",
    ("responsive", False): "CGI_LevelOtherResponsive",
    ("resistant", False): "CGI_LevelOtherResistant",
}
KEYS = {
    STATUS: "What became of the allele: " + ", ".join(status.value for status in Status),
    REASON: "Why there is no result, without what the reason quotes",
    "CGI_Gene": "Gene",
    "CGI_Protein": "Protein change",
    "CGI_HGVSp": "Protein change as HGVS",
    "CGI_Consequence": "Consequence",
    "CGI_Summary": "Oncogenic summary",
    "CGI_Prediction": "Oncogenic prediction; passenger here does not mean that it is no driver, see CGI_Driver",
    "CGI_Known": "Sources that know it as oncogenic, separated by |",
    DRIVER: "Driver by the oncogenic summary: yes, no, not_judged",
    LEVELS["responsive", True]: "Best evidence for a response, complete matches in the tumour type",
    LEVELS["resistant", True]: "Best evidence for resistance, complete matches in the tumour type",
    DRUGS: "effect:drug of the two levels in the tumour type, separated by |",
    LEVELS["responsive", False]: "Best evidence for a response, complete matches in other or any tumour types",
    LEVELS["resistant", False]: "Best evidence for resistance, complete matches in other or any tumour types",
}
"""What is added, in this order, with its description."""

FACTS = ("gene", "protein", "hgvsp", "consequence", "summary", "prediction", "known")
"""The columns that values are made of, by their names in `findings.columns.ALTERATIONS`."""
_KEPT = 8192  # cells whose entries are at hand: most words of a table repeat
_RETURNED = Status.RETURNED.value
_DRIVER_WORDS = {AlterationClass.NOT_JUDGED: "not_judged", AlterationClass.UNKNOWN: "not_judged"}
_NO_CHANGE = ("", "--")


def row_values(cells: Sequence[str]) -> dict[str, str]:
    """Return the values of a row of results, in the order of `KEYS`, as if no drug match named its alteration.

    Args:
        cells: Its cells in the columns of `FACTS`.

    """
    gene, protein, hgvsp, consequence, summary, prediction, known = cells
    return {
        STATUS: _RETURNED,
        GENE: entry(gene),
        PROTEIN: entry(protein),
        HGVSP: entry(hgvsp),
        "CGI_Consequence": entry(consequence),
        "CGI_Summary": entry(summary),
        "CGI_Prediction": entry(prediction),
        "CGI_Known": _entries(known),
        DRIVER: driver_word(summary),
    }


def add_matches(values: Mapping[str, str], matches: Iterable[Match]) -> dict[str, str]:
    """Return the values of a row with those of the complete drug matches that name its alteration.

    Args:
        values: Those of the row.
        matches: The matches.

    """
    found = {**values, **match_values(list(matches), values[PROTEIN].removeprefix("p."))}
    return {key: found[key] for key in KEYS if key in found}


@lru_cache(maxsize=_KEPT)
def driver_word(summary: str) -> str:
    """Return `yes`, `no` or `not_judged` for CGI's oncogenic summary."""
    found = classify(clean(summary))
    return "yes" if found.is_driver else _DRIVER_WORDS.get(found, "no")


@lru_cache(maxsize=_KEPT)
def entry(text: str) -> str:
    """Return a text that can stand between bars."""
    return text.replace("\xa0", " ").replace("|", "/").strip()


@lru_cache(maxsize=_KEPT)
def _entries(cell: str) -> str:
    """Return the entries of a cell that has commas between them."""
    return "|".join(entry(each) for each in clean(cell).split(",") if each.strip())


def join_results(results: Mapping[str, AlleleResult], key: str) -> str:
    """Return the value of a key for all carriers of an allele, or `sample=value` for each where they differ.

    Args:
        results: By sample, at least one.
        key: One of `KEYS`.

    """
    values = {sample: result.value(key) for sample, result in results.items()}
    found = set(values.values())
    if len(found) == 1:
        return found.pop()
    return "|".join(f"{entry(sample)}={value.replace('|', '/')}" for sample, value in values.items() if value)


def match_values(matches: list[Match], change: str) -> dict[str, str]:
    """Return the best levels of each effect, and the drugs at those in the tumour type.

    Args:
        matches: The complete drug matches of one alteration.
        change: How the alteration changes its gene, as they name it.

    """
    values: dict[str, str] = {}
    if not matches:
        return values
    drugs: list[str] = []
    for (effect, is_this), key in LEVELS.items():
        some = [m for m in matches if effect_key(m.effect) == effect and (m.tumour is TumourMatch.THIS) is is_this]
        if not some:
            continue
        best = min((match.level for match in some), key=level_rank)
        values[key] = entry(best)
        if is_this:
            drugs += [_drug(m, change) for m in sorted(some, key=lambda m: m.order) if m.level == best]
    values[DRUGS] = "|".join(dict.fromkeys(drugs))
    return values


def _drug(match: Match, change: str) -> str:
    """Return effect and drug; without a protein change, the match may be of another variant of the gene."""
    mark = " (ambiguous)" if change in _NO_CHANGE else " (change not listed)" if change in match.unlisted else ""
    return entry(f"{match.effect}:{match.drug}{mark}")
