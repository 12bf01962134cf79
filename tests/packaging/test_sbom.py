"""The bill of materials of the Python package: complete, and in SPDX's form."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sbom import write_sbom

from conftest import ROOT


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a file that stands for a wheel."""
    path = tmp_path / "cgi_runner-1.2.3-py3-none-any.whl"
    path.write_bytes(b"a wheel")
    return path


@pytest.fixture
def sbom(wheel: Path) -> dict[str, Any]:
    """Return the bill of materials of a wheel, with the packages of this tree's lock."""
    path = write_sbom(wheel, 1_700_000_000)
    assert path.name == "cgi_runner-1.2.3.spdx.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_the_document_has_what_spdx_demands(sbom: dict[str, Any]) -> None:
    """The fields that SPDX 2.3 calls mandatory, of the document and of each package; ids that are well formed."""
    assert sbom["spdxVersion"] == "SPDX-2.3"
    assert sbom["dataLicense"] == "CC0-1.0"
    assert sbom["SPDXID"] == "SPDXRef-DOCUMENT"
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", sbom["documentNamespace"])
    assert sbom["creationInfo"]["created"] == "2023-11-14T22:13:20Z"
    assert all(re.match("(Person|Organization|Tool): .", creator) for creator in sbom["creationInfo"]["creators"])
    for package in sbom["packages"]:
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"])
        assert {"name", "versionInfo", "downloadLocation", "licenseDeclared"} <= package.keys()
        (reference,) = package["externalRefs"]
        assert reference["referenceLocator"] == f"pkg:pypi/{package['name']}@{package['versionInfo']}"


def test_ids_are_unique_and_every_relation_has_both_ends(sbom: dict[str, Any]) -> None:
    """And each package can be reached from the document."""
    ids = [package["SPDXID"] for package in sbom["packages"]]
    assert len(set(ids)) == len(ids)
    reached = {sbom["SPDXID"]}
    relations = sbom["relationships"]
    for _ in relations:
        reached |= {each["relatedSpdxElement"] for each in relations if each["spdxElementId"] in reached}
    assert reached == {sbom["SPDXID"], *ids}


def test_it_lists_what_the_lock_installs_and_the_wheel_itself(sbom: dict[str, Any], wheel: Path) -> None:
    """Each package with its version, the wheel with its checksum, and what it needs directly by pyproject.toml."""
    lock = (ROOT / "requirements/runner.txt").read_text(encoding="utf-8")
    listed = {(package["name"], package["versionInfo"]) for package in sbom["packages"]}
    assert listed == {("cgi-runner", "1.2.3"), *re.findall(r"^([a-z0-9-]+)==([^\s;]+)", lock, re.MULTILINE)}
    (ours,) = [package for package in sbom["packages"] if package["name"] == "cgi-runner"]
    assert ours["checksums"] == [
        {"algorithm": "SHA256", "checksumValue": hashlib.sha256(wheel.read_bytes()).hexdigest()}
    ]
    names = {package["SPDXID"]: package["name"] for package in sbom["packages"]}
    needed = {
        names[each["relatedSpdxElement"]]
        for each in sbom["relationships"]
        if each["spdxElementId"] == ours["SPDXID"] and each["relationshipType"] == "DEPENDS_ON"
    }
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = [project.split(f"\n{part} = [", 1)[1].split("]", 1)[0] for part in ("dependencies", "sandbox")]
    assert needed == set(re.findall(r'"([a-z0-9-]+)>=', "".join(declared)))


def test_two_builds_are_the_same_bytes(wheel: Path) -> None:
    """Nothing in it depends on the time or on chance."""
    assert write_sbom(wheel, 1).read_bytes() == write_sbom(wheel, 1).read_bytes()
