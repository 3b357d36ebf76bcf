"""`jupyter slurm queue` and `jupyter slurm jobs`."""

from __future__ import annotations

import argparse
from datetime import datetime, time, timedelta, timezone
from typing import Any, Final

from .. import states
from ..client import SlurmClient
from ..models import QueueRow
from ..views import JobsView, JobView, QueueView
from .saying import note, say
from .tables import Column, moment, table, terminal_width

_FILTERS: Final = ("state", "partition", "account", "name", "q", "since", "until", "sort", "limit")


def _where(row: QueueRow) -> str:
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


_QUEUE: Final = (
    Column("JOBID", lambda row: row["job_id"], to_the_right=True),
    Column("PARTITION", lambda row: row["partition"], shrinks=True),
    Column("NAME", lambda row: row["name"], shrinks=True),
    Column("USER", lambda row: row["user"], shrinks=True),
    Column("ST", lambda row: row["state_code"]),
    Column("TIME", lambda row: row["time"], to_the_right=True),
    Column("NODES", lambda row: row["nodes"], to_the_right=True),
    Column("NODELIST(REASON)", _where, shrinks=True),
)
"""As squeue has them."""

_JOBS: Final = (
    Column("JOBID", lambda job: job.slurm_id or job.job_id, to_the_right=True),
    Column("NAME", lambda job: job.name, shrinks=True),
    Column("PARTITION", lambda job: job.partition, shrinks=True),
    Column("STATE", lambda job: job.status),
    Column("EXIT", _exit, to_the_right=True),
    Column("SUBMITTED", lambda job: moment(job.submit_time)),
    Column("ELAPSED", _elapsed, to_the_right=True),
    Column("TAGS", lambda job: ",".join(job.tags), shrinks=True),
)


def queue(client: SlurmClient, options: argparse.Namespace) -> int:
    """Print the queue."""
    user = "me" if options.me else options.user
    answer = client.queue(user=user, **_asked(options))
    if not options.json:
        say(table(_QUEUE, answer.jobs, terminal_width()))
        _remark(answer, len(answer.jobs), "Slurm's queue cannot be read now")
    return 0


def jobs(client: SlurmClient, options: argparse.Namespace) -> int:
    """Print one's own jobs."""
    answer = client.jobs(tag=options.tag, **_asked(options))
    if not options.json:
        say(table(_JOBS, answer.jobs, terminal_width()))
        _remark(answer, len(answer.jobs), "Slurm cannot be asked now")
    return 0


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in _FILTERS}


def _remark(answer: QueueView | JobsView, shown: int, away: str) -> None:
    if answer.stale:
        note(f"{away}: this is how it was at {moment(answer.synced_at)}.")
    if shown < answer.total:
        note(f"{shown} of {answer.total} are shown: ask for more with --limit, or narrow it.")
