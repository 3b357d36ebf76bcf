"""How the site is made: sphinx-build docs build/docs."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
os.environ["COLUMNS"] = "88"  # of the help texts

from generated import GENERATED
from jupyter_slurm_api import __version__

project = "jupyter-slurm-api"
author = "The jupyter-slurm-api developers"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["generated"]
html_theme = "furo"
html_title = "jupyter-slurm-api"
html_copy_source = False
html_show_copyright = False

myst_heading_anchors = 4
smartquotes = False
default_role = "code"
python_maximum_signature_line_length = 88
autodoc_member_order = "bysource"


def fill_in(_app: object, _page: str, source: list[str]) -> None:
    """Put in place what is generated; a page that names what is not there breaks the build."""
    source[0] = re.sub(
        r"^<!-- generated: (\w+) -->$",
        lambda found: GENERATED[found[1]](),
        source[0],
        flags=re.MULTILINE,
    )


def setup(app: Any) -> None:
    """Have pages filled in as they are read."""
    app.connect("source-read", fill_in)
