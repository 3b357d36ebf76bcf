"""How many streams may be open at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import TooManyRequests


class StreamLimit:
    """Places for streams of every kind: each holds a connection for as long as it likes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for one stream.

        Raises:
            TooManyRequests: all are taken.
        """
        if self._open >= self._most:
            raise TooManyRequests(
                f"{self._most} streams are open on this server, and no more are allowed. Close one"
                " of them, or try again in a minute."
            )
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
