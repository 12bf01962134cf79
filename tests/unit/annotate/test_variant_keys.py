"""What spellings of a variant share, by the quick ways and by the one that fits all."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from cgi_runner.annotate.variant_keys import variant_keys
from cgi_runner.results.variants import trim_end, trim_start

_ALLELE = st.text("ACGTN", min_size=1, max_size=5) | st.text("ACa-*<>.é", max_size=3)


@given(st.sampled_from(["1", "100", "007", "", "x", "12345678901", "٣"]), _ALLELE, _ALLELE)
@example("5", "A", "ACA")
@example("5", "-", "a")
@example("5", "CT", "-")
def test_quick_ways_give_what_trimming_gives(position: str, reference: str, alternate: str) -> None:
    """At the end first and at the start first; both keys where these are two places."""
    both = [trim(position, reference, alternate) for trim in (trim_end, trim_start)]
    wanted = dict.fromkeys(("X", str(place), ref, alt) for place, ref, alt in both)
    assert variant_keys(("chr23", position, reference, alternate)) == tuple(wanted)
