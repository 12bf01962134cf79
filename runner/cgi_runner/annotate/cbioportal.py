"""CGI's results as cBioPortal reads them in a MAF: namespace columns `CGI.*` and the four custom driver columns.

The words and lengths are those of cBioPortal's file formats ("Custom driver annotations", "Adding mutation annotation
columns through namespaces").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cgi_runner.annotate.fields import DRIVER, KEYS, LEVELS, PREFIX, STATUS, Status
from cgi_runner.errors import InputError
from cgi_runner.findings.model import LETTERS
from cgi_runner.inputs.problems import quote_names

DRIVER_COLUMNS = ("cbp_driver", "cbp_driver_annotation", "cbp_driver_tiers", "cbp_driver_tiers_annotation")
NAMESPACE = "CGI."
#: By key, the name of its namespace column.
COLUMNS = {key: NAMESPACE + key.removeprefix(PREFIX) for key in KEYS}
_LONGEST = 80
_CALLS = {"yes": "Putative_Driver", "no": "Putative_Passenger", "not_judged": "Unknown"}
_SAMPLE_ID = re.compile(r"[A-Za-z0-9._-]+")


def driver_columns(values: Mapping[str, str], version: str, cancer_type: str) -> tuple[str, str, str, str]:
    """Return the custom driver columns of a row, in the order of `DRIVER_COLUMNS`.

    Args:
        values: Those of the row's allele, by key.
        version: CGI's version.
        cancer_type: The tumour type that was asked for.

    Returns:
        Empty texts for an allele without a result, and for tiers without a complete match in the tumour type.

    """
    if values.get(STATUS) != Status.RETURNED.value:
        return "", "", "", ""
    call = _CALLS[values[DRIVER]]
    tier = _tier(values)
    about = f"CGI {version}".strip()
    summary = values.get("CGI_Summary") or "not judged"
    reason = f"complete match, {cancer_type or 'tumour type'}, {about}" if tier else ""
    return call, f"{about}: {summary}"[:_LONGEST], tier, reason[:_LONGEST]


def _tier(values: Mapping[str, str]) -> str:
    """Return the best letter in the tumour type with its effect; other levels are too long for a tier."""
    found = {effect: values.get(key, "") for (effect, is_this), key in LEVELS.items() if is_this}
    letters = {effect: level for effect, level in found.items() if level in LETTERS}
    if not letters:
        return ""
    best = min(letters.values())
    effects = [effect for effect, level in letters.items() if level == best]
    return f"CGI {best} {effects[0] if len(effects) == 1 else 'resp./resist.'}"


def check_sample_ids(names: Iterable[str], source: str) -> None:
    """Refuse names of samples that cBioPortal does not take.

    Args:
        names: The names.
        source: The file that has them, for the error.

    Raises:
        InputError: With the names.

    """
    if refused := sorted(name for name in names if not _SAMPLE_ID.fullmatch(name)):
        raise InputError(
            f"{source}: found the samples {quote_names(refused)}, expected letters, digits, '.', '_' and '-' only",
            tip="rename them in the MAF, or leave --cbioportal out",
        )
