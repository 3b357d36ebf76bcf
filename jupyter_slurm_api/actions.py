"""What is done to jobs over HTTP: the bodies that ask for it, and the answers."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, StrictInt, StrictStr, model_validator

from .models import Model

_SIGNAL: Final = re.compile(
    r"(?:[Ss][Ii][Gg])?(?:[A-Za-z]{2,10}[0-9]{0,2}|[1-9]|[1-5][0-9]|6[0-4])"
)
MOST_AT_ONCE: Final = 1000

Verb: TypeAlias = Literal["cancel", "hold", "release", "requeue", "suspend", "resume", "signal"]


def signal_name(word: str) -> str:
    """Return a signal as scancel takes it: a name without SIG, or a number up to 64.

    Raises:
        ValueError: this is no signal.
    """
    if not _SIGNAL.fullmatch(word):
        raise ValueError("a signal is a name such as USR1, or a number from 1 to 64")
    return word.upper().removeprefix("SIG")


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be printable text on one line")
    return text


_Signal: TypeAlias = Annotated[
    StrictStr,
    AfterValidator(signal_name),
    Field(json_schema_extra={"pattern": f"^(?:{_SIGNAL.pattern})$"}),
]
_Line: TypeAlias = Annotated[StrictStr, Field(max_length=1000), AfterValidator(_one_line)]
_Word: TypeAlias = Annotated[_Line, Field(min_length=1)]


class SignalRequest(Model):
    """The body of ``POST job/{id}/signal``."""

    signal: Annotated[_Signal, Field(description="Such as USR1, SIGTERM or 10")]


class CancelQuery(Model):
    """The query of ``DELETE job/{id}``."""

    signal: Annotated[
        _Signal | None, Field(description="Send it this, such as USR1, and do not cancel it")
    ] = None


class ChangeRequest(Model):
    """The body of ``PATCH job/{id}``: what Slurm lets a user change."""

    time_limit: Annotated[_Word | None, Field(description="As sbatch's --time; only shorter")] = (
        None
    )
    partition: Annotated[_Word | None, Field(description="While the job waits")] = None
    name: _Word | None = None
    nice: Annotated[StrictInt | None, Field(description="The higher, the later it starts")] = None
    dependency: Annotated[_Line | None, Field(description="As sbatch's; empty for none")] = None

    @model_validator(mode="after")
    def _has_a_change(self) -> ChangeRequest:
        if not self.changes():
            raise ValueError(f"name what is to change: {', '.join(type(self).model_fields)}")
        return self

    def changes(self) -> dict[str, str]:
        """Return what is to change, as text."""
        return {name: str(value) for name, value in self if value is not None}


class BulkRequest(Model):
    """The body of ``POST jobs/actions``.

    ``ids`` are UUIDs, Slurm ids, and ranges of an array's tasks such as ``12_[3-9]``.
    """

    action: Verb
    ids: Annotated[list[StrictStr], Field(min_length=1, max_length=MOST_AT_ONCE)]
    signal: Annotated[_Signal | None, Field(description="With the action signal")] = None

    @model_validator(mode="after")
    def _has_its_signal(self) -> BulkRequest:
        if (self.action == "signal") != (self.signal is not None):
            raise ValueError("'signal' goes with the action 'signal', and with no other")
        return self


class ActionAnswer(Model):
    """What became of an action on one job.

    ``id`` is what the job was called in the question. ``status`` is the HTTP status
    that the action alone would have been answered with, ``message`` says what was
    done or, in Slurm's own words, why not.
    """

    id: str
    job_id: str | None
    slurm_id: str | None
    done: bool
    status: HTTPStatus
    message: str


class BulkAnswer(Model):
    """The answer of ``POST jobs/actions``: a result for each id, in the order of the question."""

    action: Verb
    done: int
    failed: int
    results: list[ActionAnswer]
