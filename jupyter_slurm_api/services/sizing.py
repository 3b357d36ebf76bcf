"""What a job should ask for the next time, from what it used: pure rules, each with its reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ..job import Job
from ..report import Suggestion
from ..slurm import words

_MIB: Final = 1024 * 1024
_TIME_STEP: Final = 300  # seconds
_MEMORY_STEP: Final = 64 * _MIB
_TIME_MARGIN: Final = 1.5
_MEMORY_MARGIN: Final = 1.25
_MUCH_LESS: Final = 0.7  # of what was asked for, so that it is worth a change
_SHORTEST_SECONDS: Final = 10  # in which it shows how many CPUs work
_NEARLY: Final = 0.95  # what a CPU does that seems busy
_RAN_AS_MEANT: Final = frozenset({"COMPLETED", "TIMEOUT"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a job asked for, as far as its script and parameters say; ``tasks`` if it is sure."""

    tasks: int | None
    cpus_per_task: int
    memory_option: str | None

    @classmethod
    def read(cls, job: Job, option: Callable[[str, str | None], str]) -> Wanted:
        """Read the options of a job; ``option`` returns one by its long and its short name."""
        tasks = option("ntasks", "n")
        many = option("ntasks-per-node", None) or (job.nodes or 1) > 1
        memory = (name for name in ("mem-per-gpu", "mem-per-cpu", "mem") if option(name, None))
        return cls(
            words.number(tasks) if tasks else None if many else 1,
            words.number(option("cpus-per-task", "c")) or 1,
            next(memory, None),
        )


def suggestions(job: Job, wanted: Wanted) -> list[Suggestion]:
    """Return what a job that is over should ask for the next time."""
    if job.array or job.components:
        return []
    enough = _enough_cpus(job, wanted)
    return [*_time(job), *_cpus(job, wanted, enough), *_memory(job, wanted, enough)]


def _time(job: Job) -> Iterator[Suggestion]:
    limit = words.seconds(job.time_limit or "")
    elapsed = job.usage.elapsed if job.usage else None
    if limit and job.status == "TIMEOUT":
        yield Suggestion(
            parameter="time",
            value=_clock(2 * limit),
            reason=(
                f"It reached its time limit of {_clock(limit)}; this is twice as much. Its"
                " partition may have a limit of its own."
            ),
        )
    elif limit and elapsed and job.status == "COMPLETED":
        enough = _up(elapsed * _TIME_MARGIN, _TIME_STEP)
        if enough <= _MUCH_LESS * limit:
            yield Suggestion(
                parameter="time",
                value=_clock(enough),
                reason=(
                    f"It ran for {_clock(elapsed)} of the {_clock(limit)} that it might have. This"
                    " leaves at least half as much again, and a shorter job may start earlier."
                ),
            )


def _busy(job: Job) -> float:
    """Return how many CPUs a job kept busy."""
    usage = job.usage
    return (usage.total_cpu or 0) / (usage.elapsed or 1) if usage else 0


def _enough_cpus(job: Job, wanted: Wanted) -> int | None:
    """Return how many CPUs are enough for a job's one task, if at most half of what it has."""
    usage = job.usage
    if not usage or wanted.tasks != 1 or job.status not in _RAN_AS_MEANT:
        return None
    if usage.total_cpu is None or not usage.max_rss or (usage.elapsed or 0) < _SHORTEST_SECONDS:
        return None
    enough = max(1, math.ceil(_NEARLY * _busy(job)))
    return enough if enough <= wanted.cpus_per_task / 2 else None


def _cpus(job: Job, wanted: Wanted, enough: int | None) -> Iterator[Suggestion]:
    if enough is not None:
        reason = (
            f"It kept {_busy(job):.1f} of its {wanted.cpus_per_task} CPUs busy. With fewer it runs"
            " as fast and may start earlier."
        )
        yield Suggestion(parameter="cpus-per-task", value=enough, reason=reason)


def _memory(job: Job, wanted: Wanted, fewer_cpus: int | None) -> Iterator[Suggestion]:
    usage = job.usage
    had = usage.requested_memory if usage else None
    if not usage or not had or wanted.memory_option == "mem-per-gpu":
        return
    is_per_cpu = wanted.memory_option == "mem-per-cpu"
    parameter = "mem-per-cpu" if is_per_cpu else "mem"
    cpus, nodes = job.cpus or 1, job.nodes or 1
    parts = cpus if is_per_cpu else nodes
    if job.status == "OUT_OF_MEMORY":
        reason = f"It needed more than the {_size(had)} that it had; this is twice as much."
        yield Suggestion(parameter=parameter, value=_size(2 * had / parts), reason=reason)
    elif job.status in _RAN_AS_MEANT and wanted.tasks == 1 and usage.max_rss:
        enough = _up(usage.max_rss * _MEMORY_MARGIN, _MEMORY_STEP)
        # Memory that was given for each CPU would go with those that are given up.
        follows = fewer_cpus is not None and wanted.memory_option != "mem"
        if follows or (job.status == "COMPLETED" and enough <= _MUCH_LESS * had):
            later = fewer_cpus if is_per_cpu and fewer_cpus else parts
            held = f"It held {_size(usage.max_rss)} of its {_size(had)}"
            reason = f"{held}; this leaves at least a quarter more."
            yield Suggestion(parameter=parameter, value=_size(enough / later), reason=reason)


def _up(amount: float, step: int) -> int:
    return math.ceil(amount / step) * step


def _clock(seconds: float) -> str:
    return words.duration(f"{int(seconds) // 60}:{int(seconds) % 60:02}")


def _size(amount: float) -> str:
    return f"{math.ceil(amount / _MIB)}M"
