"""The CWL files are valid, say what they mean, and cannot drift from the command line that they describe."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from cgi_runner import __version__
from cgi_runner import errors as contract
from cgi_runner.cancer_types import table
from cgi_runner.cli.main import cli
from engines.cwl.descriptions import ALL, FILES, TOOLS, WORKFLOWS, binding_of, load, type_of
from engines.cwl.engines import CWL, ROOT, Engine

pytestmark = pytest.mark.cwl

TEMPORARY = {3, 6, 7, 8}
TABLE = "runner/cgi_runner/data/cancer_types.tsv"

#: Options that the CWL files leave out on purpose, with the reason; all others have an input of the same name.
LEFT_OUT = {
    "all_samples": "columns that nothing is known of are a question for the command line",
    "filters": "PASS and . are what pipelines mean; the command line has it",
    "ignore_genotypes": "a last resort, for the command line",
    "insertion_start": "a question for the command line",
    "low_level_cnas": "what is sent of gains and losses is a question for the command line",
    "partial_amplifications": "likewise",
    "merge_phased": "a question for the command line",
    "strict_input": "dropped.tsv lists such rows",
    "keep_germline": "a last resort, for the command line",
    "sample_column": "the command line has it; a column can be renamed beforehand",
    "tcga_barcodes": "for people with tables of TCGA; the command line has it",
    "any_cancer_type": "the list of cancer types is closed in CWL, which lets an engine refuse a wrong one by itself",
    "ignore_build_hints": "a file that names another build than its own is corrected before a workflow takes it",
    "insecure": "a workflow should not carry the habit of trusting anybody; ca_bundle solves the same trouble",
    "fresh": "an engine that repeats a step would submit a second job",
    "help": "for people",
    "as_json": "outputs are files",
    "confirm": "a step has nobody to ask",
    "pseudonyms": "the table of whose samples they are is for its owner's eyes only; engines copy their outputs about",
    "report": "the page is always written; who does not want it leaves it where it is",
}
LEFT_OUT_OF = {
    ("run", "delete"): "an attempt that deletes would make the next one submit again; the workflows delete afterwards",
    ("run", "delete_adopted"): "likewise",
    ("cohort", "delete"): "likewise",
    ("cohort", "delete_adopted"): "likewise",
    ("cohort", "dry_run"): "for people: a step that does nothing has no outputs",
    ("delete", "force"): "a step that deletes what is not verified loses results",
    ("annotate", "study"): "a folder in place of the annotated file; the command line has it",
    ("report", "html"): "always written, under a name of its own",
    ("report", "tables"): "likewise",
    ("report", "multiqc"): "likewise",
    ("report", "markdown"): "likewise",
    ("fetch", "archive"): "reading a saved archive needs no service, and no workflow",
    ("fetch", "sample"): "likewise",
    ("fetch", "archive_sample"): "likewise",
    ("fetch", "accept_archive"): "whose results an archive holds a person decides, who types the id",
}
#: Inputs that are no option but an argument, or files that are staged where one points to.
NOT_OPTIONS = {"job", "dropped_at_submit", "samples", "files", "folders", "file", "results", "old", "new"}
OFFLINE = {"check", "cohort-merge", "annotate", "report", "compare"}


def test_every_file_validates_strictly_and_without_a_warning(laptop: Engine) -> None:
    """The reference engine finds nothing to complain about; one process for all, as it starts slowly."""
    validate = "import sys; from cwltool.main import main; [main(['--strict', '--validate', f]) for f in sys.argv[1:]]"
    command = [sys.executable, "-c", validate, *map(str, FILES)]
    answer = subprocess.run(command, env=dict(laptop.environment), capture_output=True, text=True, check=False)
    said = answer.stdout + answer.stderr
    assert {f"{path} is valid CWL." for path in FILES} <= set(said.splitlines()), said
    assert "WARNING" not in said, said


def test_there_is_a_tool_for_each_command_that_makes_a_step() -> None:
    """Commands that a workflow needs have their tool; the others are for people at a terminal."""
    for_people = {"logs", "list", "cancer-types", "sandbox"}
    assert set(TOOLS) == set(cli.commands) - for_people


@pytest.mark.parametrize("name", TOOLS)
def test_the_inputs_of_a_tool_are_the_options_of_its_command(name: str) -> None:
    """Each option has the input of its name, bound to the very flag, and no input binds a flag that is none."""
    options = {
        str(option.name): option.opts[-1]
        for option in cli.commands[name].params
        if isinstance(option, click.Option) and option.name not in LEFT_OUT and (name, option.name) not in LEFT_OUT_OF
    }
    inputs = {
        # The ids of the closed list are CGI's, which the runner is told: ES is another disease in OncoTree.
        key: binding_of(port).get("prefix", "").removesuffix("=cgi:")
        for key, port in TOOLS[name]["inputs"].items()
        if key not in NOT_OPTIONS
    }
    assert inputs == options


@pytest.mark.parametrize("name", TOOLS)
def test_an_option_that_can_be_repeated_is_a_list(name: str) -> None:
    """A caller that writes several files for one tumour is as welcome as on the command line."""
    options = {str(option.name): option for option in cli.commands[name].params if isinstance(option, click.Option)}
    shared = set(options) & set(TOOLS[name]["inputs"])
    lists = {key for key in shared if type_of(TOOLS[name]["inputs"][key]).endswith("[]?")}
    assert lists == {key for key in shared if options[key].multiple}


@pytest.mark.parametrize("name", [name for name, tool in TOOLS.items() if "cancer_type" in tool["inputs"]])
def test_ids_of_the_closed_list_are_given_as_ids_of_cgi(name: str) -> None:
    """Some are codes of another disease in OncoTree, which the runner refuses without the name of the list."""
    assert TOOLS[name]["inputs"]["cancer_type"]["inputBinding"] == {
        "prefix": "--cancer-type=cgi:", "separate": False,
    }  # fmt: skip


def test_every_option_that_is_left_out_exists() -> None:
    """The list of what is left out does not outlive the options themselves."""
    known = {(name, str(p.name)) for name, command in cli.commands.items() for p in command.params} | {("", "help")}
    assert set(LEFT_OUT) <= {option for _, option in known}
    assert set(LEFT_OUT_OF) <= known


@pytest.mark.parametrize("name", TOOLS)
def test_flags_are_booleans_and_defaults_are_those_of_the_command_line(name: str) -> None:
    """Leaving an input out means the same as leaving the option out."""
    command = cli.commands[name]
    options = {str(option.name): option for option in command.params if isinstance(option, click.Option)}
    for key, port in TOOLS[name]["inputs"].items():
        option = options.get(key)
        if option is None or key == "output":
            continue
        assert (port["type"] == "boolean") == option.is_flag, key
        if "default" in port:
            default = option.get_default(click.Context(command))
            assert port["default"] == (bool(default) if option.is_flag else default), key


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_offers_whatever_its_steps_take(name: str) -> None:
    """No input of a step is out of the reach of the workflow's user, and each reaches the step under its own name."""
    plural = {"sample": "samples", "cancer_type": "cancer_types", "output": "samples"}
    for step in WORKFLOWS[name]["steps"].values():
        unseen = {"output"} if step["run"] == "submit.cwl" else set()  # a folder that no user gets to see
        assert set(load(CWL / step["run"])["inputs"]) - unseen <= set(step["in"]), step["run"]
        for key, source in step["in"].items():
            if isinstance(source, str) and "/" not in source:
                assert source in {key, plural.get(key)}


def test_the_exit_codes_are_those_of_the_contract() -> None:
    """Every failure of the runner is temporary or permanent in CWL, as its exit code has it."""
    codes = {
        error.exit_code
        for error in vars(contract).values()
        if isinstance(error, type) and issubclass(error, contract.RunnerError)
    }
    for name, tool in TOOLS.items():
        assert tool["successCodes"] == [0], name
        assert set(tool["temporaryFailCodes"]) == TEMPORARY, name
        assert set(tool["permanentFailCodes"]) == codes - TEMPORARY, name


@pytest.mark.parametrize("name", ["run", "submit", "cohort"])
def test_outputs_are_optional_where_a_temporary_failure_may_leave_none(name: str) -> None:
    """A required output that is missing would turn a temporary failure into a permanent one."""
    assert all(type_of(port).endswith("?") for port in TOOLS[name]["outputs"].values())


@pytest.mark.parametrize("name", ALL)
def test_everything_has_a_label_and_a_doc(name: str) -> None:
    """A form that is made from the description has something to show at every field."""
    description = ALL[name]
    fields = [description, *description.get("steps", {}).values()]
    fields += [*description["inputs"].values(), *description["outputs"].values()]
    for field in fields:
        assert field.get("label"), field
        assert field.get("doc"), field


@pytest.mark.parametrize("name", ALL)
def test_every_file_of_data_has_a_format(name: str) -> None:
    """Files that other tools make or take tell their EDAM format; credentials and certificates are no data."""
    for key, port in (*ALL[name]["inputs"].items(), *ALL[name]["outputs"].items()):
        if (type_of(port).startswith("File") or port["type"] == "stdout") and key not in {"credentials", "ca_bundle"}:
            formats = port["format"] if isinstance(port["format"], list) else [port["format"]]
            as_given = {"$(inputs.file.format)"}  # what is annotated keeps its format
            assert all(known.startswith("edam:format_") for known in set(formats) - as_given), key


def test_one_name_means_one_thing() -> None:
    """An input that several files share has the same words, type, default and format in all of them."""
    lists = {("interpret-cohort", key) for key in ("mutations", "cnas", "translocations")}
    for_all = {("cohort", key) for key in ("samples", "cancer_type", "mutations", "cnas", "translocations")}
    own = {("check", "output"), ("cohort", "output"), ("cohort-merge", "output")}
    own |= {("annotate", "output"), ("annotate", "sample"), ("interpret", "sandbox")}
    differing = {*own, *lists, *for_all}
    first: dict[str, dict[str, Any]] = {}
    for name, description in ALL.items():
        for key, port in description["inputs"].items():
            if (name, key) not in differing:
                shared = {part: value for part, value in port.items() if part != "inputBinding"}
                shared["type"] = type_of(port)
                assert first.setdefault(key, shared) == shared, (name, key)


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_asks_for_what_it_needs(name: str) -> None:
    """Network unless it is offline, no reuse of what talks to the service, hardly any processor, and this version."""
    requirements = TOOLS[name]["requirements"]
    assert requirements["NetworkAccess"]["networkAccess"] is (name not in OFFLINE)
    assert requirements.get("WorkReuse") == (None if name in OFFLINE else {"enableReuse": False})
    assert requirements["ResourceRequirement"] == {"coresMin": 0.1, "ramMin": 256}
    assert TOOLS[name]["hints"] == {"$import": "hints.yml"}
    assert TOOLS[name]["s:softwareVersion"] == __version__


def test_image_and_software_are_those_of_this_version() -> None:
    """All tools read them from one file; how the software is installed is told by a page of this very tree."""
    image, software = load(CWL / "hints.yml")
    assert image == {"class": "DockerRequirement", "dockerPull": f"cgi-runner:{__version__}"}
    assert software["class"] == "SoftwareRequirement"
    (package,) = software["packages"]
    assert (package["package"], package["version"]) == ("cgi-runner", [__version__])
    for specification in package["specs"]:
        page, _, heading = specification.partition("#")
        headings = re.findall(r"^#+ (.+)$", (CWL / page).read_text(), re.MULTILINE)
        assert heading in {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("name", ["run", "cohort", "wait", "fetch"])
def test_the_engine_waits_for_longer_than_the_tool(name: str) -> None:
    """The tool ends first and says which job it waited for; Toil takes nothing but a number for the limit."""
    hours = int(TOOLS[name]["inputs"]["deadline"]["default"].removesuffix("h"))
    assert TOOLS[name]["requirements"]["ToolTimeLimit"]["timelimit"] > 3600 * hours
    assert "at most 23h" in TOOLS[name]["inputs"]["deadline"]["doc"]
    assert TOOLS[name]["requirements"]["ToolTimeLimit"]["timelimit"] > 3600 * 23


@pytest.mark.parametrize("name", ALL)
def test_no_description_needs_javascript(name: str) -> None:
    """An engine without Node runs them all."""
    text = (CWL / f"{name}.cwl").read_text()
    assert "InlineJavascriptRequirement" not in text
    assert "${" not in text


@pytest.mark.parametrize("name", ALL)
def test_every_file_tells_its_licence_and_what_to_cite(name: str) -> None:
    """Whoever meets one file alone knows what it may be used for."""
    assert ALL[name]["s:license"] == "https://spdx.org/licenses/MIT"
    assert ALL[name]["s:citation"].startswith("https://doi.org/10.")


def test_the_types_are_those_of_the_runner() -> None:
    """The closed lists are written from the runner's own table, and nobody has touched either since."""
    answer = subprocess.run([sys.executable, CWL / "make_types.py", "--check"], check=False)
    assert answer.returncode == 0
    assert load(CWL / "cancer_type.yml")["symbols"] == list(table())
    builds = next(option for option in cli.commands["run"].params if option.name == "reference")
    assert isinstance(builds.type, click.Choice)
    assert set(load(CWL / "reference.yml")["symbols"]) <= set(builds.type.choices)


def test_an_old_list_of_types_is_noticed(tmp_path: Path) -> None:
    """The check of the types fails when the table has grown."""
    for name in ("cwl", "runner/cgi_runner/data"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("cwl/make_types.py", "cwl/cancer_type.yml", "cwl/reference.yml", TABLE):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    with (tmp_path / TABLE).open("a") as lines:
        lines.write("NEW\tCANCER\tA tumour type that was found yesterday\n")
    command = [sys.executable, str(tmp_path / "cwl/make_types.py")]
    assert subprocess.run([*command, "--check"], check=False).returncode == 1
    assert subprocess.run(command, check=False).returncode == 0
    assert subprocess.run([*command, "--check"], check=False).returncode == 0


def test_steps_without_a_sandbox_refuse_it_before_they_start(laptop: Engine, tmp_path: Path) -> None:
    """Engines pass over inputs that they do not know; this one is known, and takes nothing."""
    job = load(CWL / "examples" / "sandbox.yml")
    inputs = {**job, "mutations": [{**job["mutations"][0], "location": str(ROOT / "examples/mutations.tsv")}]}
    (tmp_path / "job.json").write_text(
        json.dumps({key: inputs[key] for key in ("mutations", "cancer_type", "sandbox")})
    )
    answer = laptop.run(CWL / "interpret.cwl", "job.json", folder=tmp_path)
    assert answer.returncode == 1
    assert "'sandbox' field is not valid" in answer.stderr
    assert "starting step" not in answer.stderr


def test_the_files_of_one_tumour_are_one_input(laptop: Engine, tmp_path: Path) -> None:
    """A caller that writes SNVs and indels apart, under columns whose names tell nothing, is read as one tumour."""
    header = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA1\tA2\n"
    rows = {"snvs.vcf": "chr7\t140753336\t.\tA\tT", "indels.vcf": "chr7\t55174771\t.\tAGGAATTAAGAGAAGC\tA"}
    for file, row in rows.items():
        (tmp_path / file).write_text(f"##fileformat=VCFv4.2\n{header}{row}\t.\tPASS\t.\tGT\t0/0\t0/1\n")
    vcf = "http://edamontology.org/format_3016"
    job = {
        "mutations": [{"class": "File", "location": file, "format": vcf} for file in rows],
        "cancer_type": "LUAD", "reference": "hg38", "sample": "P1", "tumor_column": "A2",
    }  # fmt: skip
    (tmp_path / "job.json").write_text(json.dumps(job))
    answer = laptop.run(CWL / "check.cwl", "job.json", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    sent = (tmp_path / "cgi-prepared/mutations.tsv").read_text().splitlines()[1:]
    assert len(sent) == len(rows)
    assert all("P1" in line for line in sent)


def test_every_file_is_registered_with_examples_that_fit() -> None:
    """Dockstore's list names all tools and workflows, and each of their examples gives known inputs only."""
    listed = load(ROOT / ".dockstore.yml")
    entries = [*listed["tools"], *listed["workflows"]]
    assert {entry["primaryDescriptorPath"] for entry in entries} == {f"/cwl/{name}.cwl" for name in ALL}
    assert {Path(entry["primaryDescriptorPath"]).stem for entry in listed["workflows"]} == set(WORKFLOWS)
    for entry in entries:
        inputs = ALL[Path(entry["primaryDescriptorPath"]).stem]["inputs"]
        optional = {key for key, port in inputs.items() if "default" in port or type_of(port).endswith(("?", "null"))}
        assert (ROOT / entry["readMePath"].lstrip("/")).is_file()
        for example in entry["testParameterFiles"]:
            given = set(load(ROOT / example.lstrip("/")))
            assert set(inputs) - optional <= given <= set(inputs), example
