"""The one table of routes."""

from __future__ import annotations

from typing import Final

from .base import SlurmHandler
from .health import HealthHandler
from .job import JobHandler
from .queue import QueueHandler
from .submit import SubmitHandler
from .tasks import TasksHandler

PREFIX: Final = "/slurm"

ROUTES: Final[list[tuple[str, type[SlurmHandler]]]] = [
    (r"/submit", SubmitHandler),
    (r"/queue", QueueHandler),
    (r"/job/([^/]+)", JobHandler),
    (r"/job/([^/]+)/tasks", TasksHandler),
    (r"/health", HealthHandler),
]
"""The API, as it stands below ``{base_url}slurm``."""

AT_BASE_URL: Final = ROUTES
"""What also answers at the base URL itself, as the service's first specification has it."""


def mounted() -> list[tuple[str, type[SlurmHandler]]]:
    """Return every route with the prefix that it answers under."""
    return [*AT_BASE_URL, *((PREFIX + pattern, handler) for pattern, handler in ROUTES)]
