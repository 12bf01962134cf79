"""Random damage to everything that is read: what each reader in `readers` promises holds for any bytes."""

from __future__ import annotations

import gzip
import itertools
import json
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promise.readers import MARK, READERS, read_in
from support.archives import GENERATIONS, make_generation
from support.depth import SOAK

SEEDS = Path(__file__).parent / "seeds"
PIECES = [
    b"",
    b"\t",
    b"\n",
    b"\r",
    b"\0",
    b'"',
    b",",
    b"-",
    b".",
    b"*",
    b"1",
    b"9" * 30,
    b"_",
    b"/",
    b"\xff",
    b":",
    b"{",
]
_folders = itertools.count()


def write_zip(files: dict[str, str], method: int) -> bytes:
    """Make an archive."""
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", method) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 5, 12, 0, 0)), text, method)
    return whole.getvalue()


def write_members(files: dict[str, str], log: str) -> bytes:
    """Write down the files of an archive as the reader `results` takes them."""
    parts = [f"{name.removeprefix('input').removesuffix('.tsv')}\n{text}" if name.startswith("input") else
             f"{name}\n{text}" for name, text in files.items()]  # fmt: skip
    return "\0".join([*parts, log]).encode()


def tabbed(*lines: str) -> bytes:
    """Make a table from lines whose cells are apart by bars."""
    return "".join(line.replace("|", "\t") + "\n" for line in lines).encode()


SKIPPED = 'x WARNING Skipping variant with invalid ref/alt: "C/T" | Alteration ID: input01_1'
RECORD = {
    "schema": 1,
    "service": "https://example.org/api/v1",
    "title": f"t {MARK}",
    "state": "verified",
    "job_id": "c22ecf2af788d65ec257",
    "inputs": {"mutations": {"sha256": "ab", "rows_sent": 3}},
    "archive": {"members": ["alterations.tsv"], "sha256": "ab", "bytes": 5},
    "rows": {"mutations": {"sent": 3, "not_returned": 0}},
    "cgi": {"version": "v23.12.2"},
    "times": {"done": "2026-01-05T12:00:00+00:00"},
}
WHOLE: dict[str, list[bytes]] = {
    "archive": [write_zip(make_generation("2d"), method) for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)],
    "results": [write_members(make_generation(name), SKIPPED) for name in GENERATIONS],
    "mutations": [
        tabbed("##fileformat=VCFv4.2", "#CHROM|POS|ID|REF|ALT|QUAL|FILTER|INFO|FORMAT|A|B",
               "chr1|100|.|C|T,CA|.|PASS|.|GT:DP|0/1:3|1/2:4", "chrM|7|.|C|<DEL>|.|.|.|DP:GT|3:1|2:0/0"),
        tabbed("sample|chr|pos|ref|alt|source_line", "P|chr7|140753336|A|T|2", "P|X|5|-|AC|3", "Q|1|7|CAG|-|4"),
        tabbed("Hugo_Symbol|NCBI_Build|Chromosome|Start_Position|Reference_Allele|Tumor_Seq_Allele1|Tumor_Seq_Allele2",
               "BRAF|GRCh38|7|140753336|A|A|T", "X|38|1|5|-|A|AC"),
        b"gdna,sample\nchr3:g.178936091G>A,P\nchr3:g.10_11delAC,P\nNC_000003.12:g.5_6insA,Q\n",
        tabbed("protein|sample", "TP53:p.R248Q|P", "TP53:p.(Lys5ArgfsTer6)|P", "TP53:p.R1=|P"),
        gzip.compress(b"chr\tpos\tref\talt\n7\t5\tA\tT\n", mtime=0),
    ],
    "cnas": [
        tabbed("gene|cna|sample", '"MYC"|amp|P', "PTEN|deletion|P", "X|gain|Q"),
        tabbed("Gene Symbol|Locus ID|Cytoband|S1|S2", "MYC|1|8q|2|0", "PTEN|2|10q|-2|1"),
    ],
    "translocations": [tabbed("fus|sample", "BCR__ABL1|P", "EML4--ALK|P", "A-B|Q")],
    "record": [json.dumps(RECORD).encode()],
    "tags": [json.dumps({"ours": MARK, "theirs": ""}).encode(), f"a title {MARK}".encode()],
    "sheet": [
        tabbed("#comment", "sample|cancer_type|reference|mutations", "one|BRCA|hg38|a.tsv", "two|Breast|GRCh37|b.vcf"),
        b'sample,cancer type,cnas\n"a b",BRCA,c.tsv\n',
    ],
    "words": [
        b"BRCA", b"Breast adenocarcinoma", b"1h30m", b"https://example.org:443/api/v1", b"http://[::1]:8080/api/v1",
        b"biologist@example.org", "µ²٣".encode(),
    ],
}  # fmt: skip


def damaged(data: st.DataObject, whole: bytes) -> bytes:
    """Set in, take out, repeat and exchange a few pieces."""
    for _ in range(data.draw(st.integers(0, 4))):
        start, length = data.draw(st.integers(0, len(whole))), data.draw(st.sampled_from([0, 1, 1, 2, 5, 40, 1000]))
        there = whole[start : start + length]
        piece = data.draw(st.sampled_from([*PIECES, there * 2, there[::-1], there.upper()]) | st.binary(max_size=8))
        whole = whole[:start] + piece + whole[start + length :]
    return whole


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", READERS)
def test_any_damage_is_borne(name: str, tmp_path: Path) -> None:
    """Pieces of a good file set in, taken out, repeated: what the reader promises still holds."""

    @settings(
        max_examples=400 if SOAK else 15,
        derandomize=not SOAK,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def damage(data: st.DataObject) -> None:
        read_in(name, damaged(data, data.draw(st.sampled_from(WHOLE[name]))), tmp_path / str(next(_folders)))

    damage()


@pytest.mark.parametrize("name", READERS)
def test_what_is_whole_is_read(name: str, tmp_path: Path) -> None:
    """The good files themselves pass, and so does nothing at all."""
    for content in [*WHOLE[name], b""]:
        read_in(name, content, tmp_path / str(next(_folders)))


def kept() -> Iterable[Path]:
    """Return the inputs that a fuzzer has found to reach something new, or to break something that is fixed."""
    return sorted(path for path in SEEDS.glob("*/*") if path.is_file())


def test_kept_seeds_still_pass(tmp_path: Path) -> None:
    """What the coverage-guided fuzzer once found is read again."""
    seeds = list(kept())
    assert seeds
    for path in seeds:
        read_in(path.parent.name, path.read_bytes(), tmp_path / str(next(_folders)))
