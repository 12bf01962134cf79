"""What the options of the inputs ask for, as the runner takes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cgi_runner.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from cgi_runner.cli.option_types import FileOptions, InputOptions, ReadingOptions
    from cgi_runner.inputs import Kind, Options
    from cgi_runner.job import JobRequest

_BUILDS = {"hg19": "hg19", "grch37": "hg19", "hg38": "hg38", "grch38": "hg38"}


def read_options(options: ReadingOptions) -> Options:
    """Return how the input files are to be read."""
    from cgi_runner.inputs import Options

    return Options(
        ignore_build_hints=options["ignore_build_hints"],
        filters=options["filters"],
        keep_filtered=options["keep_filtered"],
        keep_germline=options["keep_germline"],
        ignore_genotypes=options["ignore_genotypes"],
        sample_column=options["sample_column"],
        tcga_barcodes=options["tcga_barcodes"],
        insertion_start=options["insertion_start"],
        merge_phased=options["merge_phased"],
        low_level_cnas=options["low_level_cnas"],
        partial_amplifications=options["partial_amplifications"],
        strict_input=options["strict_input"],
    )


def list_sources(options: FileOptions) -> dict[Kind, tuple[Path, ...]]:
    """Return the files of each kind that has any."""
    sources: dict[Kind, tuple[Path, ...]] = {
        "mutations": options["mutations"],
        "cnas": options["cnas"],
        "translocations": options["translocations"],
    }
    return {kind: paths for kind, paths in sources.items() if paths}


def build_job_request(options: InputOptions, *, pseudonyms: bool = False) -> JobRequest:
    """Parse the input options.

    Args:
        options: Their values.
        pseudonyms: Whether made-up names are sent in place of the samples' names.

    Raises:
        InputError: No file, two files on stdin, or an unknown cancer type.

    """
    from cgi_runner.cancer_types import choose
    from cgi_runner.job import JobRequest

    sources = list_sources(options)
    if not sources:
        raise InputError("no input file was given", tip="name at least one of --mutations, --cnas, --translocations")
    cancer_type = choose(options["cancer_type"], any_type=options["any_cancer_type"])
    cancer_type.log()
    return JobRequest(
        sources=sources,
        cancer_type=cancer_type.id,
        reference=_BUILDS[options["reference"].lower()] if options["reference"] else None,
        title=options["title"],
        options=replace(
            read_options(options),
            sample=options["sample"],
            tumor_column=options["tumor_column"],
            all_samples=options["all_samples"],
        ),
        cancer_type_notes=cancer_type.notes,
        pseudonyms=pseudonyms,
    )
