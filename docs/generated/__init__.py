"""What the pages say that the code says itself, in Markdown: it cannot drift from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from jupyter_slurm_api.extension import SlurmApi
from jupyter_slurm_api.notebook.magics import SlurmMagics

from . import helps, rest, settings

GENERATED: Final[Mapping[str, Callable[[], str]]] = {
    "cell_magic": helps.of_cells,
    "commands": helps.of_commands,
    "line_magics": helps.of_lines,
    "models": rest.models,
    "operations": rest.operations,
    "settings": lambda: settings.of(SlurmApi),
    "settings_of_magics": lambda: settings.of(SlurmMagics),
}
"""By the name that a page's ``<!-- generated: NAME -->`` gives."""
