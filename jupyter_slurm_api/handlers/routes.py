"""The one table of routes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .actions import ActionHandler, BulkActionHandler, SignalHandler
from .base import SlurmHandler
from .cluster import LimitsHandler, NodesHandler, PartitionsHandler
from .documents import DocsHandler, OpenApiHandler
from .estimate import EstimateHandler
from .events import EventsHandler
from .health import HealthHandler
from .job import JobHandler
from .jobs import JobsHandler
from .output import OutputHandler, StreamHandler
from .queue import QueueHandler
from .report import ReportHandler
from .socket import SocketHandler, SocketSchemaHandler
from .submit import NotebookHandler, ResubmitHandler, SubmitHandler
from .tasks import TasksHandler
from .templates import TemplateHandler, TemplatesHandler
from .unknown import UnknownHandler

PREFIX: Final = "/slurm"
ACTIONS: Final = ("hold", "release", "requeue", "suspend", "resume")

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {"action": ACTIONS}


@dataclass(frozen=True, slots=True)
class Route:
    """A path below ``{base_url}slurm`` and who answers there.

    What stands in braces is a part of the path that varies; one that is
    ``at_base_url`` also answers there, as the service's first specification has it.
    """

    path: str
    handler: type[SlurmHandler]
    at_base_url: bool = False

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """The parts that vary, each with the words that it may be; with none it may be any."""
        return {name: _WORDS.get(name, ()) for name in re.findall(r"{(\w+)}", self.path)}

    @property
    def pattern(self) -> str:
        """The path as Tornado takes it."""
        pattern = self.path
        for name, words in self.parts.items():
            pattern = pattern.replace(f"{{{name}}}", f"({'|'.join(words) or '[^/]+'})")
        return pattern


ROUTES: Final = (
    Route("/submit", SubmitHandler, at_base_url=True),
    Route("/notebooks/run", NotebookHandler),
    Route("/estimate", EstimateHandler),
    Route("/queue", QueueHandler, at_base_url=True),
    Route("/job/{job_id}", JobHandler, at_base_url=True),
    Route("/job/{job_id}/tasks", TasksHandler),
    Route("/job/{job_id}/report", ReportHandler),
    Route("/job/{job_id}/resubmit", ResubmitHandler),
    Route("/job/{job_id}/output", OutputHandler),
    Route("/job/{job_id}/output/stream", StreamHandler),
    Route("/job/{job_id}/signal", SignalHandler),
    Route("/job/{job_id}/{action}", ActionHandler),
    Route("/jobs", JobsHandler),
    Route("/jobs/actions", BulkActionHandler),
    Route("/templates", TemplatesHandler),
    Route("/templates/{name}", TemplateHandler),
    Route("/events", EventsHandler),
    Route("/partitions", PartitionsHandler),
    Route("/nodes", NodesHandler),
    Route("/limits", LimitsHandler),
    Route("/ws", SocketHandler),
    Route("/ws/schema.json", SocketSchemaHandler),
    Route("/health", HealthHandler, at_base_url=True),
    Route("/openapi.json", OpenApiHandler),
    Route("/docs", DocsHandler),
    Route("/docs/{file}", DocsHandler),
)
"""The API. What each verb takes and answers stands in `contract.OPERATIONS`."""


def mounted() -> list[tuple[str, type[SlurmHandler], dict[str, Any]]]:
    """Return every route as Tornado takes it, with the prefix that it answers under."""
    below = [
        (prefix + route.pattern, route.handler, {"route": route.path})
        for route in ROUTES
        for prefix in (("", PREFIX) if route.at_base_url else (PREFIX,))
    ]
    return [*below, (PREFIX + "/(.*)", UnknownHandler, {})]
