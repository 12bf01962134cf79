"""Commands and labels as Galaxy fills them, without a server: which names patients get, and what is refused."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import Templates

pytestmark = [pytest.mark.galaxy, pytest.mark.timeout(120)]

NONE = {"dataset": None}
COLLECTION: dict[str, Any] = {"dataset": {}}


def dataset(name: str, **more: str) -> dict[str, Any]:
    """Describe a dataset."""
    return {"dataset": {"name": name, **more}}


def fill(templates: Templates, part: str = "command", tool: str = "cgi_runner_run", **parameters: Any) -> Any:
    """Return the lines of the command, or the labels by output, of a tool, by default of cgi_runner_run."""
    form = {
        "mutations": NONE, "more": [], "cnas": NONE, "translocations": NONE, "cancer_type": "CM", "reference": "auto",
        "tumour": {"samples": "one", "sample": "", "tumor_column": ""},
        "reading": {"filters": "", "keep_filtered": "", "keep_germline": "", "sample_column": ""},
        "account": {"service": "sandbox"},
        "how": {"title": "", "deadline": "6h", "strict": "", "delete": "", "extras": []},
        "on_string": "collection 12", "__tool_directory__": "/tools", **parameters,
    }  # fmt: skip
    return templates.ask(tool, part, form)


def test_an_element_gives_its_name_to_every_input(templates: Templates) -> None:
    """A VCF and a wide table of copy numbers of one element get its name, the column of the tumour apart from that."""
    mutations = dataset("x", ext="vcf", build="?", identifier="P1.vcf")
    tumour = {"samples": "one", "sample": "", "tumor_column": "TUMOR"}
    command = fill(templates, mutations=mutations, cnas=dataset("y", identifier="P1"), tumour=tumour)
    assert {"--sample 'P1'", "--tumor-column 'TUMOR'", "--title 'P1'"} <= set(command)
    assert {"--mutations 'inputs/0_mutations/P1.vcf'", "--cnas 'inputs/1_cnas/P1.tsv'"} <= set(command)
    assert not [line for line in command if line.startswith("--reference")]


def test_outputs_are_named_by_the_dataset_or_the_sample(templates: Templates) -> None:
    """The name of the dataset stands in the labels until the form names the sample."""
    assert fill(templates, "labels", mutations=dataset("P1.vcf"))["alterations"] == "CGI alterations of P1"
    named = {"samples": "one", "sample": "P9", "tumor_column": ""}
    assert fill(templates, "labels", mutations=dataset("x"), tumour=named)["report"] == "CGI report of P9"


def test_collections_are_named_by_tool_and_input(templates: Templates) -> None:
    """Where the label is that of a collection, Galaxy's words for the input stand for the name of a dataset."""
    labels = fill(templates, "labels", mutations=COLLECTION)
    assert labels["biomarkers"] == "CGI biomarkers of collection 12"
    assert len(set(labels.values())) == len(labels)


#: For each tool that can be mapped over a collection: the input that is, and what the form holds besides.
MAPPED: dict[str, dict[str, Any]] = {
    "cgi_runner_run": {"mutations": COLLECTION},
    "cgi_runner_submit": {"mutations": COLLECTION},
    "cgi_runner_check": {"mutations": COLLECTION},
    "cgi_runner_fetch": {"source": {"kind": "archive", "archive": COLLECTION}},
    "cgi_runner_annotate": {"file": COLLECTION, "results": COLLECTION},
    "cgi_runner_report": {"results": COLLECTION},
    "cgi_runner_compare": {"results": COLLECTION, "older": COLLECTION},
}


@pytest.mark.parametrize("tool", MAPPED)
def test_every_collection_is_named_by_tool_and_input(templates: Templates, tool: str) -> None:
    """Galaxy's words for the input stand in every label, and no two labels of a tool are the same."""
    labels = fill(templates, "labels", tool, **MAPPED[tool])
    assert labels
    assert len(set(labels.values())) == len(labels)
    assert [label for label in labels.values() if "CGI" not in label or " collection 12" not in label] == []


def test_two_cohorts_of_a_history_can_be_told_apart(templates: Templates) -> None:
    """The title stands in every label of a cohort, and without one the input."""
    for how, words in (({"title": "2026"}, "2026"), ({"title": ""}, "collection 12")):
        labels = fill(templates, "labels", "cgi_runner_cohort", how=how)
        assert len(set(labels.values())) == len(labels)
        assert [label for label in labels.values() if not label.endswith(f" ({words})")] == []


def test_several_samples_keep_their_own_names(templates: Templates) -> None:
    """Nothing is renamed where the datasets hold several tumours."""
    command = fill(templates, mutations=dataset("all.vcf", ext="vcf"), tumour={"samples": "several"})
    assert "--all-samples" in command
    assert not [line for line in command if line.startswith("--sample ")]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {"mutations": dataset("x", identifier="A"), "cnas": dataset("y", identifier="B")},
            "different names (A and B)",
        ),
        (
            {
                "mutations": dataset("x", identifier="A"),
                "tumour": {"samples": "one", "sample": "P", "tumor_column": ""},
            },
            "One sample name was given for all elements",
        ),
        (
            {"mutations": dataset("x", identifier="A"), "cnas": dataset("y")},
            "would be sent for every patient",
        ),
        (
            {"mutations": dataset("x", identifier="A"), "more": [{"mutations": dataset("y", identifier="B")}]},
            "different names (A and B)",
        ),
        (
            {"mutations": dataset("x", build="hg19"), "more": [{"mutations": dataset("y", build="hg38")}]},
            "different database/builds",
        ),
        ({"mutations": dataset("x", build="mm10")}, "neither hg38 nor hg19"),
        ({"more": [{"mutations": dataset("y")}]}, "Further mutations were chosen and no first ones"),
        ({}, "No alterations were chosen"),
        ({"mutations": dataset("x"), "cancer_type": ""}, "No cancer type was chosen"),
    ],
)
def test_what_would_send_another_patient_is_refused(
    templates: Templates, parameters: dict[str, Any], said: str
) -> None:
    """The command then only says why, and ends with 2."""
    command = fill(templates, **parameters)
    assert said in command[0]
    assert command[1:] == ["exit 2"]


@pytest.mark.parametrize("name", ["患者一", "P 1", "O'Brien", '$(touch made)"`touch made`', "'; touch made; '"])
def test_names_of_elements_reach_the_command_as_they_are(templates: Templates, name: str) -> None:
    """Two patients may differ in signs that no file name has: neither the sample nor the title loses them."""
    element = dataset("x", identifier=f"{name}.tsv")
    words = shlex.split(" ".join(fill(templates, mutations=element)))
    assert [words[words.index(option) + 1] for option in ("--sample", "--title")] == [name, name]
    words = shlex.split(" ".join(annotate(templates, element, dataset("y", ext="zip", identifier=name))))
    assert words[words.index("--sample") + 1] == name


@pytest.mark.parametrize(
    ("tool", "first", "second"),
    [
        ("cgi_runner_run", "mutations", "cnas"),
        ("cgi_runner_annotate", "file", "results"),
        ("cgi_runner_compare", "older", "results"),
    ],
)
def test_no_name_of_an_element_is_run_by_the_shell(
    templates: Templates, tmp_path: Path, tool: str, first: str, second: str
) -> None:
    """A sentence that names elements is printed, whatever their names hold."""
    evil = "a'; touch made; echo '"
    given: dict[str, Any] = {first: dataset("x", identifier="b"), second: dataset("y", identifier=evil)}
    lines = fill(templates, tool=tool, **given)
    ended = subprocess.run(["bash", "-c", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, list(tmp_path.iterdir())) == (2, [])
    assert evil in ended.stdout


@pytest.mark.parametrize("name", ["forward", "Tumour.vcf", "snvs", "somatic.indels.vcf.gz"])
def test_an_element_that_every_patient_has_names_nobody(templates: Templates, name: str) -> None:
    """Of a list of pairs or a nested list, Galaxy hands on the inner identifier only, which several patients share."""
    command = fill(templates, mutations=dataset("x", identifier=name))
    assert "names no patient" in command[0]
    assert command[1:] == ["exit 2"]
    assert len(fill(templates, mutations=dataset("x", identifier=name), tumour={"samples": "several"})) > len(command)
    assert len(fill(templates, mutations=dataset(name))) > len(command)


def test_every_further_file_is_sent_with_the_first(templates: Templates) -> None:
    """Files of one element are given one after the other, each under a path of its own."""
    further = [{"mutations": dataset("b", identifier="P1")}]
    command = fill(templates, mutations=dataset("a", ext="vcf", identifier="P1"), more=further)
    assert {"--mutations 'inputs/0_mutations/P1.vcf'", "--mutations 'inputs/1_mutations/P1.tsv'"} <= set(command)
    assert "--sample 'P1'" in command


def annotate(templates: Templates, file: dict[str, Any], results: dict[str, Any], sample: str = "") -> list[str]:
    """Return the lines of the command that annotates a file."""
    tumour = {"samples": "one", "sample": sample, "tumor_column": ""}
    flags = {"cbioportal": "", "overwrite": "", "annotated": "/data/annotated.dat"}
    lines: list[str] = fill(
        templates, tool="cgi_runner_annotate", file=file, results=results, tumour=tumour, mutations=NONE, **flags
    )
    return lines


def test_an_element_is_annotated_with_its_own_results(templates: Templates) -> None:
    """The file of an element gets the rows of the sample of that name, of its own archive or of a cohort's folder."""
    file = dataset("x", ext="vcf", identifier="P1.vcf")
    for results in (dataset("y", ext="zip", identifier="P1"), dataset("cohort", ext="zip")):
        assert "--sample 'P1'" in annotate(templates, file, results)


def test_a_single_file_is_not_renamed(templates: Templates) -> None:
    """Without a collection the program itself decides whose file it is, or the form says so."""
    file, results = dataset("a.vcf", ext="vcf"), dataset("CGI results folder of a", ext="zip")
    assert not [line for line in annotate(templates, file, results) if line.startswith("--sample")]
    assert "--sample 'P9'" in annotate(templates, file, results, "P9")


def test_a_file_is_not_annotated_with_the_results_of_another_patient(templates: Templates) -> None:
    """Lists in another order, and one name for all elements, are refused."""
    crossed = annotate(templates, dataset("x", identifier="A"), dataset("y", identifier="B"))
    assert "different names (A and B)" in crossed[0]
    assert crossed[1:] == ["exit 2"]
    lumped = annotate(templates, dataset("x", identifier="A"), dataset("y"), "P1")
    assert "One sample name was given for all elements" in lumped[0]
    assert lumped[1:] == ["exit 2"]
