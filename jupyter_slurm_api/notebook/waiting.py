"""Waiting for a job in the cell that submitted it: its output, a line of progress, interrupts."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from IPython.core.error import StdinNotImplementedError

from .. import states
from ..cli.text import harmless, harmless_pieces
from ..client import ApiError
from ..messages import Data
from ..views import JobView
from .batch_job import BatchJob
from .cell_output import CellOutput
from .connection import Connection

_SECOND_CHANCE: Final = 3.0
_PAUSE: Final = 0.25
_LOOKS_A_LINE: Final = 4
_DRAINED_SECONDS: Final = 5.0


def wait(connection: Connection, job: BatchJob, place: CellOutput) -> bool:
    """Show what a job writes until it is over; whether it is, and was not left alone.

    An interrupt ends the waiting, and the job goes on; a second one within three
    seconds asks whether to cancel it.
    """
    began = time.monotonic()
    follower = _Follower(connection, job.job_id)
    try:
        view = job.view()
        if view.array is None:
            follower.start()
        while not job.is_over(view):
            place.status(_line(view, time.monotonic() - began))
            for _ in range(_LOOKS_A_LINE):
                time.sleep(_PAUSE)
                if job.is_over(view):
                    break
            view = job.view()
        place.status(_line(view, time.monotonic() - began))
        if view.array is None:
            follower.finish()
    except KeyboardInterrupt:
        _leave(job)
        return False
    return True


class _Follower(threading.Thread):
    """Prints what a job writes."""

    def __init__(self, connection: Connection, job_id: str) -> None:
        super().__init__(daemon=True)
        self._connection = connection
        self._job_id = job_id
        self._offset = 0

    def run(self) -> None:
        """Print until the job is over."""
        with suppress(ApiError):  # who waits is told by the job itself
            for text in harmless_pieces(self._texts()):
                sys.stdout.write(text)
                sys.stdout.flush()

    def finish(self) -> None:
        """Wait until all is printed that is written; nothing is written any more."""
        until = time.monotonic() + _DRAINED_SECONDS
        with suppress(ApiError):
            size = self._connection.client.output(self._job_id, tail=1).size
            while self._offset < size and self.is_alive() and time.monotonic() < until:
                time.sleep(_PAUSE / 5)

    def _texts(self) -> Iterator[str]:
        for message in self._connection.client.follow(self._job_id):
            if isinstance(message, Data):
                yield message.text
                self._offset = message.next_offset


def _line(view: JobView, seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    if view.array:
        how = ", ".join(f"{count} {state}" for state, count in view.array.counts.items())
    else:
        waits = bool(view.reason) and not states.is_over(view.status)
        how = f"{view.status} ({view.reason})" if waits else view.status
    return harmless(f"Job {view.slurm_id or view.job_id}: {how}, {minutes}:{rest:02d}")


def _leave(job: BatchJob) -> None:
    """Let the job go on, unless a second interrupt comes and the answer is yes."""
    print(
        f"Job {job.id} goes on; `%slurm attach {job.id}` brings it back. To cancel it, interrupt"
        " once more now."
    )
    try:
        time.sleep(_SECOND_CHANCE)
    except KeyboardInterrupt:
        if _is_sure(job):
            job.cancel()
            print(f"Job {job.id} is being cancelled.")


def _is_sure(job: BatchJob) -> bool:
    try:
        return input(f"Cancel job {job.id}? [y/N] ").strip().lower() in ("y", "yes")
    except (StdinNotImplementedError, EOFError, KeyboardInterrupt):
        print(f"Nobody can be asked here, so it goes on: `%slurm cancel {job.id}` cancels it.")
        return False
