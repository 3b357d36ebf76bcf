"""What the widgets share: a thread that keeps them up to date, and buttons that work meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any, ClassVar, Final

import anywidget
import traitlets

from ..cli.text import harmless
from ..client import ApiError, NotFound
from ..events import JobChange
from .connection import Connection
from .last_state import LastState, publish

_TOGETHER_SECONDS: Final = 0.5
"""Changes that come within this time are looked at together."""
_TROUBLE_SECONDS: Final = 30.0

Doing = Callable[[Mapping[str, Any]], "dict[str, Any]"]


def static(*names: str) -> str:
    """Return files of the widgets' browser side, one behind the other."""
    directory = resources.files(__package__) / "static"
    return "\n".join((directory / name).read_text(encoding="utf-8") for name in names)


class LiveWidget(anywidget.AnyWidget):
    """A widget that a thread keeps as the server has it, until it is closed.

    The browser asks with messages ``{"id", "do", ...}``: each is answered at once with
    ``heard``, and with ``done`` when it is, from a thread of its own, since handlers
    of all widgets share one subshell of the kernel. ``stale`` tells the browser since
    when what it shows is old, and why; ``trouble`` what the server had to say against it.
    """

    _verbs: ClassVar[Mapping[str, str]] = {}
    """What the browser may ask for, and the method that does it."""

    stale = traitlets.Dict().tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)

    def __init__(self, connection: Connection, **state: Any) -> None:
        super().__init__(**state)
        self._connection = connection
        self._news = threading.Event()
        self._stop = threading.Event()
        self.kept = LastState()
        self.on_msg(self._asked)
        if self.comm is not None:
            # ipykernel 7.4 would lead what the browser sends to the loop that has sent last, which
            # may run a cell. It is to go where the browser says: to a subshell, if there is one.
            self.comm._reply_subshell_for = lambda _, said: said  # noqa: SLF001

    def close(self) -> None:
        """Stop, and go from the page."""
        self._end()
        super().close()

    def _ipython_display_(self) -> None:
        self.display()

    def display(self) -> None:
        """Show the widget, and before it what stays of it in a notebook that is saved."""
        self.kept.show(self._last_state())
        publish((self._repr_mimebundle_() or ({},))[0])

    def _last_state(self) -> dict[str, str]:
        """Return what stays of this widget in a notebook that is saved, by MIME type."""
        raise NotImplementedError

    def _start(self) -> None:
        """Begin to look, at what `_watched` names by now."""
        self._end()
        self._stop = threading.Event()
        name = f"jupyter-slurm-{type(self).__name__}"
        threading.Thread(target=self._keep, args=(self._stop,), name=name, daemon=True).start()

    def _end(self) -> None:
        self._stop.set()
        self._news.set()

    def _watched(self) -> Sequence[str]:
        """Return the ids of the jobs that are shown; none for all."""
        return ()

    def _look(self) -> bool:
        """Show what the server has; whether there will be more to see."""
        raise NotImplementedError

    def _heard(self, _: Sequence[JobChange]) -> None:
        self._news.set()

    def _pause(self) -> float | None:
        """Return after how many seconds to look again though nothing was heard."""
        return None

    def _keep(self, stop: threading.Event) -> None:
        """Look at each change, until nothing more will."""
        end = self._connection.watcher.watch(self._heard, *self._watched())
        try:
            while not stop.is_set() and self._looked():
                self._news.wait(_TROUBLE_SECONDS if self.trouble else self._pause())
                stop.wait(_TOGETHER_SECONDS)
        finally:
            end()

    def _looked(self) -> bool:
        self._news.clear()
        since = self._connection.watcher.away_since
        if since:
            self.stale, self.trouble = {"what": "server", "since": since.isoformat()}, ""
            return True
        try:
            goes_on = self._look()
            self.trouble = ""
        except ApiError as error:
            self.trouble = harmless(error.message)
            return not isinstance(error, NotFound)
        return goes_on

    def _asked(self, _: object, content: Mapping[str, Any], __: object) -> None:
        self.send({"kind": "heard", "id": content.get("id")})
        threading.Thread(target=self._answer, args=(content,), daemon=True).start()

    def _answer(self, content: Mapping[str, Any]) -> None:
        verb = self._verbs.get(content.get("do", ""))
        if verb is None:
            return
        do: Doing = getattr(self, verb)
        try:
            said = {"done": True, **do(content)}
        except ApiError as error:
            said = {"done": False, "message": harmless(error.message)}
        self.send({"kind": "done", "id": content.get("id"), **said})
        self._news.set()
