"""What squeue and scontrol show of this user's jobs: pure parsers.

Any bytes go in and no exception comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Any, Final

from .. import filenames, states
from ..array import Component
from ..observation import Observation
from . import commands, words
from .parsing import Parsed, Record, records

_FIELD: Final = {name: at for at, name in enumerate(commands.OWN_FIELDS)}
# Ten thousand jobs have few different ones of these.
_time = lru_cache(16384)(words.time)
_time_limit = lru_cache(1024)(words.time_limit)

_NO_PATH: Final = frozenset({"", "(null)", "N/A"})
_SHOWN: Final = re.compile(r" (\w+)=(\S*)")
_HEAD: Final = re.compile(
    r"^JobId=(\d+)(?: (?:Array|Het)JobId=(\d+)(?= )(?: ArrayTaskId=(\S+)(?= ))?[^\n]*?)? JobName=",
    re.MULTILINE,
)


def own_jobs(
    output: bytes, separators: commands.Separators
) -> Parsed[dict[str, tuple[Record, ...]]]:
    """Read one's own jobs: the rows of each, under its id.

    An array stands under its id with the row of the tasks that have not started,
    each of the others as ``123_7``; a heterogeneous job with the rows of its components.
    """
    parsed = records(output, separators, len(commands.OWN_FIELDS))
    jobs: dict[str, tuple[Record, ...]] = {}
    many: dict[str, list[Record]] = {}  # apart, since nearly every job has one row
    for record in parsed.value:
        slurm_id = words.id_of(record[0])
        if slurm_id in jobs:
            many.setdefault(slurm_id, list(jobs[slurm_id])).append(record)
        else:
            jobs[slurm_id] = (record,)
    jobs |= {slurm_id: tuple(rows) for slurm_id, rows in many.items()}
    return Parsed(jobs, parsed.bad)


def observe(slurm_id: str, rows: Sequence[Record]) -> Observation:
    """Return what squeue shows of one job, task of an array, or array's unstarted tasks."""
    row = dict(zip(commands.OWN_FIELDS, rows[0], strict=True))
    status = states.state_of_many({record[_FIELD["State"]] for record in rows})
    comment, tag = commands.split_tag(words.text(row["Comment"]) or "")
    resources = words.tres(row["tres-alloc"])
    waiting = unstarted(rows)
    stdout, stderr = _paths(slurm_id, row, wait_together=waiting is not None)
    return Observation(
        slurm_id=slurm_id,
        own_slurm_id=row["JobID"],
        unstarted=waiting,
        status=status,
        user=row["UserName"],
        name=row["Name"],
        reason=words.text(row["Reason"]),
        partition=row["Partition"],
        account=words.text(row["Account"]),
        qos=words.text(row["QOS"]),
        cpus=words.number(row["NumCPUs"]),
        memory=words.memory(resources.get("mem", "")),
        gres=words.gres(resources),
        time_limit=_time_limit(row["TimeLimit"]),
        submit_time=_time(row["SubmitTime"]),
        eligible_time=_time(row["EligibleTime"]),
        estimated_start=_time(row["StartTime"]) if states.waits(status) else None,
        restarts=words.number(row["RestartCnt"]),
        work_dir=row["WorkDir"],
        dependency=words.text(row["Dependency"]),
        comment=comment,
        tag=tag,
        components=_components(rows),
        stdout_path=stdout,
        stderr_path=stderr,
        **(_run(status, row) if waiting is None else {}),
    )


def unstarted(rows: Sequence[Record]) -> str | None:
    """Return the ids inside the brackets of ``12_[3-9%2]``; of several such rows all."""
    inside = [row[0].partition("[")[2].rstrip("]") for row in rows if "[" in row[0]]
    return ",".join(inside) if inside else None


def _run(status: str, row: Mapping[str, str]) -> dict[str, Any]:
    """Return what only a single job has, and no tasks that wait together."""
    end = _time(row["EndTime"])
    waits = states.waits(status) or (status == "COMPLETING" and _runs_again(row))
    ran = bool(row["NodeList"]) and not waits
    is_over = states.is_over(status)
    has_status = is_over and status not in states.ENDED_BY_SLURM
    code, signal = words.exit_status(row["exit_code"]) if has_status else (None, None)
    return {
        "nodes": words.number(row["NumNodes"]),
        "node_list": words.text(row["NodeList"]) if ran else None,
        # Before a job runs these two are Slurm's estimates.
        "start_time": _time(row["StartTime"]) if ran else None,
        "end_time": end if is_over else None,
        "exit_code": code,
        "exit_signal": signal,
    }


def _runs_again(row: Mapping[str, str]) -> bool:
    """Tell whether a job that is COMPLETING goes back into the queue: its times are estimates.

    They are those of a run that begins now and takes all its time limit, for ever if it has none.
    """
    start, end = _time(row["StartTime"]), _time(row["EndTime"])
    if start is None or end is None:
        return True
    return (end - start).total_seconds() == words.seconds(row["TimeLimit"])


def _paths(
    slurm_id: str, row: Mapping[str, str], *, wait_together: bool
) -> tuple[str | None, str | None]:
    """Return where output goes; of tasks that wait together the patterns that theirs follow.

    That of a job without a script goes where it was started from.
    """
    if row["STDOUT"] in _NO_PATH:
        return None, None
    array_id, underscore, task_id = slurm_id.partition("_")
    filled = filenames.path_words(
        slurm_id=row["JobID"],
        array=(array_id, task_id) if underscore else None,
        name=row["Name"],
        user=row["UserName"],
        node_list=row["NodeList"],
    )
    is_array = bool(underscore) or wait_together

    def path(shown: str) -> str:
        # squeue fills in the default; for a task with an id that is not used.
        is_default = shown == filenames.below(row["WorkDir"], f"slurm-{row['JobID']}.out")
        if is_default and not is_array:
            return shown
        pattern = shown
        if is_default:
            pattern = filenames.below(row["WorkDir"], filenames.DEFAULT_OF_ARRAY)
        if wait_together:
            return pattern
        return filenames.output_path(pattern, row["WorkDir"], filled)

    stdout = path(row["STDOUT"])
    # Where no --error was given, newer releases have no word for it.
    same = row["STDERR"] in {row["STDOUT"], *_NO_PATH}
    return stdout, stdout if same else path(row["STDERR"])


def _components(rows: Sequence[Record]) -> tuple[Component, ...] | None:
    """Return the components of a heterogeneous job; None for any other."""
    found = [_component(row) for row in rows if "+" in row[0]]
    return tuple(sorted(found, key=lambda one: one.offset)) or None


def _component(record: Record) -> Component:
    row = dict(zip(commands.OWN_FIELDS, record, strict=True))
    resources = words.tres(row["tres-alloc"])
    return Component(
        offset=words.number(row["JobArrayID"].partition("+")[2]) or 0,
        slurm_id=row["JobID"],
        status=row["State"],
        partition=row["Partition"],
        nodes=words.number(row["NumNodes"]),
        node_list=words.text(row["NodeList"]),
        cpus=words.number(row["NumCPUs"]),
        memory=words.memory(resources.get("mem", "")),
        gres=words.gres(resources),
    )


def shown(output: bytes, slurm_id: str) -> dict[str, Observation]:
    """Read ``scontrol show job`` of one job; of an array every task under its own id."""
    text = output.decode("utf-8", errors="replace")
    found: dict[str, list[dict[str, str]]] = {}
    for head, record in _shown_records(text, slurm_id):
        row = dict(_SHOWN.findall(_facts(record)))
        task = head[3] or ""
        if "JobState" in row:
            row |= {"JobId": head[1], "ArrayTaskId": task}
            found.setdefault(words.id_of(f"{slurm_id}_{task}"), []).append(row)
    return {key: _shown(key, rows) for key, rows in found.items()}


def _shown_records(text: str, slurm_id: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield the records that are of a job: the words up to its name, and what follows."""
    heads = [head for head in _HEAD.finditer(text) if slurm_id in (head[1], head[2])]
    if heads and heads[0][2] is None:
        del heads[1:]  # of such a job there is one: its name or comment holds what looks like more
    for head, following in zip_longest(heads, heads[1:]):
        yield head, text[head.end() : following.start() if following else None]


def _facts(record: str) -> str:
    """Return the part of a record that has no words of a user's own.

    The name stands before it, command, directory and comment behind; they may hold
    anything, words that look like this part's too.
    """
    parts = (part.rpartition(" UserId=") for part in record.split(" Command=")[:-1])
    found = (facts for _, mark, facts in parts if mark and " JobState=" in facts)
    return next(found, record)


def _shown(slurm_id: str, rows: Sequence[Mapping[str, str]]) -> Observation:
    row = rows[0]
    status = states.state_of_many({each["JobState"] for each in rows})
    is_over = states.is_over(status)
    code, signal = words.exit_status(row.get("ExitCode", ""))
    ran = words.text(row.get("NodeList", "")) is not None
    return Observation(
        slurm_id=slurm_id,
        own_slurm_id=row["JobId"],
        unstarted=row["ArrayTaskId"] or None if "_" not in slurm_id else None,
        status=status,
        node_list=words.text(row.get("NodeList", "")),
        restarts=words.number(row.get("Restarts", "")),
        submit_time=words.time(row.get("SubmitTime", "")),
        start_time=words.time(row.get("StartTime", "")) if ran and status != "PENDING" else None,
        end_time=words.time(row.get("EndTime", "")) if is_over else None,
        exit_code=code if is_over else None,
        exit_signal=signal if is_over else None,
    )
