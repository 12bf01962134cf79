"""What the tests of the Snakemake descriptions share."""

from __future__ import annotations

from pathlib import Path

import pytest

from engines.cwl.conftest import missing
from engines.cwl.engines import MissingError
from engines.snakemake.workflow import NewWorkflow, Workflow, snakemake_program


@pytest.fixture
def new_workflow(tmp_path: Path) -> NewWorkflow:
    """Return a function that makes a workflow, or leave the test out where there is no Snakemake."""
    try:
        snakemake_program()
    except MissingError as error:
        missing(str(error))
    return lambda account, **more: Workflow(tmp_path / account, account, **more)
