"""What is sent of each caller's file, against a parser of our own and against bcftools.

The files are small ones of ours, written as each caller's documentation describes its output. Both derivations are
apart from the runner: the rules for one caller stand in one line of CALLERS, and no code of the runner is used.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from conftest import ROOT

DATA = ROOT / "tests" / "data" / "callers"
PASS = 'FILTER="PASS"'
Variant = tuple[str, int, str, str]


@dataclass(frozen=True)
class VcfLine:
    """One line of a VCF as the test's own parser sees it."""

    number: int
    cells: dict[str, str]

    @property
    def info(self) -> dict[str, str]:
        """Return INFO by key; flags are empty."""
        return {item.partition("=")[0]: item.partition("=")[2] for item in self.cells["INFO"].split(";")}

    def of(self, column: str) -> dict[str, str]:
        """Return a sample's fields by their names in FORMAT."""
        return dict(zip(self.cells["FORMAT"].split(":"), self.cells[column].split(":"), strict=False))

    def genotype(self, column: str) -> list[str]:
        """Return the alleles of a sample, by their numbers as text."""
        return self.of(column)["GT"].replace("|", "/").split("/")


@dataclass(frozen=True)
class Caller:
    """One command, and what its caller's documentation says of which alleles are somatic calls of the tumour."""

    files: tuple[str, ...]
    sample: str
    carries: Callable[[VcfLine, int, str], bool]
    """Whether the tumour has the allele of a number and text."""
    expression: str
    """The same for bcftools, once alleles are apart."""
    left_out: dict[str, int]
    """Rows that are not sent, for each reason, counted by hand."""
    is_somatic: Callable[[VcfLine], bool] = lambda _: True
    filters: tuple[str, ...] = ("PASS",)
    options: dict[str, Any] = field(default_factory=dict)


def by_genotype(column: str) -> Callable[[VcfLine, int, str], bool]:
    """Tell who has an allele by GT."""
    return lambda line, number, _: str(number) in line.genotype(column)


def on_somatic_haplotype(line: VcfLine, number: int, _: str) -> bool:
    """Tell for Octopus: HSS is 1 for the haplotypes of the genotype that are somatic."""
    marks = line.of("PAT1_9").get("HSS", "").split(",")
    return (str(number), "1") in zip(line.genotype("PAT1_9"), marks, strict=False)


def has_tier(line: VcfLine, _: int, text: str) -> bool:
    """Tell for Strelka2: the counts of the base, or of the indel, in tiers 1 and 2."""
    fields = line.of("TUMOR")
    return fields.get("TIR", fields.get(f"{text}U")) not in ("0,0", None)


FAILED, GERMLINE, NOT_CARRIED = "FILTER is not PASS", "not somatic: ", "no sample carries the allele"
STRELKA = " || ".join([*(f'(ALT="{base}" && FORMAT/{base}U[1:0]>0)' for base in "ACGT"), "FORMAT/TIR[1:0]>0"])
SNVS, INDELS = STRELKA.rpartition(" || ")[::2]
CALLERS = {
    "mutect2": Caller(
        ("mutect2",), "PAT1_B", by_genotype("PAT1_B"), f'{PASS} && GT[1]="alt"',
        {FAILED: 1, GERMLINE + "FILTER germline": 2},
    ),
    "strelka2, both files": Caller(
        ("strelka2_snvs", "strelka2_indels"), "PAT1", has_tier, f"{PASS} && ({{}})",
        {FAILED: 3, NOT_CARRIED: 1}, options={"sample": "PAT1"},
    ),
    "varscan2": Caller(
        ("varscan2",), "PAT1", by_genotype("TUMOR"),
        f'{PASS} && GT[1]="alt" && SS!="1" && SS!="3"',
        {FAILED: 1, GERMLINE + "SS=3 (LOH)": 2, GERMLINE + "SS=1 (germline)": 1},
        lambda line: line.info["SS"] in ("2", "5"), options={"sample": "PAT1"},
    ),
    "vardict": Caller(
        ("vardict",), "PAT1", by_genotype("PAT1"),
        f'{PASS} && GT[0]="alt" && STATUS!="Germline" && STATUS!~"LOH"',
        {FAILED: 1, **{f"{GERMLINE}STATUS={word}": 1 for word in ("StrongLOH", "LikelyLOH", "Germline")}},
        lambda line: line.info["STATUS"] in ("StrongSomatic", "LikelySomatic", "SampleSpecific", "AFDiff"),
    ),
    "muse": Caller(("muse",), "PAT1_T", by_genotype("TUMOR"), f'{PASS} && GT[0]="alt"', {FAILED: 3}),
    "muse, tiers": Caller(
        ("muse",), "PAT1_T", by_genotype("TUMOR"),
        '(FILTER="PASS" || FILTER="Tier1" || FILTER="Tier2") && GT[0]="alt"', {FAILED: 1},
        filters=("PASS", "Tier1", "Tier2"), options={"filters": frozenset(("PASS", "Tier1", "Tier2"))},
    ),
    "somaticsniper": Caller(
        ("somaticsniper",), "PAT1", by_genotype("TUMOR"), 'FORMAT/SS[1]=2 && GT[1]="alt"',
        {GERMLINE + "SS=3 (LOH)": 2, GERMLINE + "SS=1 (germline)": 1},
        lambda line: line.of("TUMOR")["SS"] == "2", (".",), {"sample": "PAT1"},
    ),
    "pindel": Caller(
        ("pindel",), "PD1a", lambda *_: True, PASS, {FAILED: 2}, options={"ignore_genotypes": True}
    ),
    "deepsomatic": Caller(
        ("deepsomatic",), "PAT1_T", by_genotype("PAT1_T"), f'{PASS} && GT[0]="alt"',
        {FAILED: 3, GERMLINE + "FILTER GERMLINE": 1},
    ),
    "dragen": Caller(
        ("dragen",), "PAT1-002", by_genotype("PAT1-002"), f'{PASS} && GT[1]="alt"',
        {FAILED: 3, GERMLINE + "FILTER non_homref_normal": 1},
    ),
    "sage": Caller(
        ("sage",), "PAT1T", by_genotype("PAT1T"), f'{PASS} && GT[1]="alt"', {FAILED: 3}
    ),
    "tnscope": Caller(
        ("tnscope",), "PAT1_2", by_genotype("PAT1_2"), f'{PASS} && GT[0]="alt" && TYPE!="bnd"',
        {FAILED: 3, GERMLINE + "FILTER germline_risk": 1, "breakend": 1}, lambda line: "SVTYPE" not in line.info,
    ),
    "octopus": Caller(
        ("octopus",), "PAT1_9", on_somatic_haplotype,
        f'{PASS} && SOMATIC=1 && GT[1]="alt" && GT[0]!="alt"',
        {FAILED: 1, GERMLINE + "no SOMATIC in INFO": 2, GERMLINE + "on no somatic haplotype (HSS)": 1},
        lambda line: "SOMATIC" in line.info,
    ),
    "iontorrent": Caller(
        ("iontorrent",), "PAT1", by_genotype("PAT1"), f'{PASS} && GT[0]="alt"', {FAILED: 2, NOT_CARRIED: 2}
    ),
}  # fmt: skip
every_caller = pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS)


def lines_of(name: str) -> Iterator[VcfLine]:
    """Yield the lines of a file with their numbers."""
    columns: list[str] = []
    for number, text in enumerate((DATA / f"{name}.vcf").read_text().splitlines(), 1):
        if text.startswith("#CHROM"):
            columns = text[1:].split("\t")
        elif not text.startswith("#"):
            yield VcfLine(number, dict(zip(columns, text.split("\t"), strict=True)))


def shared(one: str, other: str) -> int:
    """Count the letters that both begin with."""
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )


def trim(chromosome: str, position: int, reference: str, alternate: str) -> Variant:
    """Take off what both alleles share, at their ends first, and name places as CGI does."""
    end = shared(reference[::-1], alternate[::-1])
    reference, alternate = reference[: len(reference) - end], alternate[: len(alternate) - end]
    start = shared(reference, alternate)
    reference, alternate = reference[start:], alternate[start:]
    place = position + start - (not reference)
    return chromosome.removeprefix("chr"), place, reference or "-", alternate or "-"


def derived(caller: Caller) -> list[tuple[Variant, str]]:
    """Return the variants to send and where they stand, by the caller's documentation."""
    found = []
    for place, name in enumerate(caller.files, 1):
        for line in lines_of(name):
            cells = line.cells
            if not (set(cells["FILTER"].split(";")) <= set(caller.filters) and caller.is_somatic(line)):
                continue
            for number, alternate in enumerate(cells["ALT"].split(","), 1):
                if caller.carries(line, number, alternate):
                    variant = trim(cells["CHROM"], int(cells["POS"]), cells["REF"], alternate)
                    found.append((variant, f"{place}:{line.number}" if len(caller.files) > 1 else str(line.number)))
    return sorted(found)


def by_bcftools(name: str, expression: str) -> Iterator[Variant]:
    """Yield the variants of a file that bcftools finds, alleles apart."""
    text = (DATA / f"{name}.vcf").read_text()
    if "##contig" not in text:  # which bcftools cannot do without, and some callers do not write
        contigs = sorted({f"##contig=<ID={line.cells['CHROM']}>\n" for line in lines_of(name)})
        text = text.replace("#CHROM", "".join(contigs) + "#CHROM", 1)
    norm = ["bcftools", "norm", "-m", "-any"]
    split = subprocess.run(norm, input=text.encode(), capture_output=True, check=True, timeout=60)
    query = ["bcftools", "query", "-i", expression, "-f", r"%CHROM\t%POS\t%REF\t%ALT\n"]
    found = subprocess.run(query, input=split.stdout, capture_output=True, check=True, timeout=60)
    for text in found.stdout.decode().splitlines():
        chromosome, position, reference, alternate = text.split("\t")
        yield trim(chromosome, int(position), reference, alternate)


def prepare(inputs: Any, caller: Caller) -> Any:
    """Prepare a caller's files by its one command; the files themselves tell their build."""
    paths = [DATA / f"{name}.vcf" for name in caller.files]
    return inputs.prepare(mutations=paths if len(paths) > 1 else paths[0], reference=None, **caller.options)


def as_variant(row: str) -> tuple[Variant, str, str]:
    """Return variant, sample and place of a row that would be sent."""
    chromosome, position, reference, alternate, sample, place = row.split(" ")
    return (chromosome, int(position), reference, alternate), sample, place


@every_caller
def test_the_somatic_calls_of_the_tumour_are_sent(inputs: Any, caller: Caller) -> None:
    """Each caller's somatic calls that passed go, of the tumour alone, with the lines that they stand in."""
    outcome = prepare(inputs, caller)
    sent = [as_variant(row) for row in outcome.sent()]
    assert sorted((variant, place) for variant, _, place in sent) == derived(caller)
    assert {sample for _, sample, _ in sent} == {caller.sample}


@every_caller
def test_what_is_left_out_is_listed(inputs: Any, caller: Caller) -> None:
    """Every other allele is listed with the reason that the caller's own marks give."""
    outcome = prepare(inputs, caller)
    alleles = sum(len(line.cells["ALT"].split(",")) for name in caller.files for line in lines_of(name))
    assert outcome.prepared.reasons == caller.left_out
    assert len(outcome.sent()) + len(outcome.dropped()) == alleles


@pytest.mark.skipif(not shutil.which("bcftools"), reason="bcftools is not installed")
@every_caller
def test_bcftools_finds_the_same(inputs: Any, caller: Caller) -> None:
    """The rule of each caller as an expression of bcftools gives the same variants."""
    rules = [caller.expression.format(one) for one in (SNVS, INDELS)]
    found = [variant for name, rule in zip(caller.files, rules, strict=False) for variant in by_bcftools(name, rule)]
    assert sorted(as_variant(row)[0] for row in prepare(inputs, caller).sent()) == sorted(found)


def test_germline_haplotypes_are_sent_on_demand(inputs: Any) -> None:
    """Octopus's row with a somatic and a germline allele sends both with --keep-germline."""
    outcome = inputs.prepare(mutations=DATA / "octopus.vcf", reference=None, keep_germline=True)
    sent = {as_variant(row)[0] for row in outcome.sent()}
    assert {("12", 25245350, "C", "A"), ("12", 25245350, "C", "T")} <= sent


def test_the_short_option_of_octopus_names_the_normal(inputs: Any) -> None:
    """Octopus writes the command down as it was typed, with --normal-sample or -N."""
    text = (DATA / "octopus.vcf").read_text().replace("--normal-sample ", "-N ")
    assert inputs.prepare(mutations=text).sent() == prepare(inputs, CALLERS["octopus"]).sent()


@every_caller
def test_the_page_names_what_a_caller_needs(caller: Caller) -> None:
    """The table of the page about inputs has a row for each caller, with the options of its one command."""
    name = caller.files[0].partition("_")[0].replace("iontorrent", "ion torrent")
    page = (ROOT / "docs" / "inputs.md").read_text().casefold().splitlines()
    (row,) = [line for line in page if line.startswith(f"| {name}")]
    for option in caller.options:
        assert "--" + option.replace("_", "-") in row


def test_every_file_has_a_caller() -> None:
    """No file of these lies there untried."""
    assert {path.stem for path in DATA.glob("*")} == {name for caller in CALLERS.values() for name in caller.files}
