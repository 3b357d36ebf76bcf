"""The queue in a notebook: one's own jobs or everybody's, to look through and to act on."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Final, TypeAlias

import traitlets

from ..actions import MOST_AT_ONCE
from ..cli.text import harmless
from ..client import ApiError, SlurmClient
from ..views import JobsView, QueueView
from . import last_state
from .connection import Connection
from .job_card import card_of
from .live_widget import LiveWidget, static
from .queue_table import STATE, QueueTable, Row, row_of_job, row_of_line

_MOST_JOBS: Final = 10_000
_PAGE: Final = 1000
_EVERYBODYS_SECONDS: Final = 15.0
_LOOKED_AT_SECONDS: Final = 300.0
"""After so long without a sign of a page that shows it, nobody's queue is asked for."""
_SUMMARY_SECONDS: Final = 5.0
_SUMMARY_ROWS: Final = 20

_Page: TypeAlias = tuple[JobsView | QueueView, list[Row]]


class QueueWidget(LiveWidget):
    """Shows one's own jobs, also those that have ended, or with ``mine`` false the cluster's queue.

    The server is that of the magics, unless another ``connection`` is given. The own jobs
    come from its memory at each change. Everybody's cost Slurm a squeue, so they are asked
    for every 15 s, while a page shows them.
    """

    _esm = static("asking.js", "grid.js", "queue.js")
    _css = static("widgets.css")
    _verbs: ClassVar[Mapping[str, str]] = {
        "cancel": "_act",
        "hold": "_act",
        "release": "_act",
        "rows": "_send_rows",
        "whose": "_choose",
        "show": "_show",
        "here": "_note_page",
    }

    mine = traitlets.Bool(default_value=True).tag(sync=True)
    rows: Any = traitlets.Dict().tag(sync=True, to_json=lambda _, widget: widget.table.all())

    def __init__(self, connection: Connection | None = None, *, mine: bool = True) -> None:
        self.table = QueueTable()
        self._pages: list[_Page] = []
        self._shown_at = time.monotonic()
        self._kept_at = -math.inf
        super().__init__(connection or Connection.of_kernel(), mine=mine)
        with contextlib.suppress(ApiError):
            self._look()  # so that something is there when it is first shown
        self._start()

    def __repr__(self) -> str:
        return f"<QueueWidget of {'my jobs' if self.mine else 'all jobs'}>"

    def _pause(self) -> float | None:
        if not self.mine:
            return _EVERYBODYS_SECONDS
        return _SUMMARY_SECONDS if self.kept.is_old(self._last_state()) else None

    def _look(self) -> bool:
        if self.mine or time.monotonic() - self._shown_at < _LOOKED_AT_SECONDS:
            pages: list[_Page] = [*(self._own() if self.mine else self._everybodys())]
            if [id(page) for page, _ in pages] != [id(page) for page, _ in self._pages]:
                self._pages = pages
                self._put(row for _, rows in pages for row in rows)
            self.stale = _stale(pages[0][0])
        self._keep_last_state()
        return True

    def _own(self) -> Iterator[_Page]:
        """Yield the pages of one's own jobs; one that has not changed is not read again."""
        known = {id(page): rows for page, rows in self._pages}
        cursor = None
        for _ in range(_MOST_JOBS // _PAGE):
            page = self._connection.client.jobs(limit=_PAGE, cursor=cursor)
            yield page, known.get(id(page)) or [row_of_job(job) for job in page.jobs]
            cursor = page.next_cursor
            if cursor is None:
                return

    def _everybodys(self) -> Iterator[_Page]:
        known = {id(page): rows for page, rows in self._pages}
        page = self._connection.client.queue()
        yield page, known.get(id(page)) or [row_of_line(line) for line in page.jobs]

    def _put(self, rows: Iterable[Row]) -> None:
        patch = self.table.put(rows)
        if patch:
            self.send({"kind": "patch", **patch})

    def _act(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Do something to many; those that would not say why, by their Slurm ids."""
        refused, done = [], 0
        verb, ids = asked["do"], [str(one) for one in asked["ids"]]
        for at in range(0, len(ids), MOST_AT_ONCE):
            some = ids[at : at + MOST_AT_ONCE]
            answer = self._connection.ask(partial(SlurmClient.act, action=verb, ids=some))
            done += answer.done
            refused += [one for one in answer.results if not one.done]
        return {
            "count": done,
            "refused": [
                [harmless(one.slurm_id or one.id), harmless(one.message)] for one in refused
            ],
        }

    def _send_rows(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Send all rows to a page that has missed a change, or was not there yet."""
        rows = self.table.all()
        if rows["number"] != asked["number"]:
            self.send({"kind": "rows", **rows})
        return {}

    def _choose(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Show one's own jobs, or everybody's."""
        self.mine = bool(asked["mine"])
        return self._note_page(asked)

    def _note_page(self, _: Mapping[str, Any]) -> dict[str, Any]:
        self._shown_at = time.monotonic()
        return {}

    def _show(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        key = str(asked["key"])
        return {"job": card_of(self._connection.ask(lambda client: client.job(key)), None)}

    def _last_state(self) -> dict[str, str]:
        counts = self.table.counts()
        head = "My jobs" if self.mine else "The queue"
        rows = [row[1 : STATE + 1] for row in self.table.rows(_SUMMARY_ROWS)]
        return last_state.of_queue(head, counts, rows, sum(counts.values()))

    def _keep_last_state(self) -> None:
        now = time.monotonic()
        if now > self._kept_at + _SUMMARY_SECONDS and self.kept.is_old(self._last_state()):
            self._kept_at = now
            self.kept.update(self._last_state())


def _stale(view: JobsView | QueueView) -> dict[str, str]:
    if not view.stale:
        return {}
    return {"what": "slurm", "since": view.synced_at.isoformat() if view.synced_at else ""}
