"""A desk to hand files in at."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import InputError
from cgi_runner.inputs import Prepared, prepare

VCF = "##fileformat=VCFv4.2\n"
FIXED = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"


@dataclass
class Outcome:
    """What the preparation gave, with the tables it wrote."""

    prepared: Prepared
    folder: Path

    def sent(self, kind: str = "mutations") -> list[str]:
        """Give the rows of a prepared file, cells joined by blanks, without the header."""
        return [line.replace("\t", " ") for line in (self.folder / f"{kind}.tsv").read_text().splitlines()[1:]]

    def header(self, kind: str = "mutations") -> str:
        """Give the header of a prepared file, its names joined by blanks."""
        return (self.folder / f"{kind}.tsv").read_text().splitlines()[0].replace("\t", " ")

    def dropped(self) -> list[str]:
        """Give the rows of dropped.tsv, cells joined by a bar, without the header."""
        return [line.replace("\t", "|") for line in (self.folder / "dropped.tsv").read_text().splitlines()[1:]]


@dataclass
class Desk:
    """Hands files in; every name of an input is that of its kind with the ending .txt, whatever it holds."""

    folder: Path

    def path(self, kind: str, content: str | bytes) -> Path:
        """Write the user's file; text without tabs may use `|` for them."""
        path = self.folder / f"{kind}.txt"
        if isinstance(content, str):
            content = (content if "\t" in content else content.replace("|", "\t")).encode()
        path.write_bytes(content)
        return path

    def hand_in(
        self, *, reference: str = "hg38", sample: str | None = None, pass_only: bool = False, **files: Any
    ) -> Outcome:
        """Prepare files given by kind, as text or bytes, or as the path of one that is there."""
        sources: Any = {
            kind: content if isinstance(content, Path) else self.path(kind, content) for kind, content in files.items()
        }
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        return Outcome(prepare(sources, work, reference=reference, sample=sample, pass_only=pass_only), work)

    def refuse(self, **request: Any) -> InputError:
        """Hand in what must be refused, and give the error."""
        with pytest.raises(InputError) as caught:
            self.hand_in(**request)
        assert caught.value.exit_code == 2
        assert caught.value.tip
        return caught.value


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a desk with a folder of its own."""
    return Desk(tmp_path)


@pytest.fixture
def vcf() -> Callable[..., str]:
    """Give a way to write a VCF from its lines, fields apart by blanks and genotype columns by their names."""

    def write(*lines: str, samples: str = "", meta: str = "") -> str:
        columns = FIXED + "".join("\t" + name for name in ("FORMAT " + samples).split() if samples)
        return VCF + meta + columns + "\n" + "".join(line.replace(" ", "\t") + "\n" for line in lines)

    return write


def compressed(text: str) -> bytes:
    """Give the text as gzip."""
    return gzip.compress(text.encode())
