"""Jobs in MongoDB: one document each, from submit to end.

Several servers may work on one database. Every write of a job's state names the
revision that it read, so of two servers that saw the same change only one
records it, and the other learns that it lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from bson import encode
from pymongo import ASCENDING, DESCENDING, InsertOne, UpdateMany
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError
from pymongo.write_concern import WriteConcern

from .. import states
from ..job import Job
from ..reconcile import Change
from . import names, search, tasks
from .documents import conditional, to_document
from .mongo import Document, Mongo
from .schema import read as _to_job

_OVER: Final = sorted(states.OVER)
_DUPLICATE_KEY: Final = 11000
_ON_DISK: Final = WriteConcern(j=True)
# With {"$type": "string"}, MongoDB would not find by the index what is equal to a string.
_A_STRING: Final = {"$gte": ""}
_UNANSWERED: Final = {"status": states.SUBMITTING, "slurm_id": None}
_AT_ONCE: Final = 500  # a message to MongoDB is encoded in one go, and no other thread runs then
_SIDE_BY_SIDE: Final = 2  # one is encoded while MongoDB works on another


def create_indexes(database: Database[Document]) -> None:
    """Create the indexes behind each question that the store answers."""
    jobs = database["jobs"]
    jobs.create_index(
        [("cluster", ASCENDING), ("slurm_id", ASCENDING), ("first_submit_time", ASCENDING)],
        name="job_key",
        unique=True,
        # A job that is still being submitted has no key yet.
        partialFilterExpression={"first_submit_time": {"$type": "date"}},
    )
    jobs.create_index([("user", ASCENDING), ("output_kept", ASCENDING)], name="by_output_kept")
    jobs.create_index([("user", ASCENDING), ("slurm_id", ASCENDING)], name="by_slurm_id")
    jobs.create_index(
        [("user", ASCENDING), ("idempotency_key", ASCENDING)],
        name="one_job_a_key",
        unique=True,
        partialFilterExpression={"idempotency_key": _A_STRING},
    )
    jobs.create_index(
        [("user", ASCENDING), ("task.own_slurm_id", ASCENDING)],
        name="by_tasks_own_slurm_id",
        partialFilterExpression={"task.own_slurm_id": _A_STRING},
    )
    jobs.create_index(
        # Without the state, so that the end of a job leaves its place in it as it is.
        [("user", ASCENDING)],
        name="to_be_accounted",
        partialFilterExpression={"accounted": False},
    )
    tasks.create_indexes(database)
    names.create_indexes(database)
    search.create_indexes(database)


class JobStore:
    """The jobs of one user."""

    def __init__(self, mongo: Mongo, user: str) -> None:
        self._mongo = mongo
        self._user = user

    async def insert(self, job: Job) -> bool:
        """Record a job before it is sent to Slurm; on disk when this returns.

        False where another job of this user has its idempotency key.
        """
        document = to_document(job)
        return await self._mongo.run("write", lambda database: _insert(database, document))

    async def tell(self, job_id: str) -> bool:
        """Note that a client is told of a submit without an answer; False where it is none now."""
        question = {"_id": job_id, **_UNANSWERED}
        told = {"$set": {"told": True}}
        result = await self._mongo.run(
            "write", lambda database: database["jobs"].update_one(question, told)
        )
        return result.matched_count == 1

    async def withdraw(self, job_ids: Sequence[str]) -> list[Job]:
        """Delete the records of submits that were refused; what has become a job stays.

        So do those that a client was told of, which are returned.
        """
        open_ = {"_id": {"$in": list(job_ids)}, **_UNANSWERED}
        untold = {**open_, "told": {"$ne": True}}
        await self._mongo.run("write", lambda database: database["jobs"].delete_many(untold))
        return await self._many({**open_, "told": True})

    async def replace(self, before: Job, after: Job) -> bool:
        """Write one job's changes; False where somebody else has written it since."""
        result = await self._mongo.run(
            "write", lambda database: database["jobs"].update_one(*conditional(before, after))
        )
        return result.matched_count == 1

    async def get(self, job_id: str) -> Job | None:
        """Return a job of this user by its UUID."""
        return await self._one({"_id": job_id})

    async def get_by_slurm_id(self, slurm_id: str, cluster: str | None) -> Job | None:
        """Return this user's latest job under a Slurm id, on any cluster where none is named.

        A task is found under ``123_7`` and under the id of its own that it got when it started.
        """
        here = {"cluster": cluster} if cluster else {}
        job = await self._one({"slurm_id": slurm_id, **here})
        return job or await self._one({"task.own_slurm_id": slurm_id, **here})

    async def by_key(self, key: str) -> Job | None:
        """Return this user's job that was submitted with an idempotency key."""
        return await self._one({"idempotency_key": key})

    async def live(self, cluster: str) -> list[Job]:
        """Return this user's jobs on a cluster that are not over."""
        # Of none of them the output is kept: by that few are found that are over.
        question = {"status": {"$nin": _OVER}, "output_kept": {"$ne": True}}
        return await self._many({"cluster": cluster, **question})

    async def unaccounted(self, cluster: str) -> list[Job]:
        """Return this user's jobs on a cluster that are over and still to be looked up."""
        question = {"cluster": cluster, "status": {"$in": _OVER}, "accounted": False}
        return await self._many(question)

    async def task_states(self, array_job_ids: Sequence[str]) -> dict[str, dict[int, str]]:
        """Return the states of the tasks of arrays, by the arrays' UUIDs and the tasks' ids."""
        question = {"user": self._user, "task.array_job_id": {"$in": list(array_job_ids)}}
        wanted = {"_id": False, "task": True, "status": True}
        return await self._mongo.run(
            "read", lambda database: _states_by_array(database["jobs"].find(question, wanted))
        )

    async def unkept(self, cluster: str) -> list[Job]:
        """Return this user's jobs on a cluster that are over and whose output is not kept yet."""
        question = {"cluster": cluster, "status": {"$in": _OVER}, "output_kept": False}
        return await self._many(question)

    async def find(
        self, cluster: str, slurm_ids: Iterable[str], job_ids: Iterable[str]
    ) -> list[Job]:
        """Return this user's jobs on a cluster that have one of these Slurm ids or UUIDs."""
        either = [{"slurm_id": {"$in": list(slurm_ids)}}, {"_id": {"$in": list(job_ids)}}]
        return await self._many({"cluster": cluster, "$or": either})

    async def write(self, changes: Sequence[Change], new: Sequence[Job]) -> bool:
        """Write many changes and new jobs at once; False where another server was first with some.

        What another server has written stays: read those jobs again.
        """
        slices = [
            partial(_bulk, changes=some, new=others) for some, others in _in_slices(changes, new)
        ]
        all_mine: list[bool] = []
        for at in range(0, len(slices), _SIDE_BY_SIDE):
            writes = map(partial(self._mongo.run, "write"), slices[at : at + _SIDE_BY_SIDE])
            all_mine += await asyncio.gather(*writes)
        return all(all_mine)

    async def wanting_output(self, jobs: Sequence[Job]) -> set[str]:
        """Return the UUIDs of those jobs that ended so and whose output is still to be kept."""
        question = {**_these_ends(jobs), "output_kept": False}
        return await self._mongo.run(
            "read",
            lambda database: {found["_id"] for found in database["jobs"].find(question, ["_id"])},
        )

    async def mark_output_kept(self, jobs: Sequence[Job]) -> None:
        """Note that the outputs of jobs that ended so are kept; not those of their next runs."""
        question, kept = _these_ends(jobs), {"$set": {"output_kept": True}}
        await self._mongo.run(
            "write", lambda database: database["jobs"].update_many(question, kept)
        )

    async def _one(self, question: Document) -> Job | None:
        mine = {"user": self._user, **question}
        newest = [("first_submit_time", DESCENDING)]
        found = await self._mongo.run(
            "read", lambda database: database["jobs"].find_one(mine, sort=newest)
        )
        return _to_job(found) if found else None

    async def _many(self, question: Document) -> list[Job]:
        # Scripts stay behind: the sync has no use for them, and ten thousand are heavy.
        mine, without = {"user": self._user, **question}, {"script": False, names.PARTS: False}
        return await self._mongo.run(
            "read",
            lambda database: [_to_job(found) for found in database["jobs"].find(mine, without)],
        )


def _insert(database: Database[Document], document: Document) -> bool:
    try:
        database["jobs"].with_options(write_concern=_ON_DISK).insert_one(document)
    except DuplicateKeyError as error:
        if "idempotency_key" not in (error.details or {}).get("keyPattern", ()):
            raise
        return False
    return True


def _in_slices(
    changes: Sequence[Change], new: Sequence[Job]
) -> Iterator[tuple[Sequence[Change], Sequence[Job]]]:
    """Yield what is written at once: each has MongoDB's time limit to itself."""
    for at in range(0, len(changes), _AT_ONCE):
        yield changes[at : at + _AT_ONCE], ()
    for at in range(0, len(new), _AT_ONCE):
        yield (), new[at : at + _AT_ONCE]


def _bulk(database: Database[Document], changes: Sequence[Change], new: Sequence[Job]) -> bool:
    updates = list(_updates(changes))
    inserts = [InsertOne(to_document(job)) for job in new]
    work: list[UpdateMany | InsertOne[Document]] = [*updates, *inserts]
    try:
        result = database["jobs"].bulk_write(work, ordered=False)
    except BulkWriteError as error:
        faults: list[dict[str, Any]] = error.details["writeErrors"]
        if any(fault["code"] != _DUPLICATE_KEY for fault in faults):
            raise
        for fault in faults:
            if fault["index"] < len(updates):
                _drop_adopted_twin(database, fault["keyValue"])
        return False
    return result.matched_count + result.inserted_count == len(changes) + len(new)


def _updates(changes: Sequence[Change]) -> Iterator[UpdateMany]:
    """Yield the writes of changes, one for all jobs that change alike: a third of the time."""
    alike: dict[tuple[int, bytes], tuple[Document, list[str]]] = {}
    for change in changes:
        question, update = conditional(change.before, change.after)
        key = (question["revision"], encode(update))
        alike.setdefault(key, (update, []))[1].append(question["_id"])
    for (revision, _), (update, job_ids) in alike.items():
        yield UpdateMany({"_id": {"$in": job_ids}, "revision": revision}, update)


def _these_ends(jobs: Iterable[Job]) -> Document:
    """Return the question for jobs as they ended: one that has run again since is none of them."""
    by_end: dict[datetime | None, list[str]] = {}
    for job in jobs:
        by_end.setdefault(job.end_time, []).append(job.job_id)
    ends = [{"_id": {"$in": job_ids}, "end_time": end} for end, job_ids in by_end.items()]
    return {"status": {"$in": _OVER}, "$or": ends}


def _states_by_array(found: Iterable[Document]) -> dict[str, dict[int, str]]:
    arrays: dict[str, dict[int, str]] = {}
    for document in found:
        task = document["task"]
        arrays.setdefault(task["array_job_id"], {})[task["task_id"]] = document["status"]
    return arrays


def _drop_adopted_twin(database: Database[Document], key: Document) -> None:
    """Make way for a job of ours that was taken for a stranger's before its answer was noted."""
    database["jobs"].delete_one({**key, "origin.kind": "slurm"})
