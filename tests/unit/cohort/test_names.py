"""Names of samples, on disk and in tables."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from cgi_runner.cohort.names import RESERVED, escape_name, folder_names, is_safe

NAMES = st.lists(st.text(min_size=1, max_size=90).map(escape_name), unique=True, max_size=20)


@given(st.text())
def test_a_label_fits_into_a_cell(name: str) -> None:
    """Whatever is in a name, its label is one printable word or phrase."""
    assert escape_name(name).isprintable()


@given(NAMES, NAMES)
@example(["." * 80], [])
def test_folders_are_safe_and_differ_even_without_case(labels: list[str], others: list[str]) -> None:
    """No folder leaves the output folder, takes the name of a table or of another sample's folder."""
    taken = list(folder_names(others).values())
    found = folder_names(labels, taken)
    assert list(found) == labels
    assert all(is_safe(name) and name.isascii() and len(name) <= 80 for name in found.values())
    folded = [name.casefold() for name in (*found.values(), *taken)]
    assert len(set(folded)) == len(folded)
    assert not RESERVED & set(folded)


def test_harmless_names_stay_as_they_are() -> None:
    """A name that needs no change keeps its folder, whoever comes first; accents are taken off, not turned to marks."""
    found = folder_names(["a/b", "a_b", "Tumour", "tumour", "jobs", ".x", "Größe", "-v"])
    assert found == {
        "a/b": "a_b-2",
        "a_b": "a_b",
        "Tumour": "Tumour",
        "tumour": "tumour-2",
        "jobs": "jobs-2",
        ".x": "_.x",
        "Größe": "Gro_e",
        "-v": "_-v",
    }
