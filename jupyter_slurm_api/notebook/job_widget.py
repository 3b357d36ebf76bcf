"""One job under its cell: how it is, what it writes, how it went, and what can be done."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import traitlets

from .. import states
from ..cli.text import harmless
from ..client import ApiError, SlurmClient
from ..events import JobChange
from ..outputs import Stream
from ..views import JobView
from . import last_state
from .connection import Connection
from .job_card import card_of
from .live_output import LiveOutput
from .live_widget import LiveWidget, static
from .task_states import TaskStates

_USAGE_SECONDS: Final = 60.0
"""For how long the accounting may take to tell what a job used, after its end."""
_MOST_TASKS: Final = 10_000
_PAGE: Final = 1000
_DO: Final = {
    "cancel": SlurmClient.cancel,
    "hold": SlurmClient.hold,
    "release": SlurmClient.release,
}

Over = Callable[[JobView], object]


class JobWidget(LiveWidget):
    """Shows one job, by its UUID or its Slurm id, until it is over.

    ``task_labels`` says in words what each task of an array is, by task id. A job that is
    submitted once more by its button takes the place of the one before it.
    """

    _esm = static("asking.js", "terminal.js", "tasks.js", "job.js")
    _css = static("widgets.css")
    _verbs: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(_DO, "_act"),
        "resubmit": "_resubmit",
        "outputs": "_send_outputs",
        "follow": "_follow_task",
    }

    job = traitlets.Dict().tag(sync=True)
    tasks = traitlets.Dict().tag(sync=True)
    task_states = traitlets.Unicode().tag(sync=True)
    home = traitlets.Unicode(str(Path.home())).tag(sync=True)
    outputs: Any = traitlets.List().tag(sync=True, to_json=lambda _, widget: widget.written())

    def __init__(
        self, connection: Connection, job_id: str, task_labels: Mapping[int, str] | None = None
    ) -> None:
        self._outputs: dict[Stream, LiveOutput] = {}
        super().__init__(connection)
        self._labels = {one: harmless(label) for one, label in (task_labels or {}).items()}
        self._on_over: list[Over] = []
        self._open(job_id)

    def __repr__(self) -> str:
        return f"<JobWidget {self.job_id}>"

    def on_over(self, callback: Over) -> None:
        """Call ``callback`` with the job once it is over, in whatever thread."""
        self._on_over.append(callback)
        self._call_if_over()

    def close(self) -> None:
        """Stop, and go from the page."""
        self._close_outputs()
        super().close()

    def _open(self, job_id: str) -> None:
        """Begin with a job, of which something is known when it is first shown."""
        self.job_id = job_id
        self._view: JobView | None = None
        self._states = TaskStates()
        self._tasks_wanted = True
        self._outputs = {}
        self._over_since: float | None = None
        with contextlib.suppress(ApiError):
            self._view = self._connection.client.job(job_id)
            self.job = card_of(self._view, None)
        self._start()

    def _watched(self) -> Sequence[str]:
        named = (self._view.job_id, self._view.slurm_id) if self._view else ()
        return [self.job_id, *(one for one in named if one)]

    def _heard(self, changes: Sequence[JobChange]) -> None:
        self._states.change(changes)
        self._tasks_wanted = self._tasks_wanted or not changes
        super()._heard(changes)

    def _pause(self) -> float | None:
        return None if self._over_since is None else _USAGE_SECONDS

    def _look(self) -> bool:
        client = self._connection.client
        known, job = self._watched(), client.job(self.job_id)
        self._view = job
        if self._watched() != known:
            self._start()  # by its Slurm id too, by which its tasks are told of
            return False
        over = states.is_over(job.status)
        self.job = card_of(job, client.report(self.job_id) if over else None)
        self.stale = _stale(job)
        if job.array:
            self._look_at_tasks(job)
        elif job.start_time and not self._outputs:
            two = job.stderr_path and job.stderr_path != job.stdout_path
            self._follow(job.job_id or self.job_id, ("stdout", "stderr") if two else ("stdout",))
        self.kept.update(self._last_state())
        if not over:
            return True
        if self._over_since is None:
            self._over_since = time.monotonic()
            self._call_if_over()
        return job.usage is None and time.monotonic() < self._over_since + _USAGE_SECONDS

    def _call_if_over(self) -> None:
        if self._view is None or not states.is_over(self._view.status):
            return
        callbacks, self._on_over = self._on_over, []
        for callback in callbacks:
            callback(self._view)

    def _look_at_tasks(self, job: JobView) -> None:
        if not job.array or job.array.size > _MOST_TASKS:
            return
        started: list[JobView] = []
        if self._tasks_wanted:
            self._tasks_wanted = False
            started = list(self._connection.client.iter_tasks(self.job_id, limit=_PAGE))
        self._states.put(job, started)
        ids = self._states.ids
        labels = {str(one): self._labels[one] for one in ids if one in self._labels}
        self.tasks = {"ids": ids, "labels": labels}
        self.task_states = self._states.letters

    def _follow(self, job_id: str, streams: Sequence[Stream]) -> None:
        self._close_outputs()
        self._outputs = {
            one: LiveOutput(self._connection, job_id, one, self._written) for one in streams
        }
        for output in self._outputs.values():
            output.start()

    def _close_outputs(self) -> None:
        for output in self._outputs.values():
            output.close()

    def _written(self, piece: dict[str, Any]) -> None:
        self.send({"kind": "output", **piece})
        if piece["ended"]:
            self.kept.update(self._last_state())

    def written(self) -> list[dict[str, Any]]:
        """Return what is kept of the outputs that are followed."""
        return [output.all() for output in self._outputs.values()]

    def _act(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        do = _DO[asked["do"]]
        answer = self._connection.ask(lambda client: do(client, self.job_id))
        return {"message": harmless(answer.message)}

    def _resubmit(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        parameters = {str(name): str(value) for name, value in asked["parameters"].items()}
        answer = self._connection.ask(
            lambda client: client.resubmit(self.job_id, parameters=parameters)
        )
        self._close_outputs()
        self._open(answer.job_id)
        self.send({"kind": "outputs", "outputs": []})
        return {"message": f"Submitted as job {answer.slurm_id or answer.job_id}."}

    def _send_outputs(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Send all that is kept to a page that has missed a piece, or was not there yet."""
        outputs = self.written()
        if [one["number"] for one in outputs] != asked.get("numbers"):
            self.send({"kind": "outputs", "outputs": outputs})
        return {}

    def _follow_task(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if self._view is not None:
            self._follow(f"{self._view.slurm_id}_{int(asked['task'])}", ("stdout",))
        return self._send_outputs(asked)

    def _last_state(self) -> dict[str, str]:
        output = self._outputs.get("stdout")
        if self._view is None:
            return last_state.of_nothing(f"Job {self.job_id}")
        return last_state.of_job(self._view, output.text if output else "")


def _stale(job: JobView) -> dict[str, str]:
    if not job.stale:
        return {}
    return {"what": "slurm", "since": job.synced_at.isoformat() if job.synced_at else ""}
