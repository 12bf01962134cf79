"""The life of one job: submitted once, waited for, fetched whole, and recorded after every step."""

from __future__ import annotations

from cgi_runner.job.journal import Record, State, read_record
from cgi_runner.job.life import Desk, Wish, collect, run, submit

__all__ = ["Desk", "Record", "State", "Wish", "collect", "read_record", "run", "submit"]
