"""One line of a fault plan, understood."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: The API's calls by the names that a plan has for them.
STEPS = ("post", "list", "info", "logs", "download", "delete")


@dataclass(frozen=True)
class Rule:
    """Which requests are met by which fault.

    `handled` has the request carried out before its answer is spoiled; `skip` lets so many requests pass first, then
    `times` are met.
    """

    step: str
    fault: str
    value: str = ""
    handled: bool = False
    retry_after: str = ""
    skip: int = 0
    times: float = 1

    def __str__(self) -> str:
        """Return the line as one would write it."""
        words = [self.step, f"{self.fault}={self.value}" if self.value else self.fault]
        words += ["handled"] if self.handled else []
        words += [f"retry-after={self.retry_after}"] if self.retry_after else []
        words += [f"skip={self.skip}"] if self.skip else []
        words += [] if self.times == 1 else [f"times={'always' if self.times == math.inf else int(self.times)}"]
        return " ".join(words)
