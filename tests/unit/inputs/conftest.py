"""Prepares the files of a test, and gives what came of them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import InputError
from cgi_runner.inputs import KINDS, Options, Prepared, prepare
from support.field_files import Case, write

VCF = "##fileformat=VCFv4.2\n"
FIXED = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"


@dataclass
class Outcome:
    """What the preparation gave, with the tables it wrote."""

    prepared: Prepared
    folder: Path

    def sent(self, kind: str = "mutations") -> list[str]:
        """Return the rows of a prepared file, cells joined by blanks, without the header."""
        return [line.replace("\t", " ") for line in (self.folder / f"{kind}.tsv").read_text().splitlines()[1:]]

    def header(self, kind: str = "mutations") -> str:
        """Return the header of a prepared file, its names joined by blanks."""
        return (self.folder / f"{kind}.tsv").read_text().splitlines()[0].replace("\t", " ")

    def dropped(self) -> list[str]:
        """Return the rows of dropped.tsv, cells joined by a bar, without the header."""
        return [line.replace("\t", "|") for line in (self.folder / "dropped.tsv").read_text().splitlines()[1:]]


@dataclass
class InputRunner:
    """Prepares the files of a test; each input file is called after its kind, with the ending .txt."""

    folder: Path
    build: str = "hg38"
    """The reference where a test names none."""

    def path(self, kind: str, content: str | bytes) -> Path:
        """Write the user's file; text without tabs may use `|` for them."""
        path = self.folder / f"{kind}.txt"
        if isinstance(content, str):
            content = (content if "\t" in content else content.replace("|", "\t")).encode()
        path.write_bytes(content)
        return path

    def prepare(self, *, reference: str | None = "", options: dict[str, Any] | None = None, **request: Any) -> Outcome:
        """Prepare files given by kind, as text or bytes, or as paths; all else in the request is an option."""
        files = {kind: request.pop(kind) for kind in KINDS if kind in request}
        sources: Any = {
            kind: content if isinstance(content, Path | list) else self.path(kind, content)
            for kind, content in files.items()
        }
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        return Outcome(
            prepare(
                sources,
                work,
                Options(reference=self.build if reference == "" else reference, **request, **(options or {})),
            ),
            work,
        )

    def refuse(self, **request: Any) -> InputError:
        """Prepare what must be refused, and give the error."""
        with pytest.raises(InputError) as caught:
            self.prepare(**request)
        assert caught.value.exit_code == 2
        assert caught.value.tip
        return caught.value

    def check(self, case: Case) -> None:
        """Prepare the files of a case, and see to it that what is right is done; a tip that it names is followed."""
        mutations = write(self.folder, case.files)
        options = {"reference": None, **case.options}
        if case.refused:
            error = self.refuse(mutations=mutations, **options)
            assert case.refused in error.message
            assert case.tip in error.tip
            if not case.sent:
                return
            options |= case.follow
        outcome = self.prepare(mutations=mutations, **options)
        assert tuple(row.rpartition(" ")[0] for row in outcome.sent()) == case.sent
        reasons = [row.rpartition("|")[2] for row in outcome.dropped()]
        assert len(reasons) == len(case.dropped)
        assert all(reason.startswith(known) for reason, known in zip(reasons, case.dropped, strict=True))
        prepared = outcome.prepared
        told = "\n".join([prepared.reference.reason, *prepared.decisions, *prepared.warnings])
        assert [words for words in case.told if words not in told] == []


@pytest.fixture
def inputs(tmp_path: Path) -> InputRunner:
    """Return a folder to prepare files in."""
    return InputRunner(tmp_path)


@pytest.fixture
def vcf() -> Callable[..., str]:
    """Return a way to write a VCF from its lines, fields apart by blanks and genotype columns by their names."""

    def write(*lines: str, samples: str = "", meta: str = "") -> str:
        columns = FIXED + "".join("\t" + name for name in ("FORMAT " + samples).split() if samples)
        return VCF + meta + columns + "\n" + "".join(line.replace(" ", "\t") + "\n" for line in lines)

    return write


def compressed(text: str) -> bytes:
    """Return the text as gzip."""
    return gzip.compress(text.encode())
