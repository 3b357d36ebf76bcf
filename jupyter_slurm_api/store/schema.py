"""The versions of a job's document: how an older one is read, and how a later one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Final

from pydantic import ValidationError

from .. import states
from ..job import Job
from .mongo import Document

SCHEMA: Final = 2
"""The version that this server writes."""

_NEW_IN_2: Final[Document] = {
    "dependency": None,
    "cancelled_by": None,
    "task": None,
    "components": None,
    "runs": (),
    "usage": None,
    "idempotency_key": None,
    "request_sha256": None,
    "tags": (),
    "told": False,
    "resubmit_of": None,
}


def _from_1(document: Document) -> Document:
    """Version 2 knows arrays by task, and what the accounting has told.

    A job that is over has been told of: nobody asks again for what ended long ago.
    """
    accounted = states.is_over(document["status"])
    return {**_NEW_IN_2, "accounted": accounted, **document}


STEPS: Final[Mapping[int, Callable[[Document], Document]]] = {1: _from_1}
"""What makes of a document of each older version one of the next."""


class OutdatedJob(Job):
    """A job whose document has an older schema: its next write brings all of it up to date."""


def read(document: Document) -> Job:
    """Return the job of a document of any version.

    Of a later version, which a newer server on the same database has written,
    what is not understood is left aside.
    """
    version: int = document.get("schema", 1)
    facts = {**_upgraded(document, version), "job_id": document["_id"]}
    if version < SCHEMA:
        return OutdatedJob.model_validate(facts)
    return Job.model_validate(facts) if version == SCHEMA else _understood(facts)


def _upgraded(document: Document, version: int) -> Document:
    for step in range(version, SCHEMA):
        document = STEPS[step](document)
    return document


def _understood(facts: Document) -> Job:
    try:
        return Job.model_validate(facts)
    except ValidationError as error:
        known = deepcopy(facts)
        for fault in error.errors():
            _leave_aside(known, fault["type"], fault["loc"])
        return Job.model_validate(known)


def _leave_aside(facts: Document, fault: str, place: tuple[int | str, ...]) -> None:
    """Take out an unknown part of a field alone, and a field of another kind as a whole."""
    if fault != "extra_forbidden":
        facts.pop(str(place[0]), None)
        return
    *path, name = place
    part: Any = facts
    for step in path:
        part = part[step]
    del part[name]
