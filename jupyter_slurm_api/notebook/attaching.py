"""Finding the job again that a notebook has submitted, whatever was restarted since."""

from __future__ import annotations

from ..runs.directory import RunDirectory
from ..runs.run import Run
from ..views import JobView
from .batch_job import BatchJob
from .cell_job import CellJob
from .connection import Connection
from .notebook_job import NotebookJob
from .run_job import RunJob
from .sweep_job import SweepJob


def attached(connection: Connection, view: JobView) -> BatchJob:
    """Return a job as the notebook that submitted it had it.

    Raises:
        UnsafeFileError: others could have written to the directory of its run.
    """
    job_id = view.job_id or view.slurm_id or ""
    directory = RunDirectory.of(view.work_dir, view.tags)
    if directory is None or not directory.path.is_dir():
        return BatchJob(connection, job_id, view.slurm_id)
    kind = _kind(Run.read(directory))
    return kind(connection, job_id, view.slurm_id, directory=directory)


def _kind(run: Run) -> type[RunJob]:
    if run.notebook:
        return NotebookJob
    return SweepJob if run.tasks else CellJob
