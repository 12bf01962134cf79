"""What a text is resolved to: ids, names, codes with their list, and what is refused with a tip that works."""

from __future__ import annotations

import pytest

from cgi_runner.cancer_types import choose, choose_code, resolve, search, table
from cgi_runner.errors import InputError


def refusal(text: str) -> InputError:
    """Return the error for a text that is no cancer type."""
    with pytest.raises(InputError) as caught:
        resolve(text)
    return caught.value


def test_the_table_is_whole() -> None:
    """247 types, one root, and every parent is in the table."""
    types = table()
    assert len(types) == 247
    assert [kind.id for kind in types.values() if not kind.parents] == ["CANCER"]
    assert {parent for kind in types.values() for parent in kind.parents} <= set(types)


@pytest.mark.parametrize("cancer_type", sorted(table()))
def test_every_id_of_cgi_is_taken_with_its_list(cancer_type: str) -> None:
    """`cgi:` says that no other list is meant; the name is always there to be shown."""
    choice = choose(f" cgi:{cancer_type} ")
    assert choice.id == cancer_type
    assert str(choice) == f"{cancer_type} ({table()[cancer_type].name})"
    assert choice.sentence == f"cancer type {choice}"


def test_ids_without_a_list_are_taken_unless_they_mean_another_disease_elsewhere() -> None:
    """Seven codes of OncoTree are ids of something else at CGI; capitals do not matter."""
    refused = {"AA", "ABC", "ES", "LPL", "MFH", "MPN", "SS"}
    for cancer_type in table().keys() - refused:
        assert resolve(f" {cancer_type} ") == resolve(cancer_type) == cancer_type
    for cancer_type in refused:
        assert "for CGI and" in refusal(cancer_type).message
    assert resolve("brca") == "BRCA"


@pytest.mark.parametrize(
    ("code", "cgi", "oncotree", "meant"),
    [
        ("ES", "Endocrine System", "Ewing Sarcoma", "EWS"),
        ("SS", "Sensory system", "Sezary Syndrome", "CTCL"),
        ("ABC", "Aneurysmal bone cyst", "Activated B-cell Type", "DLBCL"),
        ("MPN", "Malignant peripheral nerve sheat tumor", "Myeloproliferative Neoplasms", "CMP"),
        ("AA", "Adrenal adenoma", "Aggressive Angiomyxoma", "MSKV"),
        ("LPL", "Lymphoblastic lymphoma", "Lymphoplasmacytic Lymphoma", "BCL"),
    ],
)
def test_a_code_of_two_diseases_is_refused_and_both_spellings_work(
    code: str, cgi: str, oncotree: str, meant: str
) -> None:
    """An Ewing sarcoma must never go out as the endocrine system."""
    error = refusal(code.lower())
    assert error.exit_code == 2
    assert error.message == f"cancer type {code!r} means {cgi} for CGI and {oncotree} in OncoTree"
    assert error.tip == f"write oncotree:{code} for {oncotree} ({meant} at CGI) or cgi:{code} for {cgi}"
    assert (resolve(f"cgi:{code}"), resolve(f"oncotree:{code}")) == (code, meant)
    assert [kind.id for kind in search(code)][:2] == [meant, code]


@pytest.mark.parametrize("code", ["CM", "GB", "BRCA", "MGCT", "UCEC", "ESCA"])
def test_a_code_of_near_diseases_is_taken_with_a_warning(code: str) -> None:
    """The conjunctiva is not the skin, but the melanoma that most people mean is."""
    choice = choose(code)
    assert choice.id == code
    assert f"cgi:{code}" in choice.warnings[0]
    assert f"oncotree:{code}" in choice.warnings[0]
    assert choose(f"cgi:{code}").warnings == ()


@pytest.mark.parametrize(
    ("text", "right", "step"),
    [
        ("oncotree:ES", "EWS", "the type for oncotree:ES (Ewing Sarcoma)"),
        (
            "oncotree:hgsoc",
            "OVSE",
            (
                "the type of oncotree:SOC (Serous Ovarian Cancer), above oncotree:HGSOC (High-Grade Serous Ovarian "
                "Cancer), for which CGI has none of its own"
            ),
        ),
        (
            "tcga:READ",
            "COREAD",
            (
                "the type that has the biomarkers for tcga:READ (Rectum adenocarcinoma); READ (Rectal adenocarcinoma) "
                "has few"
            ),
        ),
        ("icd10:C34.1", "L", "the type for icd10:C34 (bronchus and lung), to which C34.1 is cut"),
        ("icd10:c34", "L", "the type for icd10:C34 (bronchus and lung)"),
        ("ICD10:C92.0", "AML", "the type for icd10:C92.0 (acute myeloblastic leukemia)"),
        (
            "oncotree:colorectal cancer",
            "COREAD",
            "the nearest type to oncotree:Colorectal Cancer (main type), for which CGI has none of its own",
        ),
        ("icdo:9260/3", "EWS", "the type for icdo:9260/3 (Ewing sarcoma)"),
        ("Ewing sarcoma", "EWS", "the type for 'Ewing sarcoma'"),
    ],
)
def test_a_code_with_its_list_gives_the_type_and_says_the_step(text: str, right: str, step: str) -> None:
    """What was done to come to the type is said, with the names of both."""
    choice = choose(text)
    assert (choice.id, choice.step) == (right, step)
    assert choice.sentence == f"cancer type {choice}: {step}"


def test_a_code_that_no_type_fits_is_refused_with_the_reason() -> None:
    """A metastasis names no tumour."""
    assert refusal("icd10:C78.0").message == (
        "found icd10:C78 (secondary tumor of respiratory and digestive organs), which fits no cancer type of CGI: "
        "it is the site of a metastasis; give the primary tumor"
    )


@pytest.mark.parametrize(
    ("code", "behavior"), [("icd10:D05.1", "in situ"), ("icd10:D22", "benign"), ("icd10:D41", "uncertain behaviour")]
)
def test_a_code_of_no_malignant_tumor_is_warned_of(code: str, behavior: str) -> None:
    """CGI's biomarkers are for malignant tumors: a nevus must not quietly get those of the skin's."""
    assert any(behavior in warning for warning in choose(code).warnings)


@pytest.mark.parametrize("code", ["icd10:D45", "icd10:C50", "icdo:9530/0"])
def test_a_code_of_the_same_disease_is_not_warned_of(code: str) -> None:
    """Polycythemia and meningioma are what CGI's type says, whatever the code's chapter."""
    assert choose(code).warnings == ()


@pytest.mark.parametrize("code", ["BLADDER", "BRAIN", "STOMACH"])
def test_a_name_that_is_also_a_code_of_another_type_is_warned_of(code: str) -> None:
    """In OncoTree these are wider than the organ; written as a name, nobody means the code."""
    assert any(f"oncotree:{code} gives" in warning for warning in choose(code).warnings)
    assert choose(code.title()).warnings == ()


def test_a_name_that_fits_no_type_gets_the_reason() -> None:
    """A phyllodes tumor is of the breast and no adenocarcinoma: the tip says so before it suggests others."""
    with pytest.raises(InputError) as refused:
        choose("phylloides tumour of the breast")
    assert (refused.value.tip or "").startswith("oncotree:PT (Phyllodes Tumor of the Breast) fits no cancer type")


def test_a_list_that_is_not_known_is_refused_with_those_that_are() -> None:
    """A slip in the list's name must not become a guess at the code."""
    assert refusal("onco:ES").tip == "the lists that can precede a colon are cgi, tcga, oncotree, icd10, icdo"


def test_an_unknown_code_of_a_list_is_refused() -> None:
    """It may be a code of another list, which the tip says."""
    with pytest.raises(InputError, match="found oncotree:KIRC, expected a code of OncoTree") as caught:
        choose_code("oncotree", "KIRC")
    assert "tcga:KIRC for RCCC (Renal clear cell)" in caught.value.tip


@pytest.mark.parametrize(
    ("text", "sibling"),
    [
        ("COC", "COREAD"),
        ("COCA", "COREAD"),
        ("READ", "COREAD"),
        ("REC", "COREAD"),
        ("ALM", "CM"),
        ("UTUC", "BLCA"),
        ("UTH", "BLCA"),
        ("cgi:COC", "COREAD"),
        ("oncotree:UTUC", "BLCA"),
    ],
)
def test_a_type_without_biomarkers_beside_one_that_has_them_is_warned_of(text: str, sibling: str) -> None:
    """CGI's matching goes up and down the tree, never across: a KRAS mutation of a COC gets no match."""
    (warning,) = choose(text).warnings
    assert f"and {table()[sibling]} has many" in warning
    assert warning.endswith(f"consider --cancer-type {sibling}")


def test_types_with_biomarkers_are_not_warned_of() -> None:
    """Nor are those that have none and no sibling that has them."""
    for cancer_type in ("COREAD", "LUAD", "OVSE", "PV", "CS"):
        assert choose(cancer_type).warnings == ()


def test_names_of_one_disease_are_taken_in_any_list_and_spelling() -> None:
    """British spelling, plurals and hyphens do not matter; CGI's own misspellings are names, too."""
    for text, right in {
        "Anaplastic oligodendroglioma": "AOG",
        "Adrenal gland": "AG",
        "Esophagous adenocarcinoma": "ESA",
        "oesophageal adenocarcinoma": "ESA",
        "Non-Small Cell Lung Cancer": "NSCLC",
        "Ewing's sarcoma": "EWS",
        "acute myeloid leukaemia": "AML",
        "HEAD AND NECK SQUAMOUS CELL CARCINOMA": "HNSC",
    }.items():
        assert resolve(text) == right


@pytest.mark.parametrize(
    "text", ["Colon adenocarcinoma", "squamous cell carcinoma", "Teratoma", "Mixed germ cell tumor", "lip", "melanoma"]
)
def test_names_that_may_mean_several_types_are_refused(text: str) -> None:
    """A squamous cell carcinoma need not be of the skin, and a lip is no liposarcoma."""
    assert refusal(text).tip.startswith("did you mean ")


def test_an_unknown_id_passes_only_on_demand_and_is_said() -> None:
    """CGI may have added types since 2017; what means two diseases passes not even then."""
    choice = choose("NEWID", any_type=True)
    assert (choice.id, choice.name) == ("NEWID", None)
    assert choice.warnings == ("NEWID is not in the list of CGI's cancer types; it is sent unchanged",)
    assert choose("cgi:NEWID", any_type=True).id == "NEWID"
    assert resolve("brca", any_type=True) == "BRCA"
    assert refusal("NEWID").exit_code == 2
    assert refusal("cgi:NEWID").exit_code == 2
    for text in (" ", "ES"):
        with pytest.raises(InputError):
            resolve(text, any_type=True)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Brest", "BRCA"),
        ("breast", "BRCA"),
        ("BRAC", "BRCA"),
        ("Lung adenocarcinom", "LUAD"),
        ("gliobastoma", "GB"),
        ("colon", "COREAD"),
        ("Prostate", "PRAD"),
        ("COAD", "COREAD"),
        ("C34.1", "L"),
    ],
)
def test_the_tip_names_the_likely_type_first(typed: str, first: str) -> None:
    """Also for typing mistakes and codes whose list was not named."""
    tip = refusal(typed).tip
    assert tip.startswith(f"did you mean {first} (") or f" for {first} (" in tip


@pytest.mark.parametrize("text", ["", "  ", "qqqq"])
def test_nonsense_gets_no_guess(text: str) -> None:
    """A tip that guesses at random would be worse than the list."""
    assert "lists them" in refusal(text).tip
