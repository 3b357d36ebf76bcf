"""The end of a job's output, read in a thread while it is written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from ..cli.text import harmless
from ..client import ApiError, Conflict, Denied, Leave, NotFound, ServerNotFound, Unavailable
from ..messages import Data, End, FollowMessage, Gap
from ..outputs import Stream
from .connection import Connection

MOST: Final = 256 * 1024
"""How many characters are kept of an output; the file has the rest."""
_FIRST_BYTES: Final = 128 * 1024
_FIRST_LINES: Final = 2000
_PIECE: Final = 64 * 1024
_PAUSE: Final = 2.0

Said = Callable[[dict[str, Any]], object]


class LiveOutput:
    """What a stream of a job has written last, and how much in all.

    ``said`` is called with each piece as it comes. Pieces are numbered, so that who
    has missed one knows it, and asks for all there is.
    """

    def __init__(self, connection: Connection, job_id: str, stream: Stream, said: Said) -> None:
        self.job_id = job_id
        self.stream: Stream = stream
        self.size = 0
        self._connection = connection
        self._said = said
        self._text = ""
        self._number = 0
        self._is_cut = False
        self._note = ""
        self._lock = threading.Lock()
        self._leave = Leave()
        self._thread = threading.Thread(
            target=self._read, name=f"jupyter-slurm-{stream}", daemon=True
        )

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def close(self) -> None:
        """Read no more."""
        self._leave.take()

    def all(self) -> dict[str, Any]:
        """Return what is kept, and where the next piece goes on."""
        with self._lock:
            return {**self._place(), "text": self._text, "note": self._note}

    @property
    def text(self) -> str:
        """The end of what was written."""
        with self._lock:
            return self._text

    def _place(self) -> dict[str, Any]:
        return {
            "stream": self.stream,
            "job": self.job_id,
            "number": self._number,
            "size": self.size,
            "cut": self._is_cut,
        }

    def _read(self) -> None:
        """Read until the job is over, also while the server goes and comes."""
        began = False
        while not self._leave.taken:
            try:
                if not began:
                    self._begin()
                    began = True
                client = self._connection.client
                for message in client.follow(
                    self.job_id, self.stream, offset=self.size, leave=self._leave, patience=0
                ):
                    self._take(message)
            except (Denied, ServerNotFound, Unavailable):  # noqa: PERF203
                self._leave.wait(_PAUSE)  # the watcher looks for the server
            except ApiError as error:
                self._tell(note=harmless(error.message), ended=True)
                return
            else:
                return

    def _begin(self) -> None:
        """Take the end of what there is: the whole may be more than anybody reads."""
        try:
            part = self._connection.client.output(
                self.job_id, self.stream, tail=_FIRST_LINES, limit=_FIRST_BYTES
            )
        except (NotFound, Conflict):
            return  # it has not begun
        self._is_cut, self.size = part.offset > 0, part.next_offset
        if part.data:
            self._tell(part.text)

    def _take(self, message: FollowMessage) -> None:
        if isinstance(message, Data):
            self.size = message.next_offset
            self._tell(message.text)
        elif isinstance(message, Gap):
            self.size = message.next_offset
            if message.reason == "truncated":
                self._text, self._is_cut = "", False
                self._tell(anew=True, note="The output has begun anew.")
            else:
                self._is_cut = True
                self._tell(note="The file is gone, and only the end of it was kept.")
        elif isinstance(message, End):
            self.size = message.offset
            self._tell(ended=True)

    def _tell(
        self, text: str = "", *, note: str = "", anew: bool = False, ended: bool = False
    ) -> None:
        with self._lock:
            self._is_cut = self._is_cut or len(self._text) + len(text) > MOST
            self._text = _last(self._text + text, MOST)
            self._note = note or self._note
            self._number += 1
            piece = {**self._place(), "text": _last(text, _PIECE), "note": self._note}
        self._said({**piece, "anew": anew, "ended": ended})


def _last(text: str, most: int) -> str:
    """Return the end of a text, from the beginning of a line on if there is one."""
    if len(text) <= most:
        return text
    end = text[-most:]
    return end.partition("\n")[2] or end
