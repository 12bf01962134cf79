"""What a word says of its row, by what its column is about: the origin of a variant, what came of a test, and more."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from cgi_runner.inputs.problems import is_present, quote
from cgi_runner.inputs.somatic import mark_in_status

Verdict = Literal["sent", "germline", "absent", "failed", "unknown"]
WordRule = Callable[[str], Verdict]

#: Columns in which laboratories write the result of a test, by their names without case and punctuation.
FINDINGS = frozenset(("detected", "isdetected", "result", "testresult", "present", "finding"))
OUTCOMES = re.compile(
    r"((fusion|sv|cna|cnv|variant|alteration|test|final|rearrangement)?(call|status|interpretation|outcome|conclusion))"
    r"|assessment|evaluation|rearrangement|rearranged|befund|ergebnis|resultado|resultat"
)
#: How a column with the name of a finding says no in one letter; a status of 0 may mean anything.
_FLAG = re.compile(r"[0nf]", re.IGNORECASE)
_NOT_FOUND = re.compile(r"no|not[ _-](detected|found|present)|undetected|negative?|neg|absent|false", re.IGNORECASE)
_NO_CALL = re.compile(r"no[ _-]?call", re.IGNORECASE)
_DENIAL = re.compile(
    r"(was |is )?(not[ _-](detected|found|present|seen|identified)|undetected|false[ _-]?positive|art[ei]fact)"
    r"|nicht (nachgewiesen|nachweisbar|detektiert|gefunden|vorhanden)|kein nachweis|nein|negativ[oa]"
    r"|non[ -](d[e\u00e9]tect[e\u00e9]e?|rilevat[oa])|no (detectad|hallad|encontrad)[oa]"
    r"|n[a\u00e3]o detectad[oa]|ausente",
    re.IGNORECASE,
)
#: Words of an origin or a status, beside those of `mark_in_status` and all with a stem or `somatic` in them.
_GERMLINE_WORDS = frozenset(("g", "normal"))
GERMLINE_STEMS = ("germ", "keimbahn", "constitutional", "konstitutionell", "inherited", "hereditary", "heredit\u00e4r")
_SOMATIC = re.compile("somat|som\u00e1t")
_TUMOR_WORDS = re.compile(r"s|tumou?r.*|primary|metasta\w+|relapse|recurren\w+|acquired|cancer")
_NO_WORDS = frozenset(("", "null", "unclassified", "undetermined", "not determined", "nd", "unclear"))
_HARMLESS = re.compile(
    r"confirmed|valid(ated)?|verified|reported|pass(ed)?|ok|yes|true|detected|present|positive|found|new|known|novel"
    r"|het(erozygous)?|hom(ozygous)?|(likely )?(pathogenic|oncogenic|benign)|vus|final|reviewed|alive|dead"
)
_YES = frozenset(("y", "yes", "true", "t", "1", "x", "positive", "pos", "present", "detected", "found"))
_NO = frozenset(("n", "no", "false", "f", "0", "negative", "neg", "absent", "not detected", "not found", "not present"))
#: Words of a second look at the mutation that deny it (MAF 2.4).
_DENIED = frozenset(("invalid", "wildtype", "wild type", "not confirmed", "false positive"))
_IS_REFERENCE = re.compile(r"hom(ozygous)? ?ref(erence)?|ref(erence)?|wt|wild ?type|ref ref|wt wt|no ?call|absent")
_GOOD = re.compile(
    r"pass(es|ed|ing)?|ok(ay)?|good|high|keep|kept|includ(e|ed)|accept(ed)?|retain(ed)?|valid|confirmed|real"
    r"|true positive"
)
_BAD = re.compile(
    r"fail(s|ed|ing|ure)?|(not|no|non|did not) ?(pass(ed|ing)?|ok|good|keep|include|accept(ed)?)|reject(ed)?|bad|poor"
    r"|low.*|discard(ed)?|drop(ped)?|removed?|exclud(e|ed)|filtered|art[ie]fact|false positive|invalid|blacklist(ed)?"
)
_A_NUMBER = re.compile(r"-?\d+([.,]\d+)?%?")
#: A tissue next to the tumour may be called normal all the same: only what speaks of the normal alone is one.
_NORMAL_TISSUE = re.compile(r"\b(normal|germ ?line|control)\b")
#: TCGA's sample types of normals; elsewhere a number may mean anything.
_NORMAL_CODE = re.compile("1[0-4]")
_TUMOR_TISSUE = re.compile(
    r"tumou?r|cancer|metasta|primary|malignan|positive|abnormal|relapse|recurren|somatic|\b(vs|versus|not|non)\b"
)


def is_undetermined(cell: str) -> bool:
    """Whether a cell says that something is not known."""
    word = _words(cell)
    return bool(word) and (word in _NO_WORDS or "unknown" in word)


def _words(cell: str) -> str:
    return re.sub(r"[\W_]+", " ", cell.casefold()).strip() if is_present(cell) else ""


def judge_origin(in_name: set[str]) -> WordRule:
    """Return what judges the cells of a column that is about the origin.

    Args:
        in_name: Which of the words somatic and germline its name has. With one of them the column may be a question,
            which is answered by yes or no.

    """

    def judge(cell: str) -> Verdict:
        word = _words(cell)
        if len(in_name) == 1 and word in _YES | _NO:
            return "germline" if (word in _YES) == ("germline" in in_name) else "sent"
        return _judge_words(cell)

    return judge


def _judge_words(cell: str) -> Verdict:
    """Return what words such as Germline, likely somatic, LOH and inherited say."""
    word = _words(cell)
    if not word or re.fullmatch("(non|not) ?germ ?line", word):
        return "sent"
    if word in _GERMLINE_WORDS or mark_in_status("", cell):
        return "germline"
    is_germline, is_somatic = any(stem in word for stem in GERMLINE_STEMS), bool(_SOMATIC.search(word))
    if is_germline != is_somatic and not re.search(r"\b(no|not|non|nicht|kein|versus|vs|or)\b", word):
        return "germline" if is_germline else "sent"
    return "sent" if _TUMOR_WORDS.fullmatch(word) or is_undetermined(cell) else "unknown"


def judge_status(cell: str) -> Verdict:
    """Return what a status says, which may be about the origin, the test, the patient or the report."""
    if (verdict := _judge_words(cell)) != "unknown":
        return verdict
    if _NOT_FOUND.fullmatch(cell.strip()):
        return "absent"
    return "sent" if _HARMLESS.fullmatch(_words(cell)) else "unknown"


def judge_germline_only(cell: str) -> Verdict:
    """Return whether a cell says Germline, where other words may mean anything."""
    return "germline" if _judge_words(cell) == "germline" and "germ" in _words(cell) else "sent"


def judge_validation(cell: str) -> Verdict:
    """Return what a second look at the mutation says; a mere no may mean that there was none."""
    word = _words(cell)
    return "absent" if word in _DENIED else "unknown" if word in _NO else "sent"


def judge_finding(cell: str) -> Verdict:
    """Return what a column such as Detected says, be it in one letter."""
    return "absent" if _FLAG.fullmatch(cell.strip()) else judge_outcome(cell)


def judge_outcome(cell: str) -> Verdict:
    """Return what a call, an interpretation or a conclusion says, of which only a denial in words is certain."""
    text = cell.strip()
    return "absent" if _NOT_FOUND.fullmatch(text) or _NO_CALL.fullmatch(text) or is_denial(cell) else "sent"


def is_denial(cell: str) -> bool:
    """Whether a cell denies its row whatever column it stands in."""
    return bool(_DENIAL.fullmatch(cell.strip()))


def judge_genotype(cell: str, reference: str) -> Verdict:
    """Return whether a genotype, in numbers, letters or words, has anything but the reference.

    Args:
        cell: The cell.
        reference: The reference allele of the row.

    """
    alleles = re.split(r"[/|]", cell.strip())
    if len(alleles) > 1:
        return "absent" if {*map(str.upper, alleles)} <= {"0", ".", reference.upper()} else "sent"
    return "absent" if cell.strip() == "0" or _IS_REFERENCE.fullmatch(_words(cell)) else "sent"


def alleles_not_in(cell: str, reference: str, alternates: Sequence[str]) -> list[str]:
    """Return the alternate alleles that a genotype lacks; none where it has no allele of the row.

    Letters are compared where all alleles are there as the row has them, or are one base each; a genotype such as I/D,
    or one of the gene's strand beside an indel, says nothing.

    Args:
        cell: The genotype, in numbers or in letters.
        reference: The reference allele of the row.
        alternates: Its alternate alleles, from number 1 on.

    """
    called = {*re.split(r"[/|]", cell.strip().partition(":")[0].upper())} - {"."}
    known = [reference.upper(), *map(str.upper, alternates)]
    if not re.search(r"[/|]", cell) or not called:
        return []
    if all(call.isdecimal() and int(call) < len(known) for call in called):
        called = {known[int(call)] for call in called}
    elif not (called <= {*known} or ({*map(len, (*called, *known))} == {1} and "".join(called).isalpha())):
        return []
    return [allele for allele in alternates if allele.upper() not in called]


def judge_passed(cell: str) -> Verdict:
    """Return what a column such as PASS or Keep says, whose yes is good."""
    word = _words(cell)
    if _BAD.fullmatch(word) or word in _NO:
        return "failed"
    if "germ" in word or "somatic" in word:  # a look at the reads may end with either
        return _judge_words(cell)
    return "sent" if _GOOD.fullmatch(word) or word in _YES else "unknown"


def judge_quality(cell: str) -> Verdict:
    """Return what a column such as QC says; it may hold a measure as well, which says nothing by itself."""
    return "sent" if not _words(cell) or _A_NUMBER.fullmatch(cell.strip()) else judge_passed(cell)


def judge_failed(cell: str) -> Verdict:
    """Return what a column such as Exclude or Artifact says, whose yes is bad."""
    word = _words(cell)
    if not word or word in _NO or _GOOD.fullmatch(word):
        return "sent"
    return "failed" if word in _YES or _BAD.fullmatch(word) else "unknown"


def judge_filter(cell: str) -> Verdict:
    """Return what a column beside FILTER says that has the word filter in its name: anything but PASS is reported."""
    word = _words(cell)
    return "sent" if not word or word in ("pass", "passed", "none") or _A_NUMBER.fullmatch(word) else "unknown"


def judge_tissue(cell: str) -> Verdict:
    """Return whether the type of a sample or a tissue says that it is a normal."""
    word = _words(cell)
    if word == "n":
        return "germline"
    if _NORMAL_CODE.fullmatch(word):
        return "unknown"
    if not _NORMAL_TISSUE.search(word):
        return "sent"
    return "unknown" if _TUMOR_TISSUE.search(word) else "germline"


def judge_type(cell: str) -> Verdict:
    """Return what a type says, which may be that of the variant or of the sample: SNP, germline_snv, Normal."""
    return "germline" if _words(cell) == "normal" else judge_germline_only(cell)


def judge_is_normal(cell: str) -> Verdict:
    """Return what the answer to Is normal? says."""
    word = _words(cell)
    if word in _YES | _NO:
        return "germline" if word in _YES else "sent"
    return judge_tissue(cell)


def judge_is_tumor(cell: str) -> Verdict:
    """Return what the answer to Is tumour? says."""
    return "germline" if _words(cell) in _NO else judge_tissue(cell)


#: Columns that say of which tissue a row is, by their names without case and punctuation.
_TISSUES: tuple[tuple[re.Pattern[str], WordRule], ...] = (
    (re.compile(r"is(matched)?normal|matchednormal"), judge_is_normal),
    (re.compile(r"istumou?r"), judge_is_tumor),
    (re.compile(r"tumou?r(or|vs|and)?normal|normal(or|vs|and)?tumou?r|tn"), judge_tissue),
    (
        re.compile(
            r"(sample|tissue|specimen|aliquot|biospecimen|material)"
            r"(type|class|category|kind|description|origin)(id|code)?|tissue"
        ),
        judge_tissue,
    ),
)


def find_tissue_rule(name: str) -> WordRule | None:
    """Return what judges the cells of a column that says of which tissue a row is; None if it is about something else.

    Args:
        name: Name of the column, without case and punctuation.

    """
    return next((judge for pattern, judge in _TISSUES if pattern.fullmatch(name)), None)


def warning_of_unknown(column: str, line: int, cell: str) -> str:
    """Return the warning that rows are sent although a column may rule them out.

    Args:
        column: Name of the column.
        line: Number of the first such line, from 1.
        cell: What it says.

    """
    return (
        f"rows are sent although it is not known what the column {quote(column)} says of them, the first "
        f"on line {line}: {quote(cell)}"
    )
