"""For how long MongoDB keeps ended jobs and their outputs; it deletes them itself.

``expire_at`` is the date in a document after which MongoDB deletes it: in each
document, since users with different settings may share a database. ``keep_days``
beside it is the setting that it was reckoned with, so that another is noticed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from pymongo import ASCENDING
from pymongo.collection import Collection
from pymongo.database import Database

from .. import states
from .mongo import Document, Mongo

_Update: TypeAlias = Document | list[Document]

NO_DATE: Final[Document] = {"expire_at": "", "keep_days": ""}
"""What is taken out of a document that stays; as MongoDB's ``$unset`` wants it."""

_AT_ONCE: Final = 1000
_DAY: Final = 24 * 60 * 60 * 1000
_OVER: Final = sorted(states.OVER)
_TASK: Final = {"task.task_id": {"$type": "number"}}
_END: Final = {"$ifNull": ["$end_time", {"$ifNull": ["$synced_at", "$submit_time"]}]}
# Versions before did not note it: their outputs count from now on.
_NOTE_KEPT_AT: Final = {"$set": {"kept_at": {"$ifNull": ["$kept_at", "$$NOW"]}}}


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days ended jobs, and outputs, are kept; 0 is for ever."""

    jobs_days: float = 0.0
    outputs_days: float = 0.0

    @property
    def shorter(self) -> float:
        """For how many days an output is kept: without its job it is of no use."""
        return min(self.jobs_days, self.outputs_days) or max(self.jobs_days, self.outputs_days)


def create_date_indexes(database: Database[Document]) -> None:
    """Create the indexes by which MongoDB deletes, and by which we find what has no date yet."""
    for name in ("jobs", "outputs"):
        database[name].create_index(
            "expire_at",
            name="expiry",
            expireAfterSeconds=0,
            partialFilterExpression={"expire_at": {"$type": "date"}},
        )
        by_keep_days = [("user", ASCENDING), ("keep_days", ASCENDING)]
        database[name].create_index(by_keep_days, name="by_keep_days")


class RetentionStore:
    """The dates of one user's jobs and outputs."""

    def __init__(self, mongo: Mongo, user: str) -> None:
        self._mongo = mongo
        self._user = user

    async def apply(self, keep: Keep) -> None:
        """Give to what has ended the date that follows from the setting; none where it is 0."""
        await self._keep_jobs(keep.jobs_days)
        await self._keep_outputs(keep.shorter)

    async def _keep_outputs(self, days: float) -> None:
        if days:
            date = [_NOTE_KEPT_AT, *_date("$kept_at", days)]
            await self._update("outputs", {"keep_days": {"$ne": days}}, date)
        else:
            await self._update("outputs", {"keep_days": {"$gt": 0}}, {"$unset": NO_DATE})

    async def _keep_jobs(self, days: float) -> None:
        if not days:
            await self._update("jobs", {"keep_days": {"$gt": 0}}, {"$unset": NO_DATE})
            return
        undated = {"status": {"$in": _OVER}, "keep_days": {"$ne": days}}
        await self._update("jobs", {**undated, "task": None}, _date(_END, days))
        await self._keep_tasks({**undated, **_TASK}, days)

    async def _keep_tasks(self, undated: Document, days: float) -> None:
        """Let tasks go with their array, never before: its counts are theirs."""
        mine = {"user": self._user, **undated}
        dates = await self._mongo.run(
            "read", lambda database: _by_array(database["jobs"], mine, days)
        )
        for array, date in dates.items():
            await self._update("jobs", {**undated, "task.array_job_id": array}, date)
        running = await self._mongo.run(
            "read", lambda database: _running(database["jobs"], self._user)
        )
        dated = {**_TASK, "task.array_job_id": {"$in": running}, "keep_days": {"$gt": 0}}
        await self._update("jobs", dated, {"$unset": NO_DATE})

    async def _update(self, name: str, question: Document, update: _Update) -> None:
        mine = {"user": self._user, **question}
        while await self._mongo.run("write", lambda database: _some(database[name], mine, update)):
            pass


def _date(since: str | Document, days: float) -> list[Document]:
    return [{"$set": {"expire_at": {"$add": [since, int(days * _DAY)]}, "keep_days": days}}]


def _by_array(jobs: Collection[Document], undated: Document, days: float) -> dict[str, _Update]:
    """Return what is to be done to the tasks in question, by array; nothing while it runs."""
    arrays = jobs.distinct("task.array_job_id", undated)
    found = {one["_id"]: one for one in jobs.find({"_id": {"$in": arrays}}, {"expire_at": True})}
    with_it: dict[str, _Update] = {
        array: {"$set": {"expire_at": one["expire_at"], "keep_days": days}}
        for array, one in found.items()
        if "expire_at" in one
    }
    return with_it | {array: _date(_END, days) for array in arrays if array not in found}


def _running(jobs: Collection[Document], user: str) -> list[str]:
    live = {"user": user, "status": {"$nin": _OVER}, "array": {"$ne": None}}
    return [one["_id"] for one in jobs.find(live, {"_id": True})]


def _some(documents: Collection[Document], question: Document, update: _Update) -> bool:
    """Update so many of the documents in question as take no long time; True if there are more."""
    ids = [one["_id"] for one in documents.find(question, {"_id": True}).limit(_AT_ONCE)]
    done = documents.update_many({**question, "_id": {"$in": ids}}, update)
    return len(ids) == _AT_ONCE and done.modified_count > 0
