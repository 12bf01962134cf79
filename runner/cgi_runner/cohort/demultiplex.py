"""The results of a packed job become those of its samples, each as if it had been alone.

CGI names the input of each row (`input01_19`) and whose it is; the packed job knew its samples by made-up ids only.
Rows keep their order, and so a row's number among those of its sample is what its number would have been alone.
"""

from __future__ import annotations

import logging
import re
import shutil
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import NoReturn

from cgi_runner.cohort.packing import Pack
from cgi_runner.cohort.spread import Spread
from cgi_runner.errors import ResultsError
from cgi_runner.inputs.dropped import COLUMNS, NOT_RETURNED
from cgi_runner.job import Record
from cgi_runner.job.fetch import sha256_of

log = logging.getLogger(__name__)

_INPUT = re.compile(r"input(\d+)\.tsv")
_DIGITS = 10  # of a row's number: a longer one is no number of CGI's
#: The columns that say whose a row is, by what CGI has called them since 2018; the first one that is there counts.
_SAMPLES = (b"cgi-sample id", b"cgi-info", b"sample id", b"sample")
_ROW_IDS = (b"input id", b"internal_id")
#: Tables that CGI writes only when such input was sent.
_KIND_OF = {"alterations.tsv": "mutations", "cna_analysis.tsv": "cnas", "fusion_analysis.tsv": "translocations"}
_REST = "its tables are whole in {}; `samples.tsv` tells the samples' ids"


@dataclass
class _Upload:
    """One upload of the packed job: whose each row is, which row of that sample's own file, and whether it came."""

    kind: str
    owners: array[int]
    numbers: array[int]
    files: list[bytes]
    """What the sample's own file is called in row ids, `input01`, by sample."""
    came: bytearray


@dataclass
class Account:
    """What became of a sample's rows, by kind, and the files that it has now, with their sizes."""

    rows: dict[str, dict[str, int | None]]
    files: dict[str, int]


class Splitter:
    """Splits the results in the folder of one packed job into one new folder per sample."""

    def __init__(self, pack: Pack, folder: Path, record: Record, targets: Sequence[Path]) -> None:
        """Read from the job's folder, with its record; write to the targets, one for each sample, which are made."""
        self._pack, self._folder, self._record, self._targets = pack, folder, record, targets
        self._places = {id_: place for place, id_ in enumerate(pack.ids)}
        self._labels = [member.sample.label.encode() for member in pack.members]
        self._uploads: dict[bytes, _Upload] = {}
        self._found: dict[str, Counter[int]] = {}  # rows of each sample in the table of a kind, whatever their ids
        self.kept_ids = 0
        """Rows whose id is that of the packed job still, because CGI numbered them in a way of its own."""

    def split(self) -> list[Account]:
        """Write all files, and give what became of the rows of each sample.

        Raises:
            ResultsError: The results do not fit what was sent.

        """
        for target in self._targets:
            target.mkdir(parents=True)
        self._split_uploads()
        for name in self._record.archive.get("members", ()):
            if name.endswith(".tsv") and not _INPUT.fullmatch(name):
                self._split_table(name)
        missing = self._split_dropped()
        if self.kept_ids:
            log.warning("%d rows of job %s keep the packed job's row ids", self.kept_ids, self._pack.name)
        returned = {u.kind: Counter(compress(u.owners, u.came)) for u in self._uploads.values()}
        return [self._account(place, returned, missing) for place, _ in enumerate(self._targets)]

    def _split_uploads(self) -> None:
        """Find out from the uploads, which come back with the archive, whose each row is."""
        kinds = {about["sha256"]: kind for kind, about in self._record.inputs.items()}
        found = sorted((match[1], path) for path in self._folder.iterdir() if (match := _INPUT.fullmatch(path.name)))
        names = [(number, path, kind) for number, path in found if (kind := kinds.pop(sha256_of(path), ""))]
        if kinds:
            self._fail(f"holds no copy of the {' and '.join(kinds.values())} that were sent")
        for number, path, kind in names:
            upload = _Upload(kind, array("I", [0]), array("I", [0]), [b""] * len(self._labels), bytearray())
            for place, member in enumerate(self._pack.members):
                own = [k for _, _, k in names if any(part.kind == k for part in member.parts)]
                upload.files[place] = f"input{own.index(kind) + 1:02}".encode() if kind in own else b""
            self._split_upload(path, upload)
            self._uploads[f"input{number}".encode()] = upload

    def _split_upload(self, path: Path, upload: _Upload) -> None:
        targets = [
            target / f"{name.decode()}.tsv" if name else None
            for target, name in zip(self._targets, upload.files, strict=True)
        ]
        counts, places, labels = [0] * len(targets), self._places, self._labels
        owners, numbers = upload.owners, upload.numbers
        with path.open("rb") as file:
            header = next(file)
            column = header.rstrip(b"\n").split(b"\t").index(b"sample")
            spread = Spread(targets, [header])
            held = spread.held
            for line in spread.lines(file):
                cells = line.split(b"\t")
                place = places[cells[column]]
                cells[column] = labels[place]
                counts[place] += 1
                owners.append(place)
                numbers.append(counts[place])
                held[place] += b"\t".join(cells)
        upload.came = bytearray(len(owners))
        alone = [
            next((part.sha256 for part in member.parts if part.kind == upload.kind), None)
            for member in self._pack.members
        ]
        if wrong := [a for a, now, target in zip(alone, spread.close(), targets, strict=True) if target and a != now]:
            self._fail(f"holds other {upload.kind} of {len(wrong)} samples than were sent")

    def _split_table(self, name: str) -> None:
        kind = _KIND_OF.get(name, "")
        targets = [
            target / name if not kind or any(part.kind == kind for part in member.parts) else None
            for target, member in zip(self._targets, self._pack.members, strict=True)
        ]
        with (self._folder / name).open("rb") as file:
            header = next(file, b"")
            columns = [column.strip().lower() for column in header.split(b"\t")]
            whose = [columns.index(column) for column in _SAMPLES if column in columns]
            ids = [columns.index(column) for column in _ROW_IDS if column in columns]
            if not whose:
                log.warning("%s of job %s names no samples and stays there, whole", name, self._pack.name)
                return
            spread = Spread(targets, [header])
            end = header[len(header.rstrip(b"\r\n")) :]
            self._found[kind] = self._spread_rows(name, spread.lines(file), whose, ids, spread.held, end)
            spread.close()

    def _spread_rows(
        self, name: str, lines: Iterable[bytes], whose: list[int], ids: list[int], held: list[bytearray], end: bytes
    ) -> Counter[int]:
        """Give each row to its sample, under the sample's own name and row id, and say how many each has got."""
        places, labels, first = self._places, self._labels, whose[0]
        found = [0] * len(labels)
        renumbered, row_id = self._renumbering(name), ids[0] if ids else None
        width = max(whose + ids) + 1  # nothing right of the last column that changes has to be taken apart
        for line in lines:
            cells = line.rstrip(b"\r\n").split(b"\t", width)
            place = places.get(cells[first], -1) if len(cells) >= width else -1
            if place < 0:
                if cells == [b""]:
                    continue
                what = "of a sample that was not sent" if len(cells) >= width else "that is cut short"
                self._fail(f"has a row in {name} {what}")
            for column in whose:
                cells[column] = labels[place]
            if row_id is not None:
                cells[row_id] = renumbered(cells[row_id], place)
            held[place] += b"\t".join(cells) + end
            found[place] += 1
        return Counter(dict(enumerate(found)))

    def _renumbering(self, name: str) -> Callable[[bytes, int], bytes]:
        """Give a function that makes a row's id what it would have been alone."""
        uploads, is_strict = self._uploads, name == "alterations.tsv"

        def renumbered(row_id: bytes, place: int) -> bytes:
            file, _, digits = row_id.partition(b"_")
            upload = uploads.get(file)
            row = int(digits) if upload and digits.isdigit() and len(digits) <= _DIGITS else 0
            if upload and 0 < row < len(upload.came) and upload.owners[row] == place:
                upload.came[row] = 1
                return b"%b_%d" % (upload.files[place], upload.numbers[row])
            if is_strict:
                text = row_id.decode("utf-8", "replace")
                self._fail(f"gives {text} in {name} to another sample than the one that sent it")
            self.kept_ids += 1
            return row_id

        return renumbered

    def _split_dropped(self) -> dict[tuple[int, str], int]:
        """Join what was not sent of each sample with what did not come back; give the numbers of the latter."""
        paths = [target / "dropped.tsv" for target in self._targets]
        for member, path in zip(self._pack.members, paths, strict=True):
            shutil.copyfile(member.dropped, path)
        spread, missing = Spread(paths), Counter[tuple[int, str]]()
        kind, sample, stage = (COLUMNS.index(name) for name in ("input", "sample", "stage"))
        with (self._folder / "dropped.tsv").open("rb") as file:
            for line in spread.lines(file):
                cells = line.split(b"\t")
                if cells[stage] == NOT_RETURNED.encode():
                    place = self._places[cells[sample]]
                    cells[sample] = self._labels[place]
                    missing[place, cells[kind].decode()] += 1
                    spread.held[place] += b"\t".join(cells)
        spread.close()
        return missing

    def _account(
        self, place: int, returned: Mapping[str, Counter[int]], missing: Mapping[tuple[int, str], int]
    ) -> Account:
        rows: dict[str, dict[str, int | None]] = {}
        for part in self._pack.members[place].parts:
            came, lost = returned[part.kind][place], missing.get((place, part.kind), 0)
            rows[part.kind] = {
                "sent": part.rows,
                "returned": came,
                "folded_by_cgi": max(0, part.rows - came - lost),
                "not_returned": lost,
            }
            if self._record.rows.get(part.kind, {}).get("not_returned") is None:
                # Which rows came back cannot be told of the job, so of no sample in it either.
                came = self._found.get(part.kind, Counter())[place]
                rows[part.kind] |= {"returned": came, "folded_by_cgi": 0, "not_returned": None}
        return Account(rows, {path.name: path.stat().st_size for path in sorted(self._targets[place].iterdir())})

    def _fail(self, what: str) -> NoReturn:
        raise ResultsError(f"the archive of job {self._record.job_id} {what}", tip=_REST.format(self._folder))
