#!/usr/bin/env python3
"""Run one cgi-runner command as a Galaxy job.

Galaxy shows the first 255 characters of a job's output in the box of a dataset, standard output before standard
error. So what a person has to know goes to standard output in one sentence, and everything else to standard error, as
it comes. After a success the results are made ready for Galaxy: the names of the columns, and files that the tool has
no output for.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import zipfile
from collections import deque
from itertools import takewhile
from pathlib import Path

COMMAND = "cgi-runner"
BOX = 255
REMEMBERED = 200

ADVICE = {
    1: "This is a fault of the tool, not of your data. Please report it with the bug symbol of this dataset.",
    2: "Nothing was sent to CGI. Correct the input or the settings, then run the tool again.",
    3: "CGI is still running. Run the tool again with the same inputs: it finds its job and submits no other.",
    4: "Enter them: 'Provide credentials' on the tool's form, or User > Preferences > Manage Your Tools Credentials.",
    5: "CGI ended the job with an error. Read the end of its log in this dataset's details, then correct the input.",
    6: "The results arrived damaged. Nothing was deleted at CGI: run the tool again, it fetches the same job.",
    7: "CGI was not reached. Run the tool again later: a job that was submitted is found, not submitted twice.",
    8: "Your CGI account has no free slot. Delete a job you do not need (CGI: jobs of your account), then run again.",
    9: "Some rows are missing: see the dataset of dropped rows. Without 'Fail when rows are missing' this is no error.",
    10: "The results are not those of what was sent. Keep the archive and ask CGI: to run the tool again is no help.",
}

#: Files of the results folder that have an output of their own, by the name of that output.
OUTPUTS = {
    "report": "report.md",
    "page": "report.html",
    "alterations": "alterations.tsv",
    "cna_analysis": "cna_analysis.tsv",
    "fusion_analysis": "fusion_analysis.tsv",
    "biomarkers": "biomarkers.tsv",
    "summary": "summary.txt",
    "drivers": "drivers.tsv",
    "drugs": "drugs.tsv",
    "json": "results.json",
    "changes": "changes.tsv",
    "samples": "samples.tsv",
    "cohort": "cohort.json",
    "dropped": "dropped.tsv",
    "job": "cgi-job.json",
    "log": "cgi-logs.txt",
    "archive": "cgi-results.zip",
    "prepared_mutations": "mutations.tsv",
    "prepared_cnas": "cnas.tsv",
    "prepared_translocations": "translocations.tsv",
}


def main(argv: list[str] | None = None) -> int:
    """Run the command after `--`; its exit code is the result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stdout", type=Path, help="write what the command prints to this file")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder that the command writes to")
    parser.add_argument("--others", type=Path, default=Path("others"), help="folder for files without an output")
    parser.add_argument("--markdown", action="store_true", help="write the report that Galaxy shows")
    parser.add_argument("--folder", type=Path, help="write the results folder to this zip")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args(argv)
    code, talk = run(arguments.command, arguments.stdout)
    if code:
        print(headline(code, talk))  # noqa: T201 - Galaxy shows what is printed
        return code
    if arguments.folder:
        keep_folder(arguments.results, arguments.folder)
    if arguments.markdown:
        write_report(arguments.results)
    describe(arguments.results)
    set_aside(arguments.results, arguments.others)
    return 0


def run(command: list[str], stdout: Path | None) -> tuple[int, list[str]]:
    """Run a command, pass on its standard error line by line, and give its exit code and the last of those lines."""
    talk: deque[str] = deque(maxlen=REMEMBERED)
    sys.stdout.flush()
    with (
        stdout.open("wb") if stdout else open(1, "wb", closefd=False) as output,
        subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE) as process,  # noqa: S603 - the tool's own
    ):
        for line in process.stderr or ():
            sys.stderr.buffer.write(line)
            sys.stderr.buffer.flush()
            talk.append(line.decode(errors="replace").rstrip())
    # A process ended by a signal counts from below; the shell's way of counting is what the tool's exit codes mean.
    return (process.returncode if process.returncode >= 0 else 128 - process.returncode), list(talk)


def headline(code: int, talk: list[str]) -> str:
    """Return in one line of at most 255 characters what went wrong and what to do, the advice always whole."""
    advice = ADVICE.get(code, "")
    room = BOX - len(advice) - 2
    error = last_error(talk)
    error = error if len(error) <= room else error[: room - 1] + "…"
    return ". ".join(filter(None, (error, advice))) or f"cgi-runner ended with exit code {code}."


def last_error(talk: list[str]) -> str:
    """Return the last error with the first of the indented lines below it, which say what is wrong."""
    places = [place for place, line in enumerate(talk) if line.startswith("ERROR ")]
    if not places:
        return ""
    error = talk[places[-1]].removeprefix("ERROR ")
    details = takewhile(lambda line: line.startswith("  "), talk[places[-1] + 1 :])
    return f"{error.rstrip(':')}: {first.strip()}" if (first := next(details, "")) else error


def write_report(results: Path) -> None:
    """Write the short report; results stay good without one, so a failure is only told."""
    page = results / "report.md"
    command = [COMMAND, "report", str(results), "--markdown", str(page)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the tool's own
    if ended.returncode:
        sys.stderr.write(ended.stderr)
        page.write_text("# No report\n\nThe report could not be written; the tables are complete.\n", encoding="utf-8")


def keep_folder(results: Path, target: Path) -> None:
    """Keep all files of the results folder but its page in a zip, which other tools of the suite read."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as folder:
        for path in sorted(results.rglob("*")):
            name = path.relative_to(results)
            if path.is_file() and not name.name.startswith(".") and str(name) != OUTPUTS["page"]:
                folder.write(path, name)


def describe(results: Path) -> None:
    """Tell Galaxy the names of the columns of each table, and the genome build of the alterations."""
    about: dict[str, dict[str, dict[str, object]]] = {}
    for output, name in OUTPUTS.items():
        path = results / name
        if path.suffix == ".tsv" and path.is_file():
            with path.open(encoding="utf-8", errors="replace") as lines:
                about[output] = {"metadata": {"column_names": next(lines, "").rstrip("\r\n").split("\t")}}
    build = recorded_build(results / OUTPUTS["job"])
    if build and "alterations" in about:
        about["alterations"]["metadata"]["dbkey"] = build
    Path("galaxy.json").write_text(json.dumps(about), encoding="utf-8")


def recorded_build(record: Path) -> str | None:
    """Return the genome build that the job's record names, if there is such a record and it names one."""
    try:
        build = json.loads(record.read_text(encoding="utf-8")).get("reference")
    except (OSError, ValueError, AttributeError):
        return None
    return build if isinstance(build, str) else None


def set_aside(results: Path, others: Path) -> None:
    """Move files that have no output of their own to a folder from which Galaxy collects them, and say so."""
    others.mkdir(exist_ok=True)
    known = set(OUTPUTS.values())
    strangers = sorted(path for path in results.glob("[!.]*") if path.is_file() and path.name not in known)
    for path in strangers:
        path.replace(others / path.name)
    unexpected = [path.name for path in strangers if not path.name.startswith("input")]
    if unexpected:
        names = ", ".join(unexpected)
        print(f"The archive holds files that are new to this tool: {names}")  # noqa: T201 - Galaxy shows what is printed


if __name__ == "__main__":
    sys.exit(main())
