"""Faults of the download: the service's archive, spoiled or only other than it is known."""

from __future__ import annotations

from collections.abc import Iterable

from cgi_sandbox.faults.archives import SPOILED
from cgi_sandbox.faults.context import FaultContext, change_archive
from cgi_sandbox.faults.rows import change_rows
from cgi_sandbox.faults.shapes import reshape
from cgi_sandbox.faults.uploads import change_copies


def spoil_archive(context: FaultContext) -> Iterable[bytes]:
    """Spoil the archive; a job that is not done has none."""
    return change_archive(context, SPOILED[context.rule.fault])


def change_upload_copies(context: FaultContext) -> Iterable[bytes]:
    """Change the copies of the uploads in the archive."""
    return change_archive(context, lambda archive: change_copies(archive, context.rule.value))


def reshape_archive(context: FaultContext) -> Iterable[bytes]:
    """Pack the archive in another shape."""
    return change_archive(context, lambda archive: reshape(archive, context.rule.value, context.call.job_id))


def change_result_rows(context: FaultContext) -> Iterable[bytes]:
    """Change the rows of the archive to what was not sent."""
    return change_archive(context, lambda archive: change_rows(archive, context.rule.value))
