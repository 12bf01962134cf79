"""Tips about whose rows are in a file: samples, patients and normals."""

from __future__ import annotations

import gzip

from unit.inputs.tip_case import COPIES, NAMED, NORMAL_TUMOR, OF_ONE, PAIR, PLAIN, ROW, SENT, Case, of, table, vcf

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
    "shares of several samples": of(
        table("7|140753336|A|T|0.3|0", more="|P1_VAF|P2_VAF"), "--sample NAME if all of them are of one", sample="P1"
    ),
    "shares of several samples, one table each": of(
        table("7|140753336|A|T|0.3|0", more="|P1_VAF|P2_VAF"),
        "give a table of one sample each",
        table("7|140753336|A|T|0.3", more="|P1_VAF"),
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
    "columns of several samples": of(
        table("7|140753336|A|T|0/0|0/1", more="|A.GT|B.GT"),
        "a table of one sample each",
        table("7|140753336|A|T|0/1", more="|B.GT"),
    ),
    "a name that cannot be written": of(PLAIN, "--sample NAME", sample="P1", options={"sample": "P\t1"}),
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
    "no genotypes of several": of(
        vcf(f"{ROW}|DP|30|30", samples="A|B"),
        "--tumor-column NAME",
        None,
        SENT,
        tumor_column="B",
        all_samples=False,
        options={"all_samples": True},
    ),
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
        table("7|140753336|A|T|P1", "7|100|A|T|NORMAL", more="|sample"), "remove the rows of normals", OF_ONE
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
    "a matrix without the sample": Case(
        {"cnas": "Hugo_Symbol|P1|P2\nERBB2|2|0\nPTEN|-2|0\n"},
        "give one of the names in the file: --sample NAME",
        {"sample": "P1"},
        ("ERBB2 amp", "PTEN del"),
        {"sample": "P3"},
        "cnas",
    ),
}
