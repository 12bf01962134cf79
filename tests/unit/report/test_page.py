"""The page: numbers of the model, no script, nothing of a cell's that becomes markup."""

from __future__ import annotations

import json
import re
import tempfile
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cgi_runner.errors import InputError
from cgi_runner.findings import MatchKind, TumourMatch, read_findings
from cgi_runner.report.compare import compare
from cgi_runner.report.links import split_links
from cgi_runner.report.outputs import write_report
from support.archives import table, write_members
from unit.report.conftest import MATCHES, write_results

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "'><svg/onload=alert(1)>",
    "</title></style></table></svg><h1>x</h1>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "https://evil.example/\"onclick='x'",
    "PMID:1<b>",
    "\u202egnp.exe\u2066",
    "a\x00b\x1b[31m",
    "&lt;script&gt;",
    "]]><!--",
]


class Elements(HTMLParser):
    """Collects the elements of a page with their attributes, the addresses of links, and the text."""

    def __init__(self) -> None:
        """Collect nothing yet."""
        super().__init__()
        self.kinds: set[tuple[str, tuple[str, ...]]] = set()
        self.links: set[str] = set()
        self.ids: dict[str, str] = {}
        self.text: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.kinds.add((tag, tuple(sorted(name for name, _ in attrs))))
        about = dict(attrs)
        self.links |= {href for href in [about.get("href")] if href and not href.startswith("#")}
        self._inside = about.get("id") or ""

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text.append(data)
        if self._inside:
            self.ids.setdefault(self._inside, data)


def page_of(folder: Path, top: int = 300) -> str:
    """Write the page of a folder and give its text."""
    path = write_report(read_findings(folder), folder / "report.html", top=top)
    return path.read_text(encoding="utf-8")


@cache
def benign_kinds() -> set[tuple[str, tuple[str, ...]]]:
    """Return the elements of a page without anything odd."""
    with tempfile.TemporaryDirectory() as folder:
        return parsed(page_of(write_results(Path(folder) / "benign"))).kinds


def parsed(page: str) -> Elements:
    """Read a page as a browser does."""
    elements = Elements()
    elements.feed(page)
    return elements


def test_the_tiles_have_the_numbers_of_the_model(results: Path) -> None:
    """At a glance: drivers, structural drivers, complete matches here and elsewhere, rows not returned."""
    found, page = read_findings(results), parsed(page_of(results))
    tiles = {name.removeprefix("n-"): text for name, text in page.ids.items() if name.startswith("n-")}
    assert tiles == {
        "drivers": str(len(found.drivers)),
        "structural": "3",
        "strict": str(len(found.matches_of(MatchKind.COMPLETE, TumourMatch.THIS))),
        "elsewhere": str(len(found.matches_of(MatchKind.COMPLETE, TumourMatch.OTHER))),
        "missing": "?",
    }
    assert (tiles["drivers"], tiles["strict"], tiles["elsewhere"]) == ("2", "2", "1")


def test_nothing_that_is_folded_away_or_cut_is_taken_for_all(results: Path) -> None:
    """On paper, closed sections say so; the legend has numbers, as a telephone cuts bars; weak matches are grey."""
    page = page_of(results)
    assert "rows are not on this paper" in page
    assert re.search(r'<span class="key annotated"></span>annotated: 1</li>', page)
    levels = page[page.index('<table class="stacked levels">') :]
    first = levels[levels.index("<tbody>") : levels.index("</tr>", levels.index("<tbody>"))]
    assert re.findall(r"<td( class=\"\w+\")?>", first) == [' class="strict"', "", *[' class="weak"'] * 3]


def test_unknown_is_a_question_mark_and_never_a_nought(tmp_path: Path) -> None:
    """A folder with drug matches alone knows nothing of drivers or of rows that were lost."""
    page = parsed(page_of(write_members({"biomarkers.tsv": table(MATCHES, {"Drugs": "x"})}, tmp_path)))
    assert [page.ids[f"n-{name}"] for name in ("drivers", "structural", "missing")] == ["?", "?", "?"]


def test_the_page_holds_no_script_and_asks_nobody(results: Path) -> None:
    """No script, no event attribute, nothing loaded, and a policy that forbids all of it."""
    page = page_of(results)
    elements = parsed(page)
    assert not {tag for tag, _ in elements.kinds} & {
        "script",
        "iframe",
        "object",
        "embed",
        "img",
        "link",
        "form",
        "base",
    }
    assert not {name for _, names in elements.kinds for name in names if name.startswith("on") or name == "src"}
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert not re.search(r"@import|url\(", page)
    assert all(kind == ("a", ("href", "rel")) for kind in elements.kinds if kind[0] == "a" and "rel" in kind[1])


def test_the_same_results_give_the_same_bytes(results: Path) -> None:
    """Nothing of the clock, of the machine or of chance is on the page, or of where the file lies."""
    assert page_of(results) == page_of(results)


def test_links_lead_where_the_source_says_and_nowhere_else(results: Path) -> None:
    """PubMed, trials, ClinVar, CIViC and addresses as they stand in the table."""
    assert parsed(page_of(results)).links == {
        "https://www.fda.gov/label",
        "https://pubmed.ncbi.nlm.nih.gov/1234/",
        "https://clinicaltrials.gov/study/NCT01234567",
        "https://www.ncbi.nlm.nih.gov/clinvar/variation/13961/",
        "https://civicdb.org/links/evidence_items/7",
    }


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("PMID: 1234", [("PMID 1234", True)]),
        ("FDA https://www.fda.gov/x", [("FDA label", True)]),
        ("https://fda.gov@evil.example/x", [("evil.example", True)]),
        ("https://notfda.gov/x", [("notfda.gov", True)]),
        ("https://\u0435vil.example/x", [("https://\u0435vil.example/x", False)]),
        ("https://[::1", [("https://[::1", False)]),
        ("javascript:alert(1)", [("javascript:alert(1)", False)]),
        ("NCT123", [("NCT123", False)]),
        ("ASCO 2015 (abstr 1); PMID:2", [("ASCO 2015 (abstr 1)", False), ("; ", False), ("PMID 2", True)]),
    ],
)
def test_a_source_is_text_unless_it_has_a_known_form(text: str, pieces: list[tuple[str, bool]]) -> None:
    """The label of a link is that of its host, whatever else the address claims."""
    assert [(piece.text, bool(piece.href)) for piece in split_links(text)] == pieces


def test_a_level_never_stands_without_its_effect(results: Path) -> None:
    """In the tile of complete matches, and in every row of drugs."""
    page = page_of(results)
    assert "1 responsive, 1 odd; level A: 1 responsive" in page
    rows = re.findall(
        r'<tr class="\w responsive"><td class="who">one</td><td><b class="level a">A</b></td><td class="effect', page
    )
    assert rows


def test_what_does_not_match_is_never_among_the_matches(results: Path) -> None:
    """Partial matches and wild types have sections of their own, closed, with titles that say so."""
    page = page_of(results)
    order = [page.index(f'id="drugs-{name}"') for name in ("this", "other", "partial", "wild")]
    assert order == sorted(order)
    partial = page[order[2] : order[3]]
    assert "Olaparib" in partial
    assert "Not matched" in partial
    assert "Olaparib" not in page[order[0] : order[2]]
    assert "Cetuximab" in page[order[3] :]
    assert page.count("<details open>") == 3  # complete matches here, drivers, copy numbers


def test_a_change_that_the_biomarker_does_not_list_is_named(tmp_path: Path) -> None:
    """Beside the biomarker, as CGI calls the match complete; and the mark of non-drivers is no verdict on drivers."""
    row = {"Sample ID": "one", "Alterations": "ATM (N2875H)", "Biomarker": "ATM (R3008C,N2875K)", "Drugs": "Olaparib",
           "Response": "Responsive", "Evidence": "D", "Match": "YES", "BioM": "complete"}  # fmt: skip
    folder = write_results(tmp_path)
    (folder / "biomarkers.tsv").write_text(table(MATCHES, row))
    text = " ".join("".join(parsed(page_of(folder)).text).split())
    assert "(does not list N2875H)" in text
    assert "its oncogenic summary, which can say otherwise" in text


def test_a_long_table_says_where_the_rest_is(results: Path) -> None:
    """With --top, no row vanishes silently."""
    page = page_of(results, top=1)
    assert "The first 1 of 2 rows." in page
    assert "drugs.tsv" in page


def test_changes_have_a_section_of_their_own(results: Path, tmp_path: Path) -> None:
    """With both versions, and with what is new; without changes asked for there is no such section."""
    old = read_findings(write_results(tmp_path / "old", lambda cell, *_: cell.replace("Vemurafenib", "Other")))
    new = read_findings(results)
    page = write_report(new, tmp_path / "page.html", top=300, changes=compare(old, new)).read_text(encoding="utf-8")
    assert "Changes since old" in page
    assert re.search(r'<td>drug match</td><td>new</td><td class="who">one</td>', page)
    assert "Changes since" not in page_of(results)


def test_somebody_else_s_file_is_not_overwritten(results: Path) -> None:
    """A file called report.html that is no report of ours stays as it is."""
    (results / "report.html").write_text("mine")
    with pytest.raises(InputError, match="is not overwritten"):
        page_of(results)
    assert (results / "report.html").read_text() == "mine"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_cells_add_no_element_and_no_attribute(text: str, tmp_path: Path) -> None:
    """The same text in every cell of every table."""
    page = page_of(write_results(tmp_path / "hostile", lambda *_: text.replace("\x00", " "), title=text))
    hostile = parsed(page)
    assert hostile.kinds <= benign_kinds()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]", page)


def recorded(folder: Path, text: str) -> Path:
    """Write results with a record in which people and services may have written this text wherever they can."""
    write_results(folder)
    record = {
        "schema": 1, "state": "verified", "service": text, "title": text, "cancer_type": text, "reference": text,
        "reference_reason": text, "reference_warnings": [text], "cancer_type_notes": [text], "warnings": [text],
        "samples": {text: 1, "one": 1}, "cgi": {"version": text, "date": text, "generation": text},
        "inputs": {text: {"source": text, "sha256": text}}, "archive": {"sha256": text},
        "rows": {text: {"not_returned": 0}},
    }  # fmt: skip
    (folder / "cgi-job.json").write_text(json.dumps(record))
    return folder


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_record_adds_no_element_and_no_attribute(text: str, tmp_path: Path) -> None:
    """A record may come from anybody, and a title or a sample's name from anywhere."""
    benign = parsed(page_of(recorded(tmp_path / "benign", "text"))).kinds
    assert parsed(page_of(recorded(tmp_path / "hostile", text))).kinds <= benign


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_cells_keep_the_elements_of_a_benign_page(data: st.DataObject) -> None:
    """Cells of any text, with pieces of markup more often than not, in any column of any table."""
    cells = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.just(""))
    drawn = data.draw(st.dictionaries(st.integers(0, 400), cells, max_size=60))
    seen = 0

    def change(cell: str, column: str, row: int) -> str:
        nonlocal seen
        del column, row
        seen += 1
        return re.sub(r"[\t\r\n]", " ", drawn.get(seen, cell))

    with tempfile.TemporaryDirectory() as folder:
        hostile = parsed(page_of(write_results(Path(folder) / "hostile", change)))
    assert hostile.kinds <= benign_kinds()
    assert all(link.startswith(("https://", "http://")) for link in hostile.links)


def test_under_cancer_nothing_is_called_this_tumour_type(tmp_path: Path) -> None:
    """CGI says YES to every row then; the tile and the section say "any tumour type"."""
    folder = write_results(tmp_path, lambda cell, column, _: "YES" if column == "Match" else cell)
    (folder / "summary.txt").write_text("Cancer type: CANCER\n")
    page = page_of(folder)
    assert parsed(page).ids["n-strict"] == "3"
    assert "Complete matches in any tumour type" in page
    assert "Complete matches in this tumour type" not in page
    assert "this tumour type, complete" not in page
    assert "other tumour types, " not in page
    assert 'id="drugs-other"' not in page
    assert parsed(page).ids["n-elsewhere"] == "?"


def test_what_was_not_sent_is_a_dash_and_no_question(tmp_path: Path) -> None:
    """A run of copy numbers alone has no driver mutations, and that is known."""
    folder = write_results(tmp_path)
    (folder / "alterations.tsv").unlink()
    record = {"schema": 1, "service": "s", "state": "verified", "inputs": {"cnas": {}}, "samples": {"one": 1, "two": 2}}
    (folder / "cgi-job.json").write_text(json.dumps(record))
    page = parsed(page_of(folder))
    assert (page.ids["n-drivers"], page.ids["n-structural"]) == ("\N{EN DASH}", "3")


def test_an_empty_cell_of_the_matrix_says_so_where_nothing_is_known(tmp_path: Path) -> None:
    """A sample without a table of mutations looked like one without drivers."""
    known = read_findings(write_results(tmp_path / "known"))
    page = write_report(known, tmp_path / "known.html", top=300).read_text()
    assert "no mutation came back" not in page
    known.samples["one"].tables.discard("mutations")
    known.drivers[:] = [driver for driver in known.drivers if driver.sample != "one"]
    page = write_report(known, tmp_path / "unknown.html", top=300).read_text()
    assert "No mutation came back, or not known: one.</desc>" in page
    assert "<li>? no mutation came back, or it is not known: none sent, or none returned</li>" in page
    assert "; not known of 1 of 2 samples" in page
    structural = [each for each in known.structural if each.is_driver]
    genes = {driver.gene for driver in known.drivers} | {each.gene for each in structural}
    of_the_sample = {each.gene for each in structural if each.sample == "one"}
    assert page.count('text-anchor="middle">?</text>') == len(genes - of_the_sample)


def test_a_word_that_nobody_knows_is_told_without_any_other_warning(tmp_path: Path) -> None:
    """The list of warnings was left out where it held unknown words of CGI's summary only."""
    found = read_findings(write_results(tmp_path / "results"))
    found.warnings.clear()
    page = write_report(found, tmp_path / "report.html", top=300).read_text()
    assert "a word of CGI's summary that this version does not know, 1 times: new word" in page
