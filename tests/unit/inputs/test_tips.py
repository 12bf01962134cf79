"""The tip of each refusal of mutations is followed: what the tip asks for is done, and then the right rows go."""

from __future__ import annotations

import ast
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import InputError
from cgi_runner.inputs.empty import _TIPS
from cgi_runner.inputs.sample_spelling import refuse_one_spelling
from conftest import ROOT

INPUTS = ROOT / "runner" / "cgi_runner" / "inputs"
#: Their tips ask for a decision about copy numbers or genes, which no test can take.
OF_STRUCTURE = ("copy_number", "fusion", "unsupported", "structural", "odd_rows", "low_level")
VCF = "##fileformat=VCFv4.2\n{}#CHROM|POS|ID|REF|ALT|QUAL|FILTER|INFO"
ROW = "7|140753336|.|A|T|.|PASS|."
SENT = "7 140753336 A T"
TABLE = "chr|pos|ref|alt{}\n"
RANGES = "chr|start|end|ref|alt\n"
CLOSED = "name a file, or give it something to read"
Files = dict[str, Any]


def vcf(*rows: str, samples: str = "P1", meta: str = "") -> str:
    """Give a VCF with the samples' columns; bars stand for tabs."""
    return VCF.format(meta) + (f"|FORMAT|{samples}" if samples else "") + "\n" + "".join(f"{row}\n" for row in rows)


def table(*rows: str, more: str = "") -> str:
    """Give a table of positions with more columns."""
    return TABLE.format(more) + "".join(f"{row}\n" for row in rows)


@dataclass(frozen=True)
class Case:
    """A refusal, its tip, and what following the tip changes."""

    files: Files
    tip: str
    """Words of the tip."""
    then: Files = field(default_factory=dict)
    """Files and options that the tip asks for; None leaves one out."""
    sent: tuple[str, ...] = (SENT,)
    """What goes then: each row without its sample and line."""
    options: dict[str, Any] = field(default_factory=dict)
    kind: str = "mutations"


def of(text: Any, tip: str, then: Any = None, *sent: str, options: dict[str, Any] | None = None, **more: Any) -> Case:
    """Give a case of one file of mutations; `then` is the file and `more` are the options that the tip asks for."""
    changed = more if then is None else {"mutations": then, **more}
    return Case({"mutations": text}, tip, changed, sent or (SENT,), options or {})


PAIR = vcf(f"{ROW}|GT|0/0|0/1", samples="A|B")
NORMAL_TUMOR = vcf(f"{ROW}|GT|0/0|0/1", samples="NORMAL|TUMOR")
PLAIN = table("7|140753336|A|T")
HG19 = "7 140453136 A T"
AT_19 = "7|140453136|A|T"
OF_ONE = table("7|140753336|A|T|P1", more="|sample")
COPIES = "gene|cna|sample\nMYC|amp|P1\n"
NAMED = table("7|140753336|A|T|P1", "7|140753336|A|T|P2", more="|sample")
SAME = Path("same.txt")
CUT = gzip.compress(PLAIN.replace("|", "\t").encode())

CASES = {
    "two columns for the samples": of(
        table("7|140753336|A|T|P1|x", more="|sample|Sample_ID"), "leave out or rename", OF_ONE
    ),
    "a sample of two patients": of(
        table("7|140753336|A|T|R1|A", "7|140753336|A|T|R1|B", more="|sample|patient"),
        "--sample-column 'patient'",
        None,
        SENT,
        SENT,
        sample_column="patient",
    ),
    "the sample of two patients is one": of(
        table("7|140753336|A|T|R1|A", "7|140753336|A|T|R1|B", more="|sample|patient"),
        "--sample-column 'sample'",
        sample_column="sample",
    ),
    "a column that may name samples": of(
        table("7|140753336|A|T|A", "7|140753336|A|T|B", more="|case_id"),
        "--sample-column 'case_id'",
        None,
        SENT,
        SENT,
        sample_column="case_id",
    ),
    "a column that names none": of(
        table("7|140753336|A|T|A", "7|140753336|A|T|B", more="|case_id"), "--sample NAME for all rows", sample="P1"
    ),
    "a VCF for copy numbers": Case(
        {"cnas": vcf(ROW, samples="")}, "--mutations", {"cnas": None, "mutations": vcf(ROW, samples="")}
    ),
    "a table for copy numbers": Case({"cnas": PLAIN}, "--mutations", {"cnas": None, "mutations": PLAIN}),
    "changes that are no copy numbers": of(
        "gene|change|sample\nBRAF|V600E|P1\n",
        "or gene and protein",
        "gene|protein|sample\nBRAF|V600E|P1\n",
        "BRAF:p.V600E",
    ),
    "no header": of("7|140753336|A|T\n", "the first line must name the columns", PLAIN),
    "columns that are not enough": of("chr|pos|ref\n7|140753336|A\n", "a table needs chr, pos, ref and alt", PLAIN),
    "deletions that count from 0": of(
        RANGES.replace("alt", "tumor_seq_allele2") + "7|99|101|AC|-\n",
        "add 1 to the start",
        RANGES.replace("alt", "tumor_seq_allele2") + "7|100|101|AC|-\n",
        "7 100 AC -",
    ),
    "substitutions that count from 0": of(
        RANGES + "7|140753335|140753336|A|T\n", "add 1 to the start", RANGES + "7|140753336|140753336|A|T\n"
    ),
    "later substitutions that count from 0": of(
        RANGES + "7|140753336|140753336|A|T\n" + "7|99|100|C|G\n" * 2,
        "add 1 to it",
        RANGES + "7|140753336|140753336|A|T\n" + "7|100|100|C|G\n" * 2,
        SENT,
        "7 100 C G",
    ),
    "columns of several samples": of(
        table("7|140753336|A|T|0/0|0/1", more="|A.GT|B.GT"),
        "a table of one sample each",
        table("7|140753336|A|T|0/1", more="|B.GT"),
    ),
    "bytes that are not UTF-8": of(
        OF_ONE.replace("P1", "P\xe4").replace("|", "\t").encode("latin-1"), "iconv", OF_ONE.replace("P1", "P\xe4")
    ),
    "nothing passed a check": of(table("7|140753336|A|T|FAIL", more="|QC"), "--keep-filtered", keep_filtered=True),
    "an accession of the other build": of(
        table("7|100|A|T", "NC_000007.13|140453136|A|T"), "--reference hg19", None, "7 100 A T", HG19, reference="hg19"
    ),
    "numbered sex chromosomes": of(table("23|100|A|T"), "write X and Y", table("X|100|A|T"), "X 100 A T"),
    "past the end": of(table("8|146300000|C|T"), "--reference hg19", None, "8 146300000 C T", reference="hg19"),
    "no files": Case({}, "give the alterations", {"mutations": PLAIN}),
    "standard input twice": Case(
        {"mutations": Path("-"), "cnas": Path("-")}, "can be read only once", {"mutations": PLAIN, "cnas": None}
    ),
    "another word for the build": of(PLAIN, "--reference hg38", reference="hg38", options={"reference": "GRCm38"}),
    "a name that cannot be written": of(PLAIN, "--sample NAME", sample="P1", options={"sample": "P\t1"}),
    "positions and proteins": Case(
        {"mutations": [OF_ONE, "protein|sample\nBRAF:p.V600E|P1\n"]}, "run them as two jobs", {"mutations": OF_ONE}
    ),
    "two files without a name": Case({"mutations": [PLAIN, PLAIN]}, "--sample NAME", {"sample": "P1"}),
    "two files without a column": Case(
        {"mutations": [PLAIN, PLAIN]}, "add a column `sample`", {"mutations": [OF_ONE, OF_ONE]}
    ),
    "one name for two files' samples": Case(
        {"mutations": [OF_ONE, OF_ONE.replace("P1", "P2")]},
        "leave --sample out",
        {"sample": None},
        (SENT, SENT),
        {"sample": "P"},
    ),
    "one name for a file's samples": of(
        NAMED, "leave --sample out", None, SENT, SENT, sample=None, options={"sample": "P"}
    ),
    "two files of any sample": Case({"mutations": [NORMAL_TUMOR, NORMAL_TUMOR]}, "--sample NAME", {"sample": "P1"}),
    "a ragged row": of(vcf(ROW, ROW + "|x", samples=""), "correct the file", vcf(ROW, samples="")),
    "HGVS without bases": of(
        "gdna\nchr7:g.100_101del\n", "chr3:g.100_101delAG", "gdna\nchr7:g.100_101delAG\n", "7 100 AG -"
    ),
    "a protein's stop": of(
        "protein\nTP53:p.R213stop\n", "a stop is written *", "protein\nTP53:p.R213*\n", "TP53:p.R213*"
    ),
    "filters of proteins": of(
        "protein\nBRAF:p.V600E\n",
        "leave --filters out",
        None,
        "BRAF:p.V600E",
        filters=frozenset(),
        options={"filters": frozenset(("PASS",))},
    ),
    "filters of a table without": of(
        PLAIN, "leave --filters out", filters=frozenset(), options={"filters": frozenset(("PASS",))}
    ),
    "rows of two builds": of(
        table("7|140753336|A|T|38", "7|140453136|A|T|37", more="|build"),
        "take the rows of the other build out",
        table("7|140753336|A|T|38", more="|build"),
    ),
    "alleles of the other strand": of(
        table("7|140753336|T|A|-", more="|strand"),
        "the alleles of the forward strand",
        table("7|140753336|A|T|+", more="|strand"),
    ),
    "no genotypes of several": of(
        vcf(f"{ROW}|DP|30|30", samples="A|B"),
        "--tumor-column NAME",
        None,
        SENT,
        tumor_column="B",
        all_samples=False,
        options={"all_samples": True},
    ),
    "an unknown build": of(table(AT_19), "--reference hg19", None, HG19, reference="hg19", options={"reference": None}),
    "hints ignored for nothing": of(
        PLAIN,
        "--reference hg19 or --reference hg38",
        reference="hg38",
        options={"reference": None, "ignore_build_hints": True},
    ),
    "two builds": of(
        vcf(ROW, samples="", meta="##reference=hg19\n##assembly=GRCh38\n"),
        "--ignore-build-hints",
        None,
        SENT,
        reference="hg38",
        ignore_build_hints=True,
        options={"reference": None},
    ),
    "another genome": of(
        vcf(ROW, samples="", meta="##reference=hg18\n"),
        "convert the positions to hg38",
        vcf(ROW, samples="", meta="##reference=hg38\n"),
        options={"reference": None},
    ),
    "another genome, asked as hg38": of(
        vcf(ROW, samples="", meta="##reference=hg18\n"),
        "convert the positions first; --ignore-build-hints",
        None,
        SENT,
        ignore_build_hints=True,
    ),
    "the file's build is right": of(
        vcf(ROW.replace("140753336", "140453136"), samples="", meta="##reference=hg19\n"),
        "--reference hg19 if the file is right",
        None,
        HG19,
        reference="hg19",
    ),
    "the file's build is wrong": of(
        vcf(ROW, samples="", meta="##reference=hg19\n"),
        "--ignore-build-hints if the hints are wrong",
        None,
        SENT,
        ignore_build_hints=True,
    ),
    "hotspots of the other build": of(table(AT_19), "--reference hg19", None, HG19, reference="hg19"),
    "kinds of two patients": Case(
        {"mutations": OF_ONE, "cnas": COPIES.replace("P1", "P2")}, "--sample NAME", {"sample": "P"}
    ),
    "kinds with barcodes of one sample": Case(
        {
            "mutations": OF_ONE.replace("P1", "TCGA-AB-1234-01A-11D"),
            "cnas": COPIES.replace("P1", "TCGA-AB-1234-01A-21D"),
        },
        "--tcga-barcodes",
        {"tcga_barcodes": True},
    ),
    "one name for two columns": of(
        vcf(f"{ROW}|GT|0/1|0/1", samples="P1_tumor1|P1_tumor2"),
        "--tumor-column NAME",
        tumor_column="P1_tumor2",
        options={"sample": "P"},
    ),
    "columns that become one": of(
        vcf(f"{ROW}|GT|0/1|0/1", samples="TCGA-AB-1234-01A-11D|TCGA-AB-1234-01A-21D"),
        "--tumor-column NAME",
        tumor_column="TCGA-AB-1234-01A-21D",
        options={"tcga_barcodes": True},
    ),
    "a column of none": of(
        vcf(ROW, samples=""),
        "leave --tumor-column out; --sample",
        None,
        SENT,
        tumor_column=None,
        sample="P1",
        options={"tumor_column": "P1"},
    ),
    "the normal's name for the patient": of(
        NORMAL_TUMOR, "--sample names the patient", None, SENT, sample="P1", options={"sample": "NORMAL"}
    ),
    "the normal alone": of(
        vcf(f"{ROW}|GT|0/1", samples="P1_normal"),
        "give the file of the tumour",
        vcf(f"{ROW}|GT|0/1", samples="P1_tumor"),
    ),
    "a sheet's row and the normal's column": of(
        vcf(f"{ROW}|GT|0/0|0/1", samples="P1|P1_T"),
        "the sheet's column tumor_column",
        None,
        SENT,
        tumor_column="P1_T",
        options={"sample": "P1", "is_sheet_row": True},
    ),
    "a sheet's row and other columns": of(
        PAIR,
        "the sheet's column tumor_column",
        None,
        SENT,
        tumor_column="B",
        options={"sample": "P1", "is_sheet_row": True},
    ),
    "two columns of anybody": of(PAIR, "--tumor-column NAME; or give --all-samples", tumor_column="B"),
    "two columns of tumours": of(PAIR, "--all-samples if all of them are tumours", all_samples=True),
    "no such column": of(
        PAIR, "one of the names in the file", None, SENT, tumor_column="B", options={"tumor_column": "C"}
    ),
    "no patient's name": Case(
        {"mutations": gzip.compress(vcf(f"{ROW}|GT|0/1", samples="TUMOR").replace("|", "\t").encode())},
        "--sample NAME",
        {"sample": "P1"},
        (SENT,),
        {"stem": "tumor"},
    ),
    "no name beside several": Case(
        {"mutations": PLAIN, "cnas": "gene|cna|sample\nMYC|amp|P1\nMYC|amp|P2\n"},
        "add a column `sample`",
        {"mutations": NAMED},
        (SENT, SENT),
    ),
    "a normal in a table": of(
        table("7|140753336|A|T|P1", "7|100|A|T|NORMAL", more="|sample"), "take the rows of normals out", OF_ONE
    ),
    "a normal in a table, sent": of(
        table("7|140753336|A|T|NORMAL", more="|sample"), "--keep-germline to send them", keep_germline=True, sample="P1"
    ),
    "a word for any sample in a table": Case(
        {"mutations": table("7|140753336|A|T|TUMOR", more="|sample")},
        "--sample NAME",
        {"sample": "P1"},
        (SENT,),
        {"stem": "tumor"},
    ),
    "two words for any sample": of(
        table("7|140753336|A|T|TUMOR", "7|140753336|A|T|PRIMARY", more="|sample"),
        "--sample NAME, if all are one",
        sample="P1",
    ),
    "a name in some rows": of(
        table("7|140753336|A|T|P1", "7|140753336|A|T|TUMOR", more="|sample"), "fill the sample column", OF_ONE
    ),
    "an empty name": of(table("7|140753336|A|T|", more="|sample"), "--sample NAME", sample="P1"),
    "a word for the origin": of(
        table("7|140753336|A|T|odd", more="|origin"),
        "write Somatic or Germline",
        table("7|140753336|A|T|Somatic", more="|origin"),
    ),
    "a word for the origin, sent": of(
        table("7|140753336|A|T|odd", more="|origin"), "--keep-germline", keep_germline=True
    ),
    "UTF-16": of(PLAIN.replace("|", "\t").encode("utf-16"), "save the file as UTF-8", PLAIN),
    "gzip in gzip": of(gzip.compress(CUT), "gunzip FILE", CUT),
    "a carriage return inside": of(PLAIN.replace("|T", "|\rT"), "tr -d '\\r' < FILE", PLAIN),
    "a carriage return inside gzip": of(
        gzip.compress(PLAIN.replace("|T", "|\rT").replace("|", "\t").encode()), "gunzip -c FILE | tr -d '\\r'", PLAIN
    ),
    "cut off": of(CUT[:-9], "copy it again", CUT),
    "no such file": Case({"mutations": Path("missing.tsv")}, "check the name", {"mutations": PLAIN}),
    "genotypes without the allele": of(vcf(f"{ROW}|GT|./."), "--ignore-genotypes", ignore_genotypes=True),
    "germline alone": of(vcf(f"{ROW[:-1]}GERMLINE|GT|0/1"), "--keep-germline", keep_germline=True),
    "no filter applied": of(
        vcf(f"{ROW.replace('PASS', '.')}|GT|0/1"),
        "--filters PASS,.",
        filters=frozenset(("PASS", ".")),
        options={"filters": frozenset(("PASS",))},
    ),
    "filters failed": of(
        vcf(f"{ROW.replace('PASS', 'bad')}|GT|0/1"), "--filters PASS,NAME", filters=frozenset(("PASS", "bad"))
    ),
    "filters failed, sent": of(vcf(f"{ROW.replace('PASS', 'bad')}|GT|0/1"), "--keep-filtered", keep_filtered=True),
    "insertions of no certain place": of(
        RANGES.replace("alt", "tumor_seq_allele2") + "7|100|100|-|T\n",
        "--insertion-start before",
        None,
        "7 100 - T",
        insertion_start="before",
    ),
    "breakends": Case(
        {"mutations": vcf("7|100|.|A|A[8:1[|.|PASS|.", samples="")},
        "--translocations (fus)",
        {"mutations": None, "translocations": "fus\nEML4__ALK\n"},
        ("EML4__ALK",),
        kind="translocations",
    ),
    "two VCFs behind one another": Case(
        {"mutations": vcf(f"{ROW}|GT|0/1") + vcf(f"{ROW}|GT|0/1", samples="P2").partition("\n")[2]},
        "give each file for itself",
        {"mutations": [vcf(f"{ROW}|GT|0/1"), vcf(f"{ROW}|GT|0/1", samples="P2")]},
        (SENT, SENT),
    ),
    "two tables behind one another": Case(
        {"mutations": OF_ONE + "sample|chr|pos|alt|ref\nP2|7|140753336|T|A\n"},
        "give each file for itself",
        {"mutations": [OF_ONE, "sample|chr|pos|alt|ref\nP2|7|140753336|T|A\n"]},
        (SENT, SENT),
    ),
    "a file twice": Case({"mutations": [SAME, SAME]}, "give each file once", {"mutations": SAME}),
    "a matrix without the sample": Case(
        {"cnas": "Hugo_Symbol|P1|P2\nERBB2|2|0\nPTEN|-2|0\n"},
        "give one of the names in the file: --sample NAME",
        {"sample": "P1"},
        ("ERBB2 amp", "PTEN del"),
        {"sample": "P3"},
        "cnas",
    ),
    "nothing to send": of(vcf("7|100|.|A|.|.|PASS|.", samples=""), "give one with alterations", PLAIN),
}


def write(folder: Path, files: Files, stem: str) -> Files:
    """Write files given as text or bytes, and give them by kind."""
    found: Files = {}
    for kind, content in files.items():
        several = content if isinstance(content, list) else [content]
        paths: list[Path] = []
        for number, one in enumerate(several):
            if one is SAME:
                (folder / one).write_text(PLAIN.replace("|", "\t"))
            if isinstance(one, Path):
                paths.append(one if str(one) == "-" else folder / one)
                continue
            paths.append(folder / f"{stem or kind}{number or ''}.txt")
            text = one.replace("|", "\t") if isinstance(one, str) else one
            paths[-1].write_bytes(text.encode() if isinstance(text, str) else text)
        found[kind] = paths if isinstance(content, list) else paths[0]
    return found


def refuse(inputs: Any, case: Case) -> str:
    """Refuse the files of a case, and give the tip."""
    options = {key: value for key, value in case.options.items() if key != "stem"}
    files = write(inputs.folder, case.files, case.options.get("stem", ""))
    tip: str = inputs.refuse(**{"reference": "hg38", **options, **files}).tip
    return tip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_tip_that_is_followed_works(inputs: Any, case: Case) -> None:
    """The tip names what is to be changed; with that and nothing else changed, the rows go."""
    assert case.tip in refuse(inputs, case)
    kinds = ("mutations", "cnas", "translocations")
    wanted = {"reference": "hg38", **case.options, **case.files, **case.then}
    stem = wanted.pop("stem", "")
    files = write(inputs.folder, {kind: wanted.pop(kind) for kind in kinds if wanted.get(kind) is not None}, stem)
    options = {key: value for key, value in wanted.items() if key not in kinds}
    outcome = inputs.prepare(**files, **options)
    lines = [line.split("\t") for line in (outcome.folder / f"{case.kind}.tsv").read_text().splitlines()]
    width = lines[0].index("sample")
    assert sorted(" ".join(cells[:width]) for cells in lines[1:]) == sorted(case.sent)


def patterns(module: Any, node: ast.expr) -> Iterator[str]:
    """Give what a tip in the code may be, as patterns for its values; what is worked out elsewhere gives none."""
    if isinstance(node, ast.Constant):
        yield re.escape(str(node.value))
    elif isinstance(node, ast.Name) and isinstance(getattr(module, node.id, None), str):
        yield re.escape(getattr(module, node.id))
    elif isinstance(node, ast.JoinedStr):
        parts = [next(patterns(module, part), ".*") for part in node.values]
        yield "".join(parts)
    elif isinstance(node, ast.FormattedValue):
        yield next(patterns(module, node.value), ".*")
    elif isinstance(node, ast.BinOp):
        yield "".join(next(patterns(module, side), ".*") for side in (node.left, node.right))
    elif isinstance(node, ast.IfExp | ast.BoolOp):
        for one in (node.body, node.orelse) if isinstance(node, ast.IfExp) else node.values:
            yield from patterns(module, one)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        yield re.sub(r"\\{.*?\\}", ".*", next(patterns(module, node.func.value), ".*"))


def all_tips() -> Iterator[tuple[str, str]]:
    """Give each tip of the readers of mutations with its place, as a pattern."""
    for path in sorted(INPUTS.rglob("*.py")):
        if path.stem.startswith(OF_STRUCTURE):
            continue
        name = path.relative_to(ROOT / "runner").with_suffix("").as_posix().replace("/", ".")
        module = import_module(name)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            values = (
                [keyword.value for keyword in node.keywords if keyword.arg == "tip"]
                if isinstance(node, ast.Call)
                else []
            )
            if isinstance(node, ast.Assign) and any(
                isinstance(one, ast.Name) and one.id == "tip" for one in node.targets
            ):
                values = [node.value]
            for value in values:
                yield from ((f"{path.name}:{value.lineno}", one) for one in patterns(module, value) if one.strip(".*"))
    yield from (("empty.py", re.escape(tip)) for _, tip in _TIPS)


def test_closed_standard_input(inputs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none, a file has to be named."""
    monkeypatch.setattr("sys.stdin", None)
    assert CLOSED in inputs.refuse(mutations=Path("-")).tip


def test_every_tip_is_followed_by_a_case(inputs: Any) -> None:
    """A tip in the code that no case above brings out is missing there."""
    with pytest.raises(InputError) as two_spellings:
        refuse_one_spelling(["A &amp; B", "A & B"])
    said = [CLOSED, two_spellings.value.tip, *(refuse(inputs, case) for case in CASES.values())]
    known = list(all_tips())
    assert len(known) > 40
    assert [one for one in known if not any(re.search(one[1], tip) for tip in said)] == []
