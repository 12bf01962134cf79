"""One file annotated: what it is, which results it gets, and what is said of it in the end."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from itertools import chain
from pathlib import Path

from cgi_runner.annotate.alleles import AlleleLookup
from cgi_runner.annotate.fields import Status
from cgi_runner.annotate.folders import ResultFolder, open_results
from cgi_runner.annotate.join import Join
from cgi_runner.annotate.maf import MafAnnotator
from cgi_runner.annotate.output import check_output
from cgi_runner.annotate.structural import read_structural
from cgi_runner.annotate.study import MUTATIONS, NEEDED, Study, new_folder, write_study
from cgi_runner.annotate.target import Target
from cgi_runner.annotate.text_file import read_lines, write_lines
from cgi_runner.annotate.vcf import VcfAnnotator
from cgi_runner.errors import InputError
from cgi_runner.files import sha256_of
from cgi_runner.findings import Findings, read_findings
from cgi_runner.inputs.build_evidence import named_builds
from cgi_runner.inputs.detect import VCF_STARTS
from cgi_runner.inputs.genome import GENOMES
from cgi_runner.inputs.hints import read_hints
from cgi_runner.inputs.problems import printable, quote_names

log = logging.getLogger(__name__)

_NO_RESULT = (Status.NOT_IN_RUN, Status.OTHER_SAMPLE, Status.UNKNOWN)


def annotate_file(
    path: Path,
    results: Path,
    output: Path,
    *,
    sample: str | None = None,
    tumor_column: str | None = None,
    overwrite: bool = False,
    cbioportal: bool = False,
) -> dict[Status, int]:
    """Write a copy of a VCF or a MAF with CGI's results in it.

    Args:
        path: The file; VCF or MAF is told by what stands in it.
        results: An output folder of a run or a cohort, or a saved zip.
        output: Where to write; `-` for standard output.
        sample: The sample of the results whose file it is, where the file does not say it.
        tumor_column: The sample column of a VCF to look at.
        overwrite: Whether annotations that the file has already are replaced.
        cbioportal: Whether a MAF gets the columns that cBioPortal reads.

    Returns:
        How many alleles have each status.

    Raises:
        InputError: The file, the results or the output cannot be used.

    """
    check_output(path, results, output)
    with _Annotation(path, results, sample, tumor_column, overwrite=overwrite, cbioportal=cbioportal) as annotation:
        annotation.write(output)
        return dict(annotation.lookup.counts)


def annotate_study(
    path: Path, results: Path, study: Path, *, sample: str | None = None, overwrite: bool = False
) -> dict[Status, int]:
    """Write a study folder for cBioPortal: the annotated MAF, and all that cBioPortal wants beside it.

    Args:
        path: The MAF.
        results: An output folder of a run or a cohort, or a saved zip.
        study: The folder, which is new or empty; its name identifies the study.
        sample: The sample of the results whose rows name none.
        overwrite: Whether annotations that the MAF has already are replaced.

    Returns:
        How many alleles have each status.

    Raises:
        InputError: The file, the results or the folder cannot be used.

    """
    check_output(path, results, study / MUTATIONS)
    with (
        new_folder(study) as folder,
        _Annotation(path, results, sample, None, overwrite=overwrite, cbioportal=True, is_study=True) as annotation,
    ):
        annotation.write(folder / MUTATIONS)
        rows = read_structural(annotation.folders, annotation.findings)
        write_study(folder, study.resolve().name, annotation.study(), rows)
        return dict(annotation.lookup.counts)


class _Annotation(AbstractContextManager["_Annotation"]):
    """A file and the results that it gets, open until it is left."""

    def __init__(
        self,
        path: Path,
        results: Path,
        sample: str | None,
        tumor_column: str | None,
        *,
        overwrite: bool,
        cbioportal: bool,
        is_study: bool = False,
    ) -> None:
        self._path = path
        self.findings = findings = read_findings(results, top=1, reads_mutations=is_study)
        with ExitStack() as stack:
            self.folders = stack.enter_context(open_results(results))
            self.join = stack.enter_context(closing(Join(self.folders, findings)))
            if not self.join.samples:
                raise InputError(
                    f"{printable(str(results))} holds no mutations, expected results to annotate with",
                    tip="name results that include mutations",
                )
            self._references = {source.reference.casefold() for source in findings.sources} & set(GENOMES)
            _check_build(path, self._references, self.folders)
            self.lookup = AlleleLookup(self.join, self._references)
            self._target = Target(
                printable(path.name),
                self.join.samples,
                sample,
                tumor_column,
                overwrite,
                cbioportal,
                {name: about.cancer_type or "" for name, about in findings.samples.items()},
                version=_join_texts(source.version for source in findings.sources),
                builds=frozenset[str]()
                if any(one.ignores_build for one in self.folders)
                else frozenset(self._references),
                about=_describe(findings),
            )
            self._maf: MafAnnotator | None = None
            self._open = stack.pop_all()

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def write(self, output: Path) -> None:
        """Write the annotated file, and say what became of its alleles."""
        with closing(read_lines(self._path)) as lines:
            head = next(lines, "")
            is_vcf = head.removeprefix("\ufeff").lower().startswith(VCF_STARTS)
            if is_vcf and self._target.for_cbioportal:
                found = f"{self._target.source}: found a VCF, expected a MAF for cBioPortal"
                raise InputError(found, tip="give the MAF")
            annotator = (VcfAnnotator if is_vcf else MafAnnotator)(self.lookup, self._target)
            try:
                write_lines(output, annotator.lines(chain([head], lines) if head else iter(())))
            except BrokenPipeError:  # whoever reads on has seen enough
                raise
            except OSError as error:
                name = "standard output" if str(output) == "-" else printable(str(output))
                raise InputError(f"{name}: {error.strerror}", tip="choose another --output") from error
            self._maf = annotator if isinstance(annotator, MafAnnotator) else None
        is_interpreted = _is_interpreted(self._path, self.folders)
        _report(
            self.lookup,
            self.join,
            self._target,
            is_sandbox=self.findings.is_sandbox,
            is_interpreted=is_interpreted,
        )

    def study(self) -> Study:
        """Return what a study is made of, after the MAF is written."""
        findings = self.findings
        seen = self._maf.seen if self._maf else {}
        columns = self._maf.names if self._maf else []
        if missing := [group for group in NEEDED if not set(group) & set(columns)]:
            raise InputError(
                f"{self._target.source}: found no column {' or '.join(missing[0])}, expected it for cBioPortal",
                tip="give a MAF as written by vcf2maf or Genome Nexus",
            )
        names: dict[str, str] = {}
        for name, whose in seen.items():
            if names.setdefault(whose or name, name) != name:
                raise InputError(
                    f"{self._target.source}: found the samples {quote_names([names[whose or name], name])},"
                    " which are one sample in the results",
                    tip="give all rows of a sample the same Tumor_Sample_Barcode",
                )
        own = {label: name for name, label in reversed(list(self.join.samples.items()))}
        names |= {label: own.get(label, label) for label in findings.samples if label not in names}
        tables = {names[label]: about.tables for label, about in findings.samples.items()}
        return Study(
            title=findings.name,
            origin=self._target.origin,
            version=self._target.version,
            reference=next(iter(self._references)) if len(self._references) == 1 else "",
            names=names,
            cancer_types=self._target.cancer_types,
            sequenced=[*seen, *(name for name, found in tables.items() if "mutations" in found)],
            with_cnas=[name for name, found in tables.items() if "cna" in found],
            with_fusions=[name for name, found in tables.items() if "fusion" in found],
        )


def _check_build(path: Path, references: set[str], folders: Sequence[ResultFolder]) -> None:
    """Raise InputError for a file of another genome build than the results.

    Where the file names that of the results as well, or the alterations were sent although something spoke against
    their build, that is a warning only.
    """
    with closing(read_lines(path)) as lines:
        evidence = read_hints(_LineReader(lines))
    told = named_builds(evidence)
    others = [one for one in evidence if one.build in told - references and (one.is_strong or not told & references)]
    if not references or not others:
        return
    one = others[0]
    found = f"{printable(path.name)}, {one}, is {one.build}, the results are {' and '.join(sorted(references))}"
    if not told & references and not any(folder.ignores_build for folder in folders):
        raise InputError(found, tip="give the file that was interpreted, or run this one")
    log.warning("warning: %s", found)


def _is_interpreted(path: Path, folders: Sequence[ResultFolder]) -> bool | None:
    """Return whether the results are of this file, by its checksum; None where the records do not tell."""
    known = frozenset[str]()
    for folder in folders:
        if folder.sources is None:
            return None
        known |= folder.sources
    return sha256_of(path) in known if known else None


class _LineReader:
    """Lines one by one, without their ends, some of which can be taken back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = enumerate((line.rstrip("\r\n") for line in lines), 1)

    def line(self) -> tuple[int, str] | None:
        return next(self._lines, None)

    def unread(self, lines: list[tuple[int, str]]) -> None:
        """Take nothing back: nobody reads on."""


def _describe(findings: Findings) -> str:
    """Return where the results come from: version, date, tumour type and build."""
    sources = findings.sources
    facts = {
        "Cancer Genome Interpreter": _join_texts(source.version for source in sources),
        "date": _join_texts(source.date for source in sources),
        "cancer type": _join_texts(source.cancer_type for source in sources),
        "reference": _join_texts(source.reference for source in sources),
    }
    text = ", ".join(f"{name} {value}" for name, value in facts.items() if value) or "Cancer Genome Interpreter"
    return f"{text}, from the sandbox: made-up rows" if findings.is_sandbox else text


def _join_texts(texts: Iterable[str]) -> str:
    return " and ".join(sorted({text for text in texts if text}))


def _report(lookup: AlleleLookup, join: Join, target: Target, *, is_sandbox: bool, is_interpreted: bool | None) -> None:
    """Say what became of the alleles, and warn of another file and of alleles without a result."""
    counts = lookup.counts
    total = sum(counts.values())
    known = ", ".join(f"{status.value} {counts[status]}" for status in Status if counts[status])
    log.info("%s: alleles: %d%s", target.source, total, f" ({known})" if known else "")
    without = sum(counts[status] for status in _NO_RESULT)
    found = ", ".join(f"{status.value} {counts[status]}" for status in _NO_RESULT if counts[status])
    if is_interpreted is False:
        log.warning(
            "warning: %s differs from the file that was interpreted; alleles that are not in the results:"
            " %d of %d%s",
            target.source, without, total, f" ({found})" if found else "",
        )  # fmt: skip
    elif without:
        log.warning(
            "warning: %s: %d of %d alleles are not in the results (%s)%s",
            target.source, without, total, found, "" if is_interpreted else "; is it the file that was interpreted?",
        )  # fmt: skip
    if is_sandbox:
        log.warning("warning: the results are from the sandbox: made-up rows, no interpretation of a patient")
    if join.returned.has_several:
        log.warning(
            "warning: alleles with several rows in the results: %d; a driver's row is used, else the first",
            join.returned.has_several,
        )
