"""Small files as laboratories, callers and portals write them, and what is right to send of each.

The answer is the one that the file's own format's documentation gives, worked out by hand. Where the right answer is a
refusal, the tip is followed, and what is sent then is told as well. `InputRunner.check` tries a case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KRAS, KRAS_38 = "12 25398284 C T", "12 25245350 C T"
BRAF, BRAF_38 = "7 140453136 A T", "7 140753336 A T"


@dataclass(frozen=True)
class Case:
    """Files by their names, options, and what is right."""

    files: dict[str, str | bytes]
    sent: tuple[str, ...] = ()
    """Each row's chromosome, position, alleles and sample; where the file is refused, what is sent on the tip."""
    options: dict[str, Any] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    """Words of decisions, warnings and the reason for the build."""
    dropped: tuple[str, ...] = ()
    """Reasons of rows that are not sent, in their order."""
    refused: str = ""
    """Words of the refusal."""
    tip: str = ""
    """Words of its tip."""
    follow: dict[str, Any] = field(default_factory=dict)
    """Options that the tip asks for."""


def vcf(
    *rows: str, samples: str = "P1", meta: str = "##reference=hg19", name: str = "PAT1.vcf"
) -> dict[str, str | bytes]:
    """Return a VCF, whose cells are apart by blanks; `meta` is lines between the first and the names of the columns."""
    columns = "#CHROM POS ID REF ALT QUAL FILTER INFO" + (f" FORMAT {samples}" if samples else "")
    head = ["##fileformat=VCFv4.2", *meta.splitlines()]
    return {name: "".join(line + "\n" for line in [*head, *(line.replace(" ", "\t") for line in (columns, *rows))])}


def table(*rows: str, columns: str = "chr pos ref alt", name: str = "PAT1.tsv") -> dict[str, str | bytes]:
    """Return a table, whose cells are apart by bars, and its columns by blanks."""
    return {name: "\n".join([columns.replace(" ", "\t"), *(row.replace("|", "\t") for row in rows)]) + "\n"}


MAF = "Hugo_Symbol Chromosome Start_Position End_Position Reference_Allele Tumor_Seq_Allele1 Tumor_Seq_Allele2"


def maf(*rows: str, more: str = "Tumor_Sample_Barcode NCBI_Build", head: str = "") -> dict[str, str | bytes]:
    """Return a MAF; `more` are the columns behind the alleles, `head` the lines above."""
    ((name, text),) = table(*rows, columns=f"{MAF} {more}", name="PAT1.maf").items()
    return {name: head + str(text)}


def packed(files: dict[str, str | bytes], *changes: tuple[str, str], pack: Any = str.encode) -> dict[str, str | bytes]:
    """Return the same file with other bytes."""
    ((name, text),) = files.items()
    for old, new in changes:
        text = str(text).replace(old, new)
    return {name: pack(text)}


ONE = vcf("12 25398284 . C T . PASS . GT 0/1")
G19 = {"reference": "hg19"}
GENOTYPES = "12 25398284 . C T . PASS . GT:AD"
#: The first column carries it, the second does not.
IN_FIRST, IN_SECOND = f"{GENOTYPES} 0/1:30,12 0/0:40,0", f"{GENOTYPES} 0/0:40,0 0/1:30,12"


def write(folder: Path, files: dict[str, str | bytes]) -> Path | list[Path]:
    """Write the files of a case."""
    paths = [folder / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return paths if len(paths) > 1 else paths[0]
