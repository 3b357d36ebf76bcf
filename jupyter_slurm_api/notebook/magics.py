"""The magics, as IPython knows them; what they do is loaded when one is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import (
    Magics,
    line_cell_magic,
    line_magic,
    magics_class,
    no_var_expand,
)
from traitlets import Integer, Unicode, observe, validate

if TYPE_CHECKING:  # pydantic and httpx are loaded when a server is asked
    from IPython.core.interactiveshell import InteractiveShell

    from .cell_magic import CellMagic
    from .connection import Connection
    from .known import Known


class _Secret(str):
    """A text that is not shown."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'...'" if self else "''"


@magics_class
class SlurmMagics(Magics):
    """Slurm from the notebook, by way of a Jupyter server."""

    url = Unicode(help="The Jupyter server to ask; empty for the one that is found").tag(
        config=True
    )
    token = Unicode(help="Its token; empty for the one that is found").tag(config=True)

    max_bytes = Integer(
        256 * 2**20, min=0, help="How many bytes of variables may go to a Python cell"
    ).tag(config=True)

    _connection: Connection | None = None
    _known: Known | None = None
    _cells: CellMagic | None = None

    @property
    def connection(self) -> Connection:
        """The server that all magics of this kernel ask."""
        if self._connection is None:
            from .connection import Connection

            self._connection = Connection(self.url or None, self.token or None)
        return self._connection

    @validate("token")
    def _hide(self, proposal: Any) -> str:
        return _Secret(proposal["value"])

    @observe("url", "token")
    def _ask_another(self, _change: Any) -> None:
        if self._connection is not None:
            self._connection.name(self.url or None, self.token or None)

    @line_cell_magic
    def slurm(self, line: str, cell: str | None = None) -> Any:
        """Submit a cell as a job (`%%slurm`), or look at jobs, and act on them (`%slurm`).

        `%%slurm --help` and `%slurm help` explain what there is.
        """
        return self._run("slurm", line) if cell is None else self._run_cell(line, cell)

    @line_magic
    def squeue(self, line: str) -> Any:
        """Show the cluster's queue, with squeue's options."""
        return self._run("squeue", line)

    @line_magic
    def scancel(self, line: str) -> Any:
        """Cancel jobs."""
        return self._run("scancel", line)

    @line_magic
    def sinfo(self, line: str) -> Any:
        """Show the partitions, and what is free."""
        return self._run("sinfo", line)

    @line_magic
    def sacct(self, line: str) -> Any:
        """List your jobs, also those that left the queue."""
        return self._run("sacct", line)

    @no_var_expand  # what looks like a variable is the job's own
    @line_cell_magic
    def sbatch(self, line: str, cell: str | None = None) -> Any:
        """Submit a batch script in a file, or a cell, with sbatch's options."""
        return self._run("sbatch", line) if cell is None else self._run_cell(line, cell)

    @property
    def _shell(self) -> InteractiveShell:
        assert self.shell is not None  # noqa: S101 - magics are made for one
        return self.shell

    def completions(self, text: str) -> list[str]:
        """Return what may stand where a line's text ends."""
        from .completion import completions
        from .known import Known
        from .line_magics import LINES

        if self._known is None:
            self._known = Known(self.connection)
        return completions(LINES, self._known, text)

    def _run(self, name: str, line: str) -> Any:
        from .batch_job import BatchJob
        from .cell_magic import JOB
        from .line_commands import run_line
        from .line_magics import NAMES

        found = run_line(NAMES[name], self.connection, line)
        if isinstance(found, BatchJob):
            self._shell.user_ns[JOB] = found
        return found

    def _run_cell(self, line: str, cell: str) -> Any:
        from .cell_magic import CellMagic
        from .magic_error import in_words

        if self._cells is None:
            self._cells = CellMagic(self._shell, self.connection)
        with in_words():
            return self._cells.run(line, cell, self.max_bytes)
