"""Following outputs while they are written, to the end of their jobs."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final, Literal, TypeAlias, TypedDict, TypeVar

from ..errors import DatabaseUnavailable, FilesUnavailable, JobNotFound, NotReady
from ..job import Job
from ..messages import Data, End, FollowMessage, Gap, Kept
from ..outputs import Stream
from .files import Files
from .growth import PIECE_BYTES, GrowingFile, GrowingFiles, Piece
from .output import path_of
from .reading import Place, ReadingService
from .streams import StreamLimit

T = TypeVar("T")
Send: TypeAlias = Callable[[FollowMessage | None], Awaitable[None]]
"""Takes a message, and the time that its receiver needs; None now and then if nothing comes."""

_JOB_SECONDS: Final = 1.0
_SETTLE_SECONDS: Final = 2.0  # a network file system may bring a job's last bytes after its end
_RETRY_SECONDS: Final = 2.0
_HEARTBEAT_SECONDS: Final = 15.0


class _Output(TypedDict):
    """Which output, as it was asked for."""

    job_id: str
    stream: Stream


class FollowService:
    """Follows outputs for many at once, each of whom takes a place among the streams.

    Each gets the messages at a pace of their own. For who is slow nothing is kept
    but the offset, from which the file is read again when it is their turn.
    """

    def __init__(self, reading: ReadingService, files: Files, streams: StreamLimit) -> None:
        self._reading = reading
        self._growing = GrowingFiles(files)
        self._streams = streams
        self._followers: set[_Follower] = set()
        self._is_stopping = False

    async def follow(self, job_id: str, stream: Stream, offset: int, send: Send) -> None:
        """Send what an output has from an offset on, and what comes, until its job is over.

        The last message is an `End`, but where this server stops.

        Raises:
            InvalidRequest: this is no id.
            JobNotFound: there is no such job, or it is not this user's.
            Conflict: it is an array, whose tasks have outputs.
            TooManyRequests: no more can be followed now.
        """
        job = await self._reading.job(job_id)
        if self._is_stopping:
            raise NotReady("This server is stopping.")
        follower = _Follower(self._reading, self._growing, send, job, job_id, stream, offset)
        with self._streams.place():
            self._followers.add(follower)
            try:
                await follower.run()
            finally:
                self._followers.discard(follower)

    def stop(self) -> None:
        """Let all come to an end."""
        self._is_stopping = True
        for follower in self._followers:
            follower.stop()
        self._growing.wake()


class _Follower:
    """Follows one output: it is at an offset, and knows the job as it was last seen."""

    def __init__(
        self,
        reading: ReadingService,
        growing: GrowingFiles,
        send: Send,
        job: Job,
        job_id: str,
        stream: Stream,
        offset: int,
    ) -> None:
        self._reading = reading
        self._growing = growing
        self._send = send
        self._job = job
        self._output: _Output = {"job_id": job_id, "stream": stream}
        self._offset = offset
        self._generation: int | None = None
        self._began = time.monotonic()
        self._sent_at = -math.inf
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Come to an end."""
        self._stopped.set()

    async def run(self) -> None:
        """Send all, to the end of the job."""
        await self._beat()
        if not (self._job.is_over and self._job.output_kept):
            await self._live()
        place = await self._locate()
        if place:
            await self._rest(place)
        if not self._stopped.is_set():
            await self._say(End(**self._output, offset=self._offset, status=self._job.status))

    async def _live(self) -> None:
        """Follow the file from when the job has started until it is over."""
        while not self._stopped.is_set():
            if path := self._path():
                async with self._growing.watch(path) as file:
                    self._generation = None
                    file.hurry()
                    await self._follow(file, path)
            elif not self._job.is_over:
                await self._pause(_JOB_SECONDS)
            if self._job.is_over and self._path() in (path, None):
                return
            await self._look_at_job()

    async def _follow(self, file: GrowingFile, path: str) -> None:
        """Follow one file, until its job is over and it rests, or the job has another."""
        over_since = None
        while not self._stopped.is_set():
            await self._catch_up(file)
            await self._look_at_job()
            if self._path() not in (path, None):
                return await self._begin_anew()
            if not self._job.is_over:
                over_since = None
            elif over_since is None:
                over_since = time.monotonic()
                file.hurry()
            elif file.has_rested(_SETTLE_SECONDS, since=over_since):
                return None
            await self._beat()
            await file.next_look()
        return None

    async def _catch_up(self, file: GrowingFile) -> None:
        """Send all that the file has by now."""
        if file.size is None:
            return
        if self._generation is None and self._offset > file.size:
            if not file.was_seen_since(self._began):
                return  # who was told of more bytes than were seen yet
            await self._begin_anew()
        elif self._generation not in (None, file.generation):
            await self._begin_anew()
        self._generation = file.generation
        while self._offset < file.end and not self._stopped.is_set():
            piece = await file.piece(self._offset)
            if piece is None or file.generation != self._generation:
                return
            await self._say_piece(piece)

    async def _locate(self) -> Place | None:
        """Find where the output of the job that is over can be read; None where this is stopped."""
        locating = partial(self._reading.locate, self._job, self._output["stream"])
        return await self._patiently(locating)

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """Ask until what is asked is not away; None where this is stopped."""
        while not self._stopped.is_set():
            with suppress(DatabaseUnavailable, FilesUnavailable):
                return await ask()
            await self._pause(_RETRY_SECONDS)
        return None

    async def _rest(self, place: Place) -> None:
        """Send what is left of an output that does not grow any more."""
        if place.source == "kept":
            await self._say(Kept(**self._output, offset=place.span.first, size=place.size))
        if self._offset < place.span.first:
            await self._skip_to(place.first_character, "not_kept")
        elif self._offset > place.size and self._generation is None and place.size:
            await self._skip_to(place.first_character, "truncated")
        while self._offset < place.size and not self._stopped.is_set():
            data = await self._read(place)
            if data is None:
                again = await self._locate()
                return await self._rest(again) if again and again != place else None
            is_last = self._offset + len(data) == place.size
            await self._say_piece(Piece.of(self._offset, data, is_last=is_last))
        return None

    async def _read(self, place: Place) -> bytes | None:
        """Return what comes next; None where it is not there any more."""
        try:
            reading = partial(self._reading.read, place, self._offset, PIECE_BYTES)
            return await self._patiently(reading) or None
        except OSError:
            return None

    def _path(self) -> str | None:
        """Return the file of the job's run; before there is one, it can only be another job's."""
        return path_of(self._job, self._output["stream"]) if self._job.start_time else None

    async def _look_at_job(self) -> None:
        # A task has a record of its own from its start on, under a name that stays.
        name = self._job.job_id if self._job.start_time else self._output["job_id"]
        with suppress(DatabaseUnavailable, JobNotFound):
            self._job = await self._reading.job(name)

    async def _begin_anew(self) -> None:
        if self._offset:
            await self._skip_to(0, "truncated")

    async def _skip_to(self, offset: int, reason: Literal["truncated", "not_kept"]) -> None:
        gap = Gap(**self._output, offset=self._offset, next_offset=offset, reason=reason)
        self._offset = offset
        await self._say(gap)

    async def _say_piece(self, piece: Piece) -> None:
        key = tuple(self._output.values())
        data = piece.said.get(key)
        if data is None:
            span = {"offset": piece.offset, "next_offset": piece.end}
            data = piece.said[key] = Data.model_validate(
                {**self._output, **span, "text": piece.text}
            )
        self._offset = piece.end
        await self._say(data)
        await asyncio.sleep(0)  # the next in turn is another, who shares the message

    async def _say(self, message: FollowMessage | None) -> None:
        await self._send(message)
        self._sent_at = time.monotonic()

    async def _beat(self) -> None:
        if time.monotonic() - self._sent_at > _HEARTBEAT_SECONDS:
            await self._say(None)

    async def _pause(self, seconds: float) -> None:
        await self._beat()
        with suppress(asyncio.TimeoutError, TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)
