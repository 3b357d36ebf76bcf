"""A sweep: one array, a task for each combination of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import Self

from .. import states
from ..runs import node
from ..runs.run import Run
from ..search import LARGEST_PAGE
from .failures import JobFailedError
from .results import Results
from .run_job import RunJob

if TYPE_CHECKING:
    import pandas as pd

_TOLD: Final = 10
_STATUS: Final = "status"
_WAITING: Final = "PENDING"


class SweepJob(RunJob):
    """A sweep's array; ``frame()`` has the parameters and what came back, a row a task.

    ``retry()`` runs again what has failed; the frame of that is of the whole sweep.
    """

    def widget(self) -> Any:
        """Return a widget with a grid of the tasks' states, live."""
        from .job_widget import JobWidget

        labels = Run.read(self.directory).tasks
        return JobWidget(self._connection, self._job_id, dict(enumerate(labels)))

    def result(self, timeout: float | None = None) -> dict[str, list[Any]]:
        """Return each variable that comes back as a list, in the order of the tasks.

        Raises:
            JobFailedError: tasks have not ended well; ``frame()`` has the others.
        """
        self.wait(timeout)
        last = self._attempts()
        failed = [task for task, (status, _) in last.items() if status != "COMPLETED"]
        if failed:
            told = ", ".join(str(task) for task in failed[:_TOLD])
            more = ", …" if len(failed) > _TOLD else ""
            raise JobFailedError(
                f"{len(failed)} of {len(last)} tasks have not ended well ({told}{more})."
                " job.frame() shows which, job.retry() runs them again."
            )
        found = [self._task(slurm_id).variables() for _, slurm_id in last.values()]
        return {name: [one[name] for one in found] for name in Run.read(self.directory).outputs}

    def frame(self) -> pd.DataFrame:
        """Return a row for each task: its parameters, what came back, and its status.

        What has not come back is missing, as pandas has it.

        Raises:
            ModuleNotFoundError: there is no pandas.
        """
        import pandas as pd

        last = self._attempts()
        tasks = node.tasks_of(self.directory)
        columns = dict.fromkeys([*tasks[0], *Run.read(self.directory).outputs, _STATUS])
        rows = []
        for task, parameters in enumerate(tasks):
            status, slurm_id = last.get(task, (_WAITING, None))
            back = self._task(slurm_id).variables() if status == "COMPLETED" else {}
            rows.append({_STATUS: status} | back | parameters)
        return pd.DataFrame(rows, columns=[*columns]).rename_axis("task")

    def failed(self) -> list[int]:
        """Return the tasks that are over and have not ended well."""
        return [
            task
            for task, (status, _) in self._attempts().items()
            if states.is_over(status) and status != "COMPLETED"
        ]

    def retry(self) -> Self:
        """Run the tasks again that have failed, as another array of the same sweep.

        Raises:
            ValueError: none has.
        """
        failed = self.failed()
        if not failed:
            raise ValueError(f"No task of {self.id} has failed: there is nothing to run again.")
        return self.resubmit({"array": ",".join(str(task) for task in failed)})

    def _attempts(self) -> dict[int, tuple[str, str | None]]:
        """Return each task's status and Slurm id, of the last array that has run it."""
        last: dict[int, tuple[str, str | None]] = {}
        for job_id in self._arrays():
            last |= dict(self._tasks_of(job_id))
        return dict(sorted(last.items()))

    def _arrays(self) -> list[str]:
        """Return the arrays that this one retries, the first first, and this one."""
        found: list[str] = []
        at: str | None = self._job_id
        while at and at not in found:
            found.insert(0, at)
            at = self._connection.client.job(at).resubmit_of
        return found

    def _tasks_of(self, job_id: str) -> Iterator[tuple[int, tuple[str, str | None]]]:
        for task in self._connection.client.iter_tasks(job_id, limit=LARGEST_PAGE):
            if task.task:
                yield task.task.task_id, (task.status, task.slurm_id)

    def _task(self, slurm_id: str | None) -> Results:
        return Results(self.directory, slurm_id or "none")
