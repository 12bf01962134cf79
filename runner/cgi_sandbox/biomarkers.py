"""Which biomarkers the alterations of a sample meet, as CGI reports it in `biomarkers.tsv`.

Two columns mislead people at CGI and so they do here: `Match` is the tumour type, `BioM` is the alteration. And a gene
counts as wild type in every sample of which mutations were sent, but none in this gene (fact 36).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cgi_sandbox import knowledge_base
from cgi_sandbox.cancer_types import same_tumour

HEADER = (
    *("Sample ID", "Alterations", "Biomarker", "Drugs", "Diseases", "Response"),
    *("Evidence", "Match", "Source", "BioM", "Resist.", "Tumor type"),
)
MATCH = HEADER.index("Match")
EVIDENCE = HEADER.index("Evidence")

COMPLETE = "complete"
SAME_TYPE = "only alteration type"
SAME_GENE = "only gene"
CNA_KINDS = {"AMP": "amplification", "DEL": "deletion"}


class Finding(NamedTuple):
    """An alteration of a known gene in one sample: its kind and change in the words of the biomarker table."""

    gene: str
    kind: str
    change: str
    driver: bool = True

    def __str__(self) -> str:
        """CGI's `Alterations`; `MUT*` is a mutation that is not classified as a driver."""
        if self.kind == "mutation":
            return f"{self.gene} ({self.change})" if self.driver else f"{self.gene} MUT* ({self.change})"
        return f"{self.change} " if self.kind == "fusion" else f"{self.gene} {self.change}"

    def matches(self, biomarker: knowledge_base.Biomarker) -> bool:
        """Whether this is just what the biomarker asks for."""
        if self.kind != biomarker.kind:
            return False
        if biomarker.changes == "oncogenic":
            return self.driver
        return biomarker.changes == "any" or self.change in biomarker.changes.split(",")


class Evidence:
    """What was found in each sample of a job, in order of appearance."""

    def __init__(self) -> None:
        """Start empty."""
        self._findings: dict[str, dict[Finding, None]] = {}
        self._sequenced: set[str] = set()

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return len(self._findings)

    def add_sample(self, sample: str, *, sequenced: bool) -> None:
        """Note a sample, and whether mutations were looked for in it.

        Args:
            sample: Name as in the upload, or CGI's own where the upload has none (fact 34).
            sequenced: True if the sample has mutations: only then is a gene without one wild type (fact 36).

        """
        self._findings.setdefault(sample, {})
        if sequenced:
            self._sequenced.add(sample)

    def add(self, sample: str, finding: Finding) -> None:
        """Note a finding in a sample.

        Args:
            sample: A sample that `add_sample` knows.
            finding: What a biomarker can match; the same one counts once.

        """
        self._findings[sample][finding] = None

    def rows(self, cancer_type: str) -> Iterator[list[str]]:
        """Return the rows of `biomarkers.tsv` for a tumour of this type."""
        for sample, findings in self._findings.items():
            for biomarker in knowledge_base.biomarkers():
                related = [finding for finding in findings if finding.gene == biomarker.gene]
                if biomarker.kind == "wildtype":
                    absent = not any(finding.kind == "mutation" for finding in related)
                    if absent and sample in self._sequenced:
                        yield _row(sample, f"{biomarker.gene} wildtype", COMPLETE, biomarker, cancer_type)
                elif related:
                    level, shown = _closest(related, biomarker)
                    yield _row(sample, ", ".join(map(str, shown)), level, biomarker, cancer_type)


def _closest(related: list[Finding], biomarker: knowledge_base.Biomarker) -> tuple[str, list[Finding]]:
    if complete := [finding for finding in related if finding.matches(biomarker)]:
        return COMPLETE, complete
    if similar := [finding for finding in related if finding.kind == biomarker.kind]:
        return SAME_TYPE, similar
    return SAME_GENE, related


def _row(sample: str, alterations: str, level: str, biomarker: knowledge_base.Biomarker, cancer_type: str) -> list[str]:
    match = any(same_tumour(cancer_type, tested) for tested in biomarker.tumor_types.split(", "))
    return [
        *(sample, alterations, biomarker.biomarker, biomarker.drugs, biomarker.diseases, biomarker.response),
        *(biomarker.evidence, "YES" if match else "NO", f"{knowledge_base.MARK}; {biomarker.source}", level),
        # CGI points to another row of its knowledge base here, as a number that went through floating point.
        f"{knowledge_base.biomarker_places()[biomarker.resisted_by]}.0" if biomarker.resisted_by else "",
        biomarker.tumor_types,
    ]
