"""Every fault at every step, once and always: the contract's exit code, one job, all results or none, no secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from conftest import ROOT
from promise import matrix
from promise.matrix import COLUMNS, Bench, Cell
from support.depth import SOAK

#: What the contract demands: the exit code when the fault strikes once / always. `-` where a fault cannot strike.
CONTRACT = """
                                post  list  info  logs  download  delete
drop                            0/7   0/7   0/7   0/7   0/7       0/0
hang=30                         0/7   0/7   0/7   0/7   0/7       0/0
408                             0/7   0/7   0/7   0/7   0/7       0/0
429                             0/7   0/7   0/7   0/7   0/7       0/0
429 retry-after=7               0/7   0/7   0/7   0/7   0/7       0/0
429 retry-after=date            0/7   0/7   0/7   0/7   0/7       0/0
429 retry-after=99999999        0/7   0/7   0/7   0/7   0/7       0/0
429 retry-after=soon            0/7   0/7   0/7   0/7   0/7       0/0
500                             0/7   0/7   0/7   0/7   0/7       0/0
502                             0/7   0/7   0/7   0/7   0/7       0/0
503                             0/7   0/7   0/7   0/7   0/7       0/0
503 retry-after=7               0/7   0/7   0/7   0/7   0/7       0/0
503 retry-after=date            0/7   0/7   0/7   0/7   0/7       0/0
503 retry-after=-99999999       0/7   0/7   0/7   0/7   0/7       0/0
504                             0/7   0/7   0/7   0/7   0/7       0/0
error-code=429                  0/7   0/7   0/7   0/7   0/7       0/0
error-code=500                  0/7   0/7   0/7   0/7   0/7       0/0
400                             2/2   7/7   7/7   7/7   0/7       0/0
401                             4/4   4/4   4/4   0/4   0/4       0/0
error-code=401                  4/4   4/4   4/4   0/4   0/4       0/0
403                             8/8   4/4   4/4   0/4   0/4       0/0
error-code=403                  8/8   4/4   4/4   0/4   0/4       0/0
409                             7/7   7/7   7/7   7/7   0/7       0/0
404                             7/7   7/7   0/7   0/7   0/7       0/0
error-code=404                  7/7   7/7   0/7   0/7   0/7       0/0
html                            0/7   7/7   7/7   0/7   0/6       0/0
empty                           0/7   0/7   0/7   0/7   0/6       0/0
wrong-type                      0/7   7/7   7/7   0/3   0/6       0/0
broken-json                     0/0   0/7   0/7   0/7   -         0/0
redirect=*                      7/7   7/7   7/7   0/7   7/7       0/0
endless                         0/7   0/7   0/7   0/7   0/6       0/0
slow=5                          0/0   0/0   0/7   0/7   0/6       0/0
truncated                       0/0   0/7   0/7   0/7   0/6       0/0
truncated-quietly               0/0   0/7   0/7   0/7   0/6       0/0
corrupt                         -     -     -     -     0/6       -
foreign                         -     -     -     -     0/10      -
zip-slip                        -     -     -     -     0/6       -
bomb                            -     -     -     -     0/6       -
encrypted                       -     -     -     -     0/6       -
word=Paused                     -     -     0/0   0/3   -         -
word=Error                      -     -     0/0   0/5   -         -
vanish                          -     -     0/0   7/7   5/5       0/0
full                            8/8   -     -     -     -         -
late=20                         0/0   -     -     -     -         -
shuffled                        -     0/0   -     -     -         -
crowd=40                        -     0/0   -     -     -         -
shape=*                         -     -     -     -     0/0       -
copy=*                          -     -     -     -     0/0       -
rows=samples-exchanged          -     -     -     -     10/10     -
rows=unsent                     -     -     -     -     10/10     -
rows=*                          -     -     -     -     0/0       -
spelling=*                      0/0   0/0   0/0   0/0   -         0/0
log-shape=*                     -     -     -     0/0   -         -
cut-title=*                     -     -     0/0   -     -         -
wrapped=*                       0/0   -     -     -     -         -
retitled=*                      0/0   -     -     -     -         -
retitled-unanswered=*           0/0   -     -     -     -         -
unseen=20                       0/0   -     -     -     -         -
unseen=90                       7/7   -     -     -     -         -
wrong-id                        0/0   -     -     -     -         -
old-id                          0/0   -     -     -     -         -
repeated                        -     0/0   -     -     -         -
stale                           -     0/0   0/7   0/7   0/7       0/0
flapping=*                      -     0/0   0/0   0/0   0/0       0/0
* handled                       0/0   -     -     -     -         0/0
"""
#: Cells in which the same command cannot succeed afterwards either: the job is gone, and only --fresh makes a new one.
GONE = {("vanish", "logs"), ("vanish", "download")}
SAMPLE = matrix.cells() if SOAK else matrix.cells()[::29]


def demanded(cell: Cell) -> int:
    """Look the exit code up in the contract."""
    rows = dict(re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in CONTRACT.strip().splitlines()[1:])
    name = "* handled" if cell.fault.endswith("handled") else cell.fault
    name = name if name in rows else re.sub("=.*", "=*", name)
    codes = dict(zip(STEPS_IN_TABLE, rows[name].split(), strict=True))[cell.call]
    return int(codes.split("/")[cell.times == "always"])


STEPS_IN_TABLE = CONTRACT.split("drop", maxsplit=1)[0].split()


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Serve the sandbox for all cells."""
    with matrix.bench() as made:
        yield made


@pytest.mark.parametrize("cell", SAMPLE, ids=lambda cell: cell.name.replace(" ", "_"))
def test_cell(cell: Cell, bench: Bench, documented: dict[Cell, str]) -> None:
    """The command ends as the contract says and as the document tells; the same command brings it to its end."""
    seen = bench.run(cell)
    assert seen.code == demanded(cell), seen.says
    assert seen.again == (5 if (cell.fault, cell.step) in GONE else 0)
    assert matrix.line(cell, seen) == documented[cell], "docs/reliability.tsv is stale: run `make reliability`"


@pytest.fixture(scope="module")
def documented() -> dict[Cell, str]:
    """Return the lines of the matrix that is kept, by cell."""
    return matrix.documented()


@pytest.mark.soak
def test_ten_thousand_other_jobs(bench: Bench) -> None:
    """Each is asked for its title before anything is submitted, and ours is found among them."""
    seen = bench.run(Cell("crowd=10000", "list", "once"))
    assert (seen.code, seen.taken_in, seen.again) == (0, 1, 0)
    assert seen.requests > 10_000
    seen = bench.run(Cell("crowd=10000", "list again", "always"))
    assert (seen.code, seen.taken_in, seen.again) == (0, 1, 0)


def test_the_document_has_all_cells(documented: dict[Cell, str]) -> None:
    """The table tells of every cell and of no other, and its overview agrees with the contract."""
    assert list(documented) == matrix.cells()
    assert len(documented) >= 120
    assert f"{len(documented)} combinations" in (ROOT / "README.md").read_text(encoding="utf-8")
    overview = matrix.overview(matrix.DOCUMENT.read_text(encoding="utf-8")).splitlines()
    told = {line.split("`")[1]: [cell.strip() for cell in line.split("|")[2:-1]] for line in overview[2:]}
    for cell in matrix.cells():
        code = told[cell.fault][COLUMNS.index(cell.step)].split("/")[cell.times == "always"]
        assert int(code) == demanded(cell), cell.name
