"""What is printed on stdout: data for machines, or a few plain lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cgi_runner.inputs.dropped import plain
from cgi_runner.redaction import redact

if TYPE_CHECKING:
    from cgi_runner.inputs import Prepared
    from cgi_runner.job import Record


def machine(content: Any) -> None:
    """Print JSON."""
    click.echo(redact(json.dumps(content, indent=2, ensure_ascii=False)))


def table(rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows with tabs, for people and `cut` alike; what could steer a terminal is taken out of the cells."""
    for row in rows:
        click.echo(redact("\t".join(plain(cell) for cell in row)))


def lines(texts: Iterable[str]) -> None:
    """Print lines for people, as careful as `table`: parts of them come from the service."""
    table((text,) for text in texts)


def results(record: Record, out: Path) -> None:
    """Print what a finished job brought, in the order in which a person asks."""
    version = f"CGI {record.cgi['version']}" if record.cgi.get("version") else "CGI"
    lines([f"{version}, job {record.job_id}: verified results in {out}"])
    lines(f"  {kind}: {_account(record, kind, counts)}" for kind, counts in record.rows.items())
    lines(f"  not sent: {count} ({reason})" for reason, count in record.not_sent.items())
    lines(f"  beware: {caution}" for caution in record.warnings)
    if record.not_sent or any(counts["not_returned"] for counts in record.rows.values()):
        lines([f"  rows left out, each with its reason: {out / 'dropped.tsv'}"])
    lines(f"  {out / name}" for name in record.archive.get("members", []))


def _account(record: Record, kind: str, counts: dict[str, int | None]) -> str:
    about = record.inputs.get(kind, {})
    parts = [f"{about['rows_read']} read"] if about else []
    if about.get("rows_folded"):
        parts.append(f"{about['rows_folded']} duplicates folded")
    parts += [f"{counts['sent']} sent", f"{counts['returned']} returned"]
    if counts["folded_by_cgi"]:
        parts.append(f"{counts['folded_by_cgi']} folded by CGI")
    lost = counts["not_returned"]
    return ", ".join([*parts, "missing ones unknown" if lost is None else f"{lost} missing"])


def prepared(found: Prepared, *, cancer_type: str, reference: str) -> None:
    """Print what would be sent and what would not."""
    lines([f"would be sent as {cancer_type}, {reference}:"])
    lines(
        f"  {file.kind}: {file.rows_sent} of {file.rows_read} rows ({file.source}: {file.format}); "
        f"{file.rows_folded} duplicates folded, {file.rows_not_sent} not sent"
        for file in found.files
    )
    lines(f"  sample {sample}: {rows} rows" for sample, rows in found.samples.items())
    lines(f"  not sent: {count} ({reason})" for reason, count in found.reasons.items())


def prepared_json(found: Prepared, *, cancer_type: str, reference: str) -> dict[str, Any]:
    """Give the same for machines."""
    names = ("source", "format", "sha256", "rows_read", "rows_sent", "rows_folded", "rows_not_sent")
    return {
        "cancer_type": cancer_type,
        "reference": reference,
        "inputs": {file.kind: {name: getattr(file, name) for name in names} for file in found.files},
        "samples": dict(found.samples),
        "not_sent": dict(found.reasons),
    }
