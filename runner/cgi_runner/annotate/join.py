"""Which result is that of an allele of a sample: by sample and variant, however it is spelled, never by line or id.

A file that was filtered, sorted anew or split by allele since it was sent is joined as well, and so are duplicates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path

from cgi_runner.annotate.fields import AlleleResult, Status
from cgi_runner.annotate.folders import ResultFolder
from cgi_runner.annotate.hash_index import HashIndex
from cgi_runner.annotate.returned import ReturnedRows
from cgi_runner.annotate.variant_keys import Key, Variant, variant_keys
from cgi_runner.findings import Findings
from cgi_runner.findings.reader import DROPPED, reason_class
from cgi_runner.inputs.dropped import COLUMNS, NOT_RETURNED, variant_text
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.row_index import Columns, uploaded_columns
from cgi_runner.results.tables import Table

DEFAULT_SAMPLE = "sample"
NO_REASON = "CGI returned no result for it and gave no reason"
_VARIANT = re.compile(r"(?:chr)?([^:]+):([0-9]+) ([ACGTN-]+)>([ACGTN-]+)", re.IGNORECASE)
_KNOWN_MASK = (1 << 24) - 1  # a bit each: beside a million variants, 6 of 100 others are looked up in vain
_PLACEHOLDER = re.compile(r"input[0-9]+|single_sample|sample")


def is_placeholder(sample: str) -> bool:
    """Whether a sample has the name that CGI, or the runner, gives one that has none."""
    return bool(_PLACEHOLDER.fullmatch(sample))


class Join:
    """All that is known of the alleles of a run or a cohort."""

    def __init__(self, folders: list[ResultFolder], findings: Findings) -> None:
        """Read the tables of these folders.

        Args:
            folders: Where the tables are.
            findings: What was read of the same folders, for the drug matches.

        Raises:
            InputError: A table does not say which variant a row is of.

        """
        self.samples: dict[str, str] = {}
        """The samples of the results, by what they are called in files and in tables."""
        self.returned = ReturnedRows(findings)
        self._uploads: list[tuple[Table, Columns, str]] = []
        self._unread: list[tuple[Table, Columns, str]] = []
        """Uploads that are read when something is asked for that did not come back."""
        self._dropped, self._sent = HashIndex(), HashIndex(has_numbers=False)
        self._known = bytearray(_KNOWN_MASK + 1 >> 3)
        self._stages: dict[tuple[str, str], int] = {}
        self._open: set[str] = set()
        self._without_upload: set[str] = set()
        for folder in folders:
            self._read(folder)
        self._stage_list = list(self._stages)

    def close(self) -> None:
        """Close the tables."""
        self.returned.close()

    def may_know(self, variant: Variant) -> bool:
        """Whether the results may say anything of a variant; False is certain, and told much faster than `find`."""
        return any(map(self.may_know_key, variant_keys(variant))) or self.may_know_key((variant_text(*variant),))

    def may_know_key(self, key: Key) -> bool:
        """Whether the results may say anything of a variant that is spelled as `variant_keys` does."""
        place = hash(key) & _KNOWN_MASK
        if self._known[place >> 3] & 1 << (place & 7):
            return True
        return self._read_uploads() and self.may_know_key(key)

    def find(self, sample: str, variant: Variant) -> AlleleResult:
        """Return what is known of an allele of a sample of the results.

        Args:
            sample: Name of the sample in the results.
            variant: The allele.

        """
        if row := self.returned.find(sample, variant):
            return AlleleResult(Status.RETURNED, values=self.returned.values(row))
        keys = variant_keys(variant)
        dropped = self._find_dropped(sample, keys, variant)
        self._read_uploads()
        if any((whose, key) in self._sent for key in keys for whose in (sample, "")):
            return AlleleResult(Status.NOT_RETURNED, dropped[1] if dropped else NO_REASON)
        if dropped:
            return AlleleResult(Status.NOT_RETURNED if dropped[0] == NOT_RETURNED else Status.NOT_SENT, dropped[1])
        return self.unknown_result(sample, is_of_others=self.is_of_any_sample(variant))

    def unknown_result(self, sample: str, *, is_of_others: bool) -> AlleleResult:
        """Return what is said of any allele that the results do not know of a sample.

        Args:
            sample: Name of the sample in the results.
            is_of_others: Whether they know it of another sample.

        """
        if sample in self._open:
            return AlleleResult(Status.UNKNOWN, "the results of the sample are not there yet")
        if is_of_others:
            return AlleleResult(Status.OTHER_SAMPLE)
        if sample in self._without_upload:
            return AlleleResult(Status.UNKNOWN, "the results hold no copy of what was sent")
        return AlleleResult(Status.NOT_IN_RUN)

    def is_of_any_sample(self, variant: Variant) -> bool:
        """Whether the variant was sent for, or came back of, any sample at all."""
        return any(key in self._variants for key in variant_keys(variant))

    @cached_property
    def _variants(self) -> HashIndex:
        """The variants of all samples; most files ask for none that is not their own, so it is made when asked for."""
        found = HashIndex(has_numbers=False)
        sent = (keys for each in self._uploads for _, keys in _sent_keys(*each))
        for keys in chain(self.returned.variants(), sent):
            for key in keys:
                found.add(key)
        return found

    def _read(self, folder: ResultFolder) -> None:
        self.samples |= dict(zip(folder.names, folder.samples, strict=True))
        self.samples |= {sample: sample for sample in folder.samples}
        if not folder.is_complete:
            self._open.update(folder.samples)
            return
        default = folder.samples[0] if len(folder.samples) == 1 else DEFAULT_SAMPLE
        tables = read_result_tables(folder.path)
        seen = set(folder.samples)
        if tables.alterations:
            seen |= self.returned.add(tables.alterations, default, self._mark_known)
        default = next(iter(seen)) if len(seen) == 1 else default
        has_upload = [self._add_upload(table, default) for table in tables.inputs.values()]
        # What nobody carries is listed without a name, and is that of the only sample there.
        self._read_dropped(folder.path / DROPPED, next(iter(seen)) if len(seen) == 1 else "")
        self.samples |= {sample: sample for sample in seen if sample not in self.samples}
        if not any(has_upload):
            self._without_upload |= seen

    def _add_upload(self, table: Table, default: str) -> bool:
        """Keep an upload of variants for when it is needed; say whether it is one."""
        columns = uploaded_columns(table)
        if columns is None or columns.kind != "variant":
            return False
        self._uploads.append((table, columns, default))
        self._unread.append((table, columns, default))
        return True

    def _read_uploads(self) -> bool:
        """Index the uploads that were not read so far; say whether there were any."""
        if not self._unread:
            return False
        add, mark_known = self._sent.add, self._mark_known
        for upload in self._unread:
            for found in _sent_keys(*upload):
                for key in found[1]:
                    add((found[0], key))
                    mark_known(key)
        self._unread.clear()
        return True

    def _read_dropped(self, path: Path, default: str) -> None:
        """Index the list of rows that were left out."""
        if not path.is_file():
            return
        table = Table(path)
        places = [table.place(name) for name in COLUMNS]
        if any(place is None for place in places):
            return
        for cells in table.rows():
            kind, _, sample, alteration, stage, reason = (cells[place or 0] for place in places)
            if kind != "mutations":
                continue
            about = (stage, reason_class(reason))
            number = self._stages.setdefault(about, len(self._stages))
            # An alteration that is cut, as very long ones are, is found by its text.
            match = _VARIANT.fullmatch(alteration)
            for key in variant_keys((match[1], match[2], match[3], match[4])) if match else ((alteration,),):
                self._dropped.add((sample or default, key), number)
                self._mark_known(key)

    def _mark_known(self, key: Key) -> bool:
        """Mark a variant as known; say whether it may have been before."""
        place = hash(key) & _KNOWN_MASK
        bits, bit = self._known[place >> 3], 1 << (place & 7)
        self._known[place >> 3] = bits | bit
        return bool(bits & bit)

    def _find_dropped(self, sample: str, keys: tuple[Key, ...], variant: Variant) -> tuple[str, str] | None:
        for key in (*keys, (variant_text(*variant),)):
            for whose in (sample, ""):
                for number in self._dropped.find((whose, key)):
                    return self._stage_list[number]
        return None


def _sent_keys(table: Table, columns: Columns, default: str) -> Iterator[tuple[str, tuple[Key, ...]]]:
    """Yield of each allele of an upload its sample and what all spellings of it share."""
    chromosome, position, reference, alternate = columns.alteration
    place = columns.sample
    for cells in table.leading_cells(columns.last):
        sample = default if place is None else cells[place].strip()
        alternates = cells[alternate]
        for each in alternates.split(",") if "," in alternates else (alternates,):
            yield sample, variant_keys((cells[chromosome], cells[position], cells[reference], each))
