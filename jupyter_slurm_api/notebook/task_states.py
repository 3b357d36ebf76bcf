"""The states of an array's tasks, a letter each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from .. import task_ids
from ..events import JobChange
from ..views import JobView

LETTERS: Final = {
    "PENDING": "P",
    "CONFIGURING": "P",
    "RUNNING": "R",
    "COMPLETING": "R",
    "SUSPENDED": "S",
    "COMPLETED": "C",
    "FAILED": "F",
    "TIMEOUT": "T",
    "OUT_OF_MEMORY": "M",
    "NODE_FAIL": "N",
    "BOOT_FAIL": "N",
    "CANCELLED": "X",
    "PREEMPTED": "X",
    "DEADLINE": "T",
}
"""What stands in a cell of the grid; any other state is ``?``."""


class TaskStates:
    """Which state each task of an array is in, as far as is known."""

    def __init__(self) -> None:
        self._states: dict[int, str] = {}

    @property
    def ids(self) -> list[int]:
        """The ids of all tasks, in their order."""
        return sorted(self._states)

    @property
    def letters(self) -> str:
        """A letter for each of ``ids``."""
        return "".join(LETTERS.get(self._states[one], "?") for one in self.ids)

    def put(self, array: JobView, tasks: Sequence[JobView]) -> None:
        """Note an array as it is, with its tasks that have started."""
        assert array.array is not None  # noqa: S101 - the caller has looked
        for state, ids in array.array.unstarted.items():
            self._states |= dict.fromkeys(task_ids.expand(ids), state)
        self._states |= {one.task.task_id: one.status for one in tasks if one.task}

    def change(self, changes: Sequence[JobChange]) -> None:
        """Note what has become of tasks."""
        self._states |= _told(changes)


def _told(changes: Sequence[JobChange]) -> Mapping[int, str]:
    told = {}
    for change in changes:
        _, _, task = (change.slurm_id or "").partition("_")
        if task.isdecimal() and change.status:
            told[int(task)] = change.status
    return told
