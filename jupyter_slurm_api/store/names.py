"""Jobs found by any part of their name: each name's parts of three characters are an index.

Without it MongoDB reads the name of each job there is: 100 ms for a hundred thousand (measured).
"""

from __future__ import annotations

from typing import Any, Final

from pymongo import ASCENDING
from pymongo.collection import Collection
from pymongo.database import Database

from ..job import Job
from .mongo import Document

PARTS: Final = "name_parts"
"""The field of a document that is in the index, and of no job."""

INDEX: Final = "jobs_by_name_parts"

_LENGTH: Final = 3
_LONGEST: Final = 128
_WHOLE: Final = "?"  # has no three characters, and so is no part
_FEW: Final = 2000
_TRIED: Final = 10


def create_indexes(database: Database[Document]) -> None:
    """Create the index, of all jobs: those that were written before have null in it."""
    database["jobs"].create_index([("user", ASCENDING), (PARTS, ASCENDING)], name=INDEX)


def parts_of(job: Job) -> list[str] | str:
    """Return what a job can be found by; nothing for a task, which is in no list."""
    return "" if job.task else _parts(job.name or "") or [_WHOLE]


def narrowed(jobs: Collection[Document], user: str, text: str) -> Document:
    """Return a question that leaves few jobs, among them all with a text in their names.

    An empty one where there is none: then all names have to be looked at.
    """
    # Digits come first, which fewer names have than letters.
    tried = _parts(text)[:_TRIED]
    part = next((part for part in tried if _count(jobs, user, part) < _FEW), None)
    if part is None or _has_older(jobs, user):
        return {}
    return {PARTS: {"$in": [part, _WHOLE]}}


def _count(jobs: Collection[Document], user: str, part: str) -> int:
    """Count the jobs with a part in their names, and those whose names have none, up to many."""
    question: Document = {"user": user, PARTS: {"$in": [part, _WHOLE]}}
    options: dict[str, Any] = {"hint": INDEX, "limit": _FEW}
    return jobs.count_documents(question, **options)


def _has_older(jobs: Collection[Document], user: str) -> bool:
    """Tell whether there are jobs that were written before names had parts."""
    return any(jobs.find({"user": user, PARTS: None}, ["_id"]).hint(INDEX).limit(1))


def _parts(text: str) -> list[str]:
    """Return the parts of a text; none where MongoDB's rules for small letters differ from ours.

    Nor of one that is so long that it would be most of the index.
    """
    if not text.isascii() or len(text) > _LONGEST:
        return []
    small = text.lower()
    return sorted({small[at : at + _LENGTH] for at in range(len(small) - _LENGTH + 1)})
