"""The hotspots of both builds, and the votes that rows give."""

import csv
import os
import random
from collections import defaultdict
from pathlib import Path

import pytest

from cgi_runner.inputs.genome import GENOMES, NAMES, other_build
from cgi_runner.inputs.hotspots import BUILDS, HotspotVotes, hotspots, usual_alternates
from cgi_runner.inputs.rows import Row

RANKS = {name: rank for rank, name in enumerate(NAMES)}
ARCHIVES = os.environ.get("CGI_REAL_DATA")
WELL_KNOWN = {
    ("BRAF", "V600E"): ("7", "A", 140453136, 140753336),
    ("KRAS", "G12D"): ("12", "C", 25398284, 25245350),
    ("PIK3CA", "H1047R"): ("3", "A", 178952085, 179234297),
    ("EGFR", "L858R"): ("7", "T", 55259515, 55191822),
    ("IDH1", "R132H"): ("2", "C", 209113112, 208248388),
    ("TP53", "R175H"): ("17", "C", 7578406, 7675088),
    ("NRAS", "Q61R"): ("1", "T", 115256529, 114713908),
    ("KIT", "D816V"): ("4", "A", 55599321, 54733155),
    ("TERT", "C228T"): ("5", "G", 1295228, 1295113),
}


def row(chromosome: str, position: int, reference: str, alternate: str = "N") -> Row:
    """Make a row as a reader makes it."""
    return (RANKS[chromosome], position, reference, alternate, "P1"), 1


def votes(*rows: Row) -> dict[str, int]:
    """Count the votes of rows."""
    counted = HotspotVotes()
    counted.count(rows)
    return counted.rows


def test_well_known_hotspots_are_where_everybody_knows_them() -> None:
    """Places that any textbook of variant calling gives."""
    table = {(spot.gene, spot.change): (spot.chromosome, spot.reference, spot.hg19, spot.hg38) for spot in hotspots()}
    assert {key: table.get(key) for key in WELL_KNOWN} == WELL_KNOWN


def test_every_hotspot_is_one_base_within_its_chromosome_and_has_sources_for_both_builds() -> None:
    """A place without a source could not be checked by anybody."""
    for spot in hotspots():
        assert spot.reference in {"A", "C", "G", "T"}, spot
        for build in BUILDS:
            assert 0 < spot.position(build) <= GENOMES[build].lengths[RANKS[spot.chromosome]], spot
        assert any(word in spot.hg19_source for word in ("dbSNP rs", "COSMIC", "cancerhotspots.org", "CGI")), spot
        assert any(word in spot.hg38_source for word in ("HGVS NC_", "CGI result row", "Ensembl")), spot
    places = [(spot.chromosome, spot.hg19) for spot in hotspots()]
    assert len(places) == len(set(places)) >= 200


def test_no_hotspot_of_one_build_is_one_of_the_other() -> None:
    """A place that is a hotspot in both builds with the same base would vote for the wrong one."""
    places = {build: {(s.chromosome, s.position(build), s.reference) for s in hotspots()} for build in BUILDS}
    assert not places["hg19"] & places["hg38"]


def test_the_builds_are_the_same_distance_apart_all_over_a_gene() -> None:
    """A slip of the pen in one place would break the distance; a tiny distance would confuse neighbouring bases."""
    distances = defaultdict(set)
    for spot in hotspots():
        distances[spot.gene].add(spot.hg38 - spot.hg19)
    assert {gene: apart for gene, apart in distances.items() if len(apart) > 1} == {}
    assert all(abs(apart) > 100 for (apart,) in distances.values())


def test_a_row_at_a_hotspot_votes_whatever_its_new_allele() -> None:
    """It is the reference base that tells the build."""
    assert votes(row("7", 140453136, "A", "T"), row("7", 140453136, "A", "G")) == {"hg19": 2, "hg38": 0}
    assert votes(row("7", 140753336, "A", "T")) == {"hg19": 0, "hg38": 1}


def test_a_row_with_another_reference_base_or_beside_a_hotspot_does_not_vote() -> None:
    """Chance must not vote."""
    assert votes(row("7", 140453136, "C"), row("7", 140453135, "A"), row("8", 140453136, "A"), row("1", 1, "A")) == {
        "hg19": 0,
        "hg38": 0,
    }


def test_a_long_reference_votes_once_for_what_it_covers() -> None:
    """V600K is written as two bases, and the usual deletion of EGFR begins before some hotspots."""
    assert votes(row("7", 140453136, "AC", "TT")) == {"hg19": 1, "hg38": 0}
    assert votes(row("7", 140453133, "GTCAC", "G")) == {"hg19": 1, "hg38": 0}
    assert votes(row("7", 55242465, "GGAATTAAGAGAAGC", "-")) == {"hg19": 1, "hg38": 0}


def test_an_insertion_has_no_reference_base_and_does_not_vote() -> None:
    """What is inserted says nothing of the place."""
    assert votes(row("7", 140453136, "-", "A")) == {"hg19": 0, "hg38": 0}


@pytest.mark.parametrize(
    ("hg19", "hg38", "contradicts_hg38"), [(0, 0, False), (1, 0, True), (1, 1, True), (1, 2, False), (3, 2, True)]
)
def test_as_many_votes_for_the_other_build_contradict(hg19: int, hg38: int, *, contradicts_hg38: bool) -> None:
    """A tie is no reason to go on."""
    counted = HotspotVotes()
    counted.count([row("7", 140453136, "A")] * hg19 + [row("7", 140753336, "A")] * hg38)
    assert counted.contradicts("hg38") is contradicts_hg38


def test_votes_of_several_files_add_up_and_name_their_hotspots() -> None:
    """Strelka2 writes two files of one sample."""
    one, two = HotspotVotes(), HotspotVotes()
    one.count([row("7", 140453136, "A"), row("12", 25398284, "C")])
    two.count([row("17", 7578406, "C"), row("2", 209113112, "C"), row("7", 140453136, "A")])
    total = HotspotVotes()
    total.add(one)
    total.add(two)
    assert total.rows == {"hg19": 5, "hg38": 0}
    assert total.describe("hg19") == "5 rows (BRAF V600E, KRAS G12D, TP53 R175H, …)"
    assert one.rows["hg19"] == 2


@pytest.mark.skipif(not ARCHIVES, reason="needs CGI_REAL_DATA")
def test_the_places_agree_with_those_that_cgi_gave_in_both_builds() -> None:
    """Results for hg19 once told both places: of every gene they name, the distance is the same as here."""
    file = next(Path(str(ARCHIVES)).glob("querynator_2023-02-07*/mutation_analysis.tsv"))
    distances = {spot.gene: spot.hg38 - spot.hg19 for spot in hotspots()}
    with file.open(encoding="utf-8") as lines:
        told = {
            found["SYMBOL"]: int(found["START"]) - int(found["POS_HG19"])
            for found in csv.DictReader(lines, delimiter="\t")
            if found["REF"] != "-"
        }
    shared = told.keys() & distances.keys()
    assert len(shared) >= 10
    assert {gene: distances[gene] for gene in shared} == {gene: told[gene] for gene in shared}


def real_rows() -> list[Row]:
    """Variants of hg19 in archives of CGI."""
    rows = []
    for file in Path(str(ARCHIVES)).glob("querynator_*/input01.tsv"):
        for line in file.read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if not line.startswith("#") and cells[0].removeprefix("chr") in RANKS:
                rows.append(row(cells[0].removeprefix("chr"), int(cells[1]), cells[3]))
    return rows


def panel(chance: random.Random, build: str, others: list[Row]) -> list[Row]:
    """Draw 20 variants of a build, one to three of them at hotspots."""
    spots = chance.sample(hotspots(), chance.randint(1, 3))
    rows = [row(spot.chromosome, spot.position(build), spot.reference) for spot in spots]
    while len(rows) < 20:
        if others and build == "hg19" and chance.random() < 0.5:
            rows.append(chance.choice(others))
        else:
            rank = chance.randint(1, 24)
            rows.append(row(NAMES[rank], chance.randint(1, GENOMES[build].lengths[rank]), chance.choice("ACGT")))
    return rows


@pytest.mark.parametrize("build", BUILDS)
def test_a_panel_with_a_hotspot_is_refused_in_the_wrong_build_and_only_there(build: str) -> None:
    """Of 1,000 panels of 20 variants, all are refused with the wrong build and none with the right one."""
    chance = random.Random(20261129)
    others = real_rows() if ARCHIVES else []
    refused = dict.fromkeys(BUILDS, 0)
    for _ in range(1000):
        counted = HotspotVotes()
        counted.count(panel(chance, build, others))
        for asserted in BUILDS:
            refused[asserted] += counted.contradicts(asserted)
    assert refused == {build: 0, other_build(build): 1000}


def genome(chance: random.Random, build: str, size: int) -> list[Row]:
    """Draw so many variants at random places of a build."""
    ranks = chance.choices(range(1, 25), GENOMES[build].lengths[1:25], k=size)
    return [
        ((rank, chance.randint(1, GENOMES[build].lengths[rank]), *chance.sample("ACGT", 2), "P1"), 1) for rank in ranks
    ]


@pytest.mark.parametrize("build", BUILDS)
def test_a_whole_genome_of_the_right_build_is_not_refused(build: str) -> None:
    """Of 30 genomes of 4,000 variants at random places none, not even if one of them lies at the other's hotspot."""
    chance = random.Random(41)
    for _ in range(30):
        counted = HotspotVotes()
        counted.count(genome(chance, build, 4000))
        assert not counted.contradicts(build)
        spot = chance.choice([spot for spot in hotspots() if len(usual_alternates(spot)) < 3])
        (odd, *_) = set("ACGT") - usual_alternates(spot) - {spot.reference}
        counted.count([row(spot.chromosome, spot.position(other_build(build)), spot.reference, odd)])
        assert counted.rows[other_build(build)]
        assert not counted.contradicts(build)


def test_a_whole_genome_of_the_wrong_build_is_refused() -> None:
    """The usual change of one hotspot is enough, or two of any."""
    chance = random.Random(7)
    rows = genome(chance, "hg19", 4000)
    for more in (
        [row("7", 140453136, "A", "T")],
        [row("7", 140453136, "AC", "TT")],
        [row("7", 140453136, "A", "G"), row("12", 25398284, "C", "G")],
    ):
        counted = HotspotVotes()
        counted.count(rows + more)
        assert counted.contradicts("hg38")
        assert not counted.contradicts("hg19")


def test_germline_variants_of_a_whole_genome_need_more_votes() -> None:
    """Four million rows hit some places by chance; only more than that speak against the build."""
    counted = HotspotVotes(total=4_000_000)
    counted.count([row("7", 140453136, "A", "G")] * 3)
    assert not counted.contradicts("hg38")
    counted.count([row("7", 140453136, "A", "G")] * 3)
    assert counted.contradicts("hg38")


@pytest.mark.parametrize(
    ("gene", "change", "expected"),
    [
        ("BRAF", "V600E", "T"),
        ("KRAS", "G12D", "T"),
        ("PIK3CA", "H1047R", "G"),
        ("EGFR", "L858R", "G"),
        ("IDH1", "R132H", "T"),
        ("NRAS", "Q61H", "AG"),
        ("TERT", "C228T", "ACT"),
    ],
)
def test_the_genetic_code_gives_the_usual_change(gene: str, change: str, expected: str) -> None:
    """Textbook changes on both strands; a promoter has no codons, so any base is usual there."""
    (spot,) = [spot for spot in hotspots() if (spot.gene, spot.change) == (gene, change)]
    assert usual_alternates(spot) == set(expected)
