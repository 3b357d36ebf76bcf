"""A job as MongoDB has it: its document, and what a change writes of it."""

from __future__ import annotations

from typing import Any, Final

from ..job import Job
from ..models import Model
from . import names
from .mongo import Document
from .retention import NO_DATE
from .schema import SCHEMA, OutdatedJob

_WRITTEN_APART: Final = frozenset({"job_id", "revision", "output_kept"})
"""What no write of a state takes along; `mark_output_kept` asks for no revision."""


def to_document(job: Job) -> Document:
    """Return a job as it is written for the first time."""
    document = job.model_dump()
    document["_id"] = document.pop("job_id")
    document["schema"] = SCHEMA
    document[names.PARTS] = names.parts_of(job)
    return document


def conditional(before: Job, after: Job) -> tuple[Document, Document]:
    """Return the question for a job as it was read, and the update that makes it what it is now."""
    question = {"_id": before.job_id, "revision": before.revision}
    update = {"$set": _to_set(before, after), "$inc": {"revision": 1}}
    if before.is_over and not after.is_over:
        # It runs again: what was noted of its end without a revision is true no more.
        update["$set"]["output_kept"] = False
        update["$unset"] = NO_DATE
    return question, update


def _to_set(before: Job, after: Job) -> Document:
    to_set = _changed(before, after)
    if isinstance(before, OutdatedJob):
        # What was not read, such as a script that stayed behind, is not written either.
        whole = before.model_fields_set - _WRITTEN_APART
        to_set = {name: _plain(getattr(after, name)) for name in whole} | to_set
        to_set["schema"] = SCHEMA
    if "name" in to_set:
        to_set[names.PARTS] = names.parts_of(after)
    return to_set


def _changed(before: Job, after: Job) -> Document:
    # Attribute by attribute: a tick may write ten thousand jobs, and few fields of each change.
    old = vars(before)
    return {
        name: _plain(value)
        for name, value in vars(after).items()
        if value is not old[name] and value != old[name] and name != "revision"
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return {name: _plain(part) for name, part in vars(value).items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
