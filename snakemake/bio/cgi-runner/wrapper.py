"""Snakemake wrapper for cgi-runner: one tumour (`run`), many in few jobs (`cohort`), or tables joined (`cohort-merge`).

Every parameter is the option of that name, with `_` for `-`. The process becomes the runner, so that Snakemake sees the
runner's own exit code and signals reach it.
"""

import os
import sys
from pathlib import Path

COMMANDS = ("run", "cohort", "cohort-merge")
KINDS = ("mutations", "cnas", "translocations")
#: Options that a rule must not give, with the reason.
REFUSED = {
    "confirm": "a rule has nobody to ask",
    "dry_run": "a rule that does nothing has no outputs",
    "fresh": "a rule that is repeated would submit a second job; another title does the same, once",
    "help": "it is for people",
    "insecure": "a workflow would keep the habit of trusting anybody; ca_bundle names a certificate",
    "json": "outputs are files",
    "no_report": "the page is the output by which Snakemake knows that a rule is done",
    "report": "the page is always written",
    **dict.fromkeys(KINDS, "it is an input of the rule"),
}


def fail(message):
    """End with the runner's code for wrong usage."""
    sys.stderr.write(f"ERROR rule {snakemake.rule}: {message}\n")
    sys.exit(2)


def format_options(name, value):
    """Return an option's words: none for None and False, a bare flag for True, one for each entry of a list."""
    flag = f"--{name.replace('_', '-')}"
    if value is None or value is False:
        return []
    if value is True:
        return [flag]
    values = value if isinstance(value, list | tuple) else [value]
    return [f"{flag}={one}" for one in values]


def files_of(name):
    """Return the input files of a name as a list."""
    files = snakemake.input.get(name, [])
    return [files] if isinstance(files, str) else list(files)


def build_command():
    """Return the runner's command line for this rule."""
    params = dict(snakemake.params.items())
    command = params.pop("command", "run")
    if command not in COMMANDS:
        fail(f"found the command {command!r}, expected one of {', '.join(COMMANDS)}")
    if wrong := next((name for name in params if name in REFUSED), None):
        fail(f"found the parameter {wrong}: {REFUSED[wrong]}")
    folder = Path(params.get("output") or fail("expected a parameter output, the folder of the results"))
    if outside := next((path for path in snakemake.output if folder not in Path(path).parents), None):
        # A folder that Snakemake knows is deleted when the rule fails, and with it the record and a kept archive.
        fail(f"found the output {outside}, expected files inside {folder}")
    words = ["cgi-runner", command]
    for name, value in params.items():
        words += format_options(name, value)
    for kind in KINDS:
        words += [f"--{kind}={path}" for path in files_of(kind)]
    folders = sorted({str(Path(path).parent) for path in files_of("results")})
    return [*words, "--", *files_of("samples"), *folders]


if snakemake.log:
    with Path(str(snakemake.log)).open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
words = build_command()
try:
    os.execvp(words[0], words)
except FileNotFoundError:
    fail("found no cgi-runner on PATH; install it, or run Snakemake with --software-deployment-method conda")
