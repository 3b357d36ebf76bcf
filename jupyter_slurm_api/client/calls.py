"""What all calls share: a session, and answers that are asked for again only if they changed."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import quote

from pydantic import BaseModel

from ..actions import ActionAnswer
from .answers import Answers, read
from .session import READING, Query, Session

M = TypeVar("M", bound=BaseModel)


class Calls:
    """Base of the groups of calls that a client is made of."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answers = Answers()

    def _get(self, model: type[M], path: str, query: Query | None = None) -> M:
        """Return the answer to a question; one that has not changed is the same object."""
        asked = (path, repr(sorted((query or {}).items())))
        kept = self._answers.get(asked)
        headers = {"If-None-Match": kept[0]} if kept else None
        answer = self._session.ask("GET", path, query=query, headers=headers, patience=READING)
        if kept and answer.status_code == HTTPStatus.NOT_MODIFIED:
            return cast("M", kept[1])
        found = read(model, answer.content)
        if etag := answer.headers.get("ETag"):
            self._answers.keep(asked, etag, found)
        return found

    def _do(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> ActionAnswer:
        """Do something to one job."""
        return read(ActionAnswer, self._session.ask(verb, path, body=body).content)


def path_of(job_id: str, *more: str) -> str:
    """Return a job's path; whatever an id holds is one part of it."""
    return "/".join(("job", quote(job_id, safe=""), *more))


def said(**fields: Any) -> dict[str, Any]:
    """Return a body without what is None, of which the server is told nothing."""
    return {name: value for name, value in fields.items() if value is not None}
