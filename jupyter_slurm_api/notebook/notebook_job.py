"""A whole notebook that runs as a job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from ..runs.run import Run
from .run_job import RunJob


class Progress(NamedTuple):
    """How many of a notebook's cells of code are done."""

    done: int
    cells: int


class NotebookJob(RunJob):
    """A notebook's job; ``path`` is where it is written as it goes."""

    @property
    def path(self) -> Path:
        """The notebook with its outputs so far; there is none before the job begins."""
        written_to = Run.read(self.directory).written_to or ""
        return Path(written_to.replace("{job}", self.view().slurm_id or "none"))

    @property
    def notebook(self) -> str:
        """The same, as a text."""
        return str(self.path)

    def progress(self) -> Progress:
        """Return how far it is."""
        cells = [cell for cell in self._notebook()["cells"] if cell["cell_type"] == "code"]
        states = [cell["metadata"].get("papermill", {}).get("status") for cell in cells]
        return Progress(states.count("completed"), len(cells))

    def result(self, timeout: float | None = None) -> Path:
        """Return where the notebook is with its outputs, when it is over.

        Raises:
            RemoteError: a cell has raised an exception.
            JobFailedError: the job ended otherwise than well; it says why.
            TimeoutError: it is not over after so many seconds.
        """
        self._ended_well(timeout)
        return self.path

    def outputs(self) -> list[dict[str, Any]]:
        """Return what its last cell that has shown something has shown."""
        shown = [cell["outputs"] for cell in self._notebook()["cells"] if cell.get("outputs")]
        return shown[-1] if shown else []

    def _notebook(self) -> dict[str, Any]:
        try:
            read: dict[str, Any] = json.loads(self.path.read_bytes())
        except (FileNotFoundError, ValueError):  # it has not begun, or is just being written
            return {"cells": []}
        return read
