"""What can be measured of this service: on Jupyter's own ``/metrics``, for Prometheus.

One set for the process, as prometheus_client has it. No label tells of a person or
a job, and each has few values, whoever asks for what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from prometheus_client import Gauge, Histogram

_SECONDS: Final = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_REQUESTS: Final = Histogram(
    "jupyter_slurm_request_duration_seconds",
    "How long requests to this service took, streams until they were closed",
    ("route", "method", "status"),
    buckets=_SECONDS,
)
_COMMANDS: Final = Histogram(
    "jupyter_slurm_command_duration_seconds",
    "How long Slurm's commands took, with the wait for a place",
    ("command", "outcome"),
    buckets=_SECONDS,
)
_TICKS: Final = Histogram(
    "jupyter_slurm_tick_duration_seconds",
    "How long the sync took to look at Slurm and to record what had changed",
    ("outcome",),
    buckets=_SECONDS,
)
_STORE: Final = Histogram(
    "jupyter_slurm_store_duration_seconds",
    "How long MongoDB took, with the wait for a thread",
    ("operation", "outcome"),
    buckets=_SECONDS,
)
_JOBS: Final = Gauge(
    "jupyter_slurm_jobs",
    "Jobs of this user that are not over, tasks of arrays one by one",
    ("state",),
)
_QUEUE_ROWS: Final = Gauge(
    "jupyter_slurm_queue_rows",
    "Lines of the whole cluster's queue as it was last seen; NaN where it never was",
)


def request(route: str, method: str, status: int, seconds: float) -> None:
    """Note a request; ``route`` is the path in the table of routes."""
    _REQUESTS.labels(route, method, str(status)).observe(seconds)


def command(program: str, outcome: str, seconds: float) -> None:
    """Note a command of Slurm's."""
    _COMMANDS.labels(program, outcome).observe(seconds)


def tick(outcome: str, seconds: float) -> None:
    """Note a look at Slurm."""
    _TICKS.labels(outcome).observe(seconds)


def store(operation: str, outcome: str, seconds: float) -> None:
    """Note an operation on MongoDB."""
    _STORE.labels(operation, outcome).observe(seconds)


def jobs(counts: Mapping[str, int]) -> None:
    """Note how many jobs there are in each state."""
    _JOBS.clear()
    for state, count in counts.items():
        _JOBS.labels(state).set(count)


def queue_rows(count: Callable[[], float]) -> None:
    """Have the lines of the queue counted whenever somebody measures."""
    _QUEUE_ROWS.set_function(count)
