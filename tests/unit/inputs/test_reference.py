"""Which build is sent, and who is believed."""

import pytest

from cgi_runner.errors import InputError
from cgi_runner.inputs.build_evidence import OTHER, BuildEvidence
from cgi_runner.inputs.hotspots import HotspotVotes
from cgi_runner.inputs.reference import Reference, check_votes, choose_reference, unknown_build

HG19 = BuildEvidence("hg19", "line 2", "##reference=hg19.fa")
HG38 = BuildEvidence("hg38", "line 3", "##assembly=GRCh38")
WEAK_HG19 = BuildEvidence("hg19", "line 4", "-a dbsnp.b37.vcf", is_strong=False)
MOUSE = BuildEvidence(OTHER, "line 2", "##reference=mm10.fa")


def vote(hg19: int, hg38: int) -> HotspotVotes:
    """Votes of rows at BRAF V600."""
    votes = HotspotVotes()
    votes.count([((7, 140453136, "A", "T", "P"), 1)] * hg19 + [((7, 140753336, "A", "T", "P"), 1)] * hg38)
    return votes


def test_the_file_decides_where_the_user_does_not() -> None:
    """And its line is the reason that is told."""
    assert choose_reference({"a.vcf": [HG19]}, None) == Reference(
        "hg19", "a.vcf, line 2: '##reference=hg19.fa', is hg19"
    )
    assert choose_reference({"a.vcf": [], "b.vcf": [HG38]}, None) == Reference(
        "hg38",
        "b.vcf, line 3: '##assembly=GRCh38', is hg38",
        ("a.vcf does not name the genome build: its positions are sent as hg38",),
    )


def test_weak_evidence_decides_where_nothing_else_does() -> None:
    """A database of one build is better than nothing, and said to be the reason."""
    chosen = choose_reference({"a.vcf": [WEAK_HG19]}, None)
    assert chosen is not None
    assert (chosen.build, chosen.warnings) == ("hg19", ())


def test_strong_evidence_decides_against_weak_and_tells_of_it() -> None:
    """The weak one is no contradiction, but nobody should miss it."""
    chosen = choose_reference({"a.vcf": [WEAK_HG19, HG38]}, None)
    assert chosen is not None
    assert chosen.build == "hg38"
    assert "line 4" in chosen.warnings[0]


def test_nothing_is_chosen_where_nothing_tells() -> None:
    """There is no default."""
    assert choose_reference({"a.vcf": []}, None) is None
    assert choose_reference({}, "hg19") == Reference("hg19", "--reference")


@pytest.mark.parametrize("evidence", [[HG19], [HG19, HG38], [WEAK_HG19], [MOUSE]])
def test_a_file_that_says_another_build_than_the_user_is_refused(evidence: list[BuildEvidence]) -> None:
    """Unless the user says that the hints are wrong, which stands in the warnings."""
    with pytest.raises(InputError, match="expected hg38 as --reference says") as error:
        choose_reference({"a.vcf": evidence}, "hg38")
    assert "--ignore-build-hints" in error.value.tip
    chosen = choose_reference({"a.vcf": evidence}, "hg38", ignore_hints=True)
    assert chosen is not None
    assert chosen.build == "hg38"
    assert "--ignore-build-hints" in chosen.warnings[0]


@pytest.mark.parametrize("told", [{"a.vcf": [HG19, HG38]}, {"a.vcf": [HG19], "b.vcf": [HG38]}])
def test_files_that_disagree_are_refused(told: dict[str, list[BuildEvidence]]) -> None:
    """Within a file and between two."""
    with pytest.raises(InputError, match="found two genome builds"):
        choose_reference(told, None)


def test_another_genome_is_refused() -> None:
    """CGI knows two."""
    with pytest.raises(InputError, match="another genome, expected hg19 or hg38"):
        choose_reference({"a.vcf": [MOUSE]}, None)


def test_ignoring_hints_needs_the_users_word() -> None:
    """Without it nothing would be left to decide by."""
    with pytest.raises(InputError, match="without --reference"):
        choose_reference({"a.vcf": [HG19]}, None, ignore_hints=True)


def test_votes_for_the_other_build_refuse_or_warn() -> None:
    """As many or more refuse, fewer warn, none say nothing."""
    assert check_votes("a.vcf", vote(0, 2), "hg38") == ""
    assert check_votes("a.vcf", vote(1, 2), "hg38") == (
        "a.vcf: found 1 row (BRAF V600E) at hotspots of hg19 and 2 at those of hg38"
    )
    for hg19, hg38 in ((1, 0), (2, 2), (3, 1)):
        with pytest.raises(InputError, match="expected hg38") as error:
            check_votes("a.vcf", vote(hg19, hg38), "hg38")
        assert error.value.tip == "--reference hg19 if the file is right, --ignore-build-hints if the hints are wrong"
        assert "--ignore-build-hints" in check_votes("a.vcf", vote(hg19, hg38), "hg38", ignore_hints=True)


def test_an_unknown_build_is_asked_for_with_what_the_hotspots_say() -> None:
    """They never decide."""
    assert unknown_build(["a.vcf"], vote(0, 0)).tip.endswith("--reference hg19 or --reference hg38")
    assert unknown_build(["a.vcf"], vote(2, 0)).tip.endswith(
        "; 2 rows (BRAF V600E) at hotspots of hg19 suggest --reference hg19"
    )
