"""The API from Python, under its own names."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Final

import httpx
from typing_extensions import Self

from ..wellbeing import HealthView
from . import discovery
from .acting import ActionCalls
from .cluster import ClusterCalls
from .discovery import Server
from .events import EventCalls
from .notebooks import NotebookCalls
from .output import OutputCalls
from .session import Session
from .templates import TemplateCalls

_TIMEOUT: Final = 60.0


class SlurmClient(NotebookCalls, ActionCalls, OutputCalls, ClusterCalls, EventCalls, TemplateCalls):
    """Slurm, by way of a Jupyter server.

    Without ``url`` the server is found, as `discovery.find` says. Every call has the
    time limit ``timeout``, in seconds of silence, and raises `ApiError`. Threads may
    share a client; ``with`` closes it. A list or a job that has not changed since it
    was asked for last is the same object again, and costs next to nothing.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = _TIMEOUT,
        transport: httpx.BaseTransport | None = None,
        heard: Callable[[bytes], object] | None = None,
    ) -> None:
        server = discovery.find(url, token)
        super().__init__(Session(server, timeout=timeout, transport=transport, heard=heard))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<SlurmClient {self.server.url}>"

    @property
    def server(self) -> Server:
        """The server that is asked."""
        return self._session.server

    def close(self) -> None:
        """End the connections."""
        self._session.close()

    def health(self) -> HealthView:
        """Return how the service and its parts are."""
        return self._get(HealthView, "health")
