"""How `make docs` makes a site of docs/: Sphinx reads it from here."""

import tomllib
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]

project = "Balie"
author = "the Balie contributors"
copyright = "the Balie contributors, Apache-2.0"  # noqa: A001 - the name that Sphinx wants
release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

extensions = ["myst_parser"]
myst_heading_anchors = 3  # a heading can be linked to by its words, as on other viewers of Markdown
nitpicky = True
root_doc = "index"

html_theme = "furo"
html_title = f"Balie {release}"
html_show_sphinx = False
html_copy_source = False
pygments_style = "friendly"


def setup(app: Sphinx) -> None:
    """Every README.md is the contents of its folder: a new page beside it is in the site."""
    app.connect("source-read", _with_contents)


def _with_contents(_app: Sphinx, page: str, text: list[str]) -> None:
    if page.endswith("/README"):
        text[0] += "\n```{toctree}\n:hidden:\n:glob:\n\n*\n```\n"
