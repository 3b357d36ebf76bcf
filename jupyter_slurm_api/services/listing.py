"""Lists of this user's jobs, those that long left Slurm's queue among them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from pydantic_core import to_json

from .. import reasons, states
from ..job import JobFacts
from ..representation import etag_of
from ..search import JobSearch
from ..store.mongo import Document
from ..store.search import LEFT_OUT, JobPage, SearchStore
from ..views import Freshness
from .viewer import Viewer

_FACTS: Final = {
    name: None if field.is_required() else field.default
    for name, field in JobFacts.model_fields.items()
    if name not in LEFT_OUT
}
_EMPTY: Final = {
    **dict.fromkeys(("script", "script_sha256", "parameters")),
    "transitions": (),
    "runs": (),
    "output": None,
    "output_size": None,
    "output_truncated": False,
    "waits_for": (),
    **dict.fromkeys(("work_path", "notebook_path", "notebook_cell")),
}
_OF_A_PAGE: Final = {"sort", "limit", "cursor"}
_ETAG_SECONDS: Final = 60
_MOST_KEPT: Final = 32

T = TypeVar("T")


class ListingService:
    """Lists jobs as rows of plain values: a page has up to a thousand.

    ``version`` grows with what this server knows of jobs. With it and the question
    alone an answer's ETag is told, so that who asks again costs no database; and as
    long as the ETag would be the same, so are the rows and their total.
    """

    def __init__(
        self,
        store: SearchStore,
        *,
        version: Callable[[], int],
        viewer: Viewer,
    ) -> None:
        self._store = store
        self._version = version
        self._viewer = viewer
        self._pages: dict[str, bytes] = {}
        self._totals: dict[str, int] = {}

    def etag(self, search: JobSearch) -> str:
        """Return the ETag of an answer; another comes by itself after a minute.

        By then it shows what other servers of this user have written and we have not seen.
        """
        return self._now(search.model_dump_json())

    def _now(self, question: str) -> str:
        """Return what stands for a question and all that its answer follows from."""
        said = question, self._version(), self._viewer.freshness().stale
        return etag_of(repr((*said, int(time.time() / _ETAG_SECONDS))).encode())

    async def page(self, search: JobSearch) -> bytes:
        """Return a page as JSON.

        Raises:
            InvalidRequest: the cursor is none of ours.
            DatabaseUnavailable: MongoDB is away, or took too long.
        """
        which = self._now(search.model_dump_json())
        fresh = self._viewer.freshness()
        if which not in self._pages:
            _keep(self._pages, which, await self._read(search, fresh))
        about = to_json({"synced_at": fresh.synced_at, "stale": fresh.stale})
        return self._pages[which][:-1] + b"," + about[1:]

    async def _read(self, search: JobSearch, fresh: Freshness) -> bytes:
        of_all = self._now(search.model_dump_json(exclude=_OF_A_PAGE))
        found = await self._store.page(search, self._totals.get(of_all))
        _keep(self._totals, of_all, found.total)
        return await asyncio.to_thread(self._written, found, fresh)

    def _written(self, page: JobPage, fresh: Freshness) -> bytes:
        place = page.next_place
        return to_json(
            {
                "jobs": [self._row(document, fresh) for document in page.documents],
                "total": page.total,
                "next_cursor": place.cursor() if place else None,
            }
        )

    def _row(self, document: Document, fresh: Freshness) -> dict[str, Any]:
        status: str = document["status"]
        goes_on = not states.is_over(status)
        return {
            **{name: document.get(name, default) for name, default in _FACTS.items()},
            **_EMPTY,
            "job_id": document["_id"],
            "status_code": states.code_of(status),
            "explanation": reasons.explanation(document.get("reason"), over=not goes_on),
            "stale": goes_on and fresh.stale,
            "estimated_start": self._viewer.estimated_start(status, document["slurm_id"]),
            "runs_this_server": goes_on and self._viewer.runs_this_server(document["slurm_id"]),
        }


def _keep(kept: dict[str, T], key: str, value: T) -> None:
    """Keep something, and let go of the oldest where there is much."""
    if len(kept) >= _MOST_KEPT:
        del kept[next(iter(kept))]
    kept[key] = value
