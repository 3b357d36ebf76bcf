"""What a job has left in the directory of its run."""

from __future__ import annotations

import json
import time
from typing import Any, Final

from ..runs import node, outcome, variables
from ..runs.directory import RunDirectory
from ..runs.outcome import Outcome
from ..runs.run import CELL, NOTEBOOK

_LATE_SECONDS: Final = 5.0
_PAUSE: Final = 0.2


class Results:
    """The results of one job, or of one task of an array.

    Everything raises `UnsafeFileError` where others than this user could have written.
    """

    def __init__(self, directory: RunDirectory, slurm_id: str) -> None:
        self._directory = directory
        self._place = f"results/{slurm_id}"

    def outcome(self, *, patient: bool = False) -> Outcome | None:
        """Return how it went, None where nothing was written.

        ``patient`` waits for a network file system to show what a job has written that
        is over.
        """
        until = time.monotonic() + (_LATE_SECONDS if patient else 0)
        while True:
            try:
                return Outcome.read(self._directory.read(f"{self._place}/{outcome.FILE}"))
            except FileNotFoundError:
                if time.monotonic() >= until:
                    return None
            time.sleep(_PAUSE)

    def variables(self) -> dict[str, Any]:
        """Return the variables that came back.

        Raises:
            FileNotFoundError: none did.
        """
        with self._directory.open(f"{self._place}/{node.OUTPUTS}") as file:
            return variables.load(file, {})

    def outputs(self) -> list[dict[str, Any]]:
        """Return what the cell has shown, as outputs of nbformat 4; so far, while it runs."""
        try:
            notebook = json.loads(self._directory.read(f"{self._place}/{NOTEBOOK}"))
        except (FileNotFoundError, ValueError):  # it has not begun, or is just being written
            return []
        return [
            output
            for cell in notebook["cells"]
            if CELL in cell["metadata"].get("tags", ())
            for output in cell["outputs"]
        ]

    @property
    def notebook(self) -> str:
        """The path of the notebook that holds the cell with its outputs."""
        return str(self._directory.path / self._place / NOTEBOOK)
