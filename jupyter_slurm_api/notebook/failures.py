"""What a notebook is told of a job that did not end well."""

from __future__ import annotations

from collections.abc import Sequence

from .. import states
from ..client import ApiError, SlurmClient
from ..views import JobView


class JobFailedError(Exception):
    """A job has not ended well; ``str()`` says why, and what to do about it."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: nothing of the way to here is of interest."""
        return [str(self)]


class RemoteError(JobFailedError):
    """The code of a cell has raised an exception on the node; it is shown as it was there."""

    def __init__(self, message: str, traceback: Sequence[str]) -> None:
        super().__init__(message)
        self.traceback = list(traceback)

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the traceback of the node."""
        return [*self.traceback, "", str(self)]


def why(client: SlurmClient, job: JobView, told: str | None = None) -> str:
    """Say why a job did not end well, and what to change; ``told`` is what it said itself."""
    name = f"Job {job.slurm_id or job.job_id}"
    if job.status == "FAILED" and told:
        return f"{name} failed: {told}"
    return f"{name} ended as {job.status}. {_advice(client, job)}".rstrip()


def _advice(client: SlurmClient, job: JobView) -> str:
    """Return what the report says of a failure, or else the job itself."""
    if not job.job_id or not states.is_over(job.status):
        return job.explanation or ""
    try:
        report = client.report(job.job_id)
    except ApiError:
        return job.explanation or ""
    said = [report.failure.explanation] if report.failure else []
    said += [f"Next time --{one.parameter}={one.value}: {one.reason}" for one in report.suggestions]
    return " ".join(said)
