"""A job as its widget shows it: plain values, in which nothing is left that could harm a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from .. import states
from ..cli.card import facts
from ..cli.text import harmless, harmless_lines
from ..models import ParameterValue
from ..report import Efficiency, JobReport
from ..sizes import written
from ..views import JobView

_HELD: Final = ("JobHeldUser", "JobHeldAdmin")
_SHOWN_OTHERWISE: Final = ("", "State", "Tasks", "Submitted", "Started", "Ended")


def card_of(job: JobView, report: JobReport | None) -> dict[str, Any]:
    """Return what is shown of a job; times as ISO 8601, which the browser writes as its clock."""
    over = states.is_over(job.status)
    return {
        "job_id": job.job_id,
        "slurm_id": harmless(job.slurm_id or ""),
        "name": harmless(job.name or ""),
        "status": harmless(job.status),
        "over": over,
        "timeline": [[label, at.isoformat()] for label, at in _timeline(job) if at],
        "estimated_start": _iso(job.estimated_start if not over else None),
        "reason": harmless(job.reason or "") if not over else "",
        "explanation": harmless(job.explanation or ""),
        "stdout": harmless(job.stdout_path or ""),
        "stderr": harmless(job.stderr_path or ""),
        "counts": dict(job.array.counts) if job.array else {},
        "facts": [
            [label, harmless(value)] for label, value in facts(job) if label not in _SHOWN_OTHERWISE
        ],
        "can": list(_can(job)),
        "next": next_run(job, report) if over else [],
        "report": _report(report, job) if report else None,
    }


def next_run(job: JobView, report: JobReport | None) -> list[dict[str, Any]]:
    """Return what may be asked for otherwise the next time: time and memory, as sbatch has them."""
    suggested = {one.parameter: one for one in report.suggestions} if report else {}
    asked = job.parameters or {}
    memory = next((name for name in (*suggested, *asked) if name.startswith("mem")), "mem")
    wanted = []
    for parameter, now in (("time", job.time_limit), (memory, None)):
        value = _word(asked.get(parameter)) or now or ""
        suggestion = suggested.get(parameter)
        wanted.append(
            {
                "parameter": parameter,
                "now": harmless(value),
                "value": harmless(_word(suggestion.value) if suggestion else value),
                "why": harmless(suggestion.reason) if suggestion else "",
            }
        )
    return wanted


def _timeline(job: JobView) -> Iterator[tuple[str, datetime | None]]:
    yield "Submitted", job.submit_time
    if job.eligible_time != job.submit_time:
        yield "Eligible", job.eligible_time
    yield "Started", job.start_time
    yield "Ended", job.end_time


def _can(job: JobView) -> Iterator[str]:
    """Yield what can be done to a job now."""
    if states.is_over(job.status):
        if job.script:
            yield "resubmit"
        return
    yield "cancel"
    if job.status == "PENDING":
        yield "release" if job.reason in _HELD else "hold"


def _report(report: JobReport, job: JobView) -> dict[str, Any]:
    failure = report.failure
    return {
        "cpu": _efficiency("CPU", report.cpu, lambda seconds: f"{seconds:.4g} s"),
        "memory": _efficiency("Memory", report.memory, lambda amount: written(int(amount))),
        "failure": failure
        and {
            "explanation": harmless(failure.explanation),
            "last_lines": [harmless_lines(line) for line in failure.last_lines],
        },
        "suggestions": [
            {
                "parameter": one.parameter,
                "value": harmless(_word(one.value)),
                "reason": harmless(one.reason),
            }
            for one in report.suggestions
        ],
        "note": "" if job.array else harmless(report.note or ""),  # the tasks stand in a grid
    }


def _efficiency(what: str, of: Efficiency, write: Callable[[float], str]) -> dict[str, Any] | None:
    if of.percent is None or of.used is None or of.available is None:
        return None
    text = f"{what}: {of.percent:.0f} % used ({write(of.used)} of {write(of.available)})"
    return {"percent": min(of.percent, 100.0), "text": text}


def _word(value: ParameterValue) -> str:
    return "" if value is None or isinstance(value, (bool, list)) else str(value)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
