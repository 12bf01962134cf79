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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import NoReturn

from cgi_runner.cohort.fan_out import FanOutWriter
from cgi_runner.cohort.names import plural
from cgi_runner.cohort.packing import Batch, build_submission
from cgi_runner.cohort.plain_tables import find_plain_table
from cgi_runner.cohort.row_repair import RowRepair
from cgi_runner.errors import ForeignResultsError
from cgi_runner.files import sha256_of
from cgi_runner.inputs.dropped import COLUMNS, NOT_RETURNED
from cgi_runner.job import Record
from cgi_runner.results.reconcile import RowCounts
from cgi_runner.results.row_index import kind_of
from cgi_runner.results.tables import Table

log = logging.getLogger(__name__)

_INPUT = re.compile(r"input(\d+)\.tsv")
_DIGITS = 10  # of a row's number: a longer one is no number of CGI's
#: The columns that say whose a row is, by what CGI has called them since 2018; the first one that is there counts.
_SAMPLES = (b"cgi-sample id", b"cgi-info", b"sample id", b"sample")
_ROW_IDS = (b"input id", b"internal_id")
#: Tables that CGI writes only when such input was sent.
_KIND_OF = {"alterations.tsv": "mutations", "cna_analysis.tsv": "cnas", "fusion_analysis.tsv": "translocations"}
_REST = "its complete tables are in {}; `samples.tsv` lists the samples' ids"


@dataclass
class _Upload:
    """One upload of the packed job: the owner of each row, its number in that sample's own file, and its return."""

    kind: str
    path: Path
    owners: array[int]
    numbers: array[int]
    files: list[bytes]
    """What the sample's own file is called in row ids, `input01`, by sample."""
    returned: bytearray


@dataclass
class _TableRows:
    """What is needed of a table of results to split it."""

    name: str
    path: Path
    kind: str
    samples: list[int]
    """The columns that say whose a row is; the first one counts."""
    row_id: int | None
    end: bytes
    repair: RowRepair | None = None


@dataclass
class SampleAccount:
    """What became of a sample's rows, by kind, and the files that it has now, with their sizes."""

    rows: dict[str, RowCounts]
    files: dict[str, int]


class Demultiplexer:
    """Splits the results in the folder of one packed job into one new folder per sample."""

    def __init__(self, batch: Batch, folder: Path, record: Record, targets: Sequence[Path]) -> None:
        """Read from the job's folder, with its record; write to the targets, one for each sample, which are made."""
        self._batch, self._folder, self._record, self._targets = batch, folder, record, targets
        self._places = {id_: place for place, id_ in enumerate(batch.ids)}
        self._labels = [member.sample.label.encode() for member in batch.members]
        self._uploads: dict[bytes, _Upload] = {}
        self._found: dict[str, Counter[int]] = {}  # rows of each sample in the table of a kind, whatever their ids
        self.repaired = 0
        """Rows that came under another sample's id, because several samples have the variant."""
        self.kept_ids = 0
        """Rows that keep the id of the packed job, because CGI numbered them in another way."""

    def split(self) -> list[SampleAccount]:
        """Write all files, and return what became of the rows of each sample.

        Raises:
            ForeignResultsError: The results do not fit what was sent.

        """
        for target in self._targets:
            target.mkdir(parents=True)
        self._split_uploads()
        for name in self._record.archive.get("members", ()):
            if name.endswith(".tsv") and not _INPUT.fullmatch(name):
                self._split_table(name)
        missing = self._split_dropped()
        if self.repaired:
            log.info(
                "%s of job %s came under the Input ID of another sample with the same variant; ids and echoed "
                "columns were replaced by those of their own samples",
                plural(self.repaired, "row"),
                self._batch.name,
            )
        if self.kept_ids:
            log.warning("%s of job %s kept the packed job's row ids", plural(self.kept_ids, "row"), self._batch.name)
        returned = {u.kind: Counter(compress(u.owners, u.returned)) for u in self._uploads.values()}
        return [self._account(place, returned, missing) for place, _ in enumerate(self._targets)]

    def _split_uploads(self) -> None:
        """Find out from the uploads, which come back with the archive, whose each row is."""
        kinds = {about["sha256"]: kind for kind, about in self._record.inputs.items()}
        found = sorted((match[1], path) for path in self._folder.iterdir() if (match := _INPUT.fullmatch(path.name)))
        names = [(number, path, kind) for number, path in found if (kind := kinds.pop(sha256_of(path), ""))]
        if kinds:
            names = sorted([*names, *self._own_uploads(kinds, found)])
        for number, path, kind in names:
            upload = _Upload(kind, path, array("I", [0]), array("I", [0]), [b""] * len(self._labels), bytearray())
            for place, member in enumerate(self._batch.members):
                own = [k for _, _, k in names if any(part.kind == k for part in member.parts)]
                upload.files[place] = f"input{own.index(kind) + 1:02}".encode() if kind in own else b""
            self._split_upload(path, upload)
            self._uploads[f"input{number}".encode()] = upload

    def _own_uploads(self, kinds: Mapping[str, str], copies: Sequence[tuple[str, Path]]) -> list[tuple[str, Path, str]]:
        """Remake uploads of which CGI's copies are missing or changed; they have to be the same byte for byte."""
        made = build_submission(self._batch, self._targets[0].parent / "sent", title="")
        # CGI numbers the kinds by their names, as far as was seen; what its own copies say goes before that.
        numbers = {kind: f"{number:02}" for number, kind in enumerate(sorted(self._record.inputs), 1)}
        numbers |= {kind_of(Table(path)): number for number, path in copies}
        names = []
        for sha256, kind in kinds.items():
            if made.sha256.get(kind) != sha256:
                self._fail(f"holds no copy of the {kind} that were sent")
            log.warning(
                "job %s: CGI's copy of the %s is not what was sent; what was sent is used", self._batch.name, kind
            )
            names.append((numbers[kind], made.files[kind], kind))
        return names

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
            writer = FanOutWriter(targets, [header])
            buffers = writer.buffers
            for line in writer.lines(file):
                cells = line.split(b"\t")
                place = places[cells[column]]
                cells[column] = labels[place]
                counts[place] += 1
                owners.append(place)
                numbers.append(counts[place])
                buffers[place] += b"\t".join(cells)
        upload.returned = bytearray(len(owners))
        alone = [
            next((part.sha256 for part in member.parts if part.kind == upload.kind), None)
            for member in self._batch.members
        ]
        if wrong := [a for a, now, target in zip(alone, writer.close(), targets, strict=True) if target and a != now]:
            self._fail(f"holds other {upload.kind} of {len(wrong)} samples than were sent")

    def _split_table(self, name: str) -> None:
        kind = _KIND_OF.get(name, "")
        targets = [
            target / name if not kind or any(part.kind == kind for part in member.parts) else None
            for target, member in zip(self._targets, self._batch.members, strict=True)
        ]
        path = find_plain_table(self._folder / name, self._targets[0].parent / f"plain-{name}")
        with path.open("rb") as file:
            header = next(file, b"")
            columns = [column.strip().lower() for column in header.split(b"\t")]
            whose = [columns.index(column) for column in _SAMPLES if column in columns]
            ids = [columns.index(column) for column in _ROW_IDS if column in columns]
            if not whose:
                log.warning("%s of job %s names no samples and stays whole in the job's folder", name, self._batch.name)
                return
            writer = FanOutWriter(targets, [header])
            end = header[len(header.rstrip(b"\r\n")) :]
            rows = _TableRows(name, path, kind, whose, ids[0] if ids else None, end)
            self._found[kind] = self._spread_rows(rows, writer.lines(file), writer.buffers)
            writer.close()

    def _spread_rows(self, table: _TableRows, lines: Iterable[bytes], buffers: list[bytearray]) -> Counter[int]:
        """Return each row to its sample, under the sample's own name and row id, and say how many each has got."""
        places, labels, whose, row_id = self._places, self._labels, table.samples, table.row_id
        found = [0] * len(labels)
        width = max([*whose, row_id or 0]) + 1  # nothing right of the last column that changes has to be taken apart
        for line in lines:
            cells = line.rstrip(b"\r\n").split(b"\t", width)
            place = places.get(cells[whose[0]], -1) if len(cells) >= width else -1
            if place < 0:
                if cells == [b""]:
                    continue
                what = "of a sample that was not sent" if len(cells) >= width else "that is cut short"
                self._fail(f"has a row in {table.name} {what}")
            if row_id is not None:
                own_id = self._own_id(cells[row_id], place)
                if own_id is None:
                    cells = self._repair_cells(table, line, place)
                else:
                    cells[row_id] = own_id
            for column in whose:
                cells[column] = labels[place]
            buffers[place] += b"\t".join(cells) + table.end
            found[place] += 1
        return Counter(dict(enumerate(found)))

    def _own_id(self, row_id: bytes, place: int) -> bytes | None:
        """Return what a row's id would have been alone; None if it does not name a row of this sample."""
        file, _, digits = row_id.partition(b"_")
        upload = self._uploads.get(file)
        row = int(digits) if upload and digits.isdigit() and len(digits) <= _DIGITS else 0
        if not upload or not 0 < row < len(upload.owners) or upload.owners[row] != place:
            return None
        upload.returned[row] = 1
        return b"%b_%d" % (upload.files[place], upload.numbers[row])

    def _repair_cells(self, table: _TableRows, line: bytes, place: int) -> list[bytes]:
        """Return the cells of a row under another sample's id, with the id and echo that it would have had alone."""
        cells = line.rstrip(b"\r\n").split(b"\t")
        row_id = table.row_id or 0
        upload = next((each for each in self._uploads.values() if each.kind == table.kind), None)
        if upload:
            if table.repair is None:
                table.repair = RowRepair(upload.path, table.path)
            row = table.repair.find(line)
            if row and upload.owners[row] == place:
                upload.returned[row] = 1
                table.repair.write_echo(cells, row)
                cells[row_id] = b"%b_%d" % (upload.files[place], upload.numbers[row])
                self.repaired += 1
                return cells
        if table.kind == "mutations":
            text = cells[row_id].decode("utf-8", "replace")
            self._fail(f"gives {text} in {table.name} to a sample that did not send it")
        self.kept_ids += 1
        return cells

    def _split_dropped(self) -> dict[tuple[int, str], int]:
        """Join what was not sent of each sample with what did not come back; give the numbers of the latter."""
        paths = [target / "dropped.tsv" for target in self._targets]
        for member, path in zip(self._batch.members, paths, strict=True):
            shutil.copyfile(member.dropped, path)
        writer, missing = FanOutWriter(paths), Counter[tuple[int, str]]()
        kind, sample, stage = (COLUMNS.index(name) for name in ("input", "sample", "stage"))
        with (self._folder / "dropped.tsv").open("rb") as file:
            for line in writer.lines(file):
                cells = line.split(b"\t")
                if cells[stage] == NOT_RETURNED.encode():
                    place = self._places[cells[sample]]
                    cells[sample] = self._labels[place]
                    missing[place, cells[kind].decode()] += 1
                    writer.buffers[place] += b"\t".join(cells)
        writer.close()
        return missing

    def _account(
        self, place: int, returned: Mapping[str, Counter[int]], missing: Mapping[tuple[int, str], int]
    ) -> SampleAccount:
        rows: dict[str, RowCounts] = {}
        for part in self._batch.members[place].parts:
            came, lost = returned[part.kind][place], missing.get((place, part.kind), 0)
            rows[part.kind] = {
                "sent": part.rows,
                "returned": came,
                "merged": max(0, part.rows - came - lost),
                "not_returned": lost,
            }
            of_job = self._record.rows.get(part.kind)
            if of_job is None or of_job.get("not_returned") is None:
                # Which rows came back cannot be told of the job, so of no sample in it either.
                came = self._found.get(part.kind, Counter())[place]
                rows[part.kind] |= {"returned": came, "merged": 0, "not_returned": None}
        return SampleAccount(rows, {path.name: path.stat().st_size for path in sorted(self._targets[place].iterdir())})

    def _fail(self, what: str) -> NoReturn:
        raise ForeignResultsError(f"the archive of job {self._record.job_id} {what}", tip=_REST.format(self._folder))
