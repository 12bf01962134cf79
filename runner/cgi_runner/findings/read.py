"""Reading a run's folder, a cohort's folder or a saved archive into the one model that all outputs are drawn from."""

from __future__ import annotations

import tempfile
from pathlib import Path

from cgi_runner.errors import InputError, ResultsError
from cgi_runner.findings.cohort import COHORT, read_cohort, read_job_warnings
from cgi_runner.findings.model import Findings
from cgi_runner.findings.reader import FindingsReader, source_of
from cgi_runner.output.record import NAME as RECORD
from cgi_runner.output.record import read_record
from cgi_runner.results.archive import unpack
from cgi_runner.results.summary import read_summary

TOP = 300


def read_findings(path: Path, *, top: int = TOP, reads_mutations: bool = True) -> Findings:
    """Read what was found.

    Args:
        path: An output folder of a run or of a cohort, a folder with CGI's files, or a saved zip.
        top: How many rows to keep of what is only listed: mutations that are no drivers, rows that were left out.
        reads_mutations: Whether the tables of mutations are read, too; without them, nothing is known of mutations, nor
            of samples that no record and no other table names.

    Raises:
        InputError: There are no results, or they cannot be read.

    """
    if path.is_file():
        return _read_zip(path, FindingsReader(path.stem, top, reads_mutations=reads_mutations))
    if not path.is_dir():
        raise InputError(f"{path} does not exist", tip="name an output folder of cgi-runner, or a zip saved from CGI")
    reader = FindingsReader(path.resolve().name, top, reads_mutations=reads_mutations)
    if (path / COHORT).is_file():
        read_cohort(path, reader)
    elif (path / RECORD).is_file():
        record = read_record(path / RECORD)
        if not record.state.is_complete:
            raise InputError(
                f"{path} holds no verified results yet, its job is {record.state.value}",
                tip="run the command that made the folder again; it resumes the job",
            )
        reader.read_run(path, record)
        reader.findings.sources.append(source_of(record, read_summary(path)))
        reader.findings.warnings += [*record.reference_warnings, *(read_job_warnings(path) or record.warnings)]
    else:
        reader.read_archive(path)
    return reader.finish()


def _read_zip(path: Path, reader: FindingsReader) -> Findings:
    with tempfile.TemporaryDirectory(prefix="cgi-runner-") as folder:
        unpacked = Path(folder) / "archive"
        try:
            unpack(path, unpacked)
        except ResultsError as error:
            raise InputError(f"{path}: {error.message}", tip="name a zip that was saved from CGI") from error
        reader.read_archive(unpacked, shown=path)
        return reader.finish()
