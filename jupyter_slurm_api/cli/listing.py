"""`jupyter slurm queue` and `jupyter slurm jobs`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime, time, timedelta, timezone
from typing import Any, Final

from .. import states
from ..client import SlurmClient
from ..cluster import PartitionList
from ..models import QueueRow
from ..views import JobsView, JobView, QueueView
from .saying import note, say
from .tables import Column, moment, table, terminal_width

_FILTERS: Final = ("state", "partition", "account", "name", "q", "since", "until", "sort", "limit")


def where(row: QueueRow) -> str:
    """Write the nodes of a line, or why it has none."""
    return row["nodelist"] or (f"({row['reason']})" if row["reason"] else "")


def _elapsed(job: JobView) -> str | None:
    """Write how long a job has run, as squeue does: [D-]HH:MM:SS."""
    until = job.end_time
    if until is None and not states.is_over(job.status):
        until = datetime.now(timezone.utc)
    if job.start_time is None or until is None:
        return None
    past = max(until - job.start_time, timedelta())
    clock = time(past.seconds // 3600, past.seconds // 60 % 60, past.seconds % 60)
    return f"{past.days}-{clock}" if past.days else str(clock)


def _exit(job: JobView) -> str | None:
    if job.exit_code is None and job.exit_signal is None:
        return None
    return f"{job.exit_code or 0}:{job.exit_signal or 0}"


QUEUE: Final = (
    Column("JOBID", lambda row: row["job_id"], to_the_right=True),
    Column("PARTITION", lambda row: row["partition"], shrinks=True),
    Column("NAME", lambda row: row["name"], shrinks=True),
    Column("USER", lambda row: row["user"], shrinks=True),
    Column("ST", lambda row: row["state_code"], state=lambda row: row["state"]),
    Column("TIME", lambda row: row["time"], to_the_right=True),
    Column("NODES", lambda row: row["nodes"], to_the_right=True),
    Column("NODELIST(REASON)", where, shrinks=True),
)
"""As squeue has them."""

JOBS: Final = (
    Column("JOBID", lambda job: job.slurm_id or job.job_id, to_the_right=True),
    Column("NAME", lambda job: job.name, shrinks=True),
    Column("PARTITION", lambda job: job.partition, shrinks=True),
    Column("STATE", lambda job: job.status, state=lambda job: job.status),
    Column("EXIT", _exit, to_the_right=True),
    Column("SUBMITTED", lambda job: moment(job.submit_time)),
    Column("ELAPSED", _elapsed, to_the_right=True),
    Column("TAGS", lambda job: ",".join(job.tags), shrinks=True),
)


def queue(client: SlurmClient, options: argparse.Namespace) -> int:
    """Print the queue."""
    answer = ask_queue(client, options)
    if not options.json:
        _print(QUEUE, answer.jobs, remarks(answer))
    return 0


def jobs(client: SlurmClient, options: argparse.Namespace) -> int:
    """Print one's own jobs."""
    answer = ask_jobs(client, options)
    if not options.json:
        _print(JOBS, answer.jobs, remarks(answer))
    return 0


def ask_queue(client: SlurmClient, options: argparse.Namespace) -> QueueView:
    """Return what the options ask for of the queue."""
    user = "me" if options.me else options.user
    return client.queue(user=user, **_filters(options))


def ask_jobs(client: SlurmClient, options: argparse.Namespace) -> JobsView:
    """Return what the options ask for of one's own jobs."""
    return client.jobs(tag=options.tag, **_filters(options))


def remarks(answer: QueueView | JobsView) -> list[str]:
    """Return what is to be said beside a list: that it is not new, or not the whole."""
    said = stale_remark(answer)
    if len(answer.jobs) < answer.total:
        shown = f"{len(answer.jobs)} of {answer.total} are shown"
        said.append(f"{shown}: ask for more with --limit, or narrow it.")
    return said


def stale_remark(answer: QueueView | JobsView | PartitionList) -> list[str]:
    """Return that an answer is not new, where it is not."""
    if not answer.stale:
        return []
    return [f"Slurm cannot be asked now: this is how it was at {moment(answer.synced_at)}."]


def _filters(options: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in _FILTERS}


def _print(columns: Sequence[Column], rows: Sequence[Any], remarks: Sequence[str]) -> None:
    say(table(columns, rows, terminal_width()))
    for remark in remarks:
        note(remark)
