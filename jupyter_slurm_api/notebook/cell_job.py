"""A Python cell that runs as a job."""

from __future__ import annotations

from typing import Any

from .run_job import RunJob


class CellJob(RunJob):
    """A Python cell's job; ``result()`` gives the variables that ``--out`` names."""

    def result(self, timeout: float | None = None) -> dict[str, Any]:
        """Return the variables that come back, when it is over.

        Raises:
            RemoteError: the cell has raised an exception.
            JobFailedError: the job ended otherwise than well; it says why.
            TimeoutError: it is not over after so many seconds.
            UnsafeFileError: others could have written what it left.
        """
        return self._ended_well(timeout).variables()
