"""A job as the notebook holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from IPython.core.getipython import get_ipython
from typing_extensions import Self

from .. import states
from ..models import ParameterValue
from ..outputs import Stream
from ..report import JobReport
from ..views import JobView, SubmitAnswer
from .cell_output import CellOutput
from .connection import Connection
from .failures import JobFailedError, why


class BatchJob:
    """A job of Slurm's: shown as a widget, asked and acted upon by its methods.

    All of them raise `ApiError` where the server cannot be asked, or refuses.
    """

    def __init__(self, connection: Connection, job_id: str, slurm_id: str | None = None) -> None:
        self._connection = connection
        self._job_id = job_id
        self._slurm_id = slurm_id
        self._status: str | None = None

    @classmethod
    def of(cls, connection: Connection, answer: SubmitAnswer) -> Self:
        """Return the job that was submitted."""
        return cls(connection, answer.job_id, answer.slurm_id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}{f' {self._status}' if self._status else ''}>"

    def _ipython_display_(self) -> None:
        self.display()

    @property
    def id(self) -> str:
        """The id that squeue shows; the UUID, as long as Slurm has not given one."""
        return self._slurm_id or self._job_id

    @property
    def job_id(self) -> str:
        """The UUID, by which the API knows this job for ever."""
        return self._job_id

    @property
    def status(self) -> str:
        """Slurm's word for its state."""
        return self.view().status

    def view(self) -> JobView:
        """Return all that is known of it."""
        view = self._connection.client.job(self._job_id)
        self._slurm_id, self._status = view.slurm_id, view.status
        return view

    def widget(self) -> Any:
        """Return a widget that shows it, live."""
        from .job_widget import JobWidget

        return JobWidget(self._connection, self._job_id)

    def display(self) -> None:
        """Show it under the present cell, live; in a terminal say how to look at it."""
        if CellOutput(get_ipython()).is_notebook:
            self.widget().display()
        else:
            print(f"Job {self.id}: `%slurm output -f {self.id}` shows what it writes.")

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until it is over, for so many seconds at most.

        Raises:
            TimeoutError: it is not over by then.
        """
        view = self._connection.client.wait(self._job_id, timeout=timeout)
        self._slurm_id, self._status = view.slurm_id, view.status
        return self

    def is_over(self, view: JobView) -> bool:
        """Tell whether it was over when it was seen so."""
        return states.is_over(view.status)

    def result(self, timeout: float | None = None) -> Any:
        """Return what it has written, when it has ended well; None of an array, whose tasks write.

        Raises:
            JobFailedError: it has not; it says why.
            TimeoutError: it is not over after so many seconds.
        """
        view = self.wait(timeout).view()
        if view.status != "COMPLETED":
            raise JobFailedError(why(self._connection.client, view))
        return None if view.array else self.output()

    def output(self, stream: Stream = "stdout") -> str:
        """Return what it has written so far."""
        return self._connection.client.output(self._job_id, stream).text

    def report(self) -> JobReport:
        """Return how it went, once it is over."""
        return self._connection.client.report(self._job_id)

    def cancel(self) -> None:
        """Cancel it; one that is over stays as it ended."""
        if not states.is_over(self.status):
            self._connection.client.cancel(self._job_id)

    def hold(self) -> None:
        """Keep it from starting."""
        self._connection.client.hold(self._job_id)

    def release(self) -> None:
        """Let it start, after a hold."""
        self._connection.client.release(self._job_id)

    def resubmit(self, parameters: Mapping[str, ParameterValue] | None = None) -> Self:
        """Submit it once more, with sbatch's parameters that are to be different."""
        answer = self._connection.client.resubmit(self._job_id, parameters=parameters)
        return self._again(answer)

    def _again(self, answer: SubmitAnswer) -> Self:
        return type(self).of(self._connection, answer)
