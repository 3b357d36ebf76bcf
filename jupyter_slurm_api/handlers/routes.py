"""The one table of routes."""

from __future__ import annotations

from typing import Final

from .actions import ActionHandler, BulkActionHandler
from .base import SlurmHandler
from .health import HealthHandler
from .job import JobHandler
from .jobs import JobsHandler
from .queue import QueueHandler
from .submit import SubmitHandler
from .tasks import TasksHandler
from .unknown import UnknownHandler

PREFIX: Final = "/slurm"

ROUTES: Final[list[tuple[str, type[SlurmHandler]]]] = [
    (r"/submit", SubmitHandler),
    (r"/queue", QueueHandler),
    (r"/job/([^/]+)", JobHandler),
    (r"/job/([^/]+)/tasks", TasksHandler),
    (r"/job/([^/]+)/(hold|release|requeue|suspend|resume|signal)", ActionHandler),
    (r"/jobs", JobsHandler),
    (r"/jobs/actions", BulkActionHandler),
    (r"/health", HealthHandler),
]
"""The API, as it stands below ``{base_url}slurm``."""

_FIRST: Final = (r"/submit", r"/queue", r"/job/([^/]+)", r"/health")
AT_BASE_URL: Final = [(pattern, handler) for pattern, handler in ROUTES if pattern in _FIRST]
"""What also answers at the base URL itself, as the service's first specification has it."""


def mounted() -> list[tuple[str, type[SlurmHandler]]]:
    """Return every route with the prefix that it answers under."""
    below = [(PREFIX + pattern, handler) for pattern, handler in ROUTES]
    return [*AT_BASE_URL, *below, (PREFIX + "/(.*)", UnknownHandler)]
