"""What is printed on stdout: data for machines, or a few plain lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from cgi_runner.cancer_types import name_of
from cgi_runner.cli.summary import describe_target, summarise
from cgi_runner.inputs.account import InputAccount, input_account
from cgi_runner.inputs.problems import printable
from cgi_runner.redaction import redact

if TYPE_CHECKING:
    from cgi_runner.cli.report import Shown
    from cgi_runner.inputs import Prepared
    from cgi_runner.job import Record
    from cgi_runner.results.reconcile import RowCounts
    from cgi_runner.service.base import JobInfo


class CheckJson(TypedDict):
    """What `check --json` prints."""

    cancer_type: str
    cancer_type_name: str | None
    reference: str
    reference_reason: str
    reference_warnings: list[str]
    inputs: dict[str, InputAccount]
    samples: dict[str, int]
    not_sent: dict[str, int]
    decisions: list[str]
    warnings: list[str]


def print_json(content: object) -> None:
    """Print JSON."""
    click.echo(redact(json.dumps(content, indent=2, ensure_ascii=False)))


def print_rows(rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows with tabs, for people and `cut` alike; what could steer a terminal is taken out of the cells."""
    for row in rows:
        click.echo(redact("\t".join(printable(cell, "?") for cell in row)))


def job_to_dict(job: JobInfo) -> dict[str, str]:
    """Return what the service knows of a job, as it is printed."""
    return {**asdict(job), "status": job.status.name}


def print_lines(texts: Iterable[str]) -> None:
    """Print lines for people, as careful as `print_rows`: parts of them come from the service."""
    print_rows((text,) for text in texts)


def print_results(record: Record, out: Path, shown: Shown) -> None:
    """Print what a finished job brought, in the order in which a person asks.

    Args:
        record: The job's record.
        out: The output folder.
        shown: What the findings add: warnings, and the lines that come last.

    """
    version = f"CGI {record.cgi['version']}" if record.cgi.get("version") else "CGI"
    job = f"job {record.job_id}" if record.job_id else "a job that the archive does not name"
    print_lines([f"{version}, {job}: verified results in {out}"])
    if record.submitted:
        who = ", by another run" if record.adopted else ""
        print_lines([f"  submitted: {record.submitted} UTC{who}"])
    print_lines(f"  {kind}: {_account(record, kind, counts)}" for kind, counts in record.rows.items())
    print_lines(f"  not sent: {count} ({reason})" for reason, count in record.not_sent.items())
    print_lines(f"  warning: {text}" for text in dict.fromkeys([*record.warnings, *shown.warnings]))
    if record.not_sent or any(counts["not_returned"] for counts in record.rows.values()):
        print_lines([f"  rows left out, each with its reason: {out / 'dropped.tsv'}"])
    print_lines(f"  {out / name}" for name in record.archive.get("members", []))
    print_lines(shown.lines)


def _account(record: Record, kind: str, counts: RowCounts) -> str:
    about = record.inputs.get(kind, {})
    parts = [f"{about['rows_read']} read"] if about else []
    if about.get("rows_merged"):
        parts.append(f"{about['rows_merged']} duplicates merged")
    parts += [f"{counts['sent']} sent", f"{counts['returned']} returned"]
    if counts["merged"]:
        parts.append(f"{counts['merged']} merged by CGI")
    lost = counts["not_returned"]
    return ", ".join([*parts, "missing: unknown" if lost is None else f"{lost} missing"])


def print_check(found: Prepared, cancer_type: str) -> None:
    """Print what would be sent and what would not, and what was decided.

    Args:
        found: What the inputs came to.
        cancer_type: CGI's id.

    """
    print_lines([f"would be sent as {describe_target(found, cancer_type)}:"])
    print_lines(f"  {line}" for line in summarise(found))
    print_lines(f"  decided: {text}" for text in found.decisions)
    print_lines(f"  warning: {text}" for text in (*found.reference.warnings, *found.warnings))


def check_to_dict(found: Prepared, cancer_type: str) -> CheckJson:
    """Return the same for machines.

    Args:
        found: What the inputs came to.
        cancer_type: CGI's id.

    Returns:
        What `check --json` prints.

    """
    return {
        "cancer_type": cancer_type,
        "cancer_type_name": name_of(cancer_type),
        "reference": found.reference.build,
        "reference_reason": found.reference.reason,
        "reference_warnings": list(found.reference.warnings),
        "inputs": {file.kind: input_account(file) for file in found.files},
        "samples": dict(found.samples),
        "not_sent": dict(found.reasons),
        "decisions": found.decisions,
        "warnings": [*found.reference.warnings, *found.warnings],
    }
