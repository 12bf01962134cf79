"""What registries read: CITATION.cff, Zenodo's metadata, bio.tools' entry and the Conda recipe, by their rules.

The rules are those parts of each schema or linter that our files touch: CITATION's schema 1.2.0, biotoolsSchema 3.3 and
bioconda's linter.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import jinja2
import pytest
from ruamel.yaml import YAML

from conftest import ROOT

DOI = r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+"
PERSON = {"family-names", "given-names", "name-particle", "name-suffix", "alias", "affiliation", "email", "orcid"}
ENTITY = {"name", "alias", "website", "email", "orcid"}


def load_yaml(text: str) -> dict[str, Any]:
    """Read YAML as data."""
    content: dict[str, Any] = YAML(typ="safe").load(text)
    return content


def check_authors(authors: list[dict[str, str]]) -> None:
    """Hold authors to CITATION's schema: persons or entities, each with fields of its own kind only."""
    assert authors
    for author in authors:
        if "name" in author:
            assert author.keys() <= ENTITY
        else:
            assert author
            assert author.keys() <= PERSON


def test_the_citation_follows_its_schema() -> None:
    """What is demanded is there, every key is known, and each reference names its kind, its title and its authors."""
    citation = load_yaml((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    known = "abstract authors cff-version commit contact date-released doi identifiers keywords license license-url"
    known += " message preferred-citation references repository repository-artifact repository-code title type url"
    assert citation.keys() <= {*known.split(), "version"}
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] in {"software", "dataset"}
    assert isinstance(citation.get("date-released", dt.date(2000, 1, 1)), dt.date)
    check_authors(citation["authors"])
    assert len(citation["references"]) == 2
    for reference in citation["references"]:
        assert reference["type"] in {"article", "software", "database"}
        assert reference["title"]
        assert isinstance(reference["year"], int)
        assert re.fullmatch(DOI, reference["doi"])
        check_authors(reference["authors"])


def test_all_files_name_the_same_license_and_articles() -> None:
    """One license, that of the package, and CGI's own article in each list of what to cite."""
    citation = load_yaml((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    zenodo = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    biotools = json.loads((ROOT / "tools/biotools.json").read_text(encoding="utf-8"))
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert {citation["license"], zenodo["license"], biotools["license"]} == {"MIT"}
    assert '\nlicense = "MIT"\n' in project
    ours = citation["references"][0]["doi"]
    assert ours in {each["identifier"] for each in zenodo["related_identifiers"]}
    assert ours in {each["doi"] for each in biotools["publication"]}


def test_zenodo_can_make_a_record_of_a_release() -> None:
    """The fields that a deposit needs, with words that Zenodo knows."""
    zenodo = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    assert {"title", "upload_type", "description", "creators"} <= zenodo.keys()
    assert zenodo["upload_type"] == "software"
    assert all(creator["name"] for creator in zenodo["creators"])
    for each in zenodo["related_identifiers"]:
        assert re.fullmatch(DOI, each["identifier"])
        assert each["relation"] in {"references", "cites", "isSupplementTo", "isDocumentedBy"}


def test_the_entry_of_biotools_follows_its_schema() -> None:
    """Name, identifier, lengths and words of biotoolsSchema, and terms of EDAM by their addresses."""
    entry = json.loads((ROOT / "tools/biotools.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"[\w +.,\-_:;()]{1,100}", entry["name"])
    assert re.fullmatch(r"[_\-.0-9a-zA-Z]+", entry["biotoolsID"])
    assert 10 <= len(entry["description"]) <= 1000
    assert re.match(r"https?://[^\s/$.?#].\S*$", entry["homepage"])
    assert set(entry["toolType"]) <= {"Command-line tool", "Workbench", "Library", "Workflow"}
    assert set(entry["operatingSystem"]) <= {"Linux", "Windows", "Mac"}
    assert entry["cost"] in {"Free of charge", "Free of charge (with restrictions)", "Commercial"}
    assert entry["accessibility"] in {"Open access", "Open access (with restrictions)", "Restricted access"}
    assert entry["topic"]
    terms = [("topic", each) for each in entry["topic"]]
    for function in entry["function"]:
        assert function["operation"]
        terms += [("operation", each) for each in function["operation"]]
        for side in (*function["input"], *function["output"]):
            terms += [("data", side["data"]), *(("format", each) for each in side["format"])]
    for kind, term in terms:
        assert re.fullmatch(rf"http://edamontology\.org/{kind}_\d{{4}}", term["uri"]), term
    assert all(re.fullmatch(DOI, each["doi"]) for each in entry["publication"])


@pytest.fixture
def recipe() -> dict[str, Any]:
    """Return the Conda recipe as conda-build renders it."""
    text = (ROOT / "packaging/conda/meta.yaml").read_text(encoding="utf-8")
    words = {"pin_subpackage": lambda name, max_pin: f"{name} {max_pin}", "PYTHON": "python"}
    return load_yaml(
        jinja2.Environment(autoescape=False, undefined=jinja2.StrictUndefined).from_string(text).render(words)
    )


def test_the_recipe_passes_the_rules_of_bioconda(recipe: dict[str, Any]) -> None:
    """A release archive with a checksum, a noarch Python package with run exports, tests, and all of `about`."""
    assert recipe["package"]["name"] == recipe["package"]["name"].lower() == "cgi-runner"
    assert not recipe["package"]["version"].startswith("v")
    assert set(recipe["source"]) == {"url", "sha256"}
    assert recipe["source"]["url"].endswith(f"cgi_runner-{recipe['package']['version']}.tar.gz")
    assert len(str(recipe["source"]["sha256"]).zfill(64)) == 64  # zeros until a release is made
    build = recipe["build"]
    assert build["number"] == 0
    assert build["noarch"] == "python"
    assert "skip" not in build
    assert build["run_exports"] == ["cgi-runner x.x"]  # a version before 1.0 may break with each minor one
    assert "pip install . --no-deps --no-build-isolation" in build["script"]
    assert recipe["test"]["commands"]
    assert recipe["test"]["imports"]
    about = recipe["about"]
    assert {"home", "license", "license_file", "summary"} <= about.keys()
    assert len(about["summary"]) <= 120
    assert isinstance(recipe["extra"]["recipe-maintainers"], list)


def test_the_requirements_of_the_recipe_are_written_as_conda_wants_them(recipe: dict[str, Any]) -> None:
    """A space before each bound; nothing of the build in what runs; pip where pip is called."""
    for part in ("host", "run"):
        for requirement in recipe["requirements"][part]:
            assert re.fullmatch(r"[a-z0-9-]+( [<>=!~]=?\S+)?", requirement), requirement
    names = {part: {each.split()[0] for each in recipe["requirements"][part]} for part in ("host", "run")}
    assert {"python", "pip", "hatchling"} <= names["host"]
    assert not names["run"] & {"pip", "hatchling", "setuptools"}
