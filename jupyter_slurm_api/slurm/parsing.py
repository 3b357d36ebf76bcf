"""What Slurm said: pure parsers of its commands' text.

Any bytes go in and no exception comes out. A record without the right number
of fields is counted, and does not take the others with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Generic, TypeAlias, TypeVar

from .. import states
from ..models import ClusterInfo, QueueRow, Submitted
from . import commands, words

Record: TypeAlias = tuple[str, ...]
T = TypeVar("T")

_SUBMITTED: Final = re.compile(r"(\d+)(?:;(\S+))?")
_SETTING: Final = re.compile(r"^(\w+)\s*=\s?(.*)$", re.MULTILINE)
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
    # Of a job that waits these two are Slurm's estimates.
    waits = states.waits(state)
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
        "start_time": None if waits else _iso(start),
        "end_time": None if waits else _iso(end),
        "time_limit": _time_limit(limit),
        "estimated_start": _iso(start) if waits else None,
        "api_job_id": None,
    }


@lru_cache(16384)
def _iso(word: str) -> str | None:
    moment = words.time(word)
    return moment.isoformat().replace("+00:00", "Z") if moment else None


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
        min_job_age=words.number(settings.get("MinJobAge", "").partition(" ")[0]) or 0,
    )
