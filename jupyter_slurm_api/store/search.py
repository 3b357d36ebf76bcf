"""Lists of jobs in MongoDB: what was asked for, in its order, page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection
from pymongo.database import Database

from ..search import SORTABLE, JobSearch, Place
from . import names
from .mongo import Document, Mongo
from .schema import SCHEMA, read

LEFT_OUT: Final = ("script", "script_sha256", "parameters", "transitions", "runs")
"""What is heavy, and shown with a single job alone."""

_SHOWN: Final = dict.fromkeys((*LEFT_OUT, names.PARTS), False)

_EQUAL: Final[Mapping[str, str]] = {
    "state": "status",
    "partition": "partition",
    "account": "account",
    "tag": "tags",
}
_TEXT_ALONE: Final = frozenset({"user", "task", "name", "$or"})
_COUNTED_ALONE: Final = frozenset({"user", "task", "name", "status"})


def create_indexes(database: Database[Document]) -> None:
    """Create an index behind each order.

    All hold the name, so that a part of one is looked for in keys and not in documents. They leave
    out the tasks of arrays, which are in no list, and come by thousands; that ``task`` is null
    stands in them, since MongoDB would read each document to see it.
    """
    for field in SORTABLE:
        keys = dict.fromkeys(("user", field, "_id", "name", "task"), ASCENDING)
        database["jobs"].create_index(
            keys, name=_order(field), partialFilterExpression={"task": None}
        )


def _order(field: str) -> str:
    return f"ordered_by_{field}"


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
            jobs = database["jobs"]
            few = names.narrowed(jobs, self._user, search.name) if search.name else {}
            documents, following = _page(jobs, asked | few, search, place)
            counted = _count(jobs, asked | few) if total is None else total
            return JobPage(documents, counted, following)

        return await self._mongo.run("read", read_page)


def _page(
    jobs: Collection[Document], asked: Document, search: JobSearch, place: Place | None
) -> tuple[list[Document], Place | None]:
    field, order = search.field, DESCENDING if search.descends else ASCENDING
    hint = _hint(asked, _order(field), _TEXT_ALONE)
    found: list[Document] = []
    for part in behind(place, field, descends=search.descends) if place else [{}]:
        if missing := search.limit + 1 - len(found):
            found += (
                jobs.find({"$and": [asked, part]}, _SHOWN)
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


def _count(jobs: Collection[Document], asked: Document) -> int:
    hint = _hint(asked, _order("status"), _COUNTED_ALONE)
    options: dict[str, Any] = {"hint": hint} if hint else {}
    return jobs.count_documents(asked, **options)


def _hint(asked: Document, index: str, alone: frozenset[str]) -> str | None:
    """Return the index to read by, where none can be better: MongoDB would try each to see that."""
    if names.PARTS in asked:
        return names.INDEX
    return index if asked.keys() <= alone else None


def _present(document: Document) -> Document:
    """Return a document as the present schema has it."""
    if document.get("schema") == SCHEMA:
        return document
    job = read({**dict.fromkeys(LEFT_OUT), "transitions": (), "runs": (), **document})
    facts: dict[str, Any] = job.model_dump(exclude={"job_id"})
    return {**facts, "_id": job.job_id}
