"""The server that this kernel asks: found when it is first needed, and again when it is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
from IPython.core.getipython import get_ipython

from ..client import ApiError, Denied, SlurmClient, Unavailable
from .watching import Watcher

T = TypeVar("T")

GONE = (Denied, Unavailable)
"""What a server answers that has been started anew elsewhere, or with another token."""


class Connection:
    """The server of a kernel, shared by its magics, jobs and widgets, in whatever thread.

    Without ``url`` the server is found as `client.discovery.find` says. ``watcher`` tells
    what changes there.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self._named = (url, token)
        self._client: SlurmClient | None = None
        self._lock = threading.Lock()
        self.watcher = Watcher(self)

    @classmethod
    def of_kernel(cls) -> Connection:
        """Return that of the magics; where they are not loaded, one to a server that is found."""
        shell: Any = get_ipython()
        magics = shell.magics_manager.registry.get("SlurmMagics") if shell else None
        return magics.connection if magics else cls()

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

    def ask(self, question: Callable[[SlurmClient], T]) -> T:
        """Return the answer to a question; a server that is no longer there is looked for anew.

        Raises:
            ApiError: it was refused, or there is no server.
        """
        try:
            return question(self.client)
        except GONE as error:
            if not _was_not_heard(error):
                raise
        self.renew()
        return question(self.client)

    def renew(self) -> None:
        """Look for the server anew when it is next asked: one of `GONE` was its answer."""
        with self._lock:
            self._client = None  # left to whoever still waits for an answer of it

    def name(self, url: str | None, token: str | None) -> None:
        """Ask this server from now on; without ``url`` one is found."""
        with self._lock:
            self._named = (url, token)
            self._client = None
        self.watcher.turn()


def _was_not_heard(error: ApiError) -> bool:
    """Tell whether nothing came of a request: nobody was there, or our token was not the one."""
    if isinstance(error, Denied):
        return error.error is None
    return isinstance(error.__cause__, httpx.ConnectError)
