"""Reading outputs, also while they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from pydantic import TypeAdapter, ValidationError

from ..messages import Data, End, FollowMessage, Gap, Kept
from ..outputs import Stream
from .calls import Calls, path_of
from .failures import ApiError
from .following import PATIENCE, follow
from .leaving import Leave
from .session import READING

_MESSAGES: Final[dict[str, TypeAdapter[FollowMessage]]] = {
    "data": TypeAdapter(Data),
    "gap": TypeAdapter(Gap),
    "kept": TypeAdapter(Kept),
    "end": TypeAdapter(End),
}


@dataclass(frozen=True, slots=True)
class Output:
    """A part of an output: its bytes from ``offset`` up to ``next_offset``, of ``size`` in all.

    ``source`` is ``file`` where it was read from the job's own, else what was kept of it.
    """

    data: bytes
    offset: int
    next_offset: int
    size: int
    source: str

    @property
    def text(self) -> str:
        """The bytes as text; what is no UTF-8 is shown as U+FFFD."""
        return self.data.decode(errors="replace")


class OutputCalls(Calls):
    """The calls about outputs; ``stream`` is ``stdout`` or ``stderr``."""

    def output(
        self,
        job_id: str,
        stream: Stream = "stdout",
        *,
        offset: int | None = None,
        limit: int | None = None,
        tail: int | None = None,
    ) -> Output:
        """Return an output: all of it, ``limit`` bytes from ``offset`` on, or the last lines."""
        query = {"stream": stream, "offset": offset, "limit": limit, "tail": tail}
        answer = self._session.ask("GET", path_of(job_id, "output"), query=query, patience=READING)
        said = answer.headers
        return Output(
            answer.content,
            int(said["Output-Offset"]),
            int(said["Output-Next"]),
            int(said["Output-Size"]),
            said["Output-Source"],
        )

    def follow(
        self,
        job_id: str,
        stream: Stream = "stdout",
        *,
        offset: int = 0,
        leave: Leave | None = None,
        patience: float = PATIENCE,
    ) -> Iterator[FollowMessage]:
        """Yield what an output has from ``offset`` on, and what comes, until its job is over.

        The last is an `End`, unless leave is taken. A connection that breaks is made anew,
        for ``patience`` seconds, and nothing comes twice.
        """
        path = path_of(job_id, "output", "stream")
        connect = partial(self._session.events, path, query={"stream": stream, "offset": offset})
        for event in follow(connect, leave=leave, patience=patience):
            message = _message(event.kind, event.data) if event else None
            if message is None:
                continue
            yield message
            if isinstance(message, End):
                return


def _message(kind: str, data: str) -> FollowMessage | None:
    """Return a message; one that a newer server has added is passed over."""
    adapter = _MESSAGES.get(kind)
    try:
        return adapter.validate_json(data, extra="ignore") if adapter else None
    except ValidationError as error:
        raise ApiError(
            f"The server sent what is no {kind!r} as this client knows it: give both the same"
            " version of jupyter-slurm-api."
        ) from error
