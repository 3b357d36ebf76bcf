"""A job's output: read from where the job writes it, kept when the job is over."""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
_AT_ONCE: Final = 200
_TOGETHER_SECONDS: Final = 1.0
_TRIES: Final = 6
_PAUSE_SECONDS: Final = 2.0
_AWAY_SECONDS: Final = 10.0  # many jobs may wait for one disk
_NO_FILE: Final = {errno.EINVAL, errno.ELOOP}  # a device, a link: that becomes no file any more

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


@dataclass(slots=True)
class _Read:
    """Jobs of which nothing more is to be read, and what there was: it is kept all together."""

    ended: list[_Ended] = field(default_factory=list)
    tails: dict[tuple[str, str], Tail] = field(default_factory=dict)
    size: int = 0

    def add(self, ended: _Ended, tails: Mapping[str, Tail]) -> None:
        """Add a job with what was read of its streams."""
        self.ended.append(ended)
        self.tails.update({(ended.job.job_id, stream): tail for stream, tail in tails.items()})
        self.size += sum(len(tail.data) for tail in tails.values())


class OutputService:
    """Reads the outputs of jobs, and keeps them when the jobs are over.

    What is over is handed to `keep_soon`; its last ``limit`` bytes a stream are
    kept in MongoDB. Which jobs want that is asked of many at once, and what was
    read is written together, as soon as it is ``limit`` bytes. Two read side by
    side: while one waits for a hung disk, the other goes on.
    """

    def __init__(self, jobs: JobStore, outputs: OutputStore, *, limit: int) -> None:
        self._jobs = jobs
        self._outputs = outputs
        self._limit = limit
        self._ended: dict[str, _Ended] = {}
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._wanted: asyncio.Queue[_Ended] = asyncio.Queue(_AT_ONCE)
        self._tasks: list[asyncio.Task[None]] = []
        self._files = Files("slurm-api-files")

    def start(self) -> None:
        """Begin to keep outputs."""
        readers = (self._run() for _ in range(_SIDE_BY_SIDE))
        self._tasks = [asyncio.ensure_future(run) for run in (self._ask(), *readers)]

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
        found = await self._from_file(job, stream) if job.start_time else None
        return found if isinstance(found, Tail) else None

    def keep_soon(self, jobs: Iterable[Job]) -> None:
        """Keep the outputs of jobs that are over; the latest end of each counts."""
        for job in jobs:
            if job.job_id not in self._ended:
                self._waiting.put_nowait(job.job_id)
            self._ended[job.job_id] = _Ended(job)

    async def _ask(self) -> None:
        """Let those jobs pass whose outputs are to be kept, in the order of arrival."""
        while True:
            job_ids = [await self._waiting.get()]
            while len(job_ids) < _AT_ONCE and not self._waiting.empty():
                job_ids.append(self._waiting.get_nowait())
            some = [self._ended[job_id] for job_id in job_ids]
            await self._try(some, self._pass(some))

    async def _run(self) -> None:
        while True:
            read = await self._read_some()
            await self._try(read.ended, self._keep(read))

    async def _try(self, some: Sequence[_Ended], work: Awaitable[None]) -> None:
        """Do something with jobs; where the database is away, all is done anew later."""
        try:
            await work
        except DatabaseUnavailable:
            for ended in some:
                self._later(ended, _AWAY_SECONDS)  # not the job's fault: as often as need be
        except Exception:  # noqa: BLE001 - a fault with some must not end the keeping of all
            _log.exception("outputs of jobs, %d of them, could not be kept", len(some))
            self._done(some)

    def _later(self, ended: _Ended, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, self._waiting.put_nowait, ended.job.job_id)

    def _done(self, some: Iterable[_Ended]) -> None:
        for ended in some:
            job_id = ended.job.job_id
            if self._ended[job_id] is ended:
                del self._ended[job_id]
            else:  # it has ended again meanwhile
                self._waiting.put_nowait(job_id)

    async def _pass(self, some: Sequence[_Ended]) -> None:
        wanted = await self._jobs.wanting_output([ended.job for ended in some])
        self._done(ended for ended in some if ended.job.job_id not in wanted)
        for ended in some:
            if ended.job.job_id in wanted:
                await self._wanted.put(ended)

    async def _read_some(self) -> _Read:
        """Read what is wanted, as much as is there and as goes well together."""
        read = _Read()
        ended = await self._wanted.get()
        end = time.monotonic() + _TOGETHER_SECONDS
        await self._read_one(ended, read)
        while not (self._wanted.empty() or self._is_enough(read) or time.monotonic() > end):
            await self._read_one(self._wanted.get_nowait(), read)
        return read

    def _is_enough(self, read: _Read) -> bool:
        return len(read.ended) >= _AT_ONCE or read.size >= self._limit

    async def _read_one(self, ended: _Ended, read: _Read) -> None:
        """Read both streams of a job, now or, where they cannot be read yet, later."""
        try:
            tails = await self._look_for(ended)
        except FilesUnavailable:
            self._later(ended, _AWAY_SECONDS)
        except Exception:  # noqa: BLE001 - one job's output must not end the keeping of all
            _log.exception("job %s: its output could not be read", ended.job.slurm_id)
            self._done([ended])
        else:
            ended.tries += 1
            if tails is None:
                self._later(ended, _PAUSE_SECONDS * (ended.tries + 1))
            else:
                read.add(ended, tails)

    async def _look_for(self, ended: _Ended) -> dict[str, Tail] | None:
        """Read both streams; None where a file may still appear."""
        found = {one: await self._from_file(ended.job, one) for one in _streams(ended.job)}
        if ended.tries + 1 < _TRIES and any(_may_come(one) for one in found.values()):
            return None
        return {stream: tail for stream, tail in found.items() if isinstance(tail, Tail)}

    async def _keep(self, read: _Read) -> None:
        if read.tails:
            await self._outputs.keep(read.tails)
        if read.ended:
            await self._jobs.mark_output_kept([ended.job for ended in read.ended])
        self._done(read.ended)

    async def _from_file(self, job: Job, stream: str) -> Tail | OSError | ValueError:
        """Return the last part of a stream, or why there is none to be had."""
        path = path_of(job, stream) or ""
        reading = partial(read_tail, path, self._limit, last_write(job))
        try:
            return await self._files.run(str(Path(path).parent), reading)
        except (OSError, ValueError) as error:
            _log.debug("job %s: no %s: %s", job.slurm_id, stream, error)
            return error


def path_of(job: Job, stream: str) -> str | None:
    """Return where a job writes one of its streams, as far as that is known."""
    return job.stdout_path if stream == "stdout" else job.stderr_path


def _streams(job: Job) -> tuple[str, ...]:
    """Return which streams a job wrote: none that did not run, none that has no file for them."""
    if not job.start_time:
        return ()
    # Most jobs write both streams into one file: it is kept once.
    streams = STREAMS[:1] if job.stderr_path == job.stdout_path else STREAMS
    return tuple(stream for stream in streams if path_of(job, stream))


def _may_come(found: Tail | OSError | ValueError) -> bool:
    """Tell whether a file that is not there may still appear, as on a slow network disk."""
    return isinstance(found, OSError) and found.errno not in _NO_FILE


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
