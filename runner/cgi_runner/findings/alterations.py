"""Mutations, copy numbers and fusions of a folder, read row by row: drivers are kept, all others are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from sys import intern

from cgi_runner.findings.columns import ALTERATIONS, ALTERATIONS_1, ECHO, STRUCTURAL, brief_getter, getter
from cgi_runner.findings.matches import MatchCollector
from cgi_runner.findings.model import Alteration, AlterationClass, Findings, SampleCounts, StructuralAlteration
from cgi_runner.results.tables import Table

_CLASSES = {
    "": AlterationClass.NOT_JUDGED,
    "oncogenic (predicted and annotated)": AlterationClass.BOTH,
    "oncogenic (annotated)": AlterationClass.ANNOTATED,
    "oncogenic (predicted)": AlterationClass.PREDICTED,
    "non-oncogenic": AlterationClass.NON_ONCOGENIC,
    "non-protein affecting": AlterationClass.NOT_PROTEIN_AFFECTING,
    # 2b, March 2023
    "driver (predicted and annotated)": AlterationClass.BOTH,
    "driver (annotated)": AlterationClass.ANNOTATED,
    "driver (predicted)": AlterationClass.PREDICTED,
    # 2a, until February 2023, whose other words are those of its predictions
    "known driver": AlterationClass.ANNOTATED,
    # 1 and 2a
    "known": AlterationClass.ANNOTATED,
    "predicted": AlterationClass.PREDICTED,
}
_BRIEF = ("sample", "gene", "protein", "summary")
_MAX_WORDS = 20
_PASSENGER = "passenger"
_DRIVER = "driver (boostdm", "driver (oncodrivemut"
Place = tuple[str, str, str, str, str]


def classify(summary: str) -> AlterationClass:
    """Return the class of a mutation by CGI's oncogenic summary, of any generation of its archives."""
    word = " ".join(summary.casefold().split())
    if found := _CLASSES.get(word):
        return found
    if word.startswith(_DRIVER):
        return AlterationClass.PREDICTED
    return AlterationClass.NON_ONCOGENIC if word.startswith(_PASSENGER) else AlterationClass.UNKNOWN


class AlterationReader:
    """Reads the tables of alterations of one folder after another into the findings."""

    def __init__(self, findings: Findings, matches: MatchCollector, top: int) -> None:
        """Read into the findings; of what is no driver, only the first `top` rows are kept."""
        self._findings, self._matches, self._top = findings, matches, top
        self._structural_others = 0

    def read_mutations(self, table: Table, generation: str, cancer_type: str, default_sample: str) -> dict[Place, int]:
        """Read a table of mutations.

        Args:
            table: The table.
            generation: That of the archive, which decides what its columns mean.
            cancer_type: What was asked for, or an empty text.
            default_sample: Whose the rows are that name no sample.

        Returns:
            For each driver the variant as it was sent, if CGI echoes it: (sample, chr, pos, ref, alt) and the driver's
            place in the list. By this its line in the user's file is found.

        """
        names = ALTERATIONS_1 if generation == "1" else ALTERATIONS
        pick, brief = getter(table, names), brief_getter(table, names, _BRIEF)
        echo = [place for name in ECHO[:-1] if (place := table.place(name)) is not None]
        classes: dict[str, AlterationClass] = {}
        sent: dict[Place, int] = {}
        findings, mark_found = self._findings, self._matches.mark_found
        for cells in table.rows():
            # Most rows are no drivers: of these, nothing is read that is not counted.
            sample, gene, protein, summary = brief(cells)
            sample = sample or default_sample
            klass = classes.get(summary)
            if klass is None:
                klass = classes[summary] = classify(summary)
            self._counts(sample, cancer_type).classes[klass] += 1
            mark_found(sample, gene, protein.removeprefix("p."))
            if klass is AlterationClass.UNKNOWN:
                self._count_word(summary)
            if klass.is_driver:
                if len(echo) == len(ECHO) - 1:
                    chromosome, position, reference, alternate = (cells[place] for place in echo)
                    sent[sample, chromosome, position, reference, alternate] = len(findings.drivers)
                findings.drivers.append(_mutation(pick(cells), sample, klass))
                continue
            findings.others_total += 1
            if len(findings.others) < self._top:
                findings.others.append(_mutation(pick(cells), sample, klass))
        return sent

    def find_lines(self, uploads: Iterable[Table], sent: Mapping[Place, int]) -> None:
        """Look up, in what was sent, from which line of the user's file each driver comes.

        CGI's own echo of that line is no help: of a variant that several samples share, it echoes the line of one.

        Args:
            uploads: The tables of mutations that were sent, with the runner's own column of line numbers.
            sent: For sample, chromosome, position, reference and alternate as sent, the index of the driver.

        """
        for upload in uploads:
            places = [upload.place(name) for name in ("sample", *ECHO)]
            if any(place is None for place in places) or not sent:
                continue
            sample, chromosome, position, reference, alternate, line = (place or 0 for place in places)
            for cells in upload.rows():
                key = (cells[sample], cells[chromosome], cells[position], cells[reference], cells[alternate])
                if (driver := sent.get(key)) is not None:
                    self._findings.lines[self._findings.drivers[driver]] = intern(cells[line])

    def read_structural(self, kind: str, table: Table, cancer_type: str, default_sample: str) -> None:
        """Read a table of copy numbers (`cna`) or of fusions (`fusion`).

        Args:
            kind: `cna` or `fusion`.
            table: The table of results.
            cancer_type: Id that the job was submitted with.
            default_sample: Name for rows that name no sample.

        """
        pick = getter(table, STRUCTURAL)
        for cells in table.rows():
            facts = {fact: intern(text) for fact, text in pick(cells).items()}
            gene, change = (
                (facts["gene"], facts["change"].upper()) if kind == "cna" else (facts["fusion"], facts["effector"])
            )
            found = StructuralAlteration(
                kind, facts["sample"] or default_sample, gene, change, facts["driver"], facts["role"], facts["known_in"]
            )
            counts = self._counts(found.sample, cancer_type)
            counts.structural[kind] += 1
            counts.structural_drivers[kind] += found.is_driver
            self._matches.mark_found(found.sample, gene, change if kind == "cna" else "")
            self._structural_others += not found.is_driver
            if found.is_driver or self._structural_others <= self._top:
                self._findings.structural.append(found)

    def _count_word(self, word: str) -> None:
        """Count a word that was never seen; of very many, only the first are kept apart."""
        words = self._findings.other_words
        words[word if word in words or len(words) < _MAX_WORDS else "(other words)"] += 1

    def _counts(self, sample: str, cancer_type: str) -> SampleCounts:
        counts = self._findings.samples.get(sample)
        if counts is None:
            counts = self._findings.samples[sample] = SampleCounts(sample, cancer_type or None)
        return counts


def _mutation(facts: dict[str, str], sample: str, klass: AlterationClass) -> Alteration:
    """Make a mutation of a row's facts. Words that repeat a thousandfold are kept in memory once."""
    return Alteration(
        sample=intern(sample),
        gene=intern(facts["gene"]),
        protein=facts["protein"].removeprefix("p."),
        hgvsp=facts["hgvsp"],
        klass=klass,
        summary=intern(facts["summary"]),
        prediction=intern(facts["prediction"]),
        known=intern(facts["known"]),
        consequence=intern(facts["consequence"]),
        genome=facts["genome"],
    )
