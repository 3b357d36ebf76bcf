"""Reading any part of a job's output, from its file or from what was kept of it."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal, TypeAlias

from ..errors import Conflict, FilesUnavailable, OutputGone, RangeNotSatisfiable
from ..job import Job
from ..outputs import DEFAULT_LIMIT, OutputQuery, Stream
from ..ranges import Span, clipped, last_lines, parse_range
from ..store.outputs import OutputStore, Tail
from .files import Files
from .jobs import JobService
from .output import first_character, last_write, path_of
from .regular_file import open_regular, read_at, read_part, size_of

Source: TypeAlias = Literal["file", "kept", "none"]

_CHUNK: Final = 1024 * 1024
_COMPARED: Final = 64 * 1024
_LINES_WINDOW: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where an output can be read: in its file, or the last part of it in what was kept."""

    source: Source = "none"
    size: int = 0
    path: str = ""
    kept: bytes = b""

    @property
    def span(self) -> Span:
        """The bytes that can be had."""
        return Span(self.size - len(self.kept) if self.source == "kept" else 0, self.size)

    @property
    def first_character(self) -> int:
        """Where the first whole character begins."""
        return self.span.first + (first_character(self.kept) if self.span.first else 0)


@dataclass(frozen=True, slots=True)
class Part:
    """What is answered: a span of an output; ``by_range`` where RFC 9110's Range asked for it."""

    place: Place
    span: Span
    by_range: bool = False


class ReadingService:
    """Reads outputs of this user's jobs.

    A job's file is its own while it runs. When it is over, it is if it still is what
    was kept of it; else it has been written by somebody since, or is gone, and what
    was kept is read instead.
    """

    def __init__(self, jobs: JobService, kept: OutputStore, files: Files) -> None:
        self._jobs = jobs
        self._kept = kept
        self._files = files

    async def job(self, job_id: str) -> Job:
        """Return a job that has an output of its own, as it is known now.

        Raises:
            InvalidRequest: this is no id.
            JobNotFound: there is no such job, or it is not this user's.
            Conflict: it is an array, whose tasks have outputs.
        """
        job = await self._jobs.current(job_id)
        if job.array:
            raise Conflict(
                f"Job {job_id} is an array: each of its tasks has an output of its own. Name one,"
                f" such as {job.slurm_id}_1."
            )
        return job

    async def part(self, job_id: str, asked: OutputQuery, ranges: str | None) -> Part:
        """Return which part of an output is asked for, and is there; ``ranges`` is the header.

        Raises:
            JobNotFound: there is no such job, or it is not this user's.
            Conflict: it is an array, whose tasks have outputs.
            OutputGone: it had an output of which nothing is left.
            RangeNotSatisfiable: nothing in the range can be had.
            FilesUnavailable: the file's file system does not answer.
        """
        job = await self.job(job_id)
        place = await self.locate(job, asked.stream)
        if job.is_over and job.start_time and place.source == "none":
            raise OutputGone(
                f"Of the {asked.stream} of job {job_id} nothing is left: its file is not where the"
                " job wrote it, and nothing of it was kept."
            )
        if asked.tail is not None:
            return Part(place, await self._tail(place, asked.tail, asked.limit or DEFAULT_LIMIT))
        if asked.offset is not None or asked.limit is not None:
            first = asked.offset or 0
            end = first + (asked.limit or DEFAULT_LIMIT)
            return Part(place, clipped(Span(max(first, place.span.first), end), place.span))
        span = parse_range(ranges, place.span)
        if span is not None and not span.length:
            raise RangeNotSatisfiable(
                f"The range {ranges} has no byte that can be had: these are {place.span.first} up"
                f" to {place.size}.",
                size=place.size,
            )
        return Part(place, span or place.span, by_range=span is not None)

    async def chunks(self, part: Part) -> AsyncIterator[bytes]:
        """Return the bytes of a part, not all at once.

        Raises:
            OSError: the file is not there any more.
            FilesUnavailable: its file system does not answer.
        """
        at = part.span.first
        while at < part.span.end:
            data = await self.read(part.place, at, min(_CHUNK, part.span.end - at))
            if not data:
                raise OSError(errno.ESTALE, "the file has become shorter", part.place.path)
            yield data
            at += len(data)

    async def locate(self, job: Job, stream: Stream) -> Place:
        """Find where a job's output can be read: nowhere before it has started, or if it is gone.

        Raises:
            DatabaseUnavailable: what was kept of a job that is over cannot be read.
            FilesUnavailable: the file's file system does not answer, and nothing was kept.
        """
        if not job.start_time:
            return Place()
        path = path_of(job, stream)
        kept = await self._kept_of(job, stream) if job.is_over else None
        try:
            measuring = partial(_measure, path or "", kept, job)
            size = await self._files.run(str(Path(path or "").parent), measuring)
        except FilesUnavailable:
            if kept is None:
                raise
        except (OSError, ValueError):
            pass
        else:
            return Place("file", size, path or "")
        return Place("kept", kept.size, kept=kept.data) if kept else Place()

    async def read(self, place: Place, offset: int, limit: int) -> bytes:
        """Return at most ``limit`` bytes from an offset on, none behind the size of the place.

        Raises:
            OSError: the file is not there any more.
            FilesUnavailable: its file system does not answer.
        """
        limit = min(limit, place.size - offset)
        if place.source == "file":
            reading = partial(read_part, place.path, offset, limit)
            return await self._files.run(str(Path(place.path).parent), reading)
        first = offset - place.span.first
        return place.kept[first : first + limit]

    async def _kept_of(self, job: Job, stream: Stream) -> Tail | None:
        # Where both streams went into one file, it was kept once.
        same = job.stderr_path == job.stdout_path
        return await self._kept.get(job.job_id, "stdout" if same else stream)

    async def _tail(self, place: Place, lines: int, limit: int) -> Span:
        for window in (min(_LINES_WINDOW, limit), limit):
            span = clipped(Span(place.size - window, place.size), place.span)
            data = await self.read(place, span.first, span.length)
            found = last_lines(data, lines)
            if found is not None:
                return Span(span.first + found, span.end)
        return span


def _measure(path: str, kept: Tail | None, job: Job) -> int:
    """Return the size of a job's file, as far as it is the job's.

    Raises:
        OSError: there is none, or it is not this job's any more.
    """
    with open_regular(path, last_write(job)) as file:
        size = size_of(file)
        if kept is None:
            return size
        end = kept.data[-_COMPARED:]
        if size < kept.size or read_at(file, kept.size - len(end), len(end)) != end:
            raise OSError(errno.ESTALE, "not what was kept of it", path)
        return kept.size
