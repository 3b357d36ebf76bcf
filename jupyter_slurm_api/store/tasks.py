"""The tasks of arrays in MongoDB, page by page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pymongo import ASCENDING
from pymongo.database import Database

from ..job import Job
from .mongo import Document, Mongo
from .schema import read


def create_indexes(database: Database[Document]) -> None:
    """Create the index behind a page of tasks."""
    database["jobs"].create_index(
        [("task.array_job_id", ASCENDING), ("task.task_id", ASCENDING)],
        name="tasks_of_an_array",
        # By a comparison: MongoDB would not use an index that is filtered by type.
        partialFilterExpression={"task.array_job_id": {"$gte": ""}},
    )


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks in the order of their ids, and how many there are in all."""

    tasks: list[Job]
    total: int


class TaskStore:
    """The tasks that have a record of their own, of one user's arrays."""

    def __init__(self, mongo: Mongo, user: str) -> None:
        self._mongo = mongo
        self._user = user

    async def page(
        self, array_job_id: str, states: Collection[str], *, after: int, limit: int
    ) -> TaskPage:
        """Return the first ``limit`` tasks behind the id ``after``, in some states or in any."""
        question: Document = {"user": self._user, "task.array_job_id": array_job_id}
        if states:
            question["status"] = {"$in": list(states)}
        return await self._mongo.run(
            "read", lambda database: _page(database, question, after, limit)
        )


def _page(database: Database[Document], question: Document, after: int, limit: int) -> TaskPage:
    jobs = database["jobs"]
    behind = {**question, "task.task_id": {"$gt": after}}
    found = jobs.find(behind).sort("task.task_id", ASCENDING).limit(limit)
    return TaskPage([read(document) for document in found], jobs.count_documents(question))
