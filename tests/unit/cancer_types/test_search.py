"""The search: what people ask for leads to the right type, first or among three, and nothing wrong is taken."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cgi_runner.cancer_types import choose, resolve, search, table
from cgi_runner.cancer_types.codes import codes_of
from cgi_runner.errors import InputError

HERE = Path(__file__).parent
QUERIES = [f"{name}queries.tsv" for name in ("", "more_", "clinical_", "rare_", "clinic_and_patient_", "portal_")]


def queries(name: str) -> list[tuple[str, set[str]]]:
    """Return each query with the ids that are right."""
    with (HERE / name).open(encoding="utf-8") as lines:
        rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        return [(row["query"], set(row["right"].split(","))) for row in rows]


def accepted(text: str) -> str | None:
    """Return the id that a text is resolved to, None if it is refused."""
    try:
        return resolve(text)
    except InputError:
        return None


def shares(asked: list[tuple[str, set[str]]]) -> tuple[float, float]:
    """Return the shares of queries whose right type is first, and among the first three."""
    found = [([kind.id for kind in search(text)[:3]], right) for text, right in asked]
    first = sum(bool(right & set(ids[:1])) for ids, right in found)
    return first / len(found), sum(bool(right & set(ids)) for ids, right in found) / len(found)


@pytest.mark.parametrize("name", QUERIES)
def test_the_right_type_is_found(name: str) -> None:
    """Names and codes as people have them, in several languages."""
    first, three = shares(queries(name))
    assert first >= 0.9
    assert three >= 0.97


@pytest.mark.parametrize("name", QUERIES)
def test_nothing_wrong_is_taken(name: str) -> None:
    """A text is resolved to a right type or refused."""
    for text, right in queries(name):
        assert accepted(text) in {None, *right}, text


@pytest.mark.parametrize("text", ["metastasis", "adenocarcinoma", "normal", "unknown", "n/a", "C77.1", "lymph node"])
def test_a_text_that_names_no_tumour_is_refused(text: str) -> None:
    """A finding, a place or nothing at all."""
    assert accepted(text) is None


@pytest.mark.parametrize("name", ["oncotree", "tcga", "icdo"])
def test_the_names_of_other_lists_are_found_and_never_taken_for_another_type(name: str) -> None:
    """All of them, also in British spelling."""
    asked = [(entry.name, {entry.cgi_id}) for entry in codes_of(name) if entry.cgi_id]
    british = [(text.replace("umor", "umour").replace("emia", "aemia"), right) for text, right in asked]
    for texts in (asked, [one for one in british if one not in asked]):
        first, three = shares(texts or asked[:1])
        assert first >= 0.9
        assert three >= 0.97
    for text, right in asked:
        assert accepted(text) in {None, *right}, text


def test_an_empty_query_gives_all_and_nonsense_nothing() -> None:
    """An exact id comes first."""
    assert len(search("")) == len(table())
    assert search("qqqq") == []
    assert search("cm")[0].id == "CM"


def test_a_text_that_is_no_name_costs_little() -> None:
    """Somebody's whole report, or a file given by mistake, is read up to its first letters."""
    assert search("breast cancer " + "xyzzy " * 100_000)[0].id == "BRCA"
    assert search("\ud800\x00\u202e" * 1000) == []


def test_words_that_say_nothing_of_the_tumour_do_not_hide_it() -> None:
    """People paste what the request form says."""
    assert search("recurrent, locally advanced or metastatic breast cancer")[0].id == "BRCA"
    assert search("glioma de alto grado")[0].id == "G"


def test_predispositions_come_last_but_are_found() -> None:
    """They are ids of CGI's like any other; nobody means them who does not say so."""
    hereditary = [kind.is_predisposition for kind in search("colon")]
    assert any(hereditary)
    assert not any(hereditary[:3])
    assert resolve("BRCA-PR") == "BRCA-PR"


def test_the_organ_weighs_more_than_the_word_carcinoma() -> None:
    """The word stands in most names."""
    for text, right in {"Pancreatic carcinoma": "PAAD", "carcinoma of the gallbladder": "BT"}.items():
        assert search(text)[0].id == right


def test_small_and_non_small_are_opposites() -> None:
    """They share every other word."""
    assert search("small cell lung carcinoma")[0].id == "SCLC"
    assert search("non small cell lung carcinoma")[0].id == "NSCLC"
    assert search("nichtkleinzelliges Lungenkarzinom")[0].id == "NSCLC"
    assert search("Kleinzelliges Lungenkarzinom")[0].id == "SCLC"


@pytest.mark.parametrize(
    "text", ["oncotree:ES", "OncoTree: es", "icd-o:9260/3", "8800/3", "NCIT:C3171", "TCGA-SKCM", "cgi:ES"]
)
def test_codes_are_found_with_and_without_their_list(text: str) -> None:
    """As they are written in tables of OncoTree, cBioPortal, GDC and pathologists."""
    right = {"8800/3": "S", "NCIT:C3171": "AML", "TCGA-SKCM": "CM", "cgi:ES": "ES"}.get(text, "EWS")
    assert search(text)[0].id == right


def test_a_thesaurus_number_leads_to_the_code_that_names_it() -> None:
    """OncoTree gives numbers of the NCI Thesaurus for its codes."""
    assert search("C3171")[0].id == "AML"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("retroperitoneal liposarcoma", "LIP"),
        ("extra-adrenal paraganglioma", "PARG"),
        ("blast phase CML", "CML"),
        ("relapsed/refractory AML", "AML"),
        ("Haarzellleukämie", "HCL"),
        ("Pleuramesotheliom", "PLMESO"),
    ],
)
def test_a_word_that_names_the_disease_weighs_more_than_where_it_grows(text: str, first: str) -> None:
    """By itself, as an abbreviation within a longer text, or in a German compound."""
    assert search(text)[0].id == first


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("chondro sarcoma", "CS"),
        ("uterine LMS", "ULMS"),
        ("gastric GIST, KIT exon 11", "GIST"),
        ("Burkitt leukaemia", "BLY"),
    ],
)
def test_the_telling_part_of_a_text_decides(text: str, right: str) -> None:
    """A word written in two, a code of OncoTree or an abbreviation beside an organ, an eponym beside a common word."""
    assert search(text)[0].id == right


@pytest.mark.parametrize("text", ["Soft Tissue Sarcoma", "sarcoma de partes blandas", "soft-tissue sarcomas"])
def test_a_name_of_cgi_s_own_list_comes_before_a_more_general_one_of_another(text: str) -> None:
    """OncoTree has sarcomas under soft tissue, so that the wider type was as like."""
    assert search(text)[0].id == "STS"


@pytest.mark.parametrize(
    "text", ["Esophageal/Stomach Cancer", "Bladder/Urinary Tract Cancer", "Skin Cancer, Non-Melanoma"]
)
def test_main_types_of_oncotree_are_found(text: str) -> None:
    """What a study of cBioPortal has as CANCER_TYPE."""
    assert search(text)[0] == table()[choose(f"oncotree:{text}").id]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("8070/3 C34.1", "LUSC"),
        ("M-8140/3; C61.9", "PRAD"),
        ("8041/3 (C34.9)", "SCLC"),
        ("8120/3, C67", "BLCA"),
        ("8500/3 C25.0", "PAAD"),
        ("8500/3 C50.4", "BRCADC"),
        ("8720/3 C69.3", "UVM"),
        ("8982/3 C49.1", "STS"),
        ("8503/3 C23.9", "BT"),
    ],
)
def test_a_morphology_and_a_site_are_read_together(text: str, right: str) -> None:
    """Registries write both, and the morphology alone does not name the organ."""
    assert right in {kind.id for kind in search(text)[:2]}
    assert accepted(text) is None


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("brain metastasis of breast cancer", "BRCA"),
        ("liver metastases from colorectal cancer", "COREAD"),
        ("prostate cancer with bone metastases", "PRAD"),
        ("melanoma metastatic to the lung", "CM"),
        ("metástasis hepática de cáncer de colon", "COREAD"),
        ("Hirnmetastase eines Nierenzellkarzinoms", "R"),
    ],
)
def test_of_a_metastasis_the_primary_tumour_is_meant(text: str, right: str) -> None:
    """Not the organ to which it has spread."""
    assert search(text)[0].id == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("womb cancer", "U"),
        ("gullet cancer", "ESCA"),
        ("schwarzer Hautkrebs", "CM"),
        ("carcinoma della mammella", "BRCA"),
        ("tumore del polmone", "L"),
        ("slokdarmkanker", "ESCA"),
        ("cáncer de garganta", "HNSC"),
    ],
)
def test_the_words_of_patients_name_organs_too(text: str, right: str) -> None:
    """In English, German, Italian, Dutch and Spanish."""
    assert right in {kind.id for kind in search(text)[:2]}


def test_a_negation_is_no_misspelling() -> None:
    """Non-squamous is the opposite of squamous."""
    assert search("non-squamous NSCLC")[0].id == "NSCLC"


def test_letters_that_pathologists_add_are_no_code() -> None:
    """NST (no special type) is also OncoTree's code of a tumor of nerve sheaths."""
    assert search("invasive ductal carcinoma, NST")[0].id in {"BRCADC", "BRCA"}


@pytest.mark.parametrize("text", ["ACC of parotid gland", "ACC, submandibular gland", "ACC Parotis"])
def test_an_abbreviation_of_another_organ_is_not_meant(text: str) -> None:
    """Adrenocortical and adenoid cystic carcinomas share one."""
    assert search(text)[0].id == "SG"


@pytest.mark.parametrize(
    ("text", "right"),
    [("brain mets of LUAD", "LUAD"), ("liver mets from COREAD", "COREAD"), ("bone metastases of PRAD", "PRAD")],
)
def test_the_primary_tumour_of_a_metastasis_may_be_an_abbreviation(text: str, right: str) -> None:
    """What is left of the text is one word, which was not spelled out."""
    assert search(text)[0].id == right
