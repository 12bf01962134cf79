"""The WDL files say what they mean, and cannot drift from the command line that they describe."""

from __future__ import annotations

import json

import click
import pytest

from cgi_runner import __version__
from cgi_runner.cli.main import cli
from engines.cwl.conftest import needed
from engines.wdl import engines
from engines.wdl.descriptions import FILES, TASKS, WDL, WORKFLOWS

#: Options that the WDL files leave out on purpose, with the reason; all others have an input of the same name.
LEFT_OUT = {
    "all_samples": "columns that nothing is known of are a question for the command line",
    "any_cancer_type": "the list of cancer types follows CGI's; whoever is ahead of it uses the command line",
    "as_json": "outputs are files",
    "confirm": "a task has nobody to ask",
    "filters": "PASS and . are what pipelines mean; the command line has it",
    "fresh": "an engine that repeats a task would submit a second job",
    "help": "for people",
    "ignore_build_hints": "a file that names another build than its own is corrected before a workflow takes it",
    "ignore_genotypes": "a last resort, for the command line",
    "insecure": "a workflow should not carry the habit of trusting anybody; ca_bundle solves the same trouble",
    "insertion_start": "a question for the command line",
    "keep_germline": "a last resort, for the command line",
    "low_level_cnas": "what is sent of gains and losses is a question for the command line",
    "partial_amplifications": "likewise",
    "merge_phased": "a question for the command line",
    "output": "a task's folder is its own; the engine names what it keeps",
    "pseudonyms": "the table of whose samples they are is for its owner's eyes only; engines copy their outputs about",
    "report": "the page is always written; who does not want it leaves it where it is",
    "sample_column": "the command line has it; a column can be renamed beforehand",
    "strict_input": "dropped.tsv lists such rows",
    "tcga_barcodes": "for people with tables of TCGA; the command line has it",
}
LEFT_OUT_OF = {
    ("run", "delete"): "an attempt that deletes would make the next one submit again; the workflows delete afterwards",
    ("run", "delete_adopted"): "likewise",
    ("cohort", "delete"): "likewise",
    ("cohort", "delete_adopted"): "likewise",
    ("cohort", "dry_run"): "for people: a task that does nothing has no outputs",
    ("delete", "force"): "a task that deletes what is not verified loses results",
}
#: Inputs that are no option but an argument, files that are staged where one points to, or the engine's business.
NOT_OPTIONS = {"job", "samples", "files", "folders", "image", "max_retries"}
#: Commands without a task, with the reason.
WITHOUT_TASK = {
    "check": "for people: `run` shows the same before it submits",
    "submit": "engines keep nothing between two tasks but files; `run` waits and resumes by itself",
    "wait": "likewise",
    "fetch": "likewise",
    "status": "for people",
    "logs": "for people; the task's logs are an output",
    "list": "for people",
    "cancer-types": "for people",
    "sandbox": "the input sandbox starts one inside the task",
    "annotate": "any task can call it on the results; it asks no service",
    "report": "likewise; the page is an output",
    "compare": "likewise",
}


def options(task: str) -> dict[str, click.Option]:
    """Return the options of a task's command that its description should have."""
    command = cli.commands[task.replace("_", "-")]
    found = [option for option in command.params if isinstance(option, click.Option)]
    left_out = {name for of, name in LEFT_OUT_OF if of == task} | set(LEFT_OUT)
    return {str(option.name): option for option in found if option.name not in left_out}


def test_there_is_a_task_for_each_command_that_makes_one() -> None:
    """A command has a task, or a reason to have none, and never both."""
    assert {name.replace("_", "-") for name in TASKS} == set(cli.commands) - set(WITHOUT_TASK)
    assert set(WITHOUT_TASK) <= set(cli.commands)


@pytest.mark.parametrize("name", TASKS)
def test_the_inputs_of_a_task_are_the_options_of_its_command(name: str) -> None:
    """Each option has the input of its name, and the command line names its flag; no flag is unknown."""
    wanted = options(name)
    assert set(TASKS[name].inputs) - NOT_OPTIONS == set(wanted)
    assert TASKS[name].flags >= {option.opts[-1] for option in wanted.values()}
    known = {flag for option in cli.commands[name.replace("_", "-")].params for flag in option.opts}
    assert TASKS[name].flags <= known


@pytest.mark.parametrize("name", TASKS)
def test_types_and_defaults_are_those_of_the_command_line(name: str) -> None:
    """Flags are booleans, and an input that is left out means the same as an option that is left out."""
    differing = {"attempts"}
    for key, option in options(name).items():
        given = TASKS[name].inputs[key]
        assert (given.kind == "Boolean") == option.is_flag, key
        assert given.kind.startswith("Array") == option.multiple, key
        if option.multiple:
            continue  # an empty list, which the engine's checker sees to
        if given.default is not None and key not in differing:
            default = option.get_default(click.Context(cli.commands[name.replace("_", "-")]))
            assert json.loads(given.default) == (bool(default) if option.is_flag else default), key


def test_every_option_that_is_left_out_exists() -> None:
    """The lists of what is left out do not outlive the options themselves."""
    known = {(name, str(p.name)) for name, command in cli.commands.items() for p in command.params} | {("", "help")}
    assert set(LEFT_OUT) <= {option for _, option in known}
    assert set(LEFT_OUT_OF) <= known


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_offers_whatever_its_tasks_take(name: str) -> None:
    """Each call gives a task all of its inputs, so that none is out of reach, and none has two defaults."""
    assert WORKFLOWS[name].calls
    for task, given in WORKFLOWS[name].calls.items():
        assert given == set(TASKS[task].inputs), task
        for key, own in WORKFLOWS[name].inputs.items():
            if key in TASKS[task].inputs:
                assert own == TASKS[task].inputs[key], key


@pytest.mark.parametrize("name", [*TASKS, *WORKFLOWS])
def test_every_input_is_documented(name: str) -> None:
    """A form that is made from the description has something to show at every field."""
    unit = (TASKS | WORKFLOWS)[name]
    assert unit.inputs
    assert unit.documented == set(unit.inputs)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_runs_in_the_image_of_this_version(name: str) -> None:
    """The default image is that of the runner that the description was written for."""
    assert TASKS[name].inputs["image"].default == f'"cgi-runner:{__version__}"'
    assert "container: image" in TASKS[name].text


def test_the_examples_fit() -> None:
    """Each example gives known inputs only, and all that its workflow requires."""
    examples = sorted((WDL / "examples").glob("*.json"))
    for example in examples:
        given = json.loads(example.read_text())
        names = {key.split(".")[0] for key in given}
        assert len(names) == 1
        inputs = WORKFLOWS[names.pop()].inputs
        required = {key for key, port in inputs.items() if not port.optional and port.default is None}
        assert required <= {key.split(".")[1] for key in given} <= set(inputs), example
    assert {key.split(".")[0] for example in examples for key in json.loads(example.read_text())} == set(WORKFLOWS)


@pytest.mark.wdl
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_is_valid_without_a_warning(path: object) -> None:
    """The reference checker finds nothing to complain about, in its strictest mode."""
    answer = needed(engines.checker).run("check", "--strict", str(path))
    assert answer.returncode == 0, answer.stdout + answer.stderr
