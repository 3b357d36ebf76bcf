"""What each operation takes and answers: the handlers read by it, and OpenAPI is made of it.

It brings pydantic and all models, so it is imported with the first request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal

from ..actions import (
    ActionAnswer,
    BulkAnswer,
    BulkRequest,
    CancelQuery,
    ChangeRequest,
    SignalRequest,
)
from ..cluster import Limits, NodePage, PartitionList
from ..models import Model
from ..outputs import FollowQuery, OutputQuery
from ..report import JobReport
from ..requests import (
    EstimateAnswer,
    EstimateRequest,
    NotebookAnswer,
    NotebookRequest,
    ResubmitRequest,
)
from ..search import HealthQuery, JobQuery, JobSearch, NodeSearch, QueueSearch, TaskSearch
from ..templates import TemplateSpec, TemplatesView, TemplateView
from ..views import (
    JobsView,
    JobView,
    QueueView,
    SubmitAnswer,
    SubmitRequest,
    TasksView,
)
from ..wellbeing import HealthView

_OK: Final = (HTTPStatus.OK,)


@dataclass(frozen=True, slots=True)
class Operation:
    """A verb on a route.

    ``statuses`` are those of success, answered with ``answer`` as JSON, or with
    ``media_type`` where there is none. ``refusals`` are what an honest client must
    expect beside what any request may meet. ``example`` is of the body, which may be
    left out if ``body_may_be_empty``; ``headers`` are what may be sent along, and what
    each is for. ``permission`` is what Jupyter's
    authorizer is asked for on the resource `slurm`, where it is not what the verb says:
    read for GET, write for all others.
    """

    summary: str
    answer: type[Model] | None = None
    query: type[Model] | None = None
    body: type[Model] | None = None
    body_may_be_empty: bool = False
    example: Mapping[str, Any] | None = None
    statuses: tuple[HTTPStatus, ...] = _OK
    refusals: tuple[HTTPStatus, ...] = ()
    headers: Mapping[str, str] | None = None
    media_type: str = "application/json"
    needs_login: bool = True
    permission: Literal["read", "write", "execute"] | None = None

    def permission_of(self, verb: str) -> str:
        """Return what the authorizer is asked for."""
        return self.permission or ("read" if verb == "get" else "write")


_ABOUT_A_JOB: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
_IF_MATCH: Final = {"If-Match": "The ETag that was read: of what has changed since nothing is"}
_SUBMITTED: Final = (HTTPStatus.CREATED, HTTPStatus.ACCEPTED)
_ONCE: Final = {"Idempotency-Key": "Of requests with the same key one job is made"}
_IF_CHANGED: Final = (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)

OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {
    ("/submit", "post"): Operation(
        "Submit a batch script",
        answer=SubmitAnswer,
        body=SubmitRequest,
        example={"script": "#!/bin/bash\necho hello"},
        statuses=_SUBMITTED,
        refusals=(HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        headers=_ONCE,
        permission="execute",
    ),
    ("/notebooks/run", "post"): Operation(
        "Submit a notebook that lies on this server, with parameters",
        answer=NotebookAnswer,
        body=NotebookRequest,
        example={"path": "analysis.ipynb", "parameters": {"n": 10}, "options": {"time": 60}},
        statuses=_SUBMITTED,
        refusals=(
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ),
        headers=_ONCE,
        permission="execute",
    ),
    ("/estimate", "post"): Operation(
        "Ask Slurm when and where a job would start, without submitting it",
        answer=EstimateAnswer,
        body=EstimateRequest,
        example={"script": "#!/bin/bash\necho hello", "partitions": "all"},
        refusals=(HTTPStatus.REQUEST_ENTITY_TOO_LARGE,),
    ),
    ("/queue", "get"): Operation(
        "Show the cluster's queue",
        answer=QueueView,
        query=QueueSearch,
        statuses=_IF_CHANGED,
    ),
    ("/job/{job_id}", "get"): Operation(
        "Show one job",
        answer=JobView,
        query=JobQuery,
        statuses=_IF_CHANGED,
        refusals=(HTTPStatus.NOT_FOUND,),
    ),
    ("/job/{job_id}", "patch"): Operation(
        "Change what a job asks for",
        answer=ActionAnswer,
        body=ChangeRequest,
        example={"time_limit": "00:30:00"},
        refusals=_ABOUT_A_JOB,
    ),
    ("/job/{job_id}", "delete"): Operation(
        "Cancel a job, or send it a signal",
        answer=ActionAnswer,
        query=CancelQuery,
        refusals=_ABOUT_A_JOB,
    ),
    ("/job/{job_id}/tasks", "get"): Operation(
        "List the tasks of an array",
        answer=TasksView,
        query=TaskSearch,
        statuses=_IF_CHANGED,
        refusals=_ABOUT_A_JOB,
    ),
    ("/job/{job_id}/report", "get"): Operation(
        "Tell how a job went that is over, and what to ask for the next time",
        answer=JobReport,
        statuses=_IF_CHANGED,
        refusals=_ABOUT_A_JOB,
    ),
    ("/job/{job_id}/resubmit", "post"): Operation(
        "Submit a job once more, with changes",
        answer=SubmitAnswer,
        body=ResubmitRequest,
        body_may_be_empty=True,
        example={"parameters": {"time": "02:00:00"}},
        statuses=_SUBMITTED,
        refusals=(*_ABOUT_A_JOB, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        headers=_ONCE,
        permission="execute",
    ),
    ("/job/{job_id}/output", "get"): Operation(
        "Read a job's output, the whole or a part of it, as the bytes that it is",
        query=OutputQuery,
        statuses=(HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT),
        refusals=(*_ABOUT_A_JOB, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE),
        headers={"Range": "One range of bytes; where the query asks for a part, none counts"},
        media_type="text/plain",
    ),
    ("/job/{job_id}/output/stream", "get"): Operation(
        "Follow a job's output to its end, by Server-Sent Events",
        query=FollowQuery,
        refusals=(*_ABOUT_A_JOB, HTTPStatus.TOO_MANY_REQUESTS),
        headers={"Last-Event-ID": "The id of the last event that came, to go on from there"},
        media_type="text/event-stream",
    ),
    ("/job/{job_id}/{action}", "post"): Operation(
        "Do something to a job", answer=ActionAnswer, refusals=_ABOUT_A_JOB
    ),
    ("/job/{job_id}/signal", "post"): Operation(
        "Send a job a signal",
        answer=ActionAnswer,
        body=SignalRequest,
        example={"signal": "USR1"},
        refusals=_ABOUT_A_JOB,
    ),
    ("/jobs", "get"): Operation(
        "List one's own jobs, also those that have left Slurm's queue",
        answer=JobsView,
        query=JobSearch,
        statuses=_IF_CHANGED,
    ),
    ("/jobs/actions", "post"): Operation(
        "Do something to many jobs",
        answer=BulkAnswer,
        body=BulkRequest,
        example={"action": "cancel", "ids": ["12345"]},
    ),
    ("/templates", "get"): Operation(
        "List the templates of the site and one's own", answer=TemplatesView, statuses=_IF_CHANGED
    ),
    ("/templates/{name}", "get"): Operation(
        "Show a template",
        answer=TemplateView,
        statuses=_IF_CHANGED,
        refusals=(HTTPStatus.NOT_FOUND,),
    ),
    ("/templates/{name}", "put"): Operation(
        "Write a template of one's own: a submit's body, of which anything may be left out",
        answer=TemplateView,
        body=TemplateSpec,
        example={"parameters": {"partition": "gpu", "gres": "gpu:1"}},
        statuses=(HTTPStatus.OK, HTTPStatus.CREATED),
        refusals=(
            HTTPStatus.CONFLICT,
            HTTPStatus.PRECONDITION_FAILED,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ),
        headers=_IF_MATCH,
    ),
    ("/templates/{name}", "delete"): Operation(
        "Delete a template of one's own",
        statuses=(HTTPStatus.NO_CONTENT,),
        refusals=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED),
        headers=_IF_MATCH,
    ),
    ("/events", "get"): Operation(
        "Tell what changes, as Server-Sent Events, for as long as the connection is held",
        refusals=(HTTPStatus.TOO_MANY_REQUESTS,),
        headers={"Last-Event-ID": "The id of the last event that was read, to miss none"},
        media_type="text/event-stream",
    ),
    ("/partitions", "get"): Operation(
        "Show the partitions, their limits, and what their nodes have",
        answer=PartitionList,
        statuses=_IF_CHANGED,
    ),
    ("/nodes", "get"): Operation(
        "List the nodes, and what of each is free",
        answer=NodePage,
        query=NodeSearch,
        statuses=_IF_CHANGED,
    ),
    ("/limits", "get"): Operation(
        "Show one's accounts, their limits, and the QOS one may ask for",
        answer=Limits,
        statuses=_IF_CHANGED,
    ),
    ("/ws", "get"): Operation(
        "Open a WebSocket that follows many outputs; ws/schema.json has its messages",
        statuses=(HTTPStatus.SWITCHING_PROTOCOLS,),
        refusals=(HTTPStatus.UPGRADE_REQUIRED,),
    ),
    ("/ws/schema.json", "get"): Operation(
        "Describe the WebSocket's messages: a JSON Schema", statuses=_IF_CHANGED
    ),
    ("/health", "get"): Operation(
        "Tell whether the service and its parts are well",
        answer=HealthView,
        query=HealthQuery,
        refusals=(HTTPStatus.SERVICE_UNAVAILABLE,),
        needs_login=False,
    ),
    ("/openapi.json", "get"): Operation(
        "Describe this API: the OpenAPI document", statuses=_IF_CHANGED
    ),
    ("/docs", "get"): Operation(
        "Show this API as a page to try it", statuses=_IF_CHANGED, media_type="text/html"
    ),
    ("/docs/{file}", "get"): Operation(
        "Bring what that page is made of",
        statuses=_IF_CHANGED,
        refusals=(HTTPStatus.NOT_FOUND,),
        media_type="application/octet-stream",
    ),
}
"""Every operation, by the route's path and the verb."""
