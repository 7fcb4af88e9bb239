"""What Sphinx needs to make a site of these pages: ``make docs`` puts it into out/docs.

The pages are Markdown that reads well without Sphinx too.
Two are completed here: the commands by Typer's own tool, the Python interface by autodoc.
"""

import re
import subprocess
import sys

from sphinx.application import Sphinx

from scegrad.registers import VERSION

project = "scegrad"
release = VERSION
copyright = "the authors of scegrad, Apache-2.0"
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc"]
nitpicky = True
nitpick_ignore_regex = [("py:.*", r".*")]  # types of other packages, of which there is no inventory

# Anchors as GitHub makes them from headings, so that a link works in both places.
myst_heading_anchors = 4

autodoc_typehints = "none"  # the text says what may be given; NumPy's ArrayLike is ten lines long
python_maximum_signature_line_length = 60

html_theme = "furo"
html_title = "scegrad"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False  # the sources are in the checkout
html_show_sphinx = False

COMMANDS = "<!-- the commands -->"
"""The place for the commands in their page."""


WITHOUT_SITE = re.compile(r"<!-- without the site -->\n.*?<!-- end -->\n+", re.DOTALL)
"""What a page says to those who read its source, on GitHub for instance: the site has the thing."""


def _drop_notes(app: Sphinx, page: str, source: list[str]) -> None:
    source[0] = WITHOUT_SITE.sub("", source[0])


def _put_commands(app: Sphinx, page: str, source: list[str]) -> None:
    """Put what ``scegrad COMMAND --help`` says into the page of the commands, as Markdown."""
    if page == "reference/commands":
        typer = [sys.executable, "-m", "typer", "scegrad.cli", "utils", "docs", "--name", "scegrad"]
        text = subprocess.run(typer, capture_output=True, text=True, check=True).stdout
        _, _, commands = text.partition("\n## ")
        source[0] = source[0].replace(COMMANDS, f"## {commands}")


def _list_fields(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Make a list of the lines that begin with a name: ````name``  what it is``."""
    field = re.compile(r"``(\w+)`` {2,}(.*)")
    listed = []
    for line in lines:
        if found := field.fullmatch(line):
            listed += ["", f"``{found[1]}``", f"    {found[2]}"]
        elif listed and line.startswith("     "):
            listed.append(f"    {line.strip()}")
        else:
            listed.append(line)
    lines[:] = listed


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _drop_notes)
    app.connect("source-read", _put_commands)
    app.connect("autodoc-process-docstring", _list_fields)
