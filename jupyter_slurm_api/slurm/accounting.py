"""What sacct says: pure parsers of its records.

Any bytes go in and no exception comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from .. import states
from ..array import Component
from ..observation import Observation, Usage
from . import commands, words
from .parsing import Parsed, Record, records

_FIELD: Final = {name: at for at, name in enumerate(commands.ACCOUNTING_FIELDS)}
_SUFFIXES: Final = {"c": "AllocCPUS", "n": "NNodes"}  # of ReqMem before 21.08: per CPU, per node


@dataclass(frozen=True, slots=True)
class _Run:
    """One job's record with those of its steps."""

    record: Record
    steps: list[Record]

    def __getitem__(self, name: str) -> str:
        return self.record[_FIELD[name]]


def recorded(
    output: bytes,
    separators: commands.Separators,
    user: str,
    name_of: Callable[[str], str] = str,
) -> Parsed[dict[str, list[Observation]]]:
    """Read what the accounting has of this user's jobs: every run, the latest last.

    Ids are those of `observing.own_jobs`; ``name_of`` returns the name of an
    account by its number, which is all that sacct tells of who cancelled.

    Two rows are no answer yet, which a slurmdbd shows that has fallen behind: one
    without a partition and without its array, where it hears of a job's end before
    its start; one that is over at no time and with no code, where the start that it
    hears of late comes with the state of now.
    """
    parsed = records(output, separators, len(commands.ACCOUNTING_FIELDS))
    runs: dict[tuple[str, str], list[_Run]] = {}
    for run in _runs(parsed.value):
        if run["User"] == user and run["Partition"]:
            runs.setdefault((words.id_of(run["JobID"]), run["Submit"]), []).append(run)
    found: dict[str, list[Observation]] = {}
    for (slurm_id, _), parts in sorted(runs.items(), key=lambda item: item[0][1]):
        one = _recorded(slurm_id, parts, name_of)
        if one.is_over and one.end_time is None:
            continue
        before = found.setdefault(slurm_id, [])
        if before and before[-1].status == "RESIZING":
            one = _resized(before.pop(), one)
        before.append(one)
    return Parsed(found, parsed.bad)


def _runs(found: Sequence[Record]) -> Iterator[_Run]:
    """Put each job's record together with those of its steps, which follow it."""
    run: _Run | None = None
    for record in found:
        if "." not in record[0]:
            if run:
                yield run
            run = _Run(record, [])
        elif run and record[0].startswith(f"{run['JobID']}."):
            run.steps.append(record)
    if run:
        yield run


def _recorded(slurm_id: str, parts: Sequence[_Run], name_of: Callable[[str], str]) -> Observation:
    """Return one run; that of a heterogeneous job is its first component's."""
    run = parts[0]
    status = states.state_of_many({words.state(part["State"]) for part in parts})
    node_list = words.text(run["NodeList"])
    code, signal = _exit_status(run, status)
    canceller = words.cancelled_by(run["State"])
    return Observation(
        slurm_id=slurm_id,
        own_slurm_id=run["JobIDRaw"],
        unstarted=_unstarted(run),
        status=status,
        partition=run["Partition"],
        account=words.text(run["Account"]),
        qos=words.text(run["QOS"]),
        nodes=words.number(run["NNodes"]),
        node_list=node_list,
        cpus=words.number(run["AllocCPUS"]) or None,
        submit_time=words.time(run["Submit"]),
        eligible_time=words.time(run["Eligible"]),
        start_time=words.time(run["Start"]) if node_list else None,
        end_time=_end(parts) or _end_at_the_submit(run, status),
        exit_code=code,
        exit_signal=signal,
        cancelled_by=name_of(canceller) if canceller else None,
        usage=_usage(run) if node_list else None,
        components=_components(parts),
    )


def _resized(before: Observation, after: Observation) -> Observation:
    """Return one run of the two records that a job has which changed its size."""
    first, last = before.usage or Usage(), after.usage or Usage()
    usage = last.model_copy(
        update={
            "elapsed": (first.elapsed or 0) + (last.elapsed or 0),
            "total_cpu": round((first.total_cpu or 0) + (last.total_cpu or 0), 3),
            "max_rss": max(first.max_rss or 0, last.max_rss or 0) or None,
        }
    )
    return replace(after, submit_time=before.submit_time, start_time=before.start_time, usage=usage)


def _unstarted(run: _Run) -> str | None:
    """Return the ids inside the brackets of ``12_[3-9%2]``."""
    return run["JobID"].partition("[")[2].rstrip("]") or None


def _exit_status(run: _Run, status: str) -> tuple[int | None, int | None]:
    """Return exit code and signal of a run that has ended.

    Of a job that Slurm itself ended, sacct has no signal but writes ``0:0``: that is no code.
    """
    code, signal = words.exit_status(run["ExitCode"])
    has_ended = words.time(run["End"]) is not None
    is_said = status == "COMPLETED" or code or signal
    if not has_ended or not is_said or status in states.ENDED_BY_SLURM:
        return None, None
    return code, signal


def _end(parts: Sequence[_Run]) -> datetime | None:
    """Return when the last part ended; sacct has no estimates, and a requeue ends a run too."""
    ends = [end for part in parts if (end := words.time(part["End"]))]
    return max(ends) if len(ends) == len(parts) else None


def _end_at_the_submit(run: _Run, status: str) -> datetime | None:
    """Return when a job ended that Slurm cancelled as it came: 24.11 writes that as its start."""
    ran = words.text(run["NodeList"]) is not None
    return None if ran or not states.is_over(status) else words.time(run["Start"])


def _usage(run: _Run) -> Usage:
    steps = run.steps
    cpu = [words.seconds(step[_FIELD["TotalCPU"]]) or 0 for step in steps]
    rss = [words.size(step[_FIELD["MaxRSS"]]) for step in steps]
    return Usage(
        elapsed=words.number(run["ElapsedRaw"]),
        total_cpu=round(sum(cpu), 3) if steps else words.seconds(run["TotalCPU"]),
        max_rss=max((each for each in rss if each is not None), default=None),
        requested_memory=_requested_memory(run),
        requested_cpus=words.number(run["ReqCPUS"]),
    )


def _requested_memory(run: _Run) -> int | None:
    word = run["ReqMem"]
    each = words.memory(word)
    many = words.number(run[_SUFFIXES[word[-1]]]) if word[-1:] in _SUFFIXES else 1
    return each * (many or 1) if each else None


def _components(parts: Sequence[_Run]) -> tuple[Component, ...] | None:
    """Return the components of a heterogeneous job; None for any other."""
    found = [
        Component(
            offset=words.number(part["JobID"].partition("+")[2]) or 0,
            slurm_id=part["JobIDRaw"],
            status=words.state(part["State"]),
            partition=part["Partition"],
            nodes=words.number(part["NNodes"]),
            node_list=words.text(part["NodeList"]),
            cpus=words.number(part["AllocCPUS"]),
        )
        for part in parts
        if "+" in part["JobID"]
    ]
    return tuple(sorted(found, key=lambda one: one.offset)) or None


def tagged(output: bytes, separators: commands.Separators, user: str) -> Parsed[dict[str, str]]:
    """Find our tags in the command lines with which this user's jobs were submitted.

    Returns the Slurm ids of the jobs by UUID; a line that was copied came later.
    """
    found: dict[str, str] = {}
    parsed = records(output, separators, len(commands.TAG_FIELDS))
    rows = sorted(parsed.value, key=lambda row: words.number(row[2]) or 0)
    for row_id, owner, _, line in rows:
        tag = commands.split_tag(line)[1]
        if tag and owner == user:
            found.setdefault(tag, words.job_of(row_id))
    return Parsed(found, parsed.bad)
