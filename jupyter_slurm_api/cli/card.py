"""One job on one screen: how it is, why, and how to go on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from .. import sizes, states
from ..views import JobView
from .tables import moment
from .text import harmless, harmless_lines

_LABEL: Final = 14
_LAST_LINES: Final = 10
_WIDEST: Final = 100


def card(job: JobView, room: int | None, program: str = "jupyter slurm") -> str:
    """Return a job as people read it; ``program`` is what they go on with."""
    lines = [harmless(title(job))]
    for label, value in facts(job):
        lines += _labelled(label, value, min(room or _WIDEST, _WIDEST))
    if last := last_lines(job):
        lines += ["", "The end of its output:", *(f"  {line}" for line in last)]
    if ways := ways_on(job, program):
        lines += ["", *_labelled_lines("Go on with", ways)]
    return "\n".join(lines)


def title(job: JobView) -> str:
    """Return what a job is called."""
    return f"Job {_id(job)}  {job.name or ''}".rstrip()


def facts(job: JobView) -> Iterator[tuple[str, str]]:
    """Yield what there is to say about a job; one without a label goes on with the last."""
    yield from ((label, value) for label, value in _all_facts(job) if value)


def last_lines(job: JobView) -> list[str]:
    """Return the end of a job's output, made harmless."""
    if not job.output:
        return []
    return harmless_lines(job.output).rstrip("\n").split("\n")[-_LAST_LINES:]


def _id(job: JobView) -> str:
    return job.slurm_id or job.job_id or ""


def _all_facts(job: JobView) -> Iterator[tuple[str, str | None]]:
    is_over = states.is_over(job.status)
    reason = None if is_over or not job.reason else f" ({job.reason})"
    yield "State", job.status + (reason or "")
    yield "", job.explanation
    if job.stale:
        yield "", f"Slurm cannot be asked now: this is how it was at {moment(job.synced_at)}."
    if job.array:
        counts = ", ".join(f"{count} {state}" for state, count in job.array.counts.items())
        yield "Tasks", f"{job.array.tasks}: {counts}"
    yield "Exit", _exit(job)
    yield "Cancelled by", job.cancelled_by
    yield "User", job.user + (f", account {job.account}" if job.account else "")
    yield "Partition", job.partition
    yield "Nodes", job.node_list
    yield "Asked for", _asked(job)
    yield "Used", _used(job)
    yield "Submitted", moment(job.submit_time)
    yield "Started", moment(job.start_time)
    yield "Ended", moment(job.end_time)
    yield "Directory", job.work_dir
    yield "Output", job.stdout_path
    yield "Errors", job.stderr_path if job.stderr_path != job.stdout_path else None
    yield "Depends on", job.dependency
    yield "Comment", job.comment
    yield "Tags", ", ".join(job.tags)
    yield "UUID", job.job_id


def _exit(job: JobView) -> str | None:
    if job.exit_signal:
        return f"signal {job.exit_signal}"
    return None if job.exit_code is None else str(job.exit_code)


def _asked(job: JobView) -> str:
    words = [
        _many(job.nodes, "node"),
        _many(job.cpus, "CPU"),
        f"{sizes.written(job.memory)} of memory" if job.memory else "",
        job.gres or "",
        f"{job.time_limit} at most" if job.time_limit else "",
    ]
    return ", ".join(word for word in words if word)


def _used(job: JobView) -> str | None:
    if job.usage is None:
        return None
    words = [
        f"{job.usage.elapsed} s" if job.usage.elapsed is not None else "",
        f"{job.usage.total_cpu:g} s of CPU" if job.usage.total_cpu is not None else "",
        f"{sizes.written(job.usage.max_rss)} of memory" if job.usage.max_rss else "",
    ]
    return ", ".join(word for word in words if word)


def _many(number: int | None, word: str) -> str:
    return "" if number is None else f"{number} {word}{'' if number == 1 else 's'}"


def ways_on(job: JobView, program: str) -> list[str]:
    """Return the commands that one may want next, made harmless."""
    shown = harmless(_id(job))
    ways = []
    if job.reason in ("JobHeldUser", "JobHeldAdmin") and job.status == "PENDING":
        ways.append(f"{program} release {shown}")
    if not states.is_over(job.status):
        ways.append(f"{program} cancel {shown}")
    if job.start_time and not job.array:
        follows = "" if states.is_over(job.status) else "-f "
        ways.append(f"{program} output {follows}{shown}")
    return ways


def _labelled(label: str, value: str, room: int) -> list[str]:
    """Return the lines of one fact; a path stays whole."""
    lines = textwrap.wrap(
        harmless(value),
        max(room - _LABEL, _LABEL),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return _labelled_lines(label, lines)


def _labelled_lines(label: str, lines: list[str]) -> list[str]:
    return [f"{label if not at else '':<{_LABEL}}{line}" for at, line in enumerate(lines)]
