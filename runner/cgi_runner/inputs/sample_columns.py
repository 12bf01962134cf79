"""Which sample columns of a VCF are read, and under which names their rows are sent: tumours, never the normal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cgi_runner.inputs.model import Options
from cgi_runner.inputs.problems import InputProblems, quote, quote_names
from cgi_runner.inputs.samples import BARCODE, SAMPLE_TIP, is_name, is_tcga_barcode, tcga_sample
from cgi_runner.inputs.text_source import TextSource
from cgi_runner.inputs.tumor_normal import SampleRoles, find_roles, is_any_tumor, is_generic, is_generic_file

TUMOR_TIP = "name the column of the tumour: --tumor-column NAME"
ALL_TIP = TUMOR_TIP + "; or give --all-samples if all of them are tumours"
#: What stands after a patient's name in the name of the tumour, as in P1_T and P1-tumor.
_TUMOR_SUFFIX = re.compile(r"[\W_]*(t|tu|tum|tumou?r|primary|met|metastasis)\d*", re.IGNORECASE)


@dataclass
class SelectedColumns:
    """The sample columns of one VCF; places count from 0 among them."""

    tumors: dict[int, str] = field(default_factory=dict)
    """Place of each column that is read, and the name that its rows are sent under."""
    normals: dict[int, str] = field(default_factory=dict)
    """Place and name of each column that is known as a normal and left out."""


def check_names(problems: InputProblems, line: int, names: Sequence[str]) -> None:
    """Check that the names of sample columns can be written in a table and distinguished.

    Args:
        problems: Gets the names that cannot be written.
        line: Number of the header line, from 1.
        names: Names of the sample columns.

    Raises:
        InputError: Two of them are the same.

    """
    for name in names:
        if not is_name(name):
            problems.add(line, "header", name, "the name of a sample, printable and without blanks around it")
        if names.count(name) > 1:
            problems.abort(f"line {line}: found the sample {quote(name)} twice in the header, expected it once")


def select_columns(
    source: TextSource, line: int, names: Sequence[str], header: Sequence[str], options: Options
) -> SelectedColumns:
    """Choose the columns to read, and note what was chosen and why.

    Args:
        source: The file; its notes and problems are added to.
        line: The line of the column names.
        names: The names of the sample columns.
        header: The lines that begin with `##`.
        options: What the user asked for.

    Raises:
        InputError: The file does not tell which columns are tumours, or holds several where one was named.

    """
    check_names(source.problems, line, names)
    if not names:
        _check_no_column(source.problems, line, options)
        return SelectedColumns()
    first_row = source.line()
    source.unread([first_row] if first_row else [])
    roles = find_roles(header, names, first_row[1] if first_row else "")
    picked = _pick(source.problems, line, names, roles, options)
    if options.sample is not None and len(picked) > 1:
        source.problems.abort(
            f"line {line}: found the samples {quote_names(picked)}, expected one for --sample {quote(options.sample)}",
            tip=TUMOR_TIP,
        )
    _note_left_out(source, names, picked, roles, options)
    places = {names.index(name): _sent_name(source, name, picked, roles, options) for name in picked}
    if len(set(places.values())) < len(places):
        source.problems.abort(f"line {line}: found two samples that would both be sent as one", tip=TUMOR_TIP)
    normals = {names.index(name): name for name in roles.normals if name not in picked}
    return SelectedColumns(places, normals)


def _check_no_column(problems: InputProblems, line: int, options: Options) -> None:
    if options.tumor_column is not None:
        problems.abort(
            f"line {line}: found no sample columns, expected {quote(options.tumor_column)}",
            tip="leave --tumor-column out; --sample names the patient's sample",
        )


def _pick(problems: InputProblems, line: int, names: Sequence[str], roles: SampleRoles, options: Options) -> list[str]:
    """Return the names of the columns to read."""
    if options.tumor_column is not None:
        if options.tumor_column not in names:
            problems.abort(
                f"line {line}: found the samples {quote_names(names)}, expected {quote(options.tumor_column)} among "
                "them",
                tip="give one of the names in the file: --tumor-column NAME",
            )
        return [options.tumor_column]
    if (
        options.is_sheet_row
        and options.sample is not None
        and options.sample in names
        and options.sample not in roles.normals
    ):
        _check_no_rival(problems, line, options.sample, names, roles, options)
        return [options.sample]
    if options.sample in roles.normals and not options.is_sheet_row:
        problems.abort(
            f"line {line}: found the sample {quote(options.sample)}, a normal by {roles.normals[str(options.sample)]}, "
            "expected the patient's name for --sample",
            tip="--sample names the patient; --tumor-column NAME picks a column",
        )
    left = [name for name in names if name not in roles.normals]
    if not left:
        told = ", ".join(f"{quote(name)} is a normal by {by}" for name, by in roles.normals.items())
        problems.abort(f"line {line}: found no tumour, {told}", tip=TUMOR_TIP + ", or give the file of the tumour")
    if options.is_sheet_row:
        return _pick_for_sheet(problems, line, left, options)
    _check_known(problems, line, left, roles, options)
    return left


def _check_no_rival(
    problems: InputProblems, line: int, sample: str, names: Sequence[str], roles: SampleRoles, options: Options
) -> None:
    """Refuse a column that is called as the patient is where another one is the tumour: it may be the normal."""
    if sample in roles.tumors:
        return
    for name in names:
        rest = name[len(sample) :] if name.casefold().startswith(sample.casefold()) else ""
        is_tumor = name in roles.named_in_header or (rest and (name in roles.tumors or _TUMOR_SUFFIX.fullmatch(rest)))
        if is_tumor and name != sample and name not in options.other_samples:
            problems.abort(
                f"line {line}: found the samples {quote_names(names)}, of which {quote(name)} looks like the tumour "
                f"and {quote(sample)} may be its normal, expected one of them to be named as the tumour",
                tip="name the column of the tumour in the sheet's column tumor_column",
            )


def _pick_for_sheet(problems: InputProblems, line: int, left: list[str], options: Options) -> list[str]:
    if len(left) > 1 or left[0] in options.other_samples:
        problems.abort(
            f"line {line}: found the samples {quote_names(left)}, expected {quote(options.sample)} among them",
            tip="name the column of the tumour in the sheet's column tumor_column",
        )
    return left


def _check_known(problems: InputProblems, line: int, left: list[str], roles: SampleRoles, options: Options) -> None:
    """Refuse several columns of which nothing tells that they are tumours."""
    if options.all_samples or len(left) == 1:
        return
    told = "; ".join(f"{quote(name)} is {said}" for name, said in roles.contradicted.items())
    unknown = [name for name in left if name not in roles.tumors]
    # A column that is called TUMOR is the one tumour of its file; what stands beside it may be the same patient's.
    is_one_patient = any(map(is_any_tumor, left))
    if told or is_one_patient or (unknown and (not roles.normals or roles.named_in_header)):
        why = f" ({told})" if told else ""
        problems.abort(
            f"line {line}: found the samples {quote_names(left)}{why}, expected names or a header that show which are "
            "tumours",
            tip=ALL_TIP,
        )


def _note_left_out(
    source: TextSource, names: Sequence[str], picked: list[str], roles: SampleRoles, options: Options
) -> None:
    notes = source.notes
    for name, by in roles.normals.items():
        if name in picked:
            notes.warn(f"the column {quote(name)} is sent as a tumour, although it is a normal by {by}")
        else:
            notes.decide(f"the normal {quote(name)} is left out, known by {by}")
    others = [name for name in names if name not in picked and name not in roles.normals]
    if others and not options.is_sheet_row:
        notes.decide(f"other samples are left out: {quote_names(others)}")
    if len(names) > 1:
        for name in picked:
            by = "asked for" if options.tumor_column else roles.tumors.get(name, "not known as a normal")
            notes.decide(f"the tumour is {quote(name)} ({by})")


def _sent_name(source: TextSource, name: str, picked: list[str], roles: SampleRoles, options: Options) -> str:
    """Return the name that a column's rows are sent under, and note it where it is another one."""
    if options.sample is not None:
        sent, by = options.sample, "asked for"
    elif options.tcga_barcodes and is_tcga_barcode(name):
        sent, by = tcga_sample(name), BARCODE
    elif not is_generic(name):
        return name
    elif name in roles.own_names and not is_generic(roles.own_names[name][0]):
        sent, by = roles.own_names[name]
    elif len(picked) == 1 and len(roles.tumor_names) == 1 and not is_generic(roles.tumor_names[0]):
        sent, by = roles.tumor_names[0], "the tumour's name in the header"
    else:
        if not source.stem or is_generic_file(source.stem):
            source.problems.abort(
                f"found the sample {quote(name)}, expected a name that is a patient's", tip=SAMPLE_TIP
            )
        source.takes_name_of_file = True
        sent, by = source.stem if len(picked) == 1 else f"{source.stem}_{name}", "the name of the file"
    if not is_name(sent):
        source.problems.abort(f"found the sample name {quote(sent)} ({by}), expected printable text", tip=SAMPLE_TIP)
    if sent != name:
        source.notes.rename(name, sent, by)
    return sent
