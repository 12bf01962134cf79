"""The command `annotate`: the user's own VCF or MAF, with CGI's results in it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cgi_runner.cli import options as opt
from cgi_runner.errors import InputError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import AnnotateOptions

log = logging.getLogger(__name__)

_PATH = click.Path(path_type=Path)


@click.command(
    epilog=opt.examples("cgi-runner annotate tumour.vcf.gz results --sample melanoma-1 --output annotated.vcf.gz")
)
@click.argument("file", metavar="FILE", type=_PATH)
@click.argument("results", metavar="RESULTS", type=_PATH)
@click.option("-o", "--output", type=_PATH, metavar="OUT", help="File to write, - for stdout; .gz means bgzip.")
@opt.sample
@click.option("--tumor-column", metavar="NAME", help="Sample column of the tumour in a VCF.")
@click.option("--overwrite", is_flag=True, help="Replace the CGI_* keys or columns that FILE already has.")
@click.option(
    "--cbioportal", is_flag=True, help="Write the columns that cBioPortal reads into a MAF: CGI.* and custom drivers."
)
@click.option(
    "--study",
    type=_PATH,
    metavar="DIR",
    help="Write a study folder for cBioPortal in place of --output; implies --cbioportal.",
)
def annotate(
    *, file: Path, results: Path, output: Path | None, study: Path | None, **options: Unpack[AnnotateOptions]
) -> None:
    """Annotate a VCF or a MAF with CGI's results.

    FILE is a VCF (plain, gzip or bgzip) or a MAF; RESULTS is an output folder of `run`, `fetch` or `cohort`, or a zip
    saved from CGI. Alleles are matched by sample and variant, so FILE may have been filtered or sorted since. --sample
    is a sample of the results. Works offline.

    A VCF gets INFO keys and a MAF columns, all named CGI_*; every other byte stays the same. CGI_Status is on every
    allele: returned, not_returned, not_sent, other_sample, not_in_run or unknown.

    --study writes a folder with the annotated MAF, CGI's copy numbers and fusions, the samples, case lists and the
    meta files of cBioPortal.
    """
    from cgi_runner.annotate.file import annotate_file, annotate_study
    from cgi_runner.annotate.text_file import is_compressed_name

    if study is None and output is not None:
        annotate_file(file, results, output, **options)
    elif study is not None and output is None:
        if options["tumor_column"] is not None:
            raise InputError("found --tumor-column with --study, which takes a MAF", tip="leave --tumor-column out")
        annotate_study(file, results, study, sample=options["sample"], overwrite=options["overwrite"])
        click.echo(str(study))
    else:
        found = "neither" if output is None else "both"
        raise InputError(f"found {found} of --output and --study, expected one", tip="name the file to write: --output")
    if output is None or not output.is_file():  # a name after what was written to standard output would be a record
        return
    if is_compressed_name(output):
        log.info("to index a VCF: tabix -p vcf %s", output)
    click.echo(str(output))
