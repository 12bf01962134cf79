"""Whose alleles a file holds: its samples, and what the same samples are called in the results."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from cgi_runner.annotate.join import is_placeholder
from cgi_runner.annotate.target import Target
from cgi_runner.errors import InputError
from cgi_runner.inputs.problems import InputProblems, quote, quote_names
from cgi_runner.inputs.sample_columns import check_names
from cgi_runner.inputs.tumor_normal import SampleRoles, find_roles, is_generic

log = logging.getLogger(__name__)

_TIP = "name the sample in the results that this file belongs to: --sample NAME"


def require_sample(known: Mapping[str, str], sample: str | None, source: str) -> str:
    """Return the sample of the results that a file without names of samples is of.

    Args:
        known: The samples of the results, by what files may call them.
        sample: The one that was asked for.
        source: The file's name, for messages.

    Raises:
        InputError: The results hold several samples or not the one that was asked for.

    """
    names = _names(known)
    if sample is not None:
        if sample not in known:
            raise InputError(f"the results hold no sample {quote(sample)}, but {quote_names(names)}", tip=_TIP)
        return known[sample]
    if len(names) != 1:
        raise InputError(
            f"{source}: found no sample names, expected them because the results hold several samples "
            f"({quote_names(names)})",
            tip=_TIP,
        )
    return names[0]


def match_columns(
    problems: InputProblems, line: int, columns: Sequence[str], header: Sequence[str], target: Target
) -> dict[int, str | None]:
    """Return the sample of the results for each sample column of a VCF.

    Args:
        problems: Those of the file.
        line: The number of the line with the names of the columns.
        columns: The names of its sample columns, at least one.
        header: The lines that begin with `##`, which may tell tumours from normals and whose they are.
        target: The file, with the samples of the results; where one of these, or a column, was asked for, only one
            column is looked at.

    Returns:
        Sample by place among the columns; None for one that is not among the results.

    Raises:
        InputError: No column is known as one of the results' samples.

    """
    check_names(problems, line, columns)
    roles = find_roles(header, columns)
    known = target.samples
    if target.tumor_column is not None and target.tumor_column not in columns:
        problems.abort(
            f"line {line}: found the samples {quote_names(columns)}, expected {quote(target.tumor_column)} among them",
            tip="give one of the names in the file: --tumor-column NAME",
        )
    if target.sample is not None or target.tumor_column is not None:
        whose = require_sample(known, target.sample, problems.source)
        name = target.tumor_column or _column_of(problems, line, columns, roles, known, whose)
        _note_choice(problems, name, whose)
        return {columns.index(name): whose}
    found = {place: _sample_of(name, roles, known) for place, name in enumerate(columns)}
    if not any(found.values()):
        name, whose = _only_tumour(problems, columns, roles, target)
        _note_choice(problems, name, whose)
        found[columns.index(name)] = whose
    if absent := [columns[place] for place, label in found.items() if label is None]:
        log.info("%s: not among the samples of the results: %s", problems.source, quote_names(absent))
    return found


def _sample_of(name: str, roles: SampleRoles, known: Mapping[str, str]) -> str | None:
    """Return the sample of the results that a column is named after, or that the header says it is of."""
    if name in known or not is_generic(name) or name in roles.normals:
        return known.get(name)
    return known.get(roles.own_names[name][0]) if name in roles.own_names else None


def _column_of(
    problems: InputProblems,
    line: int,
    columns: Sequence[str],
    roles: SampleRoles,
    known: Mapping[str, str],
    whose: str,
) -> str:
    """Return the column of a sample that was asked for: never one of a normal or of another sample."""
    if named := [name for name in columns if known.get(name) == whose]:
        return named[0]
    left = [name for name in columns if name not in roles.normals and name not in known]
    if len(left) != 1:
        left = [name for name in left if name in roles.tumors]
    if len(left) != 1:
        problems.abort(
            f"line {line}: found the samples {quote_names(columns)}, expected {quote(whose)} among them",
            tip="name the column of the tumour: --tumor-column NAME",
        )
    return left[0]


def _only_tumour(
    problems: InputProblems, columns: Sequence[str], roles: SampleRoles, target: Target
) -> tuple[str, str]:
    """Return the only tumour of a file and the only sample of the results, where nothing says that they are two."""
    names = _names(target.samples)
    left = [name for name in columns if name not in roles.normals]
    if len(left) == len(names) == 1:
        is_named = is_generic(left[0]) and names[0] in {*roles.tumor_names, target.stem}
        if is_named or is_placeholder(names[0]):
            return left[0], names[0]
    raise InputError(
        f"{problems.source}: found the samples {quote_names(columns)}, expected one of {quote_names(names)}", tip=_TIP
    )


def _note_choice(problems: InputProblems, name: str, whose: str) -> None:
    if name != whose:
        log.info("%s: its sample %s is matched to %s", problems.source, quote(name), quote(whose))


class RowSamples:
    """The sample of each row of a table, as the results call it."""

    def __init__(self, known: Mapping[str, str], sample: str | None, source: str, *, has_names: bool) -> None:
        """Know the samples of the results.

        Args:
            known: By what files may call them.
            sample: The one that rows are of that name none.
            source: The file's name, for messages.
            has_names: Whether the table has a column with names of samples.

        """
        self._known, self._source = known, source
        self._fallback: str | None = None
        if sample is not None or not has_names:
            self._fallback = require_sample(known, sample, source)
        names = _names(known)
        self._generic = names[0] if len(names) == 1 and is_placeholder(names[0]) else None
        self._taken: str | None = None

    def find(self, name: str) -> str | None:
        """Return the sample of the results for a row with this name; None if it is not among them.

        Raises:
            InputError: The rows name several samples, and the results have one whose name is none of theirs.

        """
        if not name:
            return self._fallback
        if (found := self._known.get(name)) is not None or self._generic is None:
            return found
        if self._taken is None:
            self._taken = name
            log.info("%s: its sample %s is matched to %s", self._source, quote(name), quote(self._generic))
        elif self._taken != name:
            raise InputError(
                f"{self._source}: found the samples {quote_names([self._taken, name])}, expected one, as the "
                "results have",
                tip="give the rows of one sample only",
            )
        return self._generic


def _names(known: Mapping[str, str]) -> list[str]:
    return sorted(set(known.values()))
