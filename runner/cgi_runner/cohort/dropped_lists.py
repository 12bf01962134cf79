"""Lists of rows that are not sent: one sample's rows taken out of them, and several joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from cgi_runner.inputs import KINDS
from cgi_runner.inputs.dropped import COLUMNS

OTHERS = "rows of other samples in the same file"
_KIND, _SAMPLE, _REASON = (COLUMNS.index(name) for name in ("input", "sample", "reason"))


def filter_dropped(path: Path, names: Mapping[str, str], label: str) -> dict[str, Counter[str]]:
    """Leave only a sample's rows in a list of what is not sent, under its label, and count all by kind and reason.

    Args:
        path: The list (`dropped.tsv`), replaced; nothing happens if there is none.
        names: What the sample is called in the files of each kind; a row without a name is the sample's, too.
        label: Name of the sample in the cohort.

    Returns:
        For each kind, the number of rows by reason; rows of other samples count under one reason of their own.

    """
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    if not path.exists():
        return counts
    filtered = path.with_suffix(".filtered")
    with path.open("rb") as lines, filtered.open("wb") as file:
        file.write(next(lines, b""))
        for line in lines:
            cells = line.rstrip(b"\n").split(b"\t")
            kind, whose = cells[_KIND].decode(), cells[_SAMPLE].decode()
            is_own = whose in {"", names.get(kind, label)}
            counts[kind][cells[_REASON].decode() if is_own else OTHERS] += 1
            if is_own:
                cells[_SAMPLE] = label.encode() if whose else b""
                file.write(b"\t".join(cells) + b"\n")
    filtered.replace(path)
    return counts


def append_lists(lists: Iterable[Path], target: Path) -> Path:
    """Append lists of what is not sent, as far as they are there, to one that may be there already.

    Args:
        lists: Files with the columns of `dropped.tsv`.
        target: Gets their rows, below one header.

    Returns:
        The same `target`, which is not there if none of the lists is.

    """
    for path in filter(Path.exists, lists):
        is_new = not target.exists()
        with path.open("rb") as lines, target.open("ab") as file:
            header = next(lines, b"")
            file.writelines([header] if is_new else [])
            file.writelines(lines)
    return target
