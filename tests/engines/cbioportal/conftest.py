"""Results of a job for two samples, as the unit tests have them."""

from unit.annotate.conftest import results

__all__ = ["results"]
