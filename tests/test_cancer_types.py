"""The table of cancer types: what is taken, what is suggested, and that the old list's error is put right."""

from __future__ import annotations

import pytest

from cgi_runner.cancer_types import foreign_codes, near, resolve, search, table
from cgi_runner.errors import InputError


def refusal(text: str) -> InputError:
    """Give the error for a text that is no cancer type."""
    with pytest.raises(InputError) as caught:
        resolve(text)
    return caught.value


def test_the_table_is_whole() -> None:
    """247 types, one root, and every parent is in the table."""
    types = table()
    assert len(types) == 247
    assert [kind.id for kind in types.values() if not kind.parents] == ["CANCER"]
    assert {parent for kind in types.values() for parent in kind.parents} <= set(types)


def test_every_id_and_every_name_that_is_borne_once_is_taken() -> None:
    """People know either; capitals do not matter."""
    names = [kind.name.casefold() for kind in table().values()]
    for kind in table().values():
        assert resolve(kind.id) == kind.id
        assert resolve(f" {kind.id} ") == kind.id
        if names.count(kind.name.casefold()) == 1 and kind.name.upper() not in table():
            assert resolve(kind.name.upper()) == kind.id


def test_the_gland_and_the_glioma_are_two_types() -> None:
    """Some copies of the list give AG twice, so that one submits the adrenal gland for an oligodendroglioma."""
    assert table()["AG"].name == "Adrenal gland"
    assert table()["AOG"].name == "Anaplastic oligodendroglioma"
    assert resolve("Anaplastic oligodendroglioma") == "AOG"
    assert resolve("Adrenal gland") == "AG"


@pytest.mark.parametrize("code", sorted(foreign_codes()))
def test_codes_of_others_lead_to_cgis_id(code: str) -> None:
    """Codes of TCGA and OncoTree look alike; the tip names the type that is meant."""
    assert code not in table()
    meant = foreign_codes()[code].cgi_id
    assert f"CGI calls it {meant} (" in refusal(code.lower()).tip
    assert table()[meant] in search(code)


def test_coad_is_explained() -> None:
    """The commonest of these mistakes, word for word."""
    assert refusal("COAD").message == "cancer type 'COAD' is not one of CGI's 247 ids or names"
    assert refusal("COAD").tip == "COAD is a TCGA code; CGI calls it COC (Colon carcinoma)"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Brest", "BRCA"),
        ("breast", "BRCA"),
        ("breast cancer", "BRCA"),
        ("BRAC", "BRCA"),
        ("Lung adenocarcinom", "LUAD"),
        ("leukaemia", "LK"),
        ("gliobastoma", "GB"),
        ("ovarian cancer", "OV"),
        ("colon", "COC"),
        ("Prostate", "PRAD"),
        ("colorectal cancer", "COREAD"),
        ("cancr", "CANCER"),
    ],
)
def test_typing_mistakes_lead_to_the_tumour(typed: str, first: str) -> None:
    """The general tumour first, never the inherited predisposition to it."""
    assert refusal(typed).tip.startswith(f"did you mean {first} (")


def test_predispositions_come_last_but_are_found() -> None:
    """They are ids of CGI's like any other."""
    hereditary = [kind.is_predisposition for kind in near("colon", most=99)]
    assert any(hereditary)
    assert hereditary == sorted(hereditary)
    assert resolve("BRCA-PR") == "BRCA-PR"


@pytest.mark.parametrize("text", ["", "  ", "qqqq", "tumour of the"])
def test_nonsense_gets_no_guess(text: str) -> None:
    """A tip that guesses at random would be worse than the list."""
    assert "lists them" in refusal(text).tip
    assert near(text) == []


def test_an_unknown_id_passes_only_on_demand() -> None:
    """CGI may have added types since 2017."""
    assert resolve("NEWID", any_type=True) == "NEWID"
    assert resolve("brca", any_type=True) == "BRCA"
    assert refusal("NEWID").exit_code == 2
    with pytest.raises(InputError):
        resolve(" ", any_type=True)


def test_search_looks_in_ids_and_names() -> None:
    """An exact id comes first; nothing asked gives all."""
    assert [kind.id for kind in search("melanoma")] == sorted(kind.id for kind in search("MELANOMA"))
    assert search("cm")[0].id == "CM"
    assert len(search("")) == 247
    assert search("qqqq") == []
