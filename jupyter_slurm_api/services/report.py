"""The report of a job that is over."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from .. import endings, reasons, states
from ..errors import Conflict, FilesUnavailable
from ..job import Job
from ..report import Efficiency, Failure, JobReport, Timeline
from ..views import SubmitRequest
from . import sizing, submission
from .jobs import JobService
from .output import OutputService, as_text

_LINES: Final = 20
_LONGEST_LINE: Final = 500
_OF_TASKS: Final = (
    "Each task of an array has a report of its own, such as GET slurm/job/{}_{}/report; what they"
    " used stands there."
)
_NOT_TOLD: Final = (
    "What this job used is not known: the accounting has not told yet, or there is none. Ask again"
    " in a minute."
)


class ReportService:
    """Tells how jobs went that are over, and what to ask for the next time."""

    def __init__(self, jobs: JobService, outputs: OutputService) -> None:
        self._jobs = jobs
        self._outputs = outputs

    async def report(self, job_id: str) -> JobReport:
        """Return the report of a job.

        Raises:
            JobNotFound: there is no such job, or it is not this user's.
            Conflict: it is not over.
        """
        job = await self._jobs.own_with_script(job_id)
        if not job.is_over:
            raise Conflict(
                f"Job {job_id} is not over: it is {job.status}. Ask for its report when it has"
                " ended.",
                job_id=job.job_id,
            )
        suggestions = sizing.suggestions(job, _wanted(job))
        return JobReport(
            job_id=job.job_id,
            slurm_id=job.slurm_id,
            name=job.name,
            status=job.status,
            timeline=_timeline(job),
            cpu=_cpu(job),
            memory=_memory(job),
            failure=await self._failure(job),
            suggestions=suggestions,
            parameters={one.parameter: one.value for one in suggestions},
            note=_note(job),
        )

    async def _failure(self, job: Job) -> Failure | None:
        if job.status == "COMPLETED":
            return None
        return Failure(
            explanation=(
                endings.why(job.status, job.exit_code, job.exit_signal)
                or reasons.explanation(job.reason, over=True)
                or endings.unexplained(job.status, job.exit_code, job.cancelled_by)
            ),
            reason=job.reason,
            exit_code=job.exit_code,
            exit_signal=job.exit_signal,
            last_lines=await self._last_lines(job),
        )

    async def _last_lines(self, job: Job) -> list[str]:
        """Return the end of a job's standard error, which most jobs write into their output."""
        stream = "stdout" if job.stderr_path == job.stdout_path else "stderr"
        try:
            tail = await self._outputs.read(job, stream)
        except FilesUnavailable:
            return []
        end = as_text(tail.data[-_LINES * _LONGEST_LINE :]) if tail else ""
        return [line[:_LONGEST_LINE] for line in end.split("\n") if line.strip()][-_LINES:]


def _wanted(job: Job) -> sizing.Wanted:
    if job.script is None:
        return sizing.Wanted(tasks=None, cpus_per_task=1, memory_option=None)
    request = SubmitRequest(script=job.script, parameters=job.parameters or {})
    return sizing.Wanted.read(job, lambda name, short: submission.option(request, name, short))


def _timeline(job: Job) -> Timeline:
    begins = job.eligible_time or job.submit_time
    return Timeline(
        submit_time=job.submit_time,
        eligible_time=job.eligible_time,
        start_time=job.start_time,
        end_time=job.end_time,
        queued_seconds=_between(job.submit_time, job.start_time),
        waited_seconds=_between(begins, job.start_time),
        ran_seconds=_between(job.start_time, job.end_time),
    )


def _between(first: datetime | None, then: datetime | None) -> float | None:
    return max(0.0, (then - first).total_seconds()) if first and then else None


def _cpu(job: Job) -> Efficiency:
    usage = job.usage
    if usage is None:
        return _efficiency(None, None)
    had = usage.elapsed * job.cpus if usage.elapsed and job.cpus else None
    return _efficiency(usage.total_cpu, had)


def _memory(job: Job) -> Efficiency:
    usage = job.usage
    return _efficiency(usage.max_rss, usage.requested_memory) if usage else _efficiency(None, None)


def _efficiency(used: float | None, available: float | None) -> Efficiency:
    percent = round(100 * used / available, 1) if used is not None and available else None
    return Efficiency(used=used, available=available, percent=percent)


def _note(job: Job) -> str | None:
    if job.array:
        first = job.array.tasks.partition("-")[0].partition(",")[0] or "0"
        return _OF_TASKS.format(job.slurm_id, first)
    never_ran = job.start_time is None or job.status in states.OURS
    return _NOT_TOLD if job.usage is None and not never_ran else None
