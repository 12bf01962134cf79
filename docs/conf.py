"""How the documentation site is built: `make site` (Sphinx, with the pages as they are read on any code host)."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "runner"))

project = "cgi-runner"
author = "the cgi-runner contributors"
project_copyright = "the cgi-runner contributors"
release = re.search(
    r'__version__ = "(.+)"', (ROOT / "runner/cgi_runner/__init__.py").read_text(encoding="utf-8")
).group(1)
version = release

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
root_doc = "docs/index"
include_patterns = [
    "docs/**",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "examples/README.md",
    "tools/README.md",
    "cwl/README.md",
    "wdl/README.md",
    "snakemake/README.md",
    "nextflow/README.md",
]
exclude_patterns = ["docs/galaxy/**"]  # in the layout of the Galaxy Training Network, whose site builds it

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
nitpicky = False

highlight_language = "text"  # of blocks without a language: what programs print

html_theme = "furo"
html_title = f"cgi-runner {release}"
html_additional_pages = {"index": "redirect.html"}
html_copy_source = False
html_show_sphinx = False
html_static_path = ["templates/site.css"]
html_css_files = ["site.css"]
templates_path = ["templates"]
man_pages = [("docs/command-line", "cgi-runner", "call the Cancer Genome Interpreter as one step of a pipeline", author, 1)]


def append_help(app: object, page: str, source: list[str]) -> None:
    """Fill the page of the command line with the help of each command, as the command itself prints it."""
    if page != "docs/command-line":
        return
    from click import Context
    from cgi_runner.cli.main import cli

    is_manual = app.builder.name == "man"
    width = 72 if is_manual else 88  # what a manual page of 80 columns and the site have room for
    parent = Context(cli, info_name="cgi-runner", terminal_width=width, **cli.context_settings)
    contexts = [parent, *(Context(command, info_name=name, parent=parent) for name, command in cli.commands.items())]
    for context in contexts:
        source[0] += f"\n## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"
    if is_manual:  # and no links, and says all by itself
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        codes = re.findall(r"^\| ([\d, ]+) \| (.*?) \|(?: (.*))? \|$", readme, re.MULTILINE)
        told = [f"{code}\n: {what}" + (f" (retry: {retry})" if retry else "") for code, what, retry in codes]
        source[0] += "\n## Exit status\n\n" + "\n\n".join(told) + "\n"
        source[0] = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", source[0])


def setup(app: object) -> None:
    """Register what is generated from the program."""
    app.connect("source-read", append_help)
