"""Tips about files: their kind, form and encoding, and rows that no caller passed."""

from __future__ import annotations

import gzip
from pathlib import Path

from unit.inputs.tip_case import CUT, OF_ONE, PLAIN, ROW, SAME, SENT, Case, of, table, vcf

CASES = {
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
    "bytes that are not UTF-8": of(
        OF_ONE.replace("P1", "P\xe4").replace("|", "\t").encode("latin-1"), "iconv", OF_ONE.replace("P1", "P\xe4")
    ),
    "nothing passed a check": of(table("7|140753336|A|T|FAIL", more="|QC"), "--keep-filtered", keep_filtered=True),
    "no files": Case({}, "give the alterations", {"mutations": PLAIN}),
    "standard input twice": Case(
        {"mutations": Path("-"), "cnas": Path("-")}, "can be read only once", {"mutations": PLAIN, "cnas": None}
    ),
    "a ragged row": of(vcf(ROW, ROW + "|x", samples=""), "correct the file", vcf(ROW, samples="")),
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
    "a word for the origin": of(
        table("7|140753336|A|T|odd", more="|origin"),
        "write Somatic or Germline",
        table("7|140753336|A|T|Somatic", more="|origin"),
    ),
    "a word for the origin, sent": of(
        table("7|140753336|A|T|odd", more="|origin"), "--keep-germline", keep_germline=True
    ),
    "a decimal comma between commas": of(
        "chr,pos,ref,alt,freq\n7,140753336,A,T,0,5\n",
        "put quotes around",
        'chr,pos,ref,alt,freq\n7,140753336,A,T,"0,5"\n',
    ),
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
    "breakends": Case(
        {"mutations": vcf("7|100|.|A|A[8:1[|.|PASS|.", samples="")},
        "--translocations (fus)",
        {"mutations": None, "translocations": "fus\nEML4__ALK\n"},
        ("EML4__ALK",),
        kind="translocations",
    ),
    "two VCFs behind one another": Case(
        {"mutations": vcf(f"{ROW}|GT|0/1") + vcf(f"{ROW}|GT|0/1", samples="P2").partition("\n")[2]},
        "give each file separately",
        {"mutations": [vcf(f"{ROW}|GT|0/1"), vcf(f"{ROW}|GT|0/1", samples="P2")]},
        (SENT, SENT),
    ),
    "two tables behind one another": Case(
        {"mutations": OF_ONE + "sample|chr|pos|alt|ref\nP2|7|140753336|T|A\n"},
        "give each file separately",
        {"mutations": [OF_ONE, "sample|chr|pos|alt|ref\nP2|7|140753336|T|A\n"]},
        (SENT, SENT),
    ),
    "a file twice": Case({"mutations": [SAME, SAME]}, "give each file once", {"mutations": SAME}),
    "nothing to send": of(vcf("7|100|.|A|.|.|PASS|.", samples=""), "give one with alterations", PLAIN),
}
