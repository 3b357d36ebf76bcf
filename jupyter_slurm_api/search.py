"""What is asked of a list of jobs: which ones, in what order, from where on."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

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
_TIMES: Final = frozenset({"submit_time", "start_time", "end_time"})
_A_TIME: Final = TypeAdapter(datetime)


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


def _with_zone(moment: datetime) -> datetime:
    """Take a time without a zone for UTC, as all our times are."""
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


_Words: TypeAlias = Annotated[list[str], BeforeValidator(_words)]
_State: TypeAlias = Annotated[str, AfterValidator(_state)]
_Time: TypeAlias = Annotated[datetime, AfterValidator(_with_zone)]
_Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]


class JobSearch(Model):
    """The query of ``GET jobs``; what is not sent does not narrow it.

    ``since`` and ``until`` are of the submit time. ``q`` is looked for in name and
    script, ``name`` in the name alone, both whatever their case.
    """

    state: Annotated[list[_State], BeforeValidator(_words)] = Field(default_factory=list)
    partition: _Words = Field(default_factory=list)
    account: _Words = Field(default_factory=list)
    name: _Text | None = None
    q: _Text | None = None
    since: _Time | None = None
    until: _Time | None = None
    sort: Annotated[str, Field(pattern=f"^-?({'|'.join(SORTABLE)})$")] = "-submit_time"
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 100
    cursor: _Text | None = None

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
        return None if self.cursor is None else Place.read(self.cursor, self.sort)


class Place(Model):
    """Where a page ended: at the job with this value of what is sorted by."""

    sort: str
    value: datetime | str | None
    job_id: str

    def cursor(self) -> str:
        """Write it as the cursor of the next page."""
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        text = json.dumps([self.sort, value, self.job_id])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str, sort: str) -> Place:
        """Read a cursor that was written for this order."""
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            of, value, job_id = json.loads(base64.urlsafe_b64decode(padded))
            if of != sort:
                raise InvalidRequest("This 'cursor' is of another 'sort': begin without one.")
            if value is not None and sort.removeprefix("-") in _TIMES:
                value = _A_TIME.validate_python(value)
            return cls(sort=of, value=value, job_id=job_id)
        except (ValueError, TypeError, ValidationError) as error:
            raise InvalidRequest(
                "This is no 'cursor' of ours: send 'next_cursor' as it was answered, or none."
            ) from error
