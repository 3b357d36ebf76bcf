"""What changes, told to all in this kernel who want to know, by one stream of events."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Final, TypeAlias

from ..client import ApiError, Leave
from ..events import HealthEvent, JobChange, JobsEvent, ResetEvent

if TYPE_CHECKING:
    from .connection import Connection

Listener: TypeAlias = Callable[[Sequence[JobChange]], object]
"""Is told what has changed of its jobs; of nothing in particular, to look at all again."""

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 10.0

_log = logging.getLogger(__name__)


class Watcher:
    """Listens to a connection's server in a thread, for as long as somebody listens to it.

    A server that goes away is looked for anew, for ever: ``away_since`` tells since when
    nothing was heard of it, and is None while all is well. Listeners are called in the
    thread, and are quick; when the server goes and when it is back, all are.
    """

    def __init__(self, connection: Connection) -> None:
        self.away_since: datetime | None = None
        self._connection = connection
        self._listeners: dict[object, tuple[Listener, frozenset[str]]] = {}
        self._lock = threading.Lock()
        self._leave: Leave | None = None

    def watch(self, listener: Listener, *ids: str) -> Callable[[], None]:
        """Call ``listener`` at each change of these jobs, or of any; returns what ends that.

        A job is named by its UUID or its Slurm id; the latter, of an array, means its tasks too.
        """
        key = object()
        with self._lock:
            self._listeners[key] = (listener, frozenset(ids))
            if self._leave is None:
                self._leave = Leave()
                self._start(self._leave)

        def end() -> None:
            with self._lock:
                self._listeners.pop(key, None)
                if not self._listeners and self._leave is not None:
                    self._leave.take()
                    self._leave = None

        return end

    def turn(self) -> None:
        """Listen to another server: that of the connection, which has changed."""
        with self._lock:
            if self._leave is not None:
                self._leave.take()
                self._leave = Leave()
                self._start(self._leave)

    def _start(self, leave: Leave) -> None:
        threading.Thread(
            target=self._run, args=(leave,), name="jupyter-slurm-events", daemon=True
        ).start()

    def _run(self, leave: Leave) -> None:
        pause = _FIRST_PAUSE
        while not leave.taken:
            try:
                for told in self._connection.client.events(leave=leave, patience=0):
                    pause = _FIRST_PAUSE
                    if isinstance(told, JobsEvent):
                        self._tell(told.jobs)
                    elif isinstance(told, (ResetEvent, HealthEvent)):
                        self.away_since = None
                        self._tell(())
            except ApiError:
                self._connection.renew()
                if self.away_since is None:
                    self.away_since = datetime.now(timezone.utc)
                    self._tell(())
            leave.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _tell(self, changes: Sequence[JobChange]) -> None:
        with self._lock:
            listeners = list(self._listeners.values())
        for listener, ids in listeners:
            theirs = [one for one in changes if not ids or ids & _names(one)]
            if theirs or not changes:
                try:
                    listener(theirs)
                except Exception:  # noqa: BLE001 - the others are to hear it all the same
                    _log.exception("A listener to changes of jobs failed")


def _names(change: JobChange) -> set[str]:
    """Return what a job may be called by, or is a part of."""
    names = {change.job_id}
    if change.slurm_id:
        names |= {change.slurm_id, change.slurm_id.partition("_")[0]}
    return names
