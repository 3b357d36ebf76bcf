"""A server's looks at Slurm, one after the other, as it tells of them itself."""

from __future__ import annotations

import time
from typing import Any

from server import Server

_LOOK_EVERY = 0.1


class Ticks:
    """Waits for ticks; the one that `last` tells of has ended when this is made."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.last: dict[str, Any] = {"last_success": None}
        self.next()

    def next(self) -> float:
        """Wait for the end of a tick that is not known yet; the seconds that it took."""
        while not self.is_new(found := self._server.health()["sync"]):
            if found["failures"]:
                raise SystemExit(f"The sync failed: {found['last_error']}")
            time.sleep(_LOOK_EVERY)
        self.last = found
        return float(found["tick_seconds"])

    def is_new(self, found: dict[str, Any] | None = None) -> bool:
        """Tell whether a tick has ended since the last one that was waited for."""
        found = found or self._server.health()["sync"]
        return bool(found["last_success"] != self.last["last_success"])
