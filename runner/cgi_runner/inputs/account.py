"""What the record of a job says of each input: where it came from, and what became of its rows. Its keys are JSON's."""

from __future__ import annotations

from typing import TypedDict

from cgi_runner.inputs.model import PreparedFile


class FileAccount(TypedDict):
    """One of the user's files; see `SourceFile`."""

    number: int
    source: str
    format: str
    rows_read: int
    rows_not_sent: int
    decisions: list[str]
    warnings: list[str]
    sha256: str


class InputAccount(TypedDict, total=False):
    """All files of one kind; see `PreparedFile`. A job of a cohort has the checksum and the rows sent only."""

    source: str
    format: str
    sha256: str
    rows_read: int
    rows_sent: int
    rows_merged: int
    rows_not_sent: int
    notes: list[str]
    files: list[FileAccount]


def input_account(file: PreparedFile) -> InputAccount:
    """Return what the record says of a prepared file."""
    return {
        "source": file.source,
        "format": file.format,
        "sha256": file.sha256,
        "rows_read": file.rows_read,
        "rows_sent": file.rows_sent,
        "rows_merged": file.rows_merged,
        "rows_not_sent": file.rows_not_sent,
        "notes": file.notes,
        "files": [
            {
                "number": one.number,
                "source": one.source,
                "format": one.format,
                "rows_read": one.rows_read,
                "rows_not_sent": one.rows_not_sent,
                "decisions": one.decisions,
                "warnings": one.warnings,
                "sha256": one.sha256,
            }
            for one in file.files
        ],
    }
