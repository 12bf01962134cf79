"""How much is run: a part of the long proofs in `make test`, all of them, with random data, in `make soak`."""

from __future__ import annotations

import os

from hypothesis import settings

SOAK = bool(os.environ.get("CGI_SOAK"))


def register_profiles() -> None:
    """Have hypothesis draw the same examples at each `make test`: a newcomer's result must not depend on luck."""
    settings.register_profile("same examples each time", derandomize=True, deadline=None)
    settings.register_profile("random search", deadline=None)
    settings.load_profile("random search" if SOAK else "same examples each time")
