"""The answer of ``GET health``."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from .models import Model


class Fault(Model):
    """The last error of a part, which stays when all is well again."""

    message: str
    at: datetime


class PartHealth(Model):
    """How a part is doing; ``error`` is what is the matter with it now."""

    error: str | None = None
    last_success: datetime | None = None
    last_error: Fault | None = None


class SlurmHealth(PartHealth):
    """Slurm: ``note`` is what people should know about this cluster."""

    reachable: bool
    cluster: str | None
    version: str | None
    accounting: bool | None
    accounting_error: str | None
    note: str | None


class DatabaseHealth(PartHealth):
    """MongoDB, and for how many days it keeps what; 0 is for ever."""

    reachable: bool
    version: str | None
    note: str | None
    keep_jobs_days: float
    keep_outputs_days: float


class SyncHealth(PartHealth):
    """The sync: its last tick, the seconds until the next, how many jobs it watches."""

    failures: int
    interval: float
    backed_off: bool = False
    tick_seconds: float | None
    bad_rows: int
    jobs: int


class HealthView(Model):
    """Whether all is well; without a login there is no more than the status.

    ``error`` says why the service itself could not start.
    """

    status: Literal["ok", "degraded"]
    error: str | None = None
    slurm: SlurmHealth | None = None
    database: DatabaseHealth | None = None
    sync: SyncHealth | None = None
