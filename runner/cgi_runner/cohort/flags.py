"""How a cohort is run, apart from what is in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flags:
    """How it is to be done."""

    fresh: bool = False
    delete: bool = False
    delete_adopted: bool = False
    """Whether jobs that another run has submitted are deleted, too."""
    skip_bad: bool = False
