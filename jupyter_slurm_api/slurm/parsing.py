"""What Slurm said: pure parsers of its commands' text.

Any bytes go in and no exception comes out. A record without the right number
of fields is counted, and does not take the others with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final, Generic, TypeAlias, TypeVar

from .. import states
from ..models import ClusterInfo, Observation, Partition, QueueRow, Submitted
from . import commands, words

Record: TypeAlias = tuple[str, ...]
T = TypeVar("T")

_SUBMITTED: Final = re.compile(r"(\d+)(?:;(\S+))?")
_SETTING: Final = re.compile(r"^(\w+)\s*=\s?(.*)$", re.MULTILINE)
_SHOWN: Final = re.compile(r" (\w+)=(\S*)")
_NO_ACCOUNTING: Final = frozenset({"", "(null)", "accounting_storage/none"})

_duration = lru_cache(4096)(words.duration)
_time_limit = lru_cache(1024)(words.time_limit)


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """What could be read of an answer, and how many records could not."""

    value: T
    bad: int


def records(output: bytes, separators: commands.Separators, width: int) -> Parsed[list[Record]]:
    """Split an answer into records of ``width`` fields."""
    text = output.decode("utf-8", errors="replace")
    found = [
        tuple(record.removeprefix("\n").split(separators.field))
        for record in text.split(separators.record)
    ]
    if found and not "".join(found[-1]).strip():
        found.pop()  # what follows the last separator
    good = [record for record in found if len(record) == width]
    return Parsed(good, len(found) - len(good))


def queue(output: bytes, separators: commands.Separators) -> Parsed[list[QueueRow]]:
    """Read the whole queue."""
    parsed = records(output, separators, len(commands.QUEUE_FIELDS))
    return Parsed([_queue_row(record) for record in parsed.value], parsed.bad)


def _queue_row(record: Record) -> QueueRow:
    (row_id, name, user, state, used, nodes, node_list, code, partition, account, reason) = record[
        :11
    ]
    array_id, task_id, priority, cpus, submit, start, end, limit = record[11:]
    is_task = "_" in row_id
    return {
        "job_id": row_id,
        "name": name,
        "user": user,
        "state": state,
        "time": _duration(used),
        "nodes": nodes,
        "nodelist": node_list,
        "state_code": code,
        # A dictionary that holds no list is none of the garbage collector's business.
        "flags": (state,) if state in states.FLAGS else (),
        "partition": partition,
        "account": words.text(account),
        "reason": words.text(reason),
        "array_job_id": array_id if is_task else None,
        "array_task_id": words.text(task_id) if is_task else None,
        "priority": words.number(priority),
        "cpus": words.number(cpus),
        "submit_time": _iso(submit),
        "start_time": _iso(start),
        "end_time": _iso(end),
        "time_limit": _time_limit(limit),
        "api_job_id": None,
    }


@lru_cache(16384)
def _iso(word: str) -> str | None:
    moment = words.time(word)
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def own_jobs(
    output: bytes, separators: commands.Separators
) -> Parsed[dict[str, tuple[Record, ...]]]:
    """Read one's own jobs: under each job's id its rows, more than one for arrays."""
    parsed = records(output, separators, len(commands.OWN_FIELDS))
    jobs: dict[str, tuple[Record, ...]] = {}
    many: dict[str, list[Record]] = {}  # apart, since nearly every job has one row
    for record in parsed.value:
        slurm_id = words.job_of(record[0])
        if slurm_id in jobs:
            many.setdefault(slurm_id, list(jobs[slurm_id])).append(record)
        else:
            jobs[slurm_id] = (record,)
    jobs |= {slurm_id: tuple(rows) for slurm_id, rows in many.items()}
    return Parsed(jobs, parsed.bad)


def observe(slurm_id: str, rows: Sequence[Record]) -> Observation:
    """Return what squeue shows of one job; an array's rows speak with one voice.

    What only a task has (nodes, exit code, output paths) is not said of an array.
    """
    row = dict(zip(commands.OWN_FIELDS, rows[0], strict=True))
    counts = _counts((record[0], record[1]) for record in rows)
    status = states.state_of_many(set(counts))
    comment, tag = commands.split_tag(words.text(row["Comment"]) or "")
    resources = words.tres(row["tres-alloc"])
    is_array = _is_array(rows)
    seen = Observation(
        slurm_id=slurm_id,
        status=status,
        user=row["UserName"],
        name=row["Name"],
        reason=words.text(row["Reason"]),
        partition=row["Partition"],
        account=words.text(row["Account"]),
        qos=words.text(row["QOS"]),
        cpus=words.number(row["NumCPUs"]),
        memory=words.memory(resources.get("mem", "")),
        gres=_gres(resources),
        time_limit=words.time_limit(row["TimeLimit"]),
        submit_time=words.time(row["SubmitTime"]),
        eligible_time=words.time(row["EligibleTime"]),
        restarts=words.number(row["RestartCnt"]),
        work_dir=row["WorkDir"],
        comment=comment,
        tag=tag,
        array=counts if is_array else None,
    )
    return seen if is_array else _with_run(seen, row)


def _with_run(seen: Observation, row: Mapping[str, str]) -> Observation:
    ran = bool(row["NodeList"]) and seen.status != "PENDING"
    code, signal = words.exit_status(row["exit_code"]) if seen.is_over else (None, None)
    filled = words.path_words(
        slurm_id=seen.slurm_id, name=row["Name"], user=row["UserName"], node_list=row["NodeList"]
    )
    return replace(
        seen,
        nodes=words.number(row["NumNodes"]),
        node_list=words.text(row["NodeList"]),
        # Before a job runs these two are Slurm's estimates.
        start_time=words.time(row["StartTime"]) if ran else None,
        end_time=words.time(row["EndTime"]) if seen.is_over else None,
        exit_code=code,
        exit_signal=signal,
        stdout_path=words.output_path(row["STDOUT"], row["WorkDir"], filled),
        stderr_path=words.output_path(row["STDERR"], row["WorkDir"], filled),
    )


def recorded(
    output: bytes, separators: commands.Separators, user: str
) -> Parsed[dict[str, list[Observation]]]:
    """Read what the accounting has of this user's jobs: every run, the latest last.

    Where slurmdbd hears of a job's end before its start, it shows a row without
    a partition and without its array until it has caught up: that is no answer yet.
    """
    parsed = records(output, separators, len(commands.ACCOUNTING_FIELDS))
    runs: dict[tuple[str, str], list[Record]] = {}
    for record in parsed.value:
        if record[2] == user and record[3]:
            runs.setdefault((words.job_of(record[0]), record[9]), []).append(record)
    found: dict[str, list[Observation]] = {}
    for (slurm_id, _), rows in sorted(runs.items(), key=lambda item: item[0][1]):
        found.setdefault(slurm_id, []).append(_recorded(slurm_id, rows))
    return Parsed(found, parsed.bad)


def _recorded(slurm_id: str, rows: Sequence[Record]) -> Observation:
    row = dict(zip(commands.ACCOUNTING_FIELDS, rows[-1], strict=True))
    counts = _counts((record[0], words.state(record[1])) for record in rows)
    status = states.state_of_many(set(counts))
    is_array = _is_array(rows)
    # As with squeue's rows: what only a task has is not said of an array.
    code, signal = (None, None) if is_array else words.exit_status(row["ExitCode"])
    node_list = None if is_array else words.text(row["NodeList"])
    return Observation(
        slurm_id=slurm_id,
        status=status,
        partition=row["Partition"],
        account=words.text(row["Account"]),
        qos=words.text(row["QOS"]),
        nodes=None if is_array else words.number(row["NNodes"]),
        node_list=node_list,
        cpus=words.number(row["AllocCPUS"]),
        submit_time=words.time(row["Submit"]),
        eligible_time=words.time(row["Eligible"]),
        start_time=words.time(row["Start"]) if node_list else None,
        end_time=_latest(rows) if states.is_over(status) else None,
        exit_code=code,
        exit_signal=signal,
        array=counts if is_array else None,
    )


def _latest(rows: Sequence[Record]) -> datetime | None:
    ends = [words.time(row[commands.ACCOUNTING_FIELDS.index("End")]) for row in rows]
    return max((end for end in ends if end), default=None)


def shown(output: bytes, slurm_id: str) -> Observation | None:
    """Read ``scontrol show job``.

    A job's name stands before what is read here, so the last word counts; its
    comment stands behind, so what follows the command is left out.
    """
    text = output.decode("utf-8", errors="replace")
    parts = (record.rpartition(" Command=")[0] or record for record in text.split("\nJobId="))
    rows = [dict(_SHOWN.findall(part)) for part in parts if " JobState=" in part]
    if not rows:
        return None
    status = states.state_of_many({row["JobState"] for row in rows})
    code, signal = words.exit_status(rows[0].get("ExitCode", ""))
    return Observation(
        slurm_id=slurm_id,
        status=status,
        node_list=words.text(rows[0].get("NodeList", "")),
        restarts=words.number(rows[0].get("Restarts", "")),
        submit_time=words.time(rows[0].get("SubmitTime", "")),
        end_time=words.time(rows[0].get("EndTime", "")) if states.is_over(status) else None,
        exit_code=code if states.is_over(status) else None,
        exit_signal=signal,
    )


def submitted(output: bytes) -> Submitted | None:
    """Find sbatch's ``id[;cluster]`` line, among whatever banner a site prints."""
    for line in output.decode("utf-8", errors="replace").splitlines():
        if found := _SUBMITTED.fullmatch(line.strip()):
            return Submitted(found[1], found[2])
    return None


def cluster_info(output: bytes) -> ClusterInfo:
    """Read ``scontrol show config``."""
    settings: Mapping[str, str] = dict(_SETTING.findall(output.decode("utf-8", errors="replace")))
    return ClusterInfo(
        name=settings.get("ClusterName", "").strip(),
        version=settings.get("SLURM_VERSION", "").strip(),
        accounting=settings.get("AccountingStorageType", "").strip() not in _NO_ACCOUNTING,
    )


def partitions(output: bytes, separators: commands.Separators) -> Parsed[list[Partition]]:
    """Read sinfo's partitions."""
    parsed = records(output, separators, len(commands.PARTITION_FIELDS))
    return Parsed([_partition(record) for record in parsed.value], parsed.bad)


def _partition(record: Record) -> Partition:
    name, available, limit, default, nodes, cpus = record
    counted = (words.number(part) or 0 for part in cpus.split("/"))
    return {
        "name": name.removesuffix("*"),
        "is_default": name.endswith("*"),
        "available": available == "up",
        "time_limit": words.time_limit(limit.replace("infinite", "UNLIMITED")),
        "default_time": words.time_limit(default.replace("infinite", "UNLIMITED")),
        "nodes": words.number(nodes),
        "cpus": dict(zip(("allocated", "idle", "other", "total"), counted, strict=False)),
    }


def _gres(resources: Mapping[str, str]) -> str | None:
    wanted = [f"{name}={count}" for name, count in resources.items() if name.startswith("gres/")]
    return ",".join(wanted) or None


def _counts(rows: Iterable[tuple[str, str]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row_id, state in rows:
        counts[state] += words.tasks_of(row_id)
    return dict(sorted(counts.items()))


def _is_array(rows: Sequence[Record]) -> bool:
    return any("_" in record[0] for record in rows)
