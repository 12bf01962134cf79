"""What a case of a tip is: a refusal of mutations, words of its tip, and what following the tip changes."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VCF = "##fileformat=VCFv4.2\n{}#CHROM|POS|ID|REF|ALT|QUAL|FILTER|INFO"
ROW = "7|140753336|.|A|T|.|PASS|."
SENT = "7 140753336 A T"
TABLE = "chr|pos|ref|alt{}\n"
RANGES = "chr|start|end|ref|alt\n"
CLOSED = "name a file, or pipe data into the command"
Files = dict[str, Any]


def vcf(*rows: str, samples: str = "P1", meta: str = "") -> str:
    """Return a VCF with the samples' columns; bars stand for tabs."""
    return VCF.format(meta) + (f"|FORMAT|{samples}" if samples else "") + "\n" + "".join(f"{row}\n" for row in rows)


def table(*rows: str, more: str = "") -> str:
    """Return a table of positions with more columns."""
    return TABLE.format(more) + "".join(f"{row}\n" for row in rows)


@dataclass(frozen=True)
class Case:
    """A refusal, its tip, and what following the tip changes."""

    files: Files
    tip: str
    """Words of the tip."""
    then: Files = field(default_factory=dict)
    """Files and options that the tip asks for; None leaves one out."""
    sent: tuple[str, ...] = (SENT,)
    """What goes then: each row without its sample and line."""
    options: dict[str, Any] = field(default_factory=dict)
    kind: str = "mutations"


def of(text: Any, tip: str, then: Any = None, *sent: str, options: dict[str, Any] | None = None, **more: Any) -> Case:
    """Return a case of one file of mutations; `then` is the file and `more` are the options that the tip asks for."""
    changed = more if then is None else {"mutations": then, **more}
    return Case({"mutations": text}, tip, changed, sent or (SENT,), options or {})


PAIR = vcf(f"{ROW}|GT|0/0|0/1", samples="A|B")
NORMAL_TUMOR = vcf(f"{ROW}|GT|0/0|0/1", samples="NORMAL|TUMOR")
PLAIN = table("7|140753336|A|T")
HG19 = "7 140453136 A T"
AT_19 = "7|140453136|A|T"
OF_ONE = table("7|140753336|A|T|P1", more="|sample")
COPIES = "gene|cna|sample\nMYC|amp|P1\n"
NAMED = table("7|140753336|A|T|P1", "7|140753336|A|T|P2", more="|sample")
SAME = Path("same.txt")
CUT = gzip.compress(PLAIN.replace("|", "\t").encode())
