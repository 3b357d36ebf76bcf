"""Lists of this user's jobs, those that long left Slurm's queue among them."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from typing import Any, Final

from pydantic_core import to_json

from .. import reasons, states
from ..job import JobFacts
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
}
_ETAG_SECONDS: Final = 60


class ListingService:
    """Lists jobs as rows of plain values: a page has up to a thousand.

    ``version`` grows with what this server knows of jobs. With it and the question
    alone an answer's ETag is told, so that who asks again costs no database.
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

    def etag(self, search: JobSearch) -> str:
        """Return the ETag of an answer; another comes by itself after a minute.

        By then it shows what other servers of this user have written and we have not seen.
        """
        said = search.model_dump_json(), self._version(), self._viewer.freshness().stale
        text = repr((*said, int(time.time() / _ETAG_SECONDS))).encode()
        return f'W/"{hashlib.blake2b(text, digest_size=12).hexdigest()}"'

    async def page(self, search: JobSearch) -> bytes:
        """Return a page as JSON.

        Raises:
            InvalidRequest: the cursor is none of ours.
            DatabaseUnavailable: MongoDB is away, or took too long.
        """
        found = await self._store.page(search)
        return await asyncio.to_thread(self._written, found, self._viewer.freshness())

    def _written(self, page: JobPage, fresh: Freshness) -> bytes:
        place = page.next_place
        return to_json(
            {
                "jobs": [self._row(document, fresh) for document in page.documents],
                "total": page.total,
                "next_cursor": place.cursor() if place else None,
                "synced_at": fresh.synced_at,
                "stale": fresh.stale,
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
