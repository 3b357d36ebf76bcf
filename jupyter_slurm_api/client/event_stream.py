"""Server-Sent Events, read as WHATWG's HTML standard has them.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event; ``id`` is the last that was sent, with this event or before it."""

    kind: str
    data: str
    id: str


class EventReader:
    """Reads events from bytes, however these are cut.

    ``last_id`` is what a new connection tells the server, ``retry`` the seconds to
    wait before that where the server has said so.
    """

    def __init__(self, last_id: str = "") -> None:
        self.last_id = last_id
        self.retry: float | None = None
        self._id = last_id
        self._kind = ""
        self._data: list[str] = []

    def events(self, chunks: Iterable[bytes]) -> Iterator[ServerEvent]:
        """Yield the events of one connection; what its end cuts off is none."""
        self._id, self._kind, self._data = self.last_id, "", []
        for line in _lines(chunks):
            if line:
                self._take(line)
                continue
            self.last_id = self._id
            if self._data:
                yield ServerEvent(self._kind or "message", "\n".join(self._data), self._id)
            self._kind, self._data = "", []

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._kind = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value) / 1000


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield whole lines; a CR at the end of a chunk may be half of a CRLF."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    rest, begun, after_cr = "", False, False
    for chunk in chunks:
        text = decoder.decode(chunk)
        if not begun and text:
            text, begun = text.removeprefix("\ufeff"), True
        if after_cr and text:
            text, after_cr = text.removeprefix("\n"), False
        *lines, rest = _LINE_END.split(rest + text)
        after_cr = after_cr or text.endswith("\r")
        yield from lines
