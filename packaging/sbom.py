"""Write the bill of materials of the Python package (SPDX 2.3): what the wheel is, and what the lock installs with it.

`make release` writes it beside the wheel. The image has one of its own, of all that is in it.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

from locks import ROOT, Pin, read_lock

#: What the lock calls the project itself.
_PROJECT = "cgi-runner"
_ROOT_ID = "SPDXRef-Package-cgi-runner"
_DOCUMENT_ID = "SPDXRef-DOCUMENT"
_UNKNOWN = "NOASSERTION"

Json = Mapping[str, object]


def write_sbom(wheel: Path, epoch: int, root: Path = ROOT) -> Path:
    """Write the bill of materials of a wheel beside it.

    Args:
        wheel: The wheel, `cgi_runner-VERSION-py3-none-any.whl`.
        epoch: Its date, in seconds since 1970, so that all builds of a commit are alike.
        root: The repository, whose lock tells what is installed with the wheel.

    Returns:
        The file, `cgi_runner-VERSION.spdx.json`.

    """
    version = wheel.name.split("-")[1]
    path = wheel.parent / f"cgi_runner-{version}.spdx.json"
    content = describe(wheel, version, read_lock(root / "requirements" / "runner.txt"), epoch)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def describe(wheel: Path, version: str, pins: Sequence[Pin], epoch: int) -> Json:
    """Return the document.

    Args:
        wheel: The file that is described.
        version: Its version.
        pins: What the lock installs with it, the extra `sandbox` included.
        epoch: Seconds since 1970.

    Returns:
        A document as SPDX 2.3 wants it in JSON.

    """
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    created = datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": _DOCUMENT_ID,
        "name": f"cgi-runner-{version}",
        "documentNamespace": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "creationInfo": {"created": created, "creators": ["Organization: the cgi-runner contributors"]},
        "packages": [_describe_wheel(wheel, version, digest), *map(_describe_pin, pins)],
        "relationships": [_relate(_DOCUMENT_ID, "DESCRIBES", _ROOT_ID), *_dependencies(pins)],
    }


def _describe_wheel(wheel: Path, version: str, digest: str) -> Json:
    return {
        "SPDXID": _ROOT_ID,
        "name": _PROJECT,
        "versionInfo": version,
        "packageFileName": wheel.name,
        "downloadLocation": _UNKNOWN,
        "filesAnalyzed": False,
        "licenseConcluded": _UNKNOWN,
        "licenseDeclared": "MIT",
        "copyrightText": _UNKNOWN,
        "primaryPackagePurpose": "APPLICATION",
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
        "externalRefs": [_purl(_PROJECT, version)],
    }


def _describe_pin(pin: Pin) -> Json:
    described: dict[str, object] = {
        "SPDXID": _identify(pin),
        "name": pin.name,
        "versionInfo": pin.version,
        "downloadLocation": _UNKNOWN,
        "filesAnalyzed": False,
        "licenseConcluded": _UNKNOWN,
        "licenseDeclared": _license(pin),
        "copyrightText": _UNKNOWN,
        "externalRefs": [_purl(pin.name, pin.version)],
    }
    if pin.marker:
        described["comment"] = f"installed where {pin.marker}"
    return described


def _license(pin: Pin) -> str:
    """Return the license that the package itself names in SPDX's words; only of the version that is pinned."""
    try:
        found = metadata.metadata(pin.name)
    except metadata.PackageNotFoundError:
        return _UNKNOWN
    is_named = found["Version"] == pin.version and "License-Expression" in found
    return found["License-Expression"] if is_named else _UNKNOWN


def _dependencies(pins: Sequence[Pin]) -> list[Json]:
    """Relate each package to those that need it, as the lock tells."""
    ids: dict[str, list[str]] = {}
    for pin in pins:
        ids.setdefault(pin.name, []).append(_identify(pin))
    related: list[Json] = []
    for pin in pins:
        for needed_by in pin.needed_by:
            name = needed_by.split(" ")[0]
            others = [_ROOT_ID] if name == _PROJECT else ids[name]
            related += [_relate(other, "DEPENDS_ON", _identify(pin)) for other in others]
    return related


def _relate(one: str, relation: str, other: str) -> Json:
    return {"spdxElementId": one, "relationshipType": relation, "relatedSpdxElement": other}


def _identify(pin: Pin) -> str:
    return "SPDXRef-Package-" + re.sub(r"[^A-Za-z0-9.-]", "-", f"{pin.name}-{pin.version}")


def _purl(name: str, version: str) -> Json:
    return {
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": f"pkg:pypi/{name}@{version}",
    }
