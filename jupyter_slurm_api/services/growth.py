"""Files that grow: each read once for all who follow it."""

from __future__ import annotations

import asyncio
import codecs
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

from ..cancelling import cancel
from ..errors import FilesUnavailable
from .files import Files
from .regular_file import open_regular, read_at, read_part, size_of

PIECE_BYTES: Final = 64 * 1024
_BUFFERED_BYTES: Final = 1024 * 1024
_MOST_PIECES: Final = 256
_BLOCK_BYTES: Final = 4 * PIECE_BYTES
_BLOCK_PIECES: Final = 16
_MARK_BYTES: Final = 64
_SHORTEST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 2.0
_PAUSE_SHARE: Final = 0.05  # of how long nothing has come: what follows a short rest is not late

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Bytes of an output from an offset on, which cut no character in two.

    ``said`` has what is made of it as long as anybody sends that, so that it is made
    once for all who do.
    """

    offset: int
    data: bytes
    said: WeakValueDictionary[Any, Any] = field(default_factory=WeakValueDictionary)

    @classmethod
    def of(cls, offset: int, data: bytes, *, is_last: bool = False) -> Piece:
        """Make a piece; the rest of a character that is not whole comes later, if there is one."""
        _, used = codecs.utf_8_decode(data, "replace", is_last)
        return cls(offset, data[:used])

    @property
    def end(self) -> int:
        """The offset behind the last byte."""
        return self.offset + len(self.data)

    @property
    def text(self) -> str:
        """The text that the bytes are; what is no UTF-8 shows as U+FFFD."""
        return self.data.decode(errors="replace")

    def after(self, offset: int) -> Piece:
        """Return what of this piece begins at an offset within it."""
        if offset == self.offset:
            return self
        return Piece(offset, self.data[offset - self.offset :])


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at a file found: its size, and what is new in it."""

    size: int
    begins_anew: bool
    pieces: list[Piece]


def _look(path: str, end: int, mark: bytes) -> _Look:
    """Read what came into a file behind ``end``, before which the bytes of ``mark`` were.

    Of more than is buffered, the last part; of a file that is new to us, the last piece.
    """
    with open_regular(path) as file:
        size = size_of(file)
        begins_anew = size < end or not _stands(mark, read_at(file, end - len(mark), len(mark)))
        first = max(0 if begins_anew else end, size - (_BUFFERED_BYTES if mark else PIECE_BYTES))
        return _Look(size, begins_anew, _cut(first, read_at(file, first, size - first)))


def _read_pieces(path: str, offset: int, limit: int) -> list[Piece]:
    """Read a part of a file."""
    return _cut(offset, read_part(path, offset, limit))


def _cut(offset: int, data: bytes) -> list[Piece]:
    """Make pieces of bytes from an offset on; what is left over is a part of a character."""
    pieces: list[Piece] = []
    at = 0
    while at < len(data):
        piece = Piece.of(offset + at, data[at : at + PIECE_BYTES])
        if not piece.data:
            break
        pieces.append(piece)
        at += len(piece.data)
    return pieces


def _stands(mark: bytes, now: bytes) -> bool:
    # Where a network file system had not brought the bytes yet, zeros were read for them.
    return len(now) == len(mark) and all(a in (b, 0) for a, b in zip(mark, now, strict=True))


class GrowingFile:
    """One file that grows, looked at again and again, in one place for all its followers.

    Each look opens it anew: so a network file system tells what is true now, and a
    file that was put in its place is seen. ``end`` is the offset behind the last
    whole character that was read, ``generation`` grows each time that the file
    has begun anew. What is not in memory any more is read again for who is behind.
    """

    def __init__(self, path: str, files: Files) -> None:
        self._path = path
        self._directory = str(Path(path).parent)
        self._files = files
        self._pieces: deque[Piece] = deque()
        self._read_again: deque[Piece] = deque(maxlen=_BLOCK_PIECES)
        self._reading: dict[int, asyncio.Future[Piece | None]] = {}
        self._looked = asyncio.Event()
        self._hurried = asyncio.Event()
        self.size: int | None = None
        """How long the file is; None while there is none."""
        self.end = 0
        self.generation = 0
        self._looked_at = 0.0
        self._grown_at = 0.0

    async def next_look(self) -> None:
        """Wait for the end of the look that comes next, or is under way."""
        await self._looked.wait()

    def has_rested(self, seconds: float, *, since: float) -> bool:
        """Tell whether it was looked at so long after a moment, and after it last changed."""
        return self._looked_at > max(since, self._grown_at) + seconds

    def was_seen_since(self, moment: float) -> bool:
        """Tell whether it was looked at after a moment of the monotonic clock."""
        return self._looked_at > moment

    def wake(self) -> None:
        """Let go of who waits for a look."""
        looked, self._looked = self._looked, asyncio.Event()
        looked.set()

    def hurry(self) -> None:
        """Look again at once, and often for a while."""
        self._hurried.set()

    async def piece(self, offset: int) -> Piece | None:
        """Return what begins at an offset before the end; None where it cannot be read now."""
        for piece in chain(reversed(self._pieces), self._read_again):
            if piece.offset <= offset < piece.end:
                return piece.after(offset)
        if offset not in self._reading:
            reading = asyncio.ensure_future(self._read(offset, self.end))
            reading.add_done_callback(lambda _: self._reading.pop(offset))
            self._reading[offset] = reading
        return await asyncio.shield(self._reading[offset])

    async def _read(self, offset: int, end: int) -> Piece | None:
        """Read again, to where a block ends: there all meet who are behind, and share the next."""
        generation = self.generation
        limit = min(end, (offset // _BLOCK_BYTES + 1) * _BLOCK_BYTES) - offset
        reading = partial(_read_pieces, self._path, offset, limit)
        try:
            pieces = await self._files.run(self._directory, reading)
        except (OSError, FilesUnavailable):
            return None
        if not pieces or generation != self.generation:
            return None
        self._read_again.extend(pieces)
        return pieces[0]

    async def run(self) -> None:
        """Look for as long as there are followers."""
        quiet_since = time.monotonic()
        while True:
            if await self._look():
                quiet_since = time.monotonic()
            self.wake()
            pause = _PAUSE_SHARE * (time.monotonic() - quiet_since)
            if await self._hurries(min(max(pause, _SHORTEST_PAUSE), _LONGEST_PAUSE)):
                quiet_since = time.monotonic()

    async def _hurries(self, pause: float) -> bool:
        try:
            await asyncio.wait_for(self._hurried.wait(), pause)
        except (asyncio.TimeoutError, TimeoutError):
            return False
        self._hurried.clear()
        return True

    async def _look(self) -> bool:
        """Look once; True where the file has changed."""
        began = time.monotonic()
        last = self._pieces[-1].data if self._pieces else b""
        looking = partial(_look, self._path, self.end, last[-_MARK_BYTES:])
        try:
            found = await self._files.run(self._directory, looking)
        except FilesUnavailable as error:
            _log.debug("%s", error.message)
            return False
        except (OSError, ValueError) as error:  # not yet, not any more, or none to be read
            _log.debug("%s: %s", self._path, error)
            self.size, self._looked_at = None, began
            return False
        has_grown = found.begins_anew or found.size != self.size
        self._take_in(found)
        self._looked_at = began
        if has_grown:
            self._grown_at = began
        return has_grown

    def _take_in(self, found: _Look) -> None:
        if found.begins_anew:
            self.generation += 1
            self.end = 0
            self._pieces.clear()
            self._read_again.clear()
        elif found.pieces and found.pieces[0].offset > self.end:
            self._pieces.clear()  # more came than is kept in memory
        self.size = found.size
        self._pieces.extend(found.pieces)
        if found.pieces:
            self.end = found.pieces[-1].end
            while self._is_full():
                self._pieces.popleft()

    def _is_full(self) -> bool:
        buffered = self.end - self._pieces[0].offset
        return buffered > _BUFFERED_BYTES or len(self._pieces) > _MOST_PIECES


class GrowingFiles:
    """The files that are followed."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._watched: dict[str, tuple[GrowingFile, asyncio.Task[None]]] = {}
        self._followers: dict[str, int] = {}

    @asynccontextmanager
    async def watch(self, path: str) -> AsyncIterator[GrowingFile]:
        """Give the file at a path, which is looked at as long as anybody watches it."""
        if path not in self._watched:
            new = GrowingFile(path, self._files)
            self._watched[path] = (new, asyncio.ensure_future(new.run()))
            self._followers[path] = 0
        file, looking = self._watched[path]
        self._followers[path] += 1
        try:
            yield file
        finally:
            self._followers[path] -= 1
            if not self._followers[path]:
                del self._watched[path], self._followers[path]
                await cancel(looking)

    def wake(self) -> None:
        """Let go of all who wait for a look at their file."""
        for file, _ in self._watched.values():
            file.wake()
