"""Lists as pandas DataFrames: times are in UTC, numbers are numbers, None is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..cli.sbatch_line import UsageError
from ..cluster import PartitionUse
from ..estimate import Estimate
from ..models import QueueRow
from ..views import JobView

if TYPE_CHECKING:
    import pandas as pd

Shape: TypeAlias = Mapping[str, str | None]
"""Columns with what pandas is to have them as, None for what it makes of them."""

_TIME: Final = "datetime64[ns, UTC]"
_SPAN: Final = "timedelta64[ns]"
_NUMBER: Final = "Int64"

QUEUE: Final[Shape] = {
    **dict.fromkeys(("job_id", "name", "user", "state", "partition", "account"), None),
    "reason": None,
    "nodelist": None,
    "time": _SPAN,
    "time_limit": None,
    **dict.fromkeys(("nodes", "cpus", "priority"), _NUMBER),
    **dict.fromkeys(("submit_time", "start_time", "end_time", "estimated_start"), _TIME),
    **dict.fromkeys(("array_job_id", "array_task_id", "api_job_id"), None),
}
JOBS: Final[Shape] = {
    **dict.fromkeys(("slurm_id", "name", "status", "reason"), None),
    "exit_code": _NUMBER,
    "exit_signal": _NUMBER,
    **dict.fromkeys(("partition", "account", "qos", "node_list", "gres", "time_limit"), None),
    **dict.fromkeys(("nodes", "cpus", "memory"), _NUMBER),
    **dict.fromkeys(("submit_time", "start_time", "end_time", "estimated_start"), _TIME),
    "elapsed": _NUMBER,
    "total_cpu": "Float64",
    "max_rss": _NUMBER,
    **dict.fromkeys(("work_dir", "stdout_path", "tags", "job_id"), None),
}
_AMOUNTS: Final = ("cpus", "memory", "gpus")
PARTITIONS: Final[Shape] = {
    "name": None,
    "state": None,
    "is_default": "bool",
    "time_limit": None,
    "nodes": _NUMBER,
    **{f"{of}_{which}": _NUMBER for of in _AMOUNTS for which in ("total", "used", "free")},
}
ESTIMATES: Final[Shape] = {
    "partition": None,
    "start_time": _TIME,
    "cpus": _NUMBER,
    "node_list": None,
    "refusal": None,
}


def frame(shape: Shape, records: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return records as a DataFrame of a shape.

    Raises:
        UsageError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise UsageError("--df needs pandas: install it with `%pip install pandas`.") from error
    found = list(records)
    return pd.DataFrame(
        {name: pd.Series([one[name] for one in found], dtype=kind) for name, kind in shape.items()}
    )


def of_queue(row: QueueRow) -> dict[str, Any]:
    """Return a line of the queue as a record."""
    nodes = int(row["nodes"]) if row["nodes"].isdecimal() else None
    return {**row, "nodes": nodes, "time": _span(row["time"])}


def of_job(job: JobView) -> dict[str, Any]:
    """Return a job as a record; ``elapsed`` and ``total_cpu`` are in seconds."""
    used = {name: getattr(job.usage, name, None) for name in ("elapsed", "total_cpu", "max_rss")}
    return {name: getattr(job, name) for name in JOBS if name not in used} | used


def of_partition(one: PartitionUse) -> dict[str, Any]:
    """Return a partition as a record."""
    return {
        **one,
        **{f"cpus_{which}": amount for which, amount in one["cpus"].items()},
        **{f"memory_{which}": amount for which, amount in one["memory"].items()},
        **{f"gpus_{which}": amount for which, amount in one["gpus"].items()},
    }


def of_estimate(one: Estimate) -> dict[str, Any]:
    """Return an estimate as a record."""
    return one.model_dump()


def _span(text: str) -> str | None:
    """Write squeue's [D-]HH:MM:SS as pandas reads it; what is none is missing."""
    days, _, clock = text.rpartition("-")
    return f"{days or 0} days {clock}" if clock.count(":") == 2 else None  # noqa: PLR2004
