"""Which sample columns of a VCF are tumours and which are normals, and whose they are, as far as the file tells.

Two sources are read. The lines above the column names come first: `##tumor_sample` and `##normal_sample` (Mutect2),
`##TUMOR` and `##NORMAL` (MuSE), `##SAMPLE`, `##PEDIGREE`, and options such as `--normal-sample` or `--RGSM-tumor` of
the command lines that callers write down, where their value is the name of a column. The columns' own names come next:
NORMAL, TUMOR, TUMOUR, PRIMARY, METASTASIS, also as a part of a name, and the sample type in a TCGA barcode.
Where they contradict each other nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from cgi_runner.inputs.caller_conventions import roles_by_convention
from cgi_runner.inputs.lazy_pattern import LazyPattern

Role = Literal["tumor", "normal"]

#: Names that callers give to a column whoever the patient is; none of them may stand for a patient.
_GENERIC = frozenset(
    [
        "tumor",
        "tumour",
        "normal",
        "primary",
        "metastasis",
        "metastatic",
        "recurrence",
        "relapse",
        "sample",
        "sample_1",
        "sample_name",
        "tumor_sample",
        "tumour_sample",
        "tumor_sample_barcode",
        "normal_sample",
        "somatic",
        "t",
        "sample_id",
        "case",
        "control",
        "germline",
        "reference",
        "default",
        "none",
        "null",
        "unknown",
        "__unknown__",
        "unnamed",
    ]
)
_WORDS: dict[Role, frozenset[str]] = {
    "tumor": frozenset(["tumor", "tumour", "primary", "metastasis", "metastatic", "relapse", "recurrence"]),
    "normal": frozenset(["normal", "germline"]),
}
#: Beside a tumour's word, as in PRIMARY_BLOOD or METASTASIS_N, these are said of its patient's normal as well.
_DOUBTFUL = LazyPattern(
    r"n|blood|pbmc|pbl|wbc|buffy|buccal|saliva|swab|leukocytes|lymphocytes|fibroblasts|skin|control|ctrl|matched|adjacent"
    r"|healthy|benign|gl|germ|remission|reference"
)
#: Sample types 01 to 09 of a barcode of TCGA or TARGET are tumours, 10 to 14 normals (GDC, code tables).
_BARCODE = LazyPattern(r"(?:TCGA-\w{2}-\w{4}|TARGET-\w{2}-\w{6})-(0[1-9]|1[0-4])", re.IGNORECASE)
_LINE = LazyPattern(r"##(tumou?r|normal)_sample(?:_name)?\s*=\s*\"?([^\"]*?)\"?\s*", re.IGNORECASE)
_MUSE = LazyPattern(r"##(TUMOU?R|NORMAL)=.*?\bSample=([^,\">]+)", re.IGNORECASE)
_STRUCTURED = LazyPattern(r"##(SAMPLE|PEDIGREE)=<(.*)>\s*", re.IGNORECASE)
_PAIR = LazyPattern(r"(\w[\w.-]*)=(\"(?:[^\"\\]|\\.)*\"|[^,]*)")
_NO_OPTIONS = LazyPattern(r"##(INFO|FORMAT|FILTER|ALT|contig)=", re.IGNORECASE)
#: A word and the one after it; what comes after one option may be the next one, so the second is only looked at.
_OPTION = LazyPattern(r"(?<![\w.-])-{0,2}([A-Za-z][\w.-]*)(?=(?:\s*=\s*|\s+)[\"'\\\[]*([^\s\"',;<>\\\]]+))")
_FOR_NAMES = LazyPattern(r"(sample|name|id)s?$", re.IGNORECASE)
_DESCRIBED: dict[Role, LazyPattern] = {
    "tumor": LazyPattern(r"tumou?r|mutant|cancer|metasta|neoplas|malignant", re.IGNORECASE),
    "normal": LazyPattern(r"\bnormal|germ-?line|wild[ _-]?type|matched control", re.IGNORECASE),
}
_NAMING = ("samplename", "name", "individual", "sampletcgabarcode", "tcgabarcode", "biospecimen")


@dataclass
class SampleRoles:
    """What is known of the sample columns of one file; a column that is in none of the first two may be anything."""

    tumors: dict[str, str] = field(default_factory=dict)
    """What identifies a column as a tumour, by its name."""
    normals: dict[str, str] = field(default_factory=dict)
    contradicted: dict[str, str] = field(default_factory=dict)
    """Columns of which two things are said, and what."""
    named_in_header: frozenset[str] = frozenset()
    """Tumours that a line of the header names."""
    own_names: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The sample's own name and where it was found, for columns with a generic name."""
    tumor_names: tuple[str, ...] = ()
    """Names of tumours in the header that no column has."""


def is_generic(name: str) -> bool:
    """Whether a name stands for any patient's sample, as TUMOR and `__UNKNOWN__` do, and so for none in earnest."""
    plain = re.sub(r"[\W_]+", "_", name.casefold()).strip("_")
    return _AS_FILE.sub("", plain) in _PLAIN_GENERIC or is_any_tumor(name)


def is_any_tumor(name: str) -> bool:
    """Whether a column is called the tumour, be it with its kind of data or its caller: TUMOR, RNA_TUMOR, TUMOR.muse.

    Several such columns are the same patient's.
    """
    words = [word for word in re.split(r"[\W_]+", name.casefold()) if not _BESIDE_TUMOR.fullmatch(word)]
    return words in (["tumor"], ["tumour"])


def is_generic_file(stem: str) -> bool:
    """Whether the name of a file is what callers give to any patient's, as somatic.snvs and filtered_variants."""
    return is_generic(stem) or bool(_FILE_OF_CALLER.fullmatch(stem))


def is_normal(name: str) -> bool:
    """Whether the name of a sample says that it is a normal: NORMAL, P1_normal, TCGA-AA-1234-10A."""
    return _role_of_name(name, ()) == "normal" or name.casefold() == "control"


#: The letter that tells a normal from its tumour, as in P1_N and P1T2.
_LETTER = LazyPattern(r"(.*[\W_\d])([NTnt])(\d*)")
_OTHER_LETTER = str.maketrans("NTnt", "TNtn")
#: An alignment's name stands in for its sample's where the read groups have none: tumor.bam.
_AS_FILE = re.compile(r"(?<=[a-z])_(bam|cram)$")
_FILE_OF_CALLER = LazyPattern(
    r"((somatic|germline|tumou?r|normal|vs|snvs?|snps?|indels?|variants?|calls?|raw|filtered|passed|pass|final|merged|all"
    r"|output|results?|strelka2?|mutect2?|varscan2?|vardict|muse|dragen|hard|sorted|annotated|vep|snpeff|funcotated)"
    r"[\W_]*)+",
    re.IGNORECASE,
)
_BESIDE_TUMOR = LazyPattern(
    r"[dr]na|wgs|wes|strelka2?|mutect2?|varscan2?|vardict(java)?|muse|somaticsniper|lofreq|freebayes|pindel|dragen|sage"
    r"|variant\d*"
)
_PLAIN_GENERIC = frozenset(name.strip("_") for name in _GENERIC)


def partner_by_name(name: str) -> str:
    """Return the name that differs in the letter of tumour and normal only, as P1_N for P1_T, or an empty string."""
    whole = _LETTER.fullmatch(name)
    return f"{whole[1]}{whole[2].translate(_OTHER_LETTER)}{whole[3]}" if whole else ""


def is_like_normal(name: str) -> bool:
    """Whether the letter at the end of such a name stands for a normal."""
    whole = _LETTER.fullmatch(name)
    return whole is not None and whole[2] in "Nn"


def find_roles(header: Sequence[str], columns: Sequence[str], first_row: str = "") -> SampleRoles:
    """Find out which columns are tumours and which are normals.

    Args:
        header: The lines that begin with `##`.
        columns: Names of the sample columns.
        first_row: The first line below the names of the columns, where some callers name the tumour.

    """
    said: dict[str, dict[Role, str]] = {name: {} for name in columns}
    roles, names = SampleRoles(), dict[Role, list[str]](tumor=[], normal=[])
    pedigree: list[str] = []
    for line in header:
        roles.own_names.update(_own_names(line, columns))
        pedigree += _originals(line)
    statements = (statement for line in header for statement in _statements(line, columns))
    for role, name, by in (*statements, *roles_by_convention(header, columns, first_row)):
        if name in said:
            said[name].setdefault(role, by)
        names[role].append(name)
    roles.named_in_header = frozenset(name for name in columns if "tumor" in said[name])
    for name in columns:
        if by_name := _role_of_name(name, columns):
            said[name].setdefault(by_name, "its name")
    for name in pedigree:
        if name in said and not said[name]:
            said[name]["normal"] = "##PEDIGREE"
    for name, by_role in said.items():
        if len(by_role) > 1:
            roles.contradicted[name] = f"tumour by {by_role['tumor']}, normal by {by_role['normal']}"
        else:
            roles.tumors.update({name: by_role["tumor"]} if "tumor" in by_role else {})
            roles.normals.update({name: by_role["normal"]} if "normal" in by_role else {})
    roles.tumor_names = tuple(name for name in dict.fromkeys(names["tumor"]) if name not in said)
    return roles


def _role_of_name(name: str, columns: Sequence[str]) -> Role | None:
    """Return what the name of a column says of it."""
    if barcode := _BARCODE.match(name):
        return "tumor" if barcode[1].startswith("0") else "normal"
    # VarDict's name for a normal that it was not told the name of.
    if name.endswith("-match") and name.removesuffix("-match") in columns:
        return "normal"
    words = {word for word in re.split(r"[\W_\d]+", name.casefold()) if word}
    words |= {word.casefold() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
    found: list[Role] = [role for role, known in _WORDS.items() if known & words]
    if found == ["tumor"] and any(map(_DOUBTFUL.fullmatch, words)):
        return None
    return found[0] if len(found) == 1 else None


def _statements(line: str, columns: Sequence[str]) -> Iterator[tuple[Role, str, str]]:
    """Return which sample a header line calls a tumour or a normal, and in short where."""
    if whole := _LINE.fullmatch(line):
        yield _role(whole[1]), whole[2], f"##{whole[1].lower()}_sample"
    elif whole := _MUSE.match(line):
        yield _role(whole[1]), whole[2], f"##{whole[1].upper()}"
    elif whole := _STRUCTURED.fullmatch(line):
        facts = _facts(whole[2])
        if whole[1].upper() == "SAMPLE" and (role := _described_role(facts)):
            yield role, facts.get("id", ""), "##SAMPLE"
        elif derived := facts.get("derived") or (facts.get("id") if "original" in facts else None):
            yield "tumor", derived, "##PEDIGREE"
    elif not _NO_OPTIONS.match(line):
        yield from _in_command_line(line, columns)


def _role(word: str) -> Role:
    return "normal" if word.casefold() == "normal" else "tumor"


def _facts(text: str) -> dict[str, str]:
    """Return the keys and values between the brackets of a structured header line, keys in lower case."""
    return {key.casefold(): value.strip('"') for key, value in _PAIR.findall(text)}


def _described_role(facts: dict[str, str]) -> Role | None:
    """Return what `##SAMPLE` says of a sample in words; its names say nothing."""
    words = " ".join(value for key, value in facts.items() if key not in ("id", "file", "source", *_NAMING))
    found: list[Role] = [role for role, pattern in _DESCRIBED.items() if pattern.search(words)]
    if not found:
        found = [role for role, known in _WORDS.items() if facts.get("id", "").casefold() in known]
    return found[0] if len(found) == 1 else None


def _originals(line: str) -> list[str]:
    """Return what `##PEDIGREE` calls the origin of another sample: a normal unless something else is known of it."""
    whole = _STRUCTURED.fullmatch(line)
    return [_facts(whole[2]).get("original", "")] if whole and whole[1].upper() == "PEDIGREE" else []


def _own_names(line: str, columns: Sequence[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Return the names that `##SAMPLE` and `##TUMOR` give to columns such as TUMOR."""
    if whole := _STRUCTURED.fullmatch(line):
        facts = _facts(whole[2])
        names = [facts[key] for key in _NAMING if facts.get(key, ".") not in ("", ".")]
        for column in columns:
            if names and column.casefold() == facts.get("id", "").casefold():
                yield column, (names[0], "##SAMPLE")
    elif whole := _MUSE.match(line):
        for column in columns:
            if column.casefold() == whole[1].casefold():
                yield column, (whole[2], f"##{whole[1].upper()}")


def _in_command_line(line: str, columns: Sequence[str]) -> Iterator[tuple[Role, str, str]]:
    """Return which columns the options of a command line name: `--tumor-sample X` and the like."""
    found: dict[str, list[str]] = {}
    for key, value in _OPTION.findall(line):
        is_path = value not in columns
        name = PurePosixPath(value).name.partition(".")[0] if is_path else value
        # A number is a threshold such as --normal-lod 2.2 unless the option is one for names.
        if name in columns and not (name.isdecimal() and (is_path or not _FOR_NAMES.search(key))):
            found.setdefault(re.sub(r"[\W_]", "", key.casefold()), []).append(name)
    # DRAGEN and others have a pair of options each, such as --fastq-list-sample-id and --tumor-fastq-list-sample-id.
    paired = {re.sub("tumou?r", "", key) for key in found if re.search("tumou?r", key)}
    where = line[2:].partition("=")[0][:40]
    for key, names in found.items():
        role: Role | None = None
        if "tumor" in key or "tumour" in key:
            role = "tumor"
        # SAGE's -reference names the normal where a tumour is named, too; Octopus's -N always does.
        elif (
            ("normal" in key and "normali" not in key)
            or (paired and key == "reference")
            or (key and key in paired)
            or (key == "n" and where.casefold() == "octopus")
        ):
            role = "normal"
        if role:
            yield from ((role, name, f"##{where}") for name in names)
