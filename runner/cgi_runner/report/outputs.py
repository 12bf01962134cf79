"""Writing what was asked for: the page, tables, MultiQC's files, Markdown; each is whole or not there."""

from __future__ import annotations

from pathlib import Path

from cgi_runner.errors import InputError
from cgi_runner.files import atomic_write
from cgi_runner.findings.model import Findings
from cgi_runner.report.compare import Comparison
from cgi_runner.report.markdown import render_markdown

PAGE = "report.html"
_HEAD = 2048


def write_report(findings: Findings, path: Path, *, top: int, changes: Comparison | None = None) -> Path:
    """Write the page in place of an earlier one.

    Args:
        findings: What was found.
        path: The file.
        top: How many rows a table has at most.
        changes: What has changed since an earlier interpretation, for a section of its own.

    Raises:
        InputError: There is a file of that name which is not a report.

    """
    from cgi_runner.report.page import write_page

    if path.exists() and not is_report(path):
        raise InputError(f"{path} is not a report of cgi-runner and is not overwritten", tip="choose another --html")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        write_page(findings, part, top=top, changes=changes)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def is_report(path: Path) -> bool:
    """Return whether a file is a page that this program has written, or empty."""
    from cgi_runner.report.page import GENERATOR

    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return not head or f'<meta name="generator" content="{GENERATOR}">'.encode() in head


def write_markdown(findings: Findings, path: Path, *, changes: Comparison | None = None) -> Path:
    """Write the short report in Markdown.

    Args:
        findings: What was found.
        path: The file; its folder is made if need be.
        changes: What has changed since an earlier interpretation, for a section of its own.

    Returns:
        The same path.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, render_markdown(findings, changes))
    return path
