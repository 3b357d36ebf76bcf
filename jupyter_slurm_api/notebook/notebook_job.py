"""A whole notebook that runs as a job."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from IPython.core.getipython import get_ipython

from ..client import ApiError, Unavailable
from ..runs.directory import UnsafeFileError
from ..runs.run import Run
from .cell_output import CellOutput
from .run_job import RunJob

_PAUSE: Final = 2.0


class Progress(NamedTuple):
    """How many of a notebook's cells of code are done."""

    done: int
    cells: int


class NotebookJob(RunJob):
    """A notebook's job; ``path`` is where it is written as it goes."""

    def display(self) -> None:
        """Show it under the present cell, live, with how many of its cells are done."""
        super().display()
        place = CellOutput(get_ipython())
        if place.is_notebook:
            threading.Thread(target=self._tell, args=(place,), daemon=True).start()

    def _tell(self, place: CellOutput) -> None:
        told = None
        while True:
            try:
                is_over, progress, path = self.is_over(self.view()), self.progress(), self.path
            except Unavailable:  # the server is away, and may come back
                time.sleep(_PAUSE)
                continue
            except (ApiError, UnsafeFileError):  # the job's widget tells of it
                return
            if progress.cells and progress != told:
                told = progress
                place.status(f"{progress.done} of {progress.cells} cells done: {path}")
            if is_over:
                return
            time.sleep(_PAUSE)

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
