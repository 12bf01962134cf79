"""What is said of an allele of a file, for all samples that carry it, and the count of what was said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from cgi_runner.annotate.fields import KEYS, REASON, STATUS, AlleleResult, Status, join_results
from cgi_runner.annotate.join import Join
from cgi_runner.annotate.returned import Row
from cgi_runner.annotate.variant_keys import Variant, chromosome_name
from cgi_runner.errors import InputError
from cgi_runner.inputs.genome import GENOMES, Genome, strip_chr
from cgi_runner.inputs.normalise import MITOCHONDRIAL, NOT_CARRIED, OTHER_CONTIG, rejection_reason
from cgi_runner.inputs.problems import quote
from cgi_runner.results.variants import BASES

_MITOCHONDRIA = frozenset(("M", "MT", "NC_012920.1", "NC_001807.4"))
_RETURNED = Status.RETURNED.value
_WITHOUT_RESULT = frozenset((Status.OTHER_SAMPLE, Status.NOT_IN_RUN, Status.UNKNOWN))
_WITH_RESULT = frozenset(Status) - _WITHOUT_RESULT


class AlleleLookup:
    """Looks up alleles, and counts what became of them."""

    def __init__(self, join: Join, references: Iterable[str]) -> None:
        """Look up in the results, whose positions are of these genome builds."""
        self._join, self._returned = join, join.returned
        self.matched_genes = join.returned.matched_genes
        """Those that drug matches name."""
        found = [GENOMES[name] for name in references if name in GENOMES]
        self._genomes = found or list(GENOMES.values())
        self._foreign = found[0].other_build_accessions if len(found) == 1 else frozenset[str]()
        self._plain_names = _PlainNames(self._genomes, self._foreign)
        self._unknown = lru_cache(maxsize=4096)(self._unknown_results)
        self._counts = dict.fromkeys([status.value for status in Status], 0)  # texts are hashed faster than members

    @property
    def counts(self) -> Counter[Status]:
        """How many alleles have each status."""
        return Counter({status: count for status in Status if (count := self._counts[status.value])})

    def reason_if_unknown(self, variant: Variant) -> str | None:
        """Say why an allele is never sent that the results know nothing of; an empty text if it may be.

        Args:
            variant: The allele as the file has it.

        Returns:
            None for an allele that the results may know: `values` looks it up.

        Raises:
            InputError: The chromosome is one of another genome build.

        """
        chromosome, position, reference, alternate = variant
        # As `variant_keys` does, for substitutions in the plainest spelling: in most files, nearly all.
        if (
            reference in BASES
            and alternate in BASES
            and reference != alternate
            and position.isdecimal()
            and position[0] != "0"
            and (name := self._plain_names[chromosome])
        ):
            return None if self._join.may_know_key((name, position, reference, alternate)) else ""
        if chromosome in self._foreign:
            # Its positions are of another build: what the results say of the same place is of another variant.
            raise InputError(
                f"found the chromosome {quote(chromosome)}, which the genome build of the results does not have",
                tip="give the file that was interpreted, or run this one",
            )
        return None if self._join.may_know(variant) else self._reason_against(variant)

    def values_unknown(self, carriers: tuple[str | None, ...], reason: str) -> dict[str, str]:
        """Return the values of an allele that the results know nothing of, without counting it.

        Args:
            carriers: Who carries it, as for `values`.
            reason: What `reason_if_unknown` said.

        """
        return _values_of(self._unknown(carriers, reason))

    def count(self, status: str) -> None:
        """Count an allele by the value of its status."""
        self._counts[status] += 1

    def values(self, variant: Variant, carriers: Sequence[str | None], *, others: Sequence[str] = ()) -> dict[str, str]:
        """Return the values of the keys for an allele, and count it; a key without one is empty, or not there.

        Args:
            variant: The allele as the file has it.
            carriers: Who carries it, as the results call them; None for a sample that is not among the results.
            others: All samples of the file that are among the results: where nobody carries the allele, it may have
                been sent for one of them all the same, as with --ignore-genotypes.

        Raises:
            InputError: The chromosome is one of another genome build.

        """
        reason = self.reason_if_unknown(variant)
        if reason is None:
            row = self.row_if_returned(variant, carriers)
            return self.values_of(row) if row else self.values_if_not_returned(variant, carriers, others=others)
        results = self._unknown(tuple(carriers), reason)
        self._counts[worst_status(results).value] += 1
        return _values_of(results)

    def next_row(self, variant: Variant, carriers: tuple[str | None, ...]) -> Row | None:
        """Return the row of an allele if it is the next one of the results, and count it; most files are sorted alike.

        Args:
            variant: The allele as the file has it.
            carriers: Who carries it, as for `values`.

        Returns:
            None for any other allele, of which this says nothing.

        """
        chromosome, position, reference, alternate = variant
        returned = self._returned
        if returned.next_found != (carriers, (self._plain_names[chromosome], position, reference, alternate)):
            return None
        self._counts[_RETURNED] += 1
        return returned.take_next()

    def row_if_returned(self, variant: Variant, carriers: Sequence[str | None]) -> Row | None:
        """Return the row of an allele with one carrier, for whom CGI returned it, and count it; None for any other.

        Args:
            variant: The allele as the file has it.
            carriers: Who carries it, as for `values`.

        """
        if len(carriers) != 1 or carriers[0] is None:
            return None
        row = self._returned.find(carriers[0], variant)
        if row:
            self._counts[_RETURNED] += 1
        return row

    def values_of(self, row: Row) -> dict[str, str]:
        """Return the values of a row."""
        return self._returned.values(row)

    def values_if_not_returned(
        self, variant: Variant, carriers: Sequence[str | None], *, others: Sequence[str] = ()
    ) -> dict[str, str]:
        """Return what `values` gives where `reason_if_unknown` and `row_if_returned` have said None, and count it.

        Args:
            variant: The allele as the file has it.
            carriers: Who carries it.
            others: All samples of the file that are among the results.

        """
        results = self._find_results(variant, carriers, others)
        self._counts[worst_status(results).value] += 1
        return _values_of(results)

    def knows(self, variant: Variant, sample: str | None) -> bool:
        """Whether the results say anything of a variant of a sample; nothing is counted.

        Args:
            variant: The allele as the file has it.
            sample: The sample, as the results call it; None for one that is not among them.

        """
        return sample is not None and self._join.find(sample, variant).status not in _WITHOUT_RESULT

    def values_undecided(self, reason: str) -> dict[str, str]:
        """Return the values of an allele of which nobody can say which one it is, and count it."""
        self._counts[Status.UNKNOWN.value] += 1
        return {STATUS: Status.UNKNOWN.value, REASON: reason}

    def _unknown_results(self, carriers: tuple[str | None, ...], reason: str) -> dict[str, AlleleResult]:
        if reason or not carriers:
            return {"": AlleleResult(Status.NOT_SENT, reason or NOT_CARRIED)}
        named = {name: self._join.unknown_result(name, is_of_others=False) for name in carriers if name is not None}
        return named or {"": AlleleResult(Status.NOT_IN_RUN)}

    def _find_results(
        self, variant: Variant, carriers: Sequence[str | None], others: Sequence[str]
    ) -> dict[str, AlleleResult]:
        found = {name: self._join.find(name, variant) for name in carriers if name is not None}
        if not found:
            # What only the normal carries, the run has listed without a sample.
            wanted = frozenset((Status.NOT_SENT,)) if carriers else _WITH_RESULT
            asked = {name: self._join.find(name, variant) for name in others}
            found = {name: result for name, result in asked.items() if result.status in wanted}
        if not found:
            found[""] = AlleleResult(
                Status.OTHER_SAMPLE if self._join.is_of_any_sample(variant) else Status.NOT_IN_RUN,
                "" if carriers else NOT_CARRIED,
            )
        if all(result.status in _WITHOUT_RESULT for result in found.values()):
            reason = self._reason_against(variant)
            if reason or not carriers:
                found = {"": AlleleResult(Status.NOT_SENT, reason or NOT_CARRIED)}
        return found

    def _reason_against(self, variant: Variant) -> str:
        """Return why the allele is never sent, whatever the run; nothing if it may be."""
        chromosome, _, reference, alternate = variant
        if not any(genome.rank(chromosome) for genome in self._genomes):
            return MITOCHONDRIAL if strip_chr(chromosome) in _MITOCHONDRIA else OTHER_CONTIG
        return rejection_reason(reference.upper(), alternate.upper())


def worst_status(results: Mapping[str, AlleleResult]) -> Status:
    """Return the status by which an allele is counted: of several, the one that says least."""
    order = list(Status)
    return max((result.status for result in results.values()), key=order.index)


def _values_of(results: Mapping[str, AlleleResult]) -> dict[str, str]:
    """Return the values by key, of one or of all who carry an allele."""
    if len(results) == 1:
        (result,) = results.values()
        return {STATUS: result.status.value, REASON: result.reason, **(result.values or {})}
    return {key: join_results(results, key) for key in KEYS}


class _PlainNames(dict[str, str]):
    """By spelling, the names of chromosomes whose variants may be sent; empty for all others."""

    def __init__(self, genomes: Iterable[Genome], foreign: frozenset[str]) -> None:
        super().__init__()
        self._genomes, self._foreign = list(genomes), foreign

    def __missing__(self, chromosome: str) -> str:
        """Work out the name of a spelling that is new."""
        is_plain = chromosome not in self._foreign and any(genome.rank(chromosome) for genome in self._genomes)
        self[chromosome] = name = chromosome_name(chromosome) if is_plain else ""
        return name
