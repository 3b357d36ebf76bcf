"""Waiting for a job in the cell that submitted it: its output, a line of progress, interrupts."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from IPython.core.error import StdinNotImplementedError

from .. import states
from ..cli.text import harmless, harmless_pieces
from ..client import ApiError
from ..messages import Data
from .batch_job import BatchJob
from .cell_output import CellOutput
from .connection import Connection

_SECOND_CHANCE: Final = 3.0
_TICK: Final = 1.0


def wait(connection: Connection, job: BatchJob, place: CellOutput) -> bool:
    """Show what a job writes until it is over; whether it is, and was not left alone.

    An interrupt ends the waiting, and the job goes on; a second one within three
    seconds asks whether to cancel it.
    """
    try:
        with _progress(job, place):
            _show_output(connection, job)
            job.wait()
    except KeyboardInterrupt:
        _leave(job)
        return False
    return True


def _show_output(connection: Connection, job: BatchJob) -> None:
    def texts() -> Iterator[str]:
        for message in connection.client.follow(job.job_id):
            if isinstance(message, Data):
                yield message.text

    for text in harmless_pieces(texts()):
        sys.stdout.write(text)
        sys.stdout.flush()


@contextmanager
def _progress(job: BatchJob, place: CellOutput) -> Iterator[None]:
    """Show one line of how the job is, each second, for as long as it is waited for."""
    over = threading.Event()
    thread = threading.Thread(target=_tell, args=(job, place, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        place.status(_line(job, None))


def _tell(job: BatchJob, place: CellOutput, over: threading.Event) -> None:
    began = time.monotonic()
    while not over.wait(_TICK):
        with suppress(ApiError):
            place.status(_line(job, time.monotonic() - began))


def _line(job: BatchJob, seconds: float | None) -> str:
    view = job.view()
    why = f" ({view.reason})" if view.reason and not states.is_over(view.status) else ""
    since = "" if seconds is None else ", {:d}:{:02d}".format(*divmod(int(seconds), 60))
    return harmless(f"Job {job.id}: {view.status}{why}{since}")


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
