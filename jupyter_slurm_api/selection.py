"""What is asked of the queue, found in its lines: filters, order, page and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

from .errors import InvalidRequest
from .models import QueueRow
from .search import Place, QueueSearch

_SEARCHED: Final = ("job_id", "name", "user", "partition", "account", "reason")


@dataclass(frozen=True, slots=True)
class Selection:
    """Some lines of the queue, and what there is to say about all that match.

    ``states`` and ``partitions`` count these; ``next_place`` is where the next page begins.
    """

    rows: Sequence[QueueRow]
    total: int
    states: dict[str, int]
    partitions: dict[str, int]
    next_place: Place | None = None


def select(rows: Sequence[QueueRow], search: QueueSearch, me: str) -> Selection:
    """Return the lines that a question is for; ``me`` is the account that asks.

    Raises:
        InvalidRequest: the cursor is none of ours.
    """
    tests = list(_tests(search, me))
    found = [row for row in rows if all(test(row) for test in tests)] if tests else rows
    page, following = _page(found, search)
    return Selection(
        page,
        len(found),
        dict(Counter(row["state"] for row in found)),
        dict(Counter(row["partition"] for row in found)),
        following,
    )


def _tests(search: QueueSearch, me: str) -> Iterable[Callable[[QueueRow], bool]]:
    """Yield what a line must pass."""
    if search.user:
        user = me if search.user == "me" else search.user
        yield lambda row: row["user"] == user
    if search.state:
        states = frozenset(search.state)
        yield lambda row: row["state"] in states
    if search.partition:
        partitions = frozenset(search.partition)
        # A job may wait for several: the first that is free takes it.
        yield lambda row: not partitions.isdisjoint(row["partition"].split(","))
    if search.account:
        accounts = frozenset(search.account)
        yield lambda row: row["account"] in accounts
    if search.name:
        name = search.name.casefold()
        yield lambda row: name in row["name"].casefold()
    if search.q:
        words = search.q.casefold()
        yield lambda row: any(words in str(row[key] or "").casefold() for key in _SEARCHED)
    if search.since:
        since = _text(search.since)
        yield lambda row: (row["submit_time"] or "") >= since
    if search.until:
        until = _text(search.until)
        yield lambda row: row["submit_time"] is not None and row["submit_time"] < until


def _text(moment: datetime) -> str:
    """Write a time as the lines have it, whose order is that of the words."""
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def _page(rows: Sequence[QueueRow], search: QueueSearch) -> tuple[Sequence[QueueRow], Place | None]:
    order = search.order
    if order is None:
        return rows, None
    field, descends = order.removeprefix("-"), order.startswith("-")
    place = Place.read(search.cursor, order) if search.cursor else None
    if place and not isinstance(place.value, int | None if field == "priority" else str | None):
        raise InvalidRequest("This is no 'cursor' of ours: send 'next_cursor' as it was answered.")

    def key(row: QueueRow) -> tuple[Any, ...]:
        return _key(row[field], row["job_id"], field)  # type: ignore[literal-required]

    rows = sorted(rows, key=key, reverse=descends)
    if place:
        last = _key(place.value, place.job_id, field)
        rows = [row for row in rows if (key(row) < last if descends else key(row) > last)]
    if search.limit is None or len(rows) <= search.limit:
        return rows, None
    page = rows[: search.limit]
    end = page[-1]
    return page, Place(sort=order, value=end[field], job_id=end["job_id"])  # type: ignore[literal-required]


def _key(value: Any, job_id: str, field: str) -> tuple[Any, ...]:
    """Return what lines are sorted by: what is not known first, equal ones by their id."""
    number, _, task = job_id.partition("_")
    by_id = (len(number), number, len(task), task)  # as numbers are, whatever an id may hold
    return by_id if field == "job_id" else (value is not None, 0 if value is None else value, by_id)
