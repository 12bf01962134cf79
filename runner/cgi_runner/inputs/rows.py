"""A row on its way from a reader to the prepared file."""

from __future__ import annotations

Key = tuple[int | str, ...]
"""What makes an alteration of a sample itself; sorts as the prepared file is sorted, the sample comes last."""

VariantKey = tuple[int, int, str, str, str]
"""The key of a small variant: rank of its chromosome, position, reference and alternate allele, sample."""

Row = tuple[Key, int]
"""An alteration to send and the line of the user's file (counted from 1) that it came from."""
