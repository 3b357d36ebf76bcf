"""Work on files that may hang, and then stops nothing but what is below the same directory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from ..errors import FilesUnavailable
from ..threads import DaemonThreads

T = TypeVar("T")

_SECONDS: Final = 5.0
_THREADS: Final = 32
_AT_ONCE: Final = 2


class Files:
    """Works on files in threads of its own, by the directories they lie in.

    In a directory two threads work at once and the others wait; while one of them
    hangs, nothing else begins there. So a dead network disk holds as many threads
    as twice the directories that are asked for, and all the rest goes on.
    """

    def __init__(self, name: str) -> None:
        self._threads = DaemonThreads(_THREADS, name)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._hung: set[str] = set()

    async def run(self, directory: str, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, which is on files of a directory.

        Raises:
            FilesUnavailable: their file system does not answer.
        """
        try:
            return await self._in_turn(directory, work)
        except (asyncio.TimeoutError, TimeoutError) as error:  # one and the same since Python 3.11
            raise FilesUnavailable(
                f"The files in {directory} cannot be reached; their file system may be away."
                " Try again in a minute."
            ) from error

    def close(self) -> None:
        """Let go of the threads; what hangs in one of them is not waited for."""
        self._threads.shutdown()

    async def _in_turn(self, directory: str, work: Callable[[], T]) -> T:
        if directory in self._hung:
            raise TimeoutError
        turn = self._turns.setdefault(directory, asyncio.Semaphore(_AT_ONCE))
        await asyncio.wait_for(turn.acquire(), _SECONDS)
        working = asyncio.get_running_loop().run_in_executor(self._threads, work)

        def ended(_: asyncio.Future[T]) -> None:
            turn.release()
            self._hung.discard(directory)
            working.exception()  # told to who waits, if anybody still does

        working.add_done_callback(ended)
        await asyncio.wait([working], timeout=_SECONDS)
        if not working.done():
            self._hung.add(directory)
            raise TimeoutError
        return working.result()
