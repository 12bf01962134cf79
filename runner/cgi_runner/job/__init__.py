"""The life of one job: submitted once, waited for, fetched whole, and recorded after every step."""

from __future__ import annotations

from cgi_runner.job.lifecycle import fetch_job, run, submit
from cgi_runner.job.request import JobContext, JobRequest
from cgi_runner.output.record import Record, State, read_record

__all__ = [
    "JobContext",
    "JobRequest",
    "Record",
    "RunOptions",
    "State",
    "fetch_job",
    "read_record",
    "run",
    "submit",
]
