"""The rows of a queue in a widget, and what has changed from one look to the next."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, TypeAlias

from ..cli.listing import where
from ..cli.text import harmless
from ..models import QueueRow
from ..views import JobView

Row: TypeAlias = tuple[str, ...]
"""A row's key, then the columns; times are ISO 8601, what is not known is empty."""

COLUMNS: Final = (
    "id",
    "name",
    "user",
    "partition",
    "state",
    "start",
    "end",
    "nodes",
    "submitted",
    "where",
)
STATE: Final = 1 + COLUMNS.index("state")


def row_of_job(job: JobView) -> Row:
    """Return one of the user's own jobs as a row."""
    place = job.node_list or (f"({job.reason})" if job.reason else "")
    return (
        job.job_id or job.slurm_id or "",
        harmless(job.slurm_id or ""),
        harmless(job.name or ""),
        harmless(job.user),
        harmless(job.partition or ""),
        harmless(job.status),
        _iso(job.start_time),
        _iso(job.end_time),
        "" if job.nodes is None else str(job.nodes),
        _iso(job.submit_time),
        harmless(place),
    )


def row_of_line(line: QueueRow) -> Row:
    """Return a line of squeue's as a row."""
    return (
        line["job_id"],
        harmless(line["job_id"]),
        harmless(line["name"]),
        harmless(line["user"]),
        harmless(line["partition"]),
        harmless(line["state"]),
        line["start_time"] or "",
        line["end_time"] or "",
        harmless(line["nodes"]),
        line["submit_time"] or "",
        harmless(where(line)),
    )


class QueueTable:
    """What the browser should show; each change has a number, so that a lost one is noticed."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._number = 0
        self._lock = threading.Lock()

    def put(self, rows: Iterable[Row]) -> dict[str, Any] | None:
        """Take rows for those there are, and return what differs, None for nothing."""
        now = {row[0]: row for row in rows}
        with self._lock:
            before, self._rows = self._rows, now
            changed = [row for key, row in now.items() if before.get(key) != row]
            removed = [key for key in before if key not in now]
            if not changed and not removed:
                return None
            self._number += 1
            return {"number": self._number, "changed": changed, "removed": removed}

    def all(self) -> dict[str, Any]:
        """Return all rows, and the number of the last change."""
        with self._lock:
            return {"number": self._number, "rows": list(self._rows.values())}

    def rows(self, most: int) -> list[Row]:
        """Return the first rows."""
        with self._lock:
            return list(self._rows.values())[:most]

    def counts(self) -> dict[str, int]:
        """Return how many rows are in each state, the most first."""
        with self._lock:
            return dict(Counter(row[STATE] for row in self._rows.values()).most_common())


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
