"""Which members of an archive are CGI's files, and under which names; the others are passed over or refused.

CGI's members lie flat at the root. A zip that was packed again may have folders, a prefix, what macOS adds, upper-case
names or a file twice: none of that makes the results others. What could leave the folder is refused.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Container, Iterable
from pathlib import PurePosixPath

from cgi_runner.errors import ResultsError
from cgi_runner.redaction import redact, safe_excerpt

_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}")
#: Names that CGI has given files since 2018, in lower case always.
_KNOWN = re.compile(
    r"input\d+\.tsv|(alterations|biomarkers|prescriptions|mutation_analysis|drug_prescription"
    r"|drug_prescription_bioactivities|cna_analysis|fusion_analysis)\.tsv"
    r"|(summary|report|fusion_analysis|not_mapped_entries|malformed_cnas)\.txt"
)
_DEEPEST = 3  # folders around the results
_TIP = "run the command again; if that does not help, `cgi-runner status` shows whether CGI still has the job"


def select_members(members: Iterable[zipfile.ZipInfo]) -> tuple[dict[str, zipfile.ZipInfo], list[str]]:
    """Choose the members that are to be unpacked.

    Args:
        members: All members, as the archive lists them.

    Returns:
        The chosen ones by the names that they get, and the names of those that are passed over; folders are not among
        either.

    Raises:
        ResultsError: Two members of one name differ.

    """
    files = [member for member in members if not member.is_dir() or _leaves_folder(member.filename)]
    junk = [member.filename for member in files if _is_junk(member.filename)]
    files = [member for member in files if not _is_junk(member.filename)]
    prefix = _common_folder([member.filename for member in files])
    chosen: dict[str, zipfile.ZipInfo] = {}
    names: dict[str, str] = {}
    for member in files:
        name = member.filename[len(prefix) :]
        if _KNOWN.fullmatch(name.casefold()):
            name = name.casefold()
        first = names.setdefault(name.casefold(), name)
        if first not in chosen:
            chosen[first] = member
        elif (chosen[first].CRC, chosen[first].file_size) == (member.CRC, member.file_size):
            junk.append(member.filename)
        else:
            raise ResultsError(f"the archive holds two different files named {safe_excerpt(name)!r}", tip=_TIP)
    return chosen, junk


def problem_of(name: str, member: zipfile.ZipInfo, reserved: Container[str]) -> str:
    """Return why a member must not be unpacked under a name.

    Args:
        name: The name that the member would get.
        member: Its entry in the zip.
        reserved: Names of the runner's own files, in lower case.

    Returns:
        A clause for an error that names the member; empty if it may be unpacked.

    """
    problems = {
        "which is not a plain file name": not _NAME.fullmatch(name) or name in {".", ".."},
        "which would replace one of the runner's own files": name.casefold() in reserved or name.startswith("."),
        "which quotes the account": redact(name) != name,
        "which is encrypted": bool(member.flag_bits & 1),
        "which is compressed in a way that CGI does not use": member.compress_type not in _METHODS,
        "which is a link or a device": stat.S_IFMT(member.external_attr >> 16) not in {0, stat.S_IFREG},
    }
    return next((problem for problem, is_so in problems.items() if is_so), "")


def _leaves_folder(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts


def _is_junk(name: str) -> bool:
    """Whether macOS has put a member beside the results."""
    parts = name.split("/")
    return not _leaves_folder(name) and ("__MACOSX" in parts[:-1] or parts[-1] == ".DS_Store")


def _common_folder(names: list[str]) -> str:
    """Return the folders that all names begin with, with the slash at the end."""
    prefix = ""
    for _ in range(_DEEPEST):
        folders = {name[len(prefix) :].partition("/")[0] for name in names}
        is_inside = all("/" in name[len(prefix) :] for name in names)
        if len(folders) != 1 or not is_inside or folders & {"", ".", ".."}:
            break
        prefix += folders.pop() + "/"
    return prefix
