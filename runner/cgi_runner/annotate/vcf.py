"""A VCF with CGI's results: `CGI_*` keys in INFO and their header lines, and every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from cgi_runner.annotate.alleles import AlleleLookup
from cgi_runner.annotate.fields import GENE, HGVSP, KEYS, PREFIX, PROTEIN, STATUS, row_values
from cgi_runner.annotate.returned import Row
from cgi_runner.annotate.samples import match_columns, require_sample
from cgi_runner.annotate.target import Target
from cgi_runner.annotate.variant_keys import Variant
from cgi_runner.inputs.genotypes import GENOTYPE_FIRST, alleles_of, field_of
from cgi_runner.inputs.problems import InputProblems
from cgi_runner.inputs.readers.vcf_header import FIXED, are_column_names

_VERSION = re.compile(r"\ufeff?##fileformat=VCFv(\d+)\.(\d+)", re.IGNORECASE)
_ESCAPES_SINCE = (4, 3)
_SOURCES_SINCE = (4, 2)
_INFO = 7
_PLAIN_NAMES = re.compile(r"[\w.-]+\t[\w.*>+-]+\t[\w.*>()+:-]*", re.ASCII)
"""Gene, protein change and HGVS of which nothing but the colon of the last has to be escaped."""
_SPECIAL = re.compile(r"[%:;=,\x00-\x1f\x7f]")
_NO_RECORD = "#\ufeff\r\n \t\v\f"
"""What a line may begin with that is no record; in VCF, no name of a chromosome does."""
_HEADER = ("##", "\ufeff##")
_OWN_HEADER = re.compile(rf"##(?:INFO=<(?:[A-Za-z]+=[^,\"<>]*,)*ID=(?P<key>{PREFIX}[^,>]*)|(?P<line>{PREFIX}\w*))")
"""A header line of CGI's; the ID of a key need not come first."""


class VcfAnnotator:
    """Adds keys to the records of one VCF."""

    format = "VCF"

    def __init__(self, lookup: AlleleLookup, target: Target) -> None:
        """Look up the alleles of the file that the target names."""
        self._lookup, self._target = lookup, target
        self._problems = InputProblems(target.source)
        self._version = (4, 0)
        self._names = ""
        self._width = 0
        self._samples: dict[int, str | None] = {}
        self._only_column = 0
        self._named: list[str] = []
        self._default: str | None = None
        # Of a million records, nearly all have one of a few genotypes, and the results do not know their allele.
        self._carriers_by = lru_cache(maxsize=4096)(self._carriers_of)
        self._unknown = lru_cache(maxsize=4096)(self._text_unknown)
        self._words = lru_cache(maxsize=4096)(self._text_of_words)

    def lines(self, lines: Iterator[str]) -> Iterator[str]:
        """Yield the lines of the file, each with its end, and those that are added.

        Raises:
            InputError: A line is not as VCF has it, or has such keys already.

        """
        header: list[str] = []
        for number, line in enumerate(lines, 1):
            if self._width and line[0] not in _NO_RECORD:
                yield self._record(number, line)
            elif line.startswith(_HEADER):
                if self._read_header_line(number, line):
                    header.append(line.rstrip("\r\n"))
                    yield line
            elif not self._width:
                self._names = body = line.rstrip("\r\n")
                self._read_names(number, body.split("\t"), header)
                end = line[len(body) :] or "\n"
                yield from (added + end for added in self._header())
                yield line
            elif not line.strip() or line.rstrip("\r\n") == self._names:
                yield line  # programs that put parts of a file together repeat the names
            else:
                yield self._odd_record(number, line)
        if not self._width:
            self._problems.abort("found no header line", tip="give a whole VCF")

    def _read_header_line(self, number: int, line: str) -> bool:
        """Read a header line; say whether it stays."""
        if number == 1 and (match := _VERSION.match(line)):
            self._version = (int(match[1]), int(match[2]))
        elif self._width and _VERSION.match(line):
            self._refuse_header(number)
        if own := _OWN_HEADER.match(line):
            self._target.refuse_existing(number, own["key"] or own["line"])
        return own is None

    def _odd_record(self, number: int, line: str) -> str:
        """Return a record that begins as none does, unless it is a second header."""
        if line.removeprefix("\ufeff").upper().startswith(FIXED[0]):
            self._refuse_header(number)
        return self._record(number, line)

    def _refuse_header(self, number: int) -> None:
        """Refuse a file after another: its columns may be those of another patient."""
        self._problems.abort(
            f"line {number}: found the header of another VCF among the records, expected one VCF",
            tip="annotate each VCF separately",
        )

    def _read_names(self, number: int, names: list[str], header: list[str]) -> None:
        """Read the line with the names of the columns."""
        if not are_column_names(names):
            self._problems.abort(f"line {number}: found no header line of a VCF", tip="give a whole VCF or MAF")
        self._width = len(names)
        if names[9:]:
            found = match_columns(self._problems, number, names[9:], header, self._target)
            self._samples = {9 + place: name for place, name in found.items()}
            self._only_column = next(iter(self._samples)) if len(self._samples) == 1 else 0
            self._named = [name for name in self._samples.values() if name is not None]
        else:
            self._default = require_sample(self._target.samples, self._target.sample, self._target.source)

    def _header(self) -> Iterator[str]:
        source = ""
        if self._version >= _SOURCES_SINCE:
            version = f',Version="{_header_text(self._target.version)}"' if self._target.version else ""
            source = f',Source="CGI"{version}'
        yield f"##{PREFIX}results={_header_text(self._target.origin)}"
        for key, text in KEYS.items():
            yield f'##INFO=<ID={key},Number=A,Type=String,Description="{_header_text(text)}"{source}>'

    def _record(self, number: int, line: str) -> str:
        body = line.rstrip("\r\n")
        cells = body.split("\t")
        if len(cells) != self._width:
            self._problems.abort(f"line {number}: found {len(cells)} columns, expected {self._width}")
        chromosome, position, _, reference, alternate, _, _, info = cells[:8]
        if PREFIX in info:
            info = self._without_keys(number, info)
        count = alternate.count(",") + 1
        carriers = self._carriers(cells, count)
        if count == 1:
            variant = (chromosome, position, reference, alternate)
            row = self._lookup.next_row(variant, carriers[0])
            added = self._text_returned(row) if row else self._text_of_single(variant, carriers[0])
        else:
            added = self._text(
                [
                    self._lookup.values((chromosome, position, reference, each), whose, others=self._named)
                    for each, whose in zip(alternate.split(","), carriers, strict=True)
                ]
            )
        cells[_INFO] = append_info(info, added)
        return "\t".join(cells) + line[len(body) :]

    def _text_of_single(self, variant: Variant, carriers: tuple[str | None, ...]) -> str:
        """Return what is added for the only allele of a record."""
        reason = self._lookup.reason_if_unknown(variant)
        if reason is not None:
            status, added = self._unknown(carriers, reason)
            self._lookup.count(status)
            return added
        if row := self._lookup.row_if_returned(variant, carriers):
            return self._text_returned(row)
        return self._text_of_one(self._lookup.values_if_not_returned(variant, carriers, others=self._named))

    def _text_returned(self, row: Row) -> str:
        """Return what is added for the only allele of a record, which has this row of results."""
        gene, protein, hgvsp = names = row[1][:3]
        if not _PLAIN_NAMES.fullmatch("\t".join(names)) or gene in self._lookup.matched_genes:
            return self._text_of_one(self._lookup.values_of(row))
        # The same, faster: each row has names of its own, but one of few sets of words.
        before, behind = self._words(row[1][3:])
        more = f";{HGVSP}={hgvsp.replace(':', '%3A')}" if hgvsp else ""
        return f"{before};{GENE}={gene};{PROTEIN}={protein}{more}{behind}"

    def _text_of_words(self, words: tuple[str, ...]) -> tuple[str, str]:
        """Return the keys with their values that stand before and after the names of a row with these words."""
        status, *others = self._text_of_one(row_values(("", "", "", *words))).split(";")
        return status, "".join(f";{each}" for each in others)

    def _text_unknown(self, carriers: tuple[str | None, ...], reason: str) -> tuple[str, str]:
        """Return what is added for the only allele of a record, which the results know nothing of, with its status."""
        values = self._lookup.values_unknown(carriers, reason)
        return values[STATUS], self._text_of_one(values)

    def _text_of_one(self, values: Mapping[str, str]) -> str:
        """Return the keys with their values for a record with one alternate allele."""
        is_modern = self._version >= _ESCAPES_SINCE
        return ";".join([_key_value(key, text, is_modern) for key, text in values.items() if text])

    def _text(self, alleles: Sequence[Mapping[str, str]]) -> str:
        """Return the keys with their values, those of all alleles of a record."""
        is_modern = self._version >= _ESCAPES_SINCE
        added = []
        for key in KEYS:
            texts = [each.get(key, "") for each in alleles]
            if any(texts):
                added.append(f"{key}={','.join([escape(text, is_modern) for text in texts])}")
        return ";".join(added)

    def _without_keys(self, number: int, info: str) -> str:
        found = [each.partition("=")[0] for each in info.split(";") if each.startswith(PREFIX)]
        for key in found:
            self._target.refuse_existing(number, key)
        return remove_info(info) if found else info

    def _carriers(self, cells: Sequence[str], count: int) -> tuple[tuple[str | None, ...], ...]:
        """Return who carries each alternate allele; whoever has no genotype may carry all of them."""
        if not self._samples:
            return ((self._default,),) * count
        if cells[8][:3] in GENOTYPE_FIRST:
            if self._only_column:
                return self._carriers_by((cells[self._only_column].partition(":")[0],), count)
            return self._carriers_by(tuple([cells[column].partition(":")[0] for column in self._samples]), count)
        names = cells[8].split(":")
        if "GT" not in names:
            return (tuple(self._samples.values()),) * count
        return self._carriers_by(tuple([field_of(names, cells[column], "GT") for column in self._samples]), count)

    def _carriers_of(self, genotypes: tuple[str, ...], count: int) -> tuple[tuple[str | None, ...], ...]:
        carriers: list[list[str | None]] = [[] for _ in range(count)]
        for sample, genotype in zip(self._samples.values(), genotypes, strict=True):
            for allele in alleles_of(genotype):
                if 0 < allele <= count:
                    carriers[allele - 1].append(sample)
        return tuple(map(tuple, carriers))


@lru_cache(maxsize=4096)
def escape(text: str, is_modern: bool) -> str:
    """Return a value as INFO can hold it.

    Args:
        text: Any text; an empty one is missing.
        is_modern: Whether the file is of VCF 4.3 or later, which has UTF-8 and blanks. Before, blanks become `_`, and
            what is not ASCII is percent-encoded as well.

    """
    text = _SPECIAL.sub(lambda match: f"%{ord(match[0]):02X}", text) or "."
    if is_modern:
        return text
    text = text.replace(" ", "_")
    if text.isascii():
        return text
    return "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode("utf-8", "replace")) for c in text)


@lru_cache(maxsize=4096)
def _key_value(key: str, text: str, is_modern: bool) -> str:
    return f"{key}={escape(text, is_modern)}"


def append_info(info: str, added: str) -> str:
    """Put keys at the end of INFO, so that `remove_info` gives it back as it was.

    Args:
        info: The cell of the column INFO; `.` for nothing.
        added: Keys with their values, with semicolons between them.

    """
    if info == ".":
        return added
    return f"{info}{added};" if not info or info.endswith(";") else f"{info};{added}"


def remove_info(info: str) -> str:
    """Take all keys of CGI's out of INFO."""
    kept = [each for each in info.split(";") if not each.startswith(PREFIX)]
    return ";".join(kept) if kept else "."


def _header_text(text: str) -> str:
    """Return a text for a header line, in ASCII: older versions have no other letters."""
    text = " ".join(text.split()).encode("ascii", "replace").decode("ascii")
    return text.replace("\\", "\\\\").replace('"', '\\"')
