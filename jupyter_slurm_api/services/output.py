"""A job's output: read from where the job writes it, kept when the job is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from ..cancelling import cancel
from ..errors import DatabaseUnavailable, FilesUnavailable
from ..job import Job
from ..reconcile import CLOCKS_DIFFER
from ..store.jobs import JobStore
from ..store.outputs import OutputStore, Tail
from .files import Files
from .regular_file import open_regular, read_at, size_of

STREAMS: Final = ("stdout", "stderr")
_SIDE_BY_SIDE: Final = 2
_TRIES: Final = 6
_PAUSE_SECONDS: Final = 2.0
_AWAY_SECONDS: Final = 10.0  # many jobs may wait for one disk

_log = logging.getLogger(__name__)


def read_tail(path: str, limit: int, not_after: datetime | None = None) -> Tail:
    """Read the last ``limit`` bytes of a regular file, last written at a time or before.

    Raises:
        OSError: there is no such file, it is not a regular one, or was written since.
    """
    with open_regular(path, not_after) as file:
        size = size_of(file)
        data = read_at(file, max(0, size - limit), limit)
        return Tail(data, max(size, len(data)))


@dataclass(slots=True)
class _Ended:
    """A job that is over, and how often its output has been looked for."""

    job: Job
    tries: int = 0


class OutputService:
    """Reads the outputs of jobs, and keeps them when the jobs are over.

    What is over is handed to `keep_soon`; its last ``limit`` bytes a stream are
    kept in MongoDB, in the order of arrival, two jobs at a time: while one waits
    for a hung disk, the other goes on.
    """

    def __init__(self, jobs: JobStore, outputs: OutputStore, *, limit: int) -> None:
        self._jobs = jobs
        self._outputs = outputs
        self._limit = limit
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._ended: dict[str, _Ended] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._files = Files("slurm-api-files")

    def start(self) -> None:
        """Begin to keep outputs."""
        self._tasks = [asyncio.ensure_future(self._run()) for _ in range(_SIDE_BY_SIDE)]

    async def stop(self) -> None:
        """Stop; what is not kept yet is taken up by the next server."""
        await cancel(*self._tasks)
        self._files.close()

    async def read(self, job: Job, stream: str) -> Tail | None:
        """Return the last part of a job's output; None where there is none to be had.

        While a job runs that is its file. Before, the file can only be an earlier
        job's, and after, it may be a later one's: then it is what was kept. Until
        that is done, a file that was written to long after the job's end counts as
        not there: it is somebody else's by then.

        Raises:
            FilesUnavailable: the file's file system does not answer.
        """
        if job.output_kept:
            return await self._outputs.get(job.job_id, stream)
        return await self._from_file(job, stream) if job.start_time else None

    def keep_soon(self, jobs: Iterable[Job]) -> None:
        """Keep the outputs of jobs that are over; the latest end of each counts."""
        for job in jobs:
            if job.job_id not in self._ended:
                self._waiting.put_nowait(job.job_id)
            self._ended[job.job_id] = _Ended(job)

    async def _run(self) -> None:
        while True:
            job_id = await self._waiting.get()
            ended = self._ended[job_id]
            pause = await self._try(ended)
            if pause is None and self._ended[job_id] is ended:
                del self._ended[job_id]
                continue
            pause = pause or _PAUSE_SECONDS
            asyncio.get_running_loop().call_later(pause, self._waiting.put_nowait, job_id)

    async def _try(self, ended: _Ended) -> float | None:
        """Keep an output, or return in how many seconds to try again."""
        try:
            done = await self._keep(ended.job, is_last=ended.tries + 1 >= _TRIES)
        except (DatabaseUnavailable, FilesUnavailable):
            return _AWAY_SECONDS  # not the job's fault: as often as need be
        except Exception:  # noqa: BLE001 - one job's output must not end the keeping of all
            _log.exception("job %s: its output could not be kept", ended.job.slurm_id)
            return None
        ended.tries += 1
        return None if done else _PAUSE_SECONDS * (ended.tries + 1)

    async def _keep(self, job: Job, *, is_last: bool) -> bool:
        """Keep both streams; False where a file has not appeared yet, as on a slow network disk."""
        if not await self._jobs.is_output_wanted(job):
            return True  # it is kept already, or the job goes on
        streams = _streams(job) if job.start_time else ()
        tails = {stream: await self._from_file(job, stream) for stream in streams}
        if None in tails.values() and not is_last:
            return False
        for stream, tail in tails.items():
            if tail is not None:
                await self._outputs.keep(job.job_id, stream, tail)
        await self._jobs.mark_output_kept(job)
        return True

    async def _from_file(self, job: Job, stream: str) -> Tail | None:
        path = path_of(job, stream)
        if not path:
            return None
        reading = partial(read_tail, path, self._limit, last_write(job))
        try:
            return await self._files.run(str(Path(path).parent), reading)
        except (OSError, ValueError) as error:
            _log.debug("job %s: no %s: %s", job.slurm_id, stream, error)
            return None


def path_of(job: Job, stream: str) -> str | None:
    """Return where a job writes one of its streams, as far as that is known."""
    return job.stdout_path if stream == "stdout" else job.stderr_path


def _streams(job: Job) -> tuple[str, ...]:
    # Most jobs write both streams into one file: it is kept once.
    return STREAMS[:1] if job.stderr_path == job.stdout_path else STREAMS


def last_write(job: Job) -> datetime | None:
    """Return until when a job can have written, by any clock; None for one that may still."""
    return job.end_time + CLOCKS_DIFFER if job.is_over and job.end_time else None


def first_character(data: bytes) -> int:
    """Return where the first whole character begins: a tail may begin in the middle of one."""
    for cut in range(min(4, len(data))):
        if data[cut] & 0xC0 != 0x80:  # noqa: PLR2004 - 0b10...... continues a UTF-8 character
            return cut
    return 0


def as_text(data: bytes) -> str:
    """Return output as text: what is no UTF-8 shows as replacement characters."""
    return data[first_character(data) :].decode("utf-8", errors="replace")
