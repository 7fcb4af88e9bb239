"""What Sphinx needs to make a site of these pages: ``make docs`` puts it into out/docs.

The pages are Markdown that reads well without Sphinx too: the one directive is the tree in
``index.md``, which also takes the README in as the first page.
"""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))

project = "scegrad"
release = _PROJECT["project"]["version"]
copyright = "the authors of scegrad, Apache-2.0"
language = "en"

extensions = ["myst_parser"]
exclude_patterns: list[str] = []
nitpicky = True

# Anchors as GitHub makes them from headings, so that a link works in both places.
myst_heading_anchors = 4

html_theme = "furo"
html_title = "scegrad"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False  # the sources are in the checkout
html_show_sphinx = False
html_last_updated_fmt = None  # the same sources make the same site
