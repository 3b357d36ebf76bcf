"""What is asked of the queue, found in its lines: filters, order, page and counts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from .errors import InvalidRequest
from .models import QueueRow
from .search import Place, QueueSearch

_OF_A_PAGE: Final = {"sort", "limit", "cursor"}
_MOST_CHOSEN: Final = 8
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


class Lines:
    """Lines of the queue, each order and choice of them made once, when it is first asked for."""

    def __init__(self, rows: Sequence[QueueRow]) -> None:
        self.rows = rows
        self._orders: dict[str, Sequence[QueueRow]] = {}
        self._chosen: dict[str, Lines] = {}

    def chosen(self, search: QueueSearch, me: str) -> Lines:
        """Return those that pass a question's filters; ``me`` is the account that asks."""
        tests = list(_tests(search, me))
        if not tests:
            return self
        asked = search.model_dump_json(exclude=_OF_A_PAGE, exclude_defaults=True)
        if asked not in self._chosen:
            if len(self._chosen) >= _MOST_CHOSEN:
                del self._chosen[next(iter(self._chosen))]
            self._chosen[asked] = Lines(
                [row for row in self.rows if all(test(row) for test in tests)]
            )
        return self._chosen[asked]

    def by(self, field: str) -> Sequence[QueueRow]:
        """Return them in an order: what is not known first, equal ones by their id."""
        if field not in self._orders:
            self._orders[field] = self._sorted(field)
        return self._orders[field]

    def _sorted(self, field: str) -> Sequence[QueueRow]:
        if field == "job_id":
            return sorted(self.rows, key=lambda row: _by_id(row["job_id"]))
        by_id = self.by("job_id")  # which stays where the field is equal
        known = [row for row in by_id if row[field] is not None]  # type: ignore[literal-required]
        unknown = [row for row in by_id if row[field] is None]  # type: ignore[literal-required]
        return [*unknown, *sorted(known, key=itemgetter(field))]

    @cached_property
    def states(self) -> dict[str, int]:
        """How many lines there are in each state."""
        return dict(Counter(row["state"] for row in self.rows))

    @cached_property
    def partitions(self) -> dict[str, int]:
        """How many lines there are in each partition."""
        return dict(Counter(row["partition"] for row in self.rows))


def select(lines: Lines, search: QueueSearch, me: str) -> Selection:
    """Return the lines that a question is for; ``me`` is the account that asks.

    Raises:
        InvalidRequest: the cursor is none of ours.
    """
    found = lines.chosen(search, me)
    page, following = _page(found, search)
    return Selection(page, len(found.rows), found.states, found.partitions, following)


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


def _page(lines: Lines, search: QueueSearch) -> tuple[Sequence[QueueRow], Place | None]:
    order = search.order
    if order is None:
        return lines.rows, None
    field, descends = order.removeprefix("-"), order.startswith("-")
    rows = lines.by(field)
    begin, end = 0, len(rows)
    if search.cursor:
        last = _place(search.cursor, order, field)

        def key(row: QueueRow) -> tuple[Any, ...]:
            return _key(row[field], row["job_id"], field)  # type: ignore[literal-required]

        if descends:
            end = bisect_left(rows, last, key=key)
        else:
            begin = bisect_right(rows, last, key=key)
    size = search.limit or len(rows)
    page = rows[max(begin, end - size) : end][::-1] if descends else rows[begin : begin + size]
    if len(page) == end - begin:
        return page, None
    end_of_page = page[-1]
    return page, Place(sort=order, value=end_of_page[field], job_id=end_of_page["job_id"])  # type: ignore[literal-required]


def _place(cursor: str, order: str, field: str) -> tuple[Any, ...]:
    """Return where a page ended, as `_key` does."""
    place = Place.read(cursor, order)
    if not isinstance(place.value, int | None if field == "priority" else str | None):
        raise InvalidRequest("This is no 'cursor' of ours: send 'next_cursor' as it was answered.")
    return _key(place.value, place.job_id, field)


def _key(value: Any, job_id: str, field: str) -> tuple[Any, ...]:
    """Return what lines are sorted by: what is not known first, equal ones by their id."""
    by_id = _by_id(job_id)
    return by_id if field == "job_id" else (value is not None, 0 if value is None else value, by_id)


def _by_id(job_id: str) -> tuple[Any, ...]:
    """Return what sorts ids as numbers are, whatever an id may hold."""
    number, _, task = job_id.partition("_")
    return len(number), number, len(task), task
