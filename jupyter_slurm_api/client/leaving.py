"""Going away from streams that another thread waits at."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx


class Leave:
    """Ends the streams that it is given to, from any thread and at once.

    A thread that reads a stream waits for what comes, which may be nothing for days.
    """

    def __init__(self) -> None:
        self._taken = threading.Event()
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    @property
    def taken(self) -> bool:
        """Whether nobody wants more."""
        return self._taken.is_set()

    def take(self) -> None:
        """Let whoever reads come to an end."""
        with self._lock:
            self._taken.set()
            self._end()

    def wait(self, seconds: float) -> bool:
        """Wait, and tell whether nobody wants more."""
        return self._taken.wait(seconds)

    @contextmanager
    def during(self, answer: httpx.Response) -> Iterator[None]:
        """Have `take` end this stream for as long as it is read."""
        stream = answer.extensions.get("network_stream")
        with self._lock:
            self._socket = stream.get_extra_info("socket") if stream else None
            if self.taken:
                self._end()
        try:
            yield
        finally:
            with self._lock:
                self._socket = None

    def _end(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # it has ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)
