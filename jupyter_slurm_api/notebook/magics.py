"""The magics, as IPython knows them; what they do is loaded when one is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from traitlets import Unicode, observe, validate

if TYPE_CHECKING:  # pydantic and httpx are loaded when a server is asked
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

    _connection: Connection | None = None
    _known: Known | None = None

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

    @line_magic
    def slurm(self, line: str) -> Any:
        """Look at jobs, and act on them: `%slurm help` names what there is."""
        return self._run("slurm", line)

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
    @line_magic
    def sbatch(self, line: str) -> Any:
        """Submit a batch script, with sbatch's options."""
        return self._run("sbatch", line)

    def completions(self, text: str) -> list[str]:
        """Return what may stand where a line's text ends."""
        from .completion import completions
        from .known import Known
        from .line_magics import LINES

        if self._known is None:
            self._known = Known(self.connection)
        return completions(LINES, self._known, text)

    def _run(self, name: str, line: str) -> Any:
        from .line_commands import run_line
        from .line_magics import NAMES

        return run_line(NAMES[name], self.connection, line)
