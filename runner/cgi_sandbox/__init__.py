"""A local stand-in for the Cancer Genome Interpreter's REST API v1, for demonstrations, tool tests and drills.

It speaks real HTTP and behaves as the service was recorded to behave (job ids, states, log lines, quota, skipped rows,
merged duplicates, echoed columns, archive layout), on a small table of textbook alterations. What it answers is an
exercise, never an interpretation of a patient, and everything it hands out says so.

Each behaviour names its fact, by its number in docs/sandbox.md, which says how certain it is.

Nothing here is shared with the runner but the table of cancer types, so that the two cannot be wrong in the same way.
"""

from __future__ import annotations

from cgi_sandbox.errors import SandboxError
from cgi_sandbox.server import Sandbox

__all__ = ["Sandbox", "SandboxError"]
