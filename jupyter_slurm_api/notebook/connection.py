"""The server that this kernel asks: found when it is first needed, and again when it is gone."""

from __future__ import annotations

import threading

from ..client import Denied, SlurmClient, Unavailable

GONE = (Denied, Unavailable)
"""What a server answers that has been started anew elsewhere, or with another token."""


class Connection:
    """The server of a kernel, shared by its magics, jobs and widgets, in whatever thread.

    Without ``url`` the server is found as `client.discovery.find` says.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self._named = (url, token)
        self._client: SlurmClient | None = None
        self._lock = threading.Lock()

    @property
    def client(self) -> SlurmClient:
        """The client of the server that was found last.

        Raises:
            ServerNotFound: there is none; the sentence says what to do.
        """
        with self._lock:
            if self._client is None:
                self._client = SlurmClient(*self._named)
            return self._client

    def renew(self) -> None:
        """Look for the server anew when it is next asked: one of `GONE` was its answer."""
        with self._lock:
            self._client = None  # left to whoever still waits for an answer of it
