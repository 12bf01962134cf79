"""Copy numbers, fusions, biomarkers, the archive as a whole, and the knowledge behind them."""

from __future__ import annotations

import re
import tracemalloc
from collections import defaultdict
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from cgi_sandbox import archive, cancer_types, knowledge_base, mutations, tables

EXAMPLES = Path(__file__).parents[2] / "examples"
MUTATION = "chr\tpos\tref\talt\tsample\nchr7\t140753336\tA\tT\tS\n"
CNAS = "gene\tcna\nERBB2\tamp\nTP53\tDel\nXYZ\tAMP\n"
FUSIONS = "fus\nBCR__ABL1\nBCR-ABL1\nA__B\nA__\n"


def test_copy_numbers_have_the_recorded_table(client: Any) -> None:
    """Twelve columns in the order of 2024, CRLF, upper-case kinds and CGI's default sample."""
    result = client.analysed(cnas=CNAS)
    text = result.text("cna_analysis.tsv")
    assert text.count("\r\n") == text.count("\n") == 4
    assert result.header("cna_analysis.tsv") == [
        *("internal_id", "sample", "gene", "cna", "cancer", "predicted_in_tumors", "gene_role", "known_in_tumors"),
        *("driver", "driver_statement", "predicted_match", "known_match"),
    ]
    rows = result.table("cna_analysis.tsv")
    assert [(row["internal_id"], row["sample"], row["gene"], row["cna"], row["driver"]) for row in rows] == [
        ("input01_1", "single_sample", "ERBB2", "AMP", "known"),
        ("input01_2", "single_sample", "TP53", "DEL", "known"),
        ("input01_3", "single_sample", "XYZ", "AMP", "other"),
    ]
    assert rows[1]["driver_statement"] == "known in: THYM;BCL"


def test_malformed_copy_numbers_are_skipped(client: Any) -> None:
    """Only amplifications and deletions of a named gene are taken; others are named in the log."""
    warnings = client.warnings(cnas="gene\tcna\tsample\nMYC\tgain\tS\n\tamp\tS\nMYC\tamp\tS\n")
    assert warnings == [
        'Skipping malformed CNA: "MYC/gain" | Alteration ID: input01_1',
        'Skipping malformed CNA: "/amp" | Alteration ID: input01_2',
    ]


def test_gistic_matrices_are_understood(client: Any) -> None:
    """Only the outer values of the matrix are events, each with its sample's name."""
    table = "Gene Symbol\tLocus ID\tCytoband\tS1\tS2\nERBB2\t2064\t17q12\t2\t1\nPTEN\t5728\t10q23\t-2\t2\n"
    rows = client.analysed(cnas=table).table("cna_analysis.tsv")
    assert [(row["sample"], row["gene"], row["cna"]) for row in rows] == [
        ("S1", "ERBB2", "AMP"),
        ("S1", "PTEN", "DEL"),
        ("S2", "PTEN", "AMP"),
    ]


def test_fusion_partners_come_in_alphabetical_order(client: Any) -> None:
    """The order of the partners is CGI's, and what is no pair of genes becomes n/a."""
    rows = client.analysed(fus=FUSIONS).table("fusion_analysis.tsv")
    assert [(row["fus"], row["effector_gene"], row["driver"]) for row in rows] == [
        ("ABL1__BCR", "ABL1", "known"),
        ("n/a", "", "other"),
        ("A__B", "", "other"),
        ("n/a", "", "other"),
    ]


def test_upper_case_headers_work_for_mutations_only(client: Any) -> None:
    """A copy number table with upper-case headers is not recognised."""
    assert "Impossible to detect" in client.failed(cnas="GENE\tCNA\nERBB2\tAMP\n")


def test_the_kind_is_read_from_the_header_not_from_the_field(client: Any) -> None:
    """Copy numbers sent as mutations are copy numbers."""
    assert client.analysed(CNAS).zip.namelist() == ["cna_analysis.tsv", "biomarkers.tsv", "input01.tsv", "summary.txt"]


def test_two_tables_of_one_kind_end_the_job(client: Any) -> None:
    """Two files that turn out to be the same kind of table cannot be told apart in the result."""
    assert "More than one input file is a table of mutations" in client.failed(MUTATION, cnas=MUTATION)


def test_archive_of_all_three_inputs(client: Any) -> None:
    """Members lie deflated at the root; inputs are numbered copy numbers, mutations, fusions."""
    result = client.analysed(MUTATION, cnas=CNAS, fus=FUSIONS)
    assert sorted(result.zip.namelist()) == sorted(
        [
            *("alterations.tsv", "biomarkers.tsv", "cna_analysis.tsv", "fusion_analysis.tsv"),
            *("input01.tsv", "input02.tsv", "input03.tsv", "summary.txt"),
        ]
    )
    assert {member.compress_type for member in result.zip.infolist()} == {ZIP_DEFLATED}
    assert [result.text(f"input0{number}.tsv") for number in (1, 2, 3)] == [CNAS, MUTATION, FUSIONS]
    assert result.table("alterations.tsv")[0]["Input ID"] == "input02_1"
    assert result.table("fusion_analysis.tsv")[0]["internal_id"] == "input03_1"


def test_summary_adds_up(client: Any) -> None:
    """Every number of the summary is that of the tables beside it, and it says what it is not."""
    job_id = client.submit(
        (EXAMPLES / "mutations.tsv").read_text(),
        cnas=(EXAMPLES / "cnas.tsv").read_text(),
        fus=(EXAMPLES / "translocations.tsv").read_text(),
        title="My tumour [cgi-runner 3f2a9c1b04de]",
    )
    client.wait()
    with ZipFile(BytesIO(client.download(job_id).content)) as result:
        members = {name: result.read(name).decode() for name in result.namelist()}
    stated = dict(re.findall(r"(.+): (.*)", members["summary.txt"]))
    assert "no interpretation of a patient" in members["summary.txt"]
    assert (stated["Analysis Code"], stated["Analysis ID"]) == ("My tumour [cgi-runner 3f2a9c1b04de]", job_id)
    assert (stated["CGI version"], stated["Date"]) == ("v23.12.2-sandbox", "2025-12-06 15:05:19")
    assert (stated["Cancer type"], stated["Reference genome"], stated["Total samples"]) == ("CM", "hg38", "4")
    counts = {"mutations": "alterations.tsv", "cnas": "cna_analysis.tsv", "fusions": "fusion_analysis.tsv"}
    for kind, member in counts.items():
        assert int(stated[f"Analysed {kind}"]) == len(members[member].splitlines()) - 1
    drivers = [int(stated[f"{kind} drivers"]) for kind in ("Predicted and annotated", "Predicted", "Annotated")]
    assert int(stated["Driver mutations"]) == sum(drivers) == 7
    matches = [line.split("\t")[7] for line in members["biomarkers.tsv"].splitlines()[1:]]
    assert int(stated["Biomarkers in cancer type"]) == matches.count("YES")
    assert int(stated["Biomarkers in other cancer type"]) == matches.count("NO")
    assert int(stated["Biomarkers in cancer type - Level A"]) == 3


def test_the_same_job_gives_the_same_bytes(client: Any, tmp_path: Path) -> None:
    """Nothing of the hour of its making gets into an archive."""
    first = client.submit(MUTATION)
    client.wait()
    again = client.download(first).content
    assert client.download(first).content == again
    for name in ("one.zip", "two.zip"):
        with archive.create(tmp_path / name, 0, large=True) as made, made.text("a.txt") as text:
            text.write("same")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_melanoma_with_its_drugs(client: Any) -> None:
    """BRAF V600E in a melanoma meets the approved drugs, in its own tumour type and in others."""
    rows = [row for row in client.analysed(MUTATION).table("biomarkers.tsv") if row["Alterations"] == "BRAF (V600E)"]
    here = [row["Drugs"] for row in rows if row["Match"] == "YES"]
    assert here == [
        "Vemurafenib(BRAF inhibitor)",
        "Dabrafenib(BRAF inhibitor);Trametinib(MEK inhibitor)",
        "Encorafenib(BRAF inhibitor);Binimetinib(MEK inhibitor)",
    ]
    assert {row["Tumor type"] for row in rows if row["Match"] == "NO"} == {"NSCLC", "COREAD"}
    assert all("sandbox" in row["Source"] and row["BioM"] == "complete" for row in rows)


def test_match_is_the_tumour_type(client: Any) -> None:
    """A lung adenocarcinoma matches what was tested in its parent type; any cancer matches everything."""
    lung = client.analysed(MUTATION, cancer_type="LUAD").table("biomarkers.tsv")
    assert {row["Tumor type"] for row in lung if row["Match"] == "YES"} == {"NSCLC"}
    anything = client.analysed(MUTATION, cancer_type="CANCER").table("biomarkers.tsv")
    assert {row["Match"] for row in anything} == {"YES"}


def test_biom_grades_the_alteration(client: Any) -> None:
    """The same change is complete, another one of the gene is the same type, another kind only the same gene."""
    table = "chr\tpos\tref\talt\tsample\n7\t55191822\tT\tG\tS\n17\t7676154\tG\tC\tS\n10\t43121968\tT\tC\tS\n"
    rows = client.analysed(table, fus="fus\tsample\nETV6__NTRK3\tS\n").table("biomarkers.tsv")
    grades = {(row["Alterations"], row["Biomarker"]): row["BioM"] for row in rows}
    assert grades["EGFR (L858R)", "EGFR (L858R)"] == "complete"
    assert grades["EGFR (L858R)", "EGFR (T790M)"] == "only alteration type"
    assert grades["RET (M918T)", "RET oncogenic mutation"] == "complete"
    assert grades["RET (M918T)", "RET fusion"] == "only gene"
    assert grades["ETV6__NTRK3 ", "NTRK3 fusion"] == "complete"


def test_mutations_that_drive_nothing_are_starred(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutation that is not classified as a driver is MUT*, and meets no biomarker of oncogenic mutations."""
    harmless = [fact._replace(gene="PTEN") if fact.protein == "P72R" else fact for fact in knowledge_base.mutations()]
    monkeypatch.setattr(
        knowledge_base, "mutations_by_change", lambda build: {fact.change(build): fact for fact in harmless}
    )
    rows = client.analysed("chr\tpos\tref\talt\n17\t7676154\tG\tC\n").table("biomarkers.tsv")
    grades = {(row["Alterations"], row["Biomarker"]): row["BioM"] for row in rows}
    assert grades["PTEN MUT* (P72R)", "PTEN oncogenic mutation"] == "only alteration type"


def test_wild_type_is_inferred_from_absence(client: Any) -> None:
    """A sample without a KRAS row counts as KRAS wild type, but only where mutations were sent at all."""
    table = MUTATION + "12\t25245351\tC\tA\tT\n"
    rows = client.analysed(table, cnas="gene\tcna\tsample\nKRAS\tamp\tU\n").table("biomarkers.tsv")
    wild = {(row["Sample ID"], row["Biomarker"]) for row in rows if row["Alterations"].endswith("wildtype")}
    assert ("S", "KRAS wildtype") in wild
    assert ("T", "KRAS wildtype") not in wild
    assert not [sample for sample, _ in wild if sample == "U"]


def test_resistance_points_to_another_row(client: Any) -> None:
    """The column is CGI's odd one: a row number that went through floating point, or nothing."""
    rows = client.analysed(MUTATION).table("biomarkers.tsv")
    values = {row["Resist."] for row in rows}
    assert values == {"", "12.0", "13.0"}
    assert knowledge_base.biomarkers()[12].response == "Resistant"


def test_every_fact_has_a_source_and_known_tumours() -> None:
    """No row without a public source; every tumour type id is one of CGI's."""
    known = cancer_types.parents()
    rows: list[Any] = [
        *knowledge_base.mutations(),
        *knowledge_base.copy_numbers().values(),
        *knowledge_base.fusions().values(),
    ]
    assert all(row.source for row in [*rows, *knowledge_base.biomarkers()])
    assert {tumour for row in knowledge_base.biomarkers() for tumour in row.tumor_types.split(", ")} <= set(known)
    listed: list[Any] = [*knowledge_base.copy_numbers().values(), *knowledge_base.fusions().values()]
    assert {tumour for row in listed for tumour in row.known_in.split(";")} <= set(known) | {"TCALL"}
    assert len(knowledge_base.mutations()) >= 35


def test_builds_agree_within_a_gene() -> None:
    """Within one gene the two genome builds differ by one constant, so a typing error in a place shows."""
    shifts = defaultdict(set)
    for fact in knowledge_base.mutations():
        shifts[fact.gene].add(int(fact.hg38) - int(fact.hg19))
    assert {gene: found for gene, found in shifts.items() if len(found) > 1} == {}
    for build in ("hg19", "hg38"):
        assert len(knowledge_base.mutations_by_change(build)) == len(knowledge_base.mutations())


def test_biomarkers_ask_for_alterations_that_exist() -> None:
    """Each change named by a biomarker is one that the sandbox can find."""
    proteins = {(fact.gene, fact.protein) for fact in knowledge_base.mutations()}
    for row in knowledge_base.biomarkers():
        if row.kind == "mutation" and row.changes != "oncogenic":
            assert {(row.gene, change) for change in row.changes.split(",")} <= proteins


@pytest.mark.parametrize("name", ["mutations.tsv", "mutations.vcf"])
def test_examples_are_known(client: Any, name: str) -> None:
    """Every usable row of the example mutations is a textbook alteration."""
    rows = client.analysed((EXAMPLES / name).read_text()).table("alterations.tsv")
    assert rows
    assert all(row["CGI-Gene"] for row in rows)


def test_memory_stays_flat(tmp_path: Path) -> None:
    """Merging duplicates keeps no row in memory: ten thousand of them would not fit into half a megabyte."""
    path = tmp_path / "many.tsv"
    with path.open("w") as file:
        file.write("chr\tpos\tref\talt\n")
        file.writelines(f"1\t{position}\tA\tC\n" for position in range(1, 10_001))
    table = tables.Table(path, lambda: False)
    tracemalloc.start()
    index = mutations.Mutations(table, 1, "hg38").index_rows(print, "last")
    found = index.result_rows()
    kept = sum(len(found(number)) for number in range(1, 10_001))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    index.close()
    assert (index.count, kept) == (10_000, 10_000)
    assert peak < 500_000


def test_a_large_table_can_be_stopped(tmp_path: Path) -> None:
    """Reading asks now and then whether the sandbox is closing down."""
    path = tmp_path / "many.tsv"
    path.write_text("chr\tpos\tref\talt\n" + "1\t1\tA\tC\n" * 5000)
    with pytest.raises(tables.StoppedError):
        list(tables.Table(path, lambda: True).rows())
