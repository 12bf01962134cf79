"""The records of a cohort's jobs: what one begins with, and which ones --fresh leaves behind."""

from __future__ import annotations

from cgi_runner.cohort.packing import Batch
from cgi_runner.cohort.record import CohortRecord
from cgi_runner.inputs.account import InputAccount
from cgi_runner.job import Record
from cgi_runner.job.submission import Submission


def new_job_record(ledger: CohortRecord, batch: Batch, asked: Submission, service: str, *, fresh: bool) -> Record:
    """Return the record of a job that is not submitted yet.

    Args:
        ledger: The record of the cohort.
        batch: The job's samples.
        asked: What is asked of CGI.
        service: Name of the service.
        fresh: Whether --fresh asked for it.

    """
    inputs: dict[str, InputAccount] = {
        kind: {"sha256": sha256, "rows_sent": sum(p.rows for m in batch.members for p in m.parts if p.kind == kind)}
        for kind, sha256 in asked.sha256.items()
    }
    before = ledger.records.get(batch.number)
    return Record(
        service=service,
        title=asked.tagged_title,
        cancer_type=asked.cancer_type,
        reference=asked.reference,
        fingerprint=asked.fingerprint,
        fresh=fresh,
        inputs=inputs,
        samples={id_.decode(): member.rows for id_, member in zip(batch.ids, batch.members, strict=True)},
        # With --fresh, the files of the job before are this one's to replace.
        archive={"members": before.archive.get("members", [])} if before else {},
    )


def jobs_to_resubmit(ledger: CohortRecord) -> list[Batch]:
    """Return the jobs that --fresh is to submit: those that it has not submitted yet, or all once all have ended."""
    records = [ledger.records.get(batch.number) for batch in ledger.plan.batches]
    if all(record and record.fresh and record.state.has_ended for record in records):
        return ledger.plan.batches
    return [batch for batch, record in zip(ledger.plan.batches, records, strict=True) if not (record and record.fresh)]
