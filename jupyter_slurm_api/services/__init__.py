"""The use cases, each with its collaborators passed in."""

from __future__ import annotations

from dataclasses import dataclass

from .actions import ActionService
from .cluster import ClusterService
from .estimate import EstimateService
from .events import EventService
from .following import FollowService
from .health import HealthService
from .jobs import JobService
from .limits import LimitsService
from .listing import ListingService
from .notebooks import NotebookService
from .queue import QueueService
from .reading import ReadingService
from .report import ReportService
from .resubmit import ResubmitService
from .streams import StreamLimit
from .submit import SubmitService
from .tasks import TaskService
from .templates import TemplateService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the handlers call."""

    submit: SubmitService
    notebooks: NotebookService
    jobs: JobService
    queue: QueueService
    tasks: TaskService
    health: HealthService
    actions: ActionService
    listing: ListingService
    templates: TemplateService
    events: EventService
    streams: StreamLimit
    cluster: ClusterService
    limits: LimitsService
    estimate: EstimateService
    report: ReportService
    resubmit: ResubmitService
    reading: ReadingService
    following: FollowService
