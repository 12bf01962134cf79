"""Whether a row is a somatic call that passed its filters, as far as the file itself says.

Two questions, each with its own option. Filters: FILTER is PASS, names what failed, or is empty or `.`, which means
that no filter was applied (VCF 4.3, section 1.6.1). Marks: callers write down that a variant is of the germline, a loss
of heterozygosity or no variant, in a filter's name, in INFO (VarScan2 SS, VarDict STATUS, DRAGEN GermlineStatus, a flag
GERMLINE), in FORMAT (SomaticSniper and MuSE SS) or in a MAF's Mutation_Status.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from cgi_runner.inputs.model import Options
from cgi_runner.inputs.problems import is_present

PASSED = "PASS"
UNFILTERED = frozenset(("", ".", "-"))
NOT_SOMATIC = "not somatic"
FAILED = "FILTER is not PASS"
NO_FILTER = "FILTER is ., no filter was applied"

#: Filters that say that the normal has the variant, or that it is of the germline, by the names of their callers.
GERMLINE_FILTERS = frozenset(
    [
        "germline",
        "germline_risk",
        "germlinerisk",
        "normal_artifact",
        "artifact_in_normal",
        "alt_allele_in_normal",
        "non_homref_normal",
        "multi_event_alt_allele_in_normal",
        "loh",
        "likelyloh",
        "strongloh",
        "wildtype",
        "non_somatic",
        "nonsomatic",
    ]
)
#: VarScan2's SS in INFO; SomaticSniper and MuSE have it in FORMAT. 2 is somatic, others are unknown.
_SOMATIC_STATUS = {"0": "wildtype", "1": "germline", "3": "LOH"}
_STATUS_WORDS = re.compile(
    r"germ-?line.*|(strong|likely)?loh|loss of heterozygosity|wild-?type|reference|none|uncalled"
    r"|post-transcriptional modification|not? ?-?somatic",
    re.IGNORECASE,
)
#: One of these follows a semicolon or is within every INFO that marks a row, with its letters; few, as each is
#: searched for in the whole file.
_MARKS = tuple((mark, "".join(set(mark))) for mark in ("ermline", "ERMLINE", "STATUS=", "LOH", ";SS=", "SOMATIC="))
#: Letters of numbers and of what stands between them.
_NUMBERS = b"0123456789.,|-+:"
MAX_INFOS = 1000
"""Cells of INFO that are remembered without their numbers; annotated files have a new one in every row."""
#: Keys of INFO, without underscores, whose words may say that a row is not somatic.
_KEYS = frozenset(
    ("ss", "status", "germlinestatus", "somaticstatus", "mutationstatus", "variantstatus", "vartype", "varianttype",
     "mutationtype", "type", "calltype", "origin", "variantorigin", "mutationorigin")
)  # fmt: skip
_OF_GERMLINE = re.compile("germ|loh", re.IGNORECASE)
_FLAGS = frozenset(("germline", "loh", "isgermline"))
_YES = frozenset(("1", "true", "t", "yes", "y"))
_NO = frozenset(("0", "false", "f", "no", "n"))


class CallStatus:
    """Decides which rows count as somatic calls that passed, by what the user asked for."""

    def __init__(self, options: Options) -> None:
        """Decide by the options `filters`, `keep_filtered` and `keep_germline`."""
        self._passing = options.filters or frozenset((PASSED,))
        self._named = bool(options.filters)
        self._keep_filtered, self._keep_germline = options.keep_filtered, options.keep_germline
        self.plain = frozenset((PASSED, *UNFILTERED)) if not self._named else self._passing
        """Cells of FILTER that need no further look."""

    def rejection_reason(self, filters: str, marks: str = "") -> str:
        """Return why a row is left out, or return an empty string.

        Args:
            filters: The cell of FILTER.
            marks: What `mark_in_info`, `mark_in_format` or `mark_in_status` found.

        """
        mark, failed = self._judge_filter(filters)
        mark = marks or mark
        if mark and not self._keep_germline:
            return f"{NOT_SOMATIC}: {mark}"
        return "" if self._keep_filtered else failed

    def _judge_filter(self, cell: str) -> tuple[str, str]:
        """Return the mark in a cell of FILTER, and why it did not pass; germline filters are no other failure."""
        if cell in self.plain:
            return "", ""
        names = [name for name in re.split(r"[;,|]\s*", cell.strip()) if is_present(name) and name not in UNFILTERED]
        if not names:
            return "", (NO_FILTER if self._named and "." not in self._passing else "")
        marks = [name for name in names if name.casefold() in GERMLINE_FILTERS and name not in self._passing]
        failed = [name for name in names if name not in self._passing and name.upper() != PASSED and name not in marks]
        if self._named and names == [PASSED] and PASSED not in self._passing:
            failed = [PASSED]
        return f"FILTER {marks[0]}" if marks else "", FAILED if failed else ""


@lru_cache(maxsize=1000)
def mark_in_status(name: str, value: str) -> str:
    """Return `NAME=value` where a status says that a row is not somatic, else an empty string.

    Args:
        name: Name of the column or key.
        value: What the row has in it.

    """
    meaning = _SOMATIC_STATUS.get(value, "") if name.casefold() == "ss" else ""
    if meaning:
        return f"{name}={value} ({meaning})"
    return f"{name}={value}" if _STATUS_WORDS.fullmatch(value.replace("_", " ").strip()) else ""


def may_be_marked(infos: Sequence[str]) -> bool:
    """Whether any row of a block may be marked in INFO; whole blocks without any mark need no look at their rows.

    Args:
        infos: The cells of INFO.

    """
    text = ";" + ";".join(infos)
    # To look for a letter takes a tenth of the time to look for a word, and few files have all letters of one.
    if any(all(map(text.__contains__, letters)) and mark in text for mark, letters in _MARKS):
        return True
    # Mutect2 writes AS_FilterStatus in every row, which says nothing of the germline.
    return "Status=" in text and text.count("Status=") > text.count("AS_FilterStatus=")


class InfoMarks:
    """Looks for marks in the cells of INFO of one file, whose rows differ in little but numbers."""

    def __init__(self) -> None:
        """Start empty."""
        self._unmarked: set[bytes] = set()
        """Cells without their numbers that were looked through."""

    def may_be_in(self, infos: Sequence[str]) -> bool:
        """Whether any row of a block may be marked, as `may_be_marked` says it."""
        if len(self._unmarked) > MAX_INFOS:
            return may_be_marked(infos)
        # To delete bytes is quicker than any search, and what is left is the same in many rows; no mark has a number.
        text = "\n".join(infos).encode("utf-8", "surrogateescape").translate(None, _NUMBERS)
        first, _, rest = text.partition(b"\n")
        is_first_alone = rest == b"\n".join([first] * (len(infos) - 1))
        new = {first} if is_first_alone else set(text.split(b"\n"))
        new -= self._unmarked
        if new and may_be_marked([info.decode("utf-8", "surrogateescape") for info in new]):
            return True
        self._unmarked |= new
        return False


def mark_in_info(info: str, *, expects_flag: bool = False, flags: frozenset[str] = frozenset()) -> str:
    """Return the words of a VCF's INFO that say that a row is not somatic, or an empty string.

    Args:
        info: The cell.
        expects_flag: Whether rows without the flag SOMATIC are of the germline, as in what Octopus writes.
        flags: Flags of the caller, in lower case, that say so as GERMLINE does.

    """
    if not (expects_flag or flags or may_be_marked((info,))):
        return ""  # a row is judged alike whatever the other rows of its block have
    is_somatic = False
    for item in info.split(";"):
        key, equals, value = item.partition("=")
        name = key.casefold().replace("_", "")
        answer = value.casefold() if equals else "yes"
        if (name in _FLAGS or name in flags) and answer in _YES:
            return item
        if name in ("somatic", "issomatic"):
            if answer in _NO:
                return item
            is_somatic = True
        # A kind of variant may be called "reference", which says nothing of where it comes from.
        elif (
            name in _KEYS
            and (name.endswith(("status", "ss")) or _OF_GERMLINE.search(value))
            and (mark := mark_in_status(key, value))
        ):
            return mark
    return "no SOMATIC in INFO" if expects_flag and not is_somatic else ""


def mark_in_format(names: str, cell: str) -> str:
    """Return what SS in FORMAT says of the tumour where that is not somatic, or an empty string.

    Args:
        names: Cell of the column FORMAT.
        cell: Cell of the tumour's column.

    """
    keys = names.split(":")
    if "SS" not in keys:
        return ""
    values = cell.split(":")
    place = keys.index("SS")
    return mark_in_status("SS", values[place]) if place < len(values) else ""
