"""What commands and magics say of themselves."""

from __future__ import annotations

import io
from contextlib import redirect_stdout, suppress

from jupyter_slurm_api.cli.main import main
from jupyter_slurm_api.cli.parsers import COMMANDS
from jupyter_slurm_api.notebook import cell_magic, connection
from jupyter_slurm_api.notebook.line_commands import LineCommand, run_line
from jupyter_slurm_api.notebook.line_magics import NAMES, SLURM
from jupyter_slurm_api.notebook.run_commands import ATTACH


def of_commands() -> str:
    """Return the help of each command of ``jupyter slurm``."""
    return "\n".join(
        _section(f"jupyter slurm {name}", _help_of_command(name)) for name in ("submit", *COMMANDS)
    )


def of_cells() -> str:
    """Return the help of ``%%slurm``."""
    return _block(cell_magic.HELP)


def of_lines() -> str:
    """Return the help of each line magic."""
    magics = {f"%slurm {name}": magic for name, magic in SLURM.items() if magic is not ATTACH}
    magics |= {f"%{name}": magic for name, magic in NAMES.items()}
    return "\n".join(_section(name, _help_of_line(magic)) for name, magic in magics.items())


def _help_of_command(name: str) -> str:
    said = io.StringIO()
    with redirect_stdout(said), suppress(SystemExit):
        main([name, "--help"])
    return said.getvalue()


def _help_of_line(magic: LineCommand) -> str:
    said = io.StringIO()
    with redirect_stdout(said):
        run_line(magic, connection.Connection(), "--help")
    return said.getvalue()


def _section(title: str, text: str) -> str:
    return f"### `{title}`\n\n{_block(text)}"


def _block(text: str) -> str:
    return f"```text\n{text.strip()}\n```\n"
