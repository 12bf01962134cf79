"""The tables of other lists: every code leads somewhere or has a reason, and no clash is silent."""

from __future__ import annotations

from pathlib import Path
from subprocess import run
from sys import executable

import pytest

from cgi_runner.cancer_types import LISTS, choose_code, choose_main_type, find_code, table
from cgi_runner.cancer_types.codes import ListedCode, clashes, codes_of
from cgi_runner.cancer_types.table import biomarkers, read_rows, richer_sibling
from cgi_runner.errors import InputError

ROOT = Path(__file__).parents[3]
DATA = ROOT / "runner" / "cgi_runner" / "data"


def ancestors(entry: ListedCode) -> list[ListedCode]:
    """Return the codes above one of OncoTree, the nearest first."""
    found = []
    while entry.parent:
        entry = find_code(entry.list, entry.parent)
        found.append(entry)
    return found


@pytest.mark.parametrize(("name", "count"), [("oncotree", 898), ("tcga", 33), ("icd10", 180), ("icdo", 579)])
def test_every_code_gives_a_type_with_its_step_or_a_reason(name: str, count: int) -> None:
    """OncoTree has 897 codes below its root; a step names the code and, where it is not its own, the reason."""
    entries = codes_of(name)
    assert len({entry.code for entry in entries}) == len(entries) == count
    for entry in entries:
        if entry.cgi_id:
            choice = choose_code(name, entry.code.lower())
            assert choice.id == entry.cgi_id
            assert f"{entry.spelling} ({entry.name})" in choice.step
            assert not entry.problem
        else:
            assert entry.problem
            with pytest.raises(InputError, match="fits no cancer type of CGI"):
                choose_code(name, entry.code)


@pytest.mark.parametrize("code", ["8500/3", "8503/3", "8144/3", "8720/3", "8730/3", "8982/3", "8140/3"])
def test_a_morphology_of_several_organs_is_refused(code: str) -> None:
    """A duct carcinoma of the pancreas has the code of the breast's, a melanoma of the eye that of the skin's."""
    with pytest.raises(InputError, match="the morphology alone does not name the organ") as refused:
        choose_code("icdo", code)
    assert f"cgi-runner cancer-types '{code} C50'" in refused.value.tip


@pytest.mark.parametrize(
    ("code", "right"),
    [("9385/3", "G"), ("8991/3", "S"), ("9522/3", "HNC"), ("9708/3", "CTCL"), ("9717/3", "NHLY"), ("9490/3", "NB")],
)
def test_a_morphology_leads_where_oncotree_leads(code: str, right: str) -> None:
    """A diffuse midline glioma may be an adult's; an embryonal sarcoma is no carcinoma; the nose is not the brain."""
    assert choose_code("icdo", code).id == right


@pytest.mark.parametrize(("code", "right"), [("ONBL", "HNC"), ("EMCHS", "STS")])
def test_oncotree_leads_where_the_morphology_leads(code: str, right: str) -> None:
    """The tumour that OncoTree lists under another organ or kind of tissue."""
    assert choose_code("oncotree", code).id == right


def test_every_main_type_gives_a_type_with_its_step_or_a_reason() -> None:
    """Studies of cBioPortal write main types, which have no code."""
    rows = list(read_rows("oncotree_main_types.tsv"))
    assert len({row["name"] for row in rows}) == len(rows) > 60
    for row in rows:
        if row["cgi_id"]:
            choice = choose_main_type(row["name"].lower())
            assert choice is not None
            assert choice.id == row["cgi_id"]
            assert f"oncotree:{row['name']} (main type)" in choice.step
        else:
            with pytest.raises(InputError, match=r"\(main type\), which fits no cancer type of CGI"):
                choose_main_type(row["name"])
    assert choose_main_type("Colorectal Adenocarcinoma") is None


def test_a_step_up_leads_to_a_reviewed_code_above() -> None:
    """The type is that of the nearest reviewed ancestor, and no other lies between."""
    for entry in codes_of("oncotree"):
        what, _, detail = entry.how.partition(" ")
        if what == "ancestor":
            reviewed = next(above for above in ancestors(entry) if not above.how.startswith("ancestor"))
            assert (reviewed.code, reviewed.cgi_id) == (detail, entry.cgi_id)


def test_the_root_of_oncotree_is_above_all_of_its_codes() -> None:
    """No parent is missing."""
    assert {ancestors(entry)[-1].code for entry in codes_of("oncotree") if entry.parent} == {"TISSUE"}


def test_all_clashes_with_ids_of_cgi_are_reviewed() -> None:
    """61 codes of OncoTree and 22 of TCGA are ids of CGI: the reviewed list is the computed one."""
    computed = {(name, e.code) for name in ("oncotree", "tcga") for e in codes_of(name) if e.code in table()}
    assert computed == set(clashes())
    assert [name for name, _ in computed].count("oncotree") == 61
    assert set(clashes().values()) == {"same", "near", "other"}


def test_a_clash_of_the_same_disease_leads_to_the_id_itself() -> None:
    """What the review calls the same goes to the same id, or to the sibling that has the biomarkers."""
    for (name, code), meaning in clashes().items():
        entry = find_code(name, code)
        if meaning == "same":
            assert code == entry.cgi_id or entry.how == f"biomarkers {code}"
        elif meaning == "other":
            assert code != entry.cgi_id


def test_codes_of_other_lists_that_differ_among_each_other_name_both() -> None:
    """TGCT is a testicular tumour in TCGA and a joint's in OncoTree; four codes of TCGA stand in both, not at CGI."""
    shared = {e.code for e in codes_of("tcga")} & {e.code for e in codes_of("oncotree")} - set(table())
    assert shared == {"CHOL", "COAD", "SKCM", "TGCT"}
    different = [c for c in sorted(shared) if find_code("tcga", c).cgi_id != find_code("oncotree", c).cgi_id]
    assert different == ["TGCT"]


def test_the_three_characters_of_every_malignant_tumour_are_known() -> None:
    """ICD-10 leaves out C27-C29, C35, C36, C42, C59, C87 and C89."""
    unused = {27, 28, 29, 35, 36, 42, 59, 87, 89}
    known = {entry.code for entry in codes_of("icd10")}
    assert {f"C{number:02}" for number in range(98) if number not in unused} <= known


def test_every_table_names_its_source() -> None:
    """OncoTree is CC BY 4.0, which asks for its name."""
    for name in LISTS:
        assert (DATA / f"{name}.tsv").read_text(encoding="utf-8").startswith("# ")
    first = (DATA / "oncotree.tsv").read_text(encoding="utf-8").split("\n")[0]
    assert "2025_10_03, Memorial Sloan Kettering Cancer Center, CC BY 4.0" in first


def test_siblings_stand_beside_each_other_and_have_few_biomarkers() -> None:
    """A warning would be wrong for a type that gets the biomarkers by the tree, or has its own."""
    for row in read_rows("cancer_type_siblings.tsv"):
        sibling = richer_sibling(row["id"])
        assert sibling is not None
        assert biomarkers()[sibling.type.id] > 4 * biomarkers().get(row["id"], 0)


@pytest.mark.real_archives
def test_the_counts_of_biomarkers_are_those_of_the_real_archives(real_data: Path) -> None:
    """The command that the table names gives the table."""
    folders = sorted(map(str, real_data.glob("querynator*")))
    script = ROOT / "benchmarks" / "count_biomarkers.py"
    counted = run([executable, str(script), *folders], check=True, capture_output=True, text=True).stdout
    listed = (DATA / "cancer_type_biomarkers.tsv").read_text(encoding="utf-8").split("\n", 2)[2]
    assert counted == listed
