"""Lists of jobs in MongoDB: what was asked for, in its order, page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pymongo import ASCENDING, DESCENDING
from pymongo.database import Database

from ..search import SORTABLE, JobSearch, Place
from .mongo import Document, Mongo
from .schema import SCHEMA, read

LEFT_OUT: Final = ("script", "script_sha256", "parameters", "transitions", "runs")
"""What is heavy, and shown with a single job alone."""

_ARRAY: Final = "task.array_job_id"
_NO_TASK: Final[Document] = {_ARRAY: {"$not": {"$gte": ""}}}
_EQUAL: Final[Mapping[str, str]] = {
    "state": "status",
    "partition": "partition",
    "account": "account",
    "tag": "tags",
}
_TEXT_ALONE: Final = frozenset({"user", "task", "name", "$or"})
_COUNTED_ALONE: Final = frozenset({"user", "task", "name", "status"})
_COUNT: Final = "count_by_status_and_name"
OBSOLETE: Final = {"by_status", "count_by_status"} | {
    f"list_by_{field}{more}" for field in SORTABLE for more in ("", "_and_name")
}
"""Indexes behind lists that versions before had."""


def create_indexes(database: Database[Document]) -> None:
    """Create an index behind each order, and one to count by.

    All hold the name, so that a part of one is looked for in keys and not in documents. The orders
    leave out the tasks of arrays, which are in no list, and come by thousands.
    """
    jobs = database["jobs"]
    for field in SORTABLE:
        keys = dict.fromkeys(("user", field, "_id", "name"), ASCENDING)
        jobs.create_index(keys, name=_order(field), partialFilterExpression={"task": None})
    keys = dict.fromkeys(("user", _ARRAY, "status", "name"), ASCENDING)
    jobs.create_index(keys, name=_COUNT)


def _order(field: str) -> str:
    return f"jobs_by_{field}"


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs as documents of the present schema, and how many match in all."""

    documents: list[Document]
    total: int
    next_place: Place | None


def question(search: JobSearch) -> Document:
    """Return what MongoDB is asked; a task of an array is listed with its array."""
    asked: Document = {"task": None}
    for name, field in _EQUAL.items():
        if wanted := getattr(search, name):
            asked[field] = {"$in": wanted}
    if search.name:
        asked["name"] = _containing(search.name)
    if search.q:
        asked["$or"] = [{"name": _containing(search.q)}, {"script": _containing(search.q)}]
    times = {"$gte": search.since, "$lt": search.until}
    if times := {how: time for how, time in times.items() if time}:
        asked["submit_time"] = times
    return asked


def _containing(text: str) -> Document:
    return {"$regex": re.escape(text), "$options": "i"}


def behind(place: Place, field: str, *, descends: bool) -> list[Document]:
    """Return what MongoDB is asked to begin behind a place; null comes before all else there.

    One question after the other, since of `$or` in one MongoDB may read all that is before it.
    """
    beyond = "$lt" if descends else "$gt"
    same = {field: place.value, "_id": {beyond: place.job_id}}
    if place.value is None:
        return [same] if descends else [same, {field: {"$ne": None}}]
    others: list[Document] = [{field: {beyond: place.value}}]
    return [same, *others, *([{field: None}] if descends else [])]


class SearchStore:
    """Lists of one user's jobs."""

    def __init__(self, mongo: Mongo, user: str) -> None:
        self._mongo = mongo
        self._user = user

    async def page(self, search: JobSearch, total: int | None = None) -> JobPage:
        """Return a page; a job that comes or changes meanwhile moves no other.

        All that match are counted, unless ``total`` is known.

        Raises:
            InvalidRequest: the cursor is none of ours.
            DatabaseUnavailable: MongoDB is away, or took too long.
        """
        asked = {"user": self._user, **question(search)}
        place = search.place()

        def read_page(database: Database[Document]) -> JobPage:
            documents, following = _page(database, asked, search, place)
            counted = _count(database, asked) if total is None else total
            return JobPage(documents, counted, following)

        return await self._mongo.run("read", read_page)


def _page(
    database: Database[Document], asked: Document, search: JobSearch, place: Place | None
) -> tuple[list[Document], Place | None]:
    jobs, field = database["jobs"], search.field
    order = DESCENDING if search.descends else ASCENDING
    # Where no other index can be better, it is named: MongoDB would read by each to see which is.
    hint = _order(field) if asked.keys() <= _TEXT_ALONE else None
    found: list[Document] = []
    for part in behind(place, field, descends=search.descends) if place else [{}]:
        if missing := search.limit + 1 - len(found):
            found += (
                jobs.find({"$and": [asked, part]}, dict.fromkeys(LEFT_OUT, False))
                .sort([(field, order), ("_id", order)])
                .limit(missing)
                .hint(hint)
            )
    documents = [_present(document) for document in found[: search.limit]]
    following = None
    if len(found) > search.limit:
        last = documents[-1]
        following = Place(sort=search.sort, value=last[field], job_id=last["_id"])
    return documents, following


def _count(database: Database[Document], asked: Document) -> int:
    """Count by an index alone: to see that `task` is null MongoDB would read each document."""
    others = {name: value for name, value in asked.items() if name != "task"}
    hint: Document = {"hint": _COUNT} if asked.keys() <= _COUNTED_ALONE else {}
    return database["jobs"].count_documents({**others, **_NO_TASK}, **hint)


def _present(document: Document) -> Document:
    """Return a document as the present schema has it."""
    if document.get("schema") == SCHEMA:
        return document
    job = read({**dict.fromkeys(LEFT_OUT), "transitions": (), "runs": (), **document})
    facts: dict[str, Any] = job.model_dump(exclude={"job_id"})
    return {**facts, "_id": job.job_id}
