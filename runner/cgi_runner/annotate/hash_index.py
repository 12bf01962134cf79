"""Many hashes, each with a number, in 16 bytes an entry: results may have a million rows."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

#: Sorting takes some 50 bytes an entry for a moment, so entries are sorted in this many parts.
_PARTS = 256


class HashIndex:
    """Numbers by the hashes of keys. A hash may be that of another key: whoever must be sure compares the keys."""

    def __init__(self, *, has_numbers: bool = True) -> None:
        """Hold nothing yet; without numbers, every key has 0, and an entry takes 8 bytes."""
        self._has_numbers = has_numbers
        self._hashes = [array("q") for _ in range(_PARTS)]
        self._numbers = [array("q") for _ in range(_PARTS)]
        self._append_hash = [part.append for part in self._hashes]
        self._append_number = [part.append for part in self._numbers]
        self._is_sorted = bytearray(_PARTS)

    def add(self, key: Hashable, number: int = 0) -> None:
        """Add a key with its number; a key may have several.

        Args:
            key: What is looked up later; only its hash is kept.
            number: What the key stands for, where numbers are kept at all.

        """
        value = hash(key)
        part = value % _PARTS
        self._append_hash[part](value)
        if self._has_numbers:
            self._append_number[part](number)
        self._is_sorted[part] = False

    def extend(self, hashes: Iterable[tuple[int, int]]) -> None:
        """Add many keys by their hashes, each with its number."""
        append_hash, append_number = self._append_hash, self._append_number
        for value, number in hashes:
            part = value % _PARTS
            append_hash[part](value)
            append_number[part](number)
        self._is_sorted = bytearray(_PARTS)

    def repeated(self, candidates: set[int]) -> set[int]:
        """Return those of some hashes that were added more than once."""
        counts: Counter[int] = Counter()
        for part in self._hashes:
            counts.update(filter(candidates.__contains__, part))
        return {value for value, count in counts.items() if count > 1}

    def find(self, key: Hashable) -> Iterator[int]:
        """Yield the numbers of all keys with this hash, in the order in which they were added."""
        wanted = hash(key)
        part = wanted % _PARTS
        if not self._is_sorted[part]:
            self._sort(part)
        hashes, numbers = self._hashes[part], self._numbers[part]
        place = bisect_left(hashes, wanted)
        while place < len(hashes) and hashes[place] == wanted:
            yield numbers[place] if self._has_numbers else 0
            place += 1

    def __contains__(self, key: Hashable) -> bool:
        """Whether a key with this hash was added."""
        return next(self.find(key), None) is not None

    def _sort(self, part: int) -> None:
        hashes, numbers = self._hashes[part], self._numbers[part]
        # In place: what appends to the arrays is kept.
        if self._has_numbers:
            order = sorted(range(len(hashes)), key=hashes.__getitem__)
            numbers[:] = array("q", map(numbers.__getitem__, order))
        hashes[:] = array("q", sorted(hashes))
        self._is_sorted[part] = True
