"""What is asked by queries: which jobs, in what order, from where on."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection
from datetime import datetime, timezone
from typing import Annotated, Any, Final, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import from_json

from . import states
from .errors import InvalidRequest
from .models import Model

LARGEST_PAGE: Final = 1000

SORTABLE: Final = (
    "submit_time",
    "start_time",
    "end_time",
    "name",
    "status",
    "partition",
    "account",
)
SORTABLE_LINES: Final = (
    "submit_time",
    "start_time",
    "end_time",
    "job_id",
    "name",
    "user",
    "state",
    "partition",
    "account",
    "priority",
)
_TIMES: Final = frozenset({"submit_time", "start_time", "end_time"})
_A_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _words(value: Any) -> Any:
    """Split what may be sent several times, or once with commas."""
    if not isinstance(value, list):
        return value
    return [word.strip() for text in value for word in str(text).split(",") if word.strip()]


def _state(word: str) -> str:
    state = states.named(word)
    if state is None:
        raise ValueError(f"{word!r} is no state; states are long or short, as PENDING or PD")
    return state


def _date(value: Any) -> Any:
    """Refuse numbers: pydantic takes them for seconds, or milliseconds where they are large."""
    if isinstance(value, str) and not _A_DATE.match(value):
        raise ValueError("a time is written as 2026-11-24T12:00:00Z")
    return value


def _in_utc(moment: datetime) -> datetime:
    """Return a time as all our times are; one without a zone is taken for such."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError("a time is of the years 1 to 9999") from None


_Words: TypeAlias = Annotated[list[str], BeforeValidator(_words)]
_State: TypeAlias = Annotated[
    str, AfterValidator(_state), Field(json_schema_extra={"enum": [*states.CODES]})
]
_States: TypeAlias = Annotated[
    list[_State],
    BeforeValidator(_words),
    Field(
        description="Long as PENDING or short as PD", json_schema_extra={"allowEmptyValue": True}
    ),
]
_Time: TypeAlias = Annotated[datetime, BeforeValidator(_date), AfterValidator(_in_utc)]
_A_TIME: Final = TypeAdapter[datetime](_Time)
_LONGEST_CURSOR: Final = 10_000  # it holds a name, which may have a thousand characters
_Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
_Number: TypeAlias = Annotated[int, Field(ge=-(2**63), lt=2**63)]  # as MongoDB has them
_Cursor: TypeAlias = Annotated[
    Annotated[str, Field(min_length=1, max_length=_LONGEST_CURSOR)] | None,
    Field(description="The `next_cursor` of the page before; null there on the last"),
]


class _Filters(Model):
    """What narrows a list; what is not sent does not.

    Of what may be sent several times, or once with commas, any will do.
    """

    state: _States = Field(default_factory=list)
    partition: _Words = Field(default_factory=list)
    account: _Words = Field(default_factory=list)
    name: Annotated[_Text | None, Field(description="A part of the name, whatever its case")] = None
    since: Annotated[_Time | None, Field(description="Submitted then or later")] = None
    until: Annotated[_Time | None, Field(description="Submitted before")] = None


class JobSearch(_Filters):
    """The query of ``GET jobs``."""

    tag: _Words = Field(default_factory=list)
    q: Annotated[
        _Text | None, Field(description="A part of the name or the script, whatever its case")
    ] = None
    sort: Annotated[
        str,
        Field(
            pattern=f"^-?({'|'.join(SORTABLE)})$", description="With - the last or largest first"
        ),
    ] = "-submit_time"
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 100
    cursor: _Cursor = None

    @property
    def field(self) -> str:
        """What the jobs are sorted by."""
        return self.sort.removeprefix("-")

    @property
    def descends(self) -> bool:
        """Whether the last comes first."""
        return self.sort.startswith("-")

    def place(self) -> Place | None:
        """Return where the page begins.

        Raises:
            InvalidRequest: the cursor is none, or of another order.
        """
        return None if self.cursor is None else Place.read(self.cursor, self.sort, times=_TIMES)


class QueueSearch(_Filters):
    """The query of ``GET queue``.

    Without ``sort`` and ``limit`` lines come in squeue's order, all of them.
    """

    user: Annotated[_Text | None, Field(description="An account; `me` for one's own jobs")] = None
    q: Annotated[
        _Text | None,
        Field(description="A part of the id, name, user, partition, account or reason"),
    ] = None
    sort: Annotated[
        str | None,
        Field(
            pattern=f"^-?({'|'.join(SORTABLE_LINES)})$",
            description="With - the last or largest first; of a page: -submit_time",
        ),
    ] = None
    limit: Annotated[int | None, Field(ge=1, le=LARGEST_PAGE)] = None
    cursor: _Cursor = None

    @property
    def order(self) -> str | None:
        """What the lines are sorted by, as in ``sort``; None for squeue's order."""
        if self.sort is None and (self.limit or self.cursor):
            return "-submit_time"
        return self.sort


class JobQuery(Model):
    """The query of ``GET job/{id}``; what else it says has never mattered."""

    model_config = ConfigDict(extra="ignore")

    output: Annotated[
        bool, Field(description="Whether the last part of its output is to come along")
    ] = True


class HealthQuery(Model):
    """The query of ``GET health``; probes may add what they like."""

    model_config = ConfigDict(extra="ignore")

    ready: Annotated[
        bool,
        BeforeValidator(lambda word: word or "1"),
        Field(
            description="Answer 503 where a part is away",
            json_schema_extra={"allowEmptyValue": True},
        ),
    ] = False


class TaskSearch(Model):
    """The query of ``GET job/{id}/tasks``."""

    state: _States = Field(default_factory=list)
    after: Annotated[
        int, Field(ge=-1, lt=10**9, description="The `next_after` of the page before")
    ] = -1
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 100


class NodeSearch(Model):
    """The query of ``GET nodes``; what is not sent does not narrow it."""

    partition: Annotated[_Words, Field(description="Nodes of these partitions")] = Field(
        default_factory=list
    )
    state: Annotated[_Words, Field(description="Slurm's words, such as idle or mixed")] = Field(
        default_factory=list
    )
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 100
    cursor: _Cursor = None


class Place(Model):
    """Where a page ended: at the job with this value of what is sorted by."""

    sort: str
    value: datetime | str | _Number | None
    job_id: str

    def cursor(self) -> str:
        """Write it as the cursor of the next page."""
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        text = json.dumps([self.sort, value, self.job_id], ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str, sort: str, times: Collection[str] = ()) -> Place:
        """Read a cursor that was written for this order; a value of ``times`` becomes one."""
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            of, value, job_id = from_json(base64.urlsafe_b64decode(padded))
            if of != sort:
                raise InvalidRequest("This 'cursor' is of another 'sort': begin without one.")
            if value is not None and sort.removeprefix("-") in times:
                value = _A_TIME.validate_python(value)
            return cls(sort=of, value=value, job_id=job_id)
        except (ValueError, TypeError, ValidationError) as error:
            raise InvalidRequest(
                "This is no 'cursor' of ours: send 'next_cursor' as it was answered, or none."
            ) from error
