"""A job that runs a cell or a notebook of ours, with the directory that it does so by."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from typing import Any, Final

from IPython.core.getipython import get_ipython
from typing_extensions import Self

from ..client import ApiError, Unavailable
from ..runs import outcome
from ..runs.directory import RunDirectory, UnsafeFileError
from ..views import JobView, SubmitAnswer
from .batch_job import BatchJob
from .cell_output import CellOutput
from .connection import Connection
from .failures import JobFailedError, RemoteError, why
from .results import Results

_FIRST_PAUSE: Final = 0.25
_LAST_PAUSE: Final = 2.0
_LAST_LOOK: Final = 5.0
_AWAY_PAUSE: Final = 10.0
_PRINTED: Final = ("stream",)
"""What was seen as it came, in the job's widget."""


class RunJob(BatchJob):
    """A run's job; submitted once more it runs with what was sent then, beside these results."""

    def __init__(
        self,
        connection: Connection,
        job_id: str,
        slurm_id: str | None = None,
        *,
        directory: RunDirectory,
    ) -> None:
        super().__init__(connection, job_id, slurm_id)
        self.directory = directory

    def outputs(self) -> list[dict[str, Any]]:
        """Return what was shown so far: figures, tables and texts, as nbformat has them."""
        return self._results(self.view()).outputs()

    def display(self) -> None:
        """Show it under the present cell, live, and what it has made when its code has ended."""
        super().display()
        place = CellOutput(get_ipython())
        if place.is_notebook:
            threading.Thread(target=self._bring, args=(place,), daemon=True).start()

    def show_outputs(self, place: CellOutput, but: Collection[str]) -> None:
        """Show figures, tables and the like, ``but`` not outputs of these types."""
        try:
            shown = (one for one in self.outputs() if one["output_type"] not in but)
            place.show(shown, self.notebook)
        except (ApiError, UnsafeFileError, OSError) as error:
            place.say(f"{error}\n")

    def _bring(self, place: CellOutput) -> None:
        while True:
            try:
                self.over()
                break
            except Unavailable:  # the server is away, and may come back
                time.sleep(_AWAY_PAUSE)
            except (ApiError, UnsafeFileError):  # the job's widget tells of it
                return
        self.show_outputs(place, but=_PRINTED)

    @property
    def notebook(self) -> str:
        """The path of the notebook that holds them."""
        return self._results(self.view()).notebook

    def is_over(self, view: JobView) -> bool:
        """Tell whether it was over when it was seen so, or has written since how its code ended.

        That comes long before Slurm is next asked.
        """
        if super().is_over(view):
            return True
        told = self._results(view).outcome()
        return bool(told and told.is_of_code)

    def _ended_well(self, timeout: float | None) -> Results:
        """Wait for the end, and return what there is then.

        Raises:
            RemoteError: the code has raised an exception.
            JobFailedError: the job ended otherwise than well; it says why.
            TimeoutError: it is not over after so many seconds.
            UnsafeFileError: others could have written what it left.
        """
        view = self.over(timeout)
        results = self._results(view)
        told = results.outcome(patient=view.status == "COMPLETED")
        if told and told.exit_code == 0:
            return results
        if told and told.error:
            raise RemoteError(f"Job {self.id} failed: {told.error}", self._traceback())
        if told and told.is_of_code:  # Slurm may not have told its end yet
            raise JobFailedError(f"Job {self.id} failed: {told.message}")
        if view.status == "COMPLETED":
            raise JobFailedError(f"Job {self.id} has left nothing in {self.directory.path}.")
        ours = told.message if told else self._told_by_its_end(view)
        raise JobFailedError(why(self._connection.client, view, ours))

    def over(self, timeout: float | None = None) -> JobView:
        """Return the job when it is over, or its code is.

        Raises:
            TimeoutError: it is not over after so many seconds.
        """
        began = time.monotonic()
        view, looked = self.view(), began
        while not self.is_over(view):
            waited = time.monotonic() - began
            if timeout is not None and waited > timeout:
                raise TimeoutError(f"Job {self.id} is not over after {timeout:g} s.")
            time.sleep(min(_FIRST_PAUSE + waited / 50, _LAST_PAUSE))
            if time.monotonic() - looked > min(1 + waited / 20, _LAST_LOOK):
                view, looked = self.view(), time.monotonic()
        return view

    def _told_by_its_end(self, view: JobView) -> str | None:
        return outcome.told_by(view.exit_code, view.exit_signal, str(self.directory.path))

    def _traceback(self) -> list[str]:
        found = [one["traceback"] for one in self.outputs() if one["output_type"] == "error"]
        return found[-1] if found else []

    def _results(self, view: JobView) -> Results:
        return Results(self.directory, view.slurm_id or "none")

    def _again(self, answer: SubmitAnswer) -> Self:
        return type(self)(
            self._connection, answer.job_id, answer.slurm_id, directory=self.directory
        )
