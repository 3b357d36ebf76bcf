"""What Slurm's accounting has of all jobs: read here anew, to be compared with what we keep."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .site import Site

LIVE: Final = ("PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING", "RESIZING")
_STATES: Final = (
    "PENDING,RUNNING,SUSPENDED,COMPLETED,CANCELLED,FAILED,TIMEOUT,NODE_FAIL,PREEMPTED,BOOT_FAIL"
    ",DEADLINE,OUT_OF_MEMORY,REQUEUED"
)
_FIELDS: Final = "JobID,JobIDRaw,JobName,State,Submit,Start,End"
_ID: Final = re.compile(r"(\d+)(?:_(?:(\d+)|\[([^]]*)\]))?")
_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Row:
    """One run of a job, of a task, or of an array's tasks that never started; times in seconds."""

    slurm_id: str
    tasks: tuple[int, ...] | None
    is_task: bool
    name: str
    state: str
    submit: float
    start: float
    end: float
    text: str

    @property
    def is_live(self) -> bool:
        """Whether it goes on."""
        return self.state in LIVE


@dataclass(frozen=True)
class Entry:
    """All rows of one job: those of an array with those of its tasks."""

    slurm_id: str
    name: str
    rows: Sequence[Row]

    @property
    def last(self) -> Row:
        """The last run."""
        return max(self.rows, key=lambda row: (row.submit, row.start))

    @property
    def is_array(self) -> bool:
        """Whether it has tasks."""
        return any(row.tasks is not None for row in self.rows)

    def tasks(self) -> dict[int, Row]:
        """Return the last run of each task; one that started counts before its array's row."""
        found: dict[int, Row] = {}
        for row in sorted(self.rows, key=lambda row: (row.is_task, row.submit, row.start)):
            found |= dict.fromkeys(row.tasks or (), row)
        return found

    def counts(self) -> dict[str, int]:
        """Return the number of tasks by state."""
        return dict(Counter(row.state for row in self.tasks().values()))

    def started(self) -> dict[int, Row]:
        """Return those tasks that are jobs of their own."""
        return {task: row for task, row in self.tasks().items() if row.is_task}

    @property
    def is_live(self) -> bool:
        """Whether anything of it goes on."""
        rows = self.tasks().values() if self.is_array else [self.last]
        return any(row.is_live for row in rows)

    @property
    def runs(self) -> int:
        """How many runs the job has, an array's most often run task counting."""
        tasks = Counter(row.slurm_id + str(row.tasks) for row in self.rows)
        return max(tasks.values())


def read(site: Site) -> dict[str, list[Entry]]:
    """Return the accounting's jobs by their names."""
    since = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(site.began - 60))
    said = site.slurm(
        *("sacct", "--duplicates", "--allocations", "--noheader", "--parsable2"),
        *("--delimiter=\x1f", f"--starttime={since}", "--endtime=now+1days"),
        *(f"--state={_STATES}", f"--format={_FIELDS}"),
        seconds=_SECONDS,
    )
    return entries(said.splitlines())


def entries(lines: Iterable[str]) -> dict[str, list[Entry]]:
    """Read sacct's lines; an id that was used twice is told apart by the job's name."""
    rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for line in lines:
        row = _row(line)
        rows[row.name, row.slurm_id].append(row)
    found: dict[str, list[Entry]] = defaultdict(list)
    for (name, slurm_id), some in rows.items():
        found[name].append(Entry(slurm_id, name, some))
    return dict(found)


def _row(line: str) -> Row:
    full_id, _, name, state, submit, start, end = line.split("\x1f")
    found = _ID.fullmatch(full_id)
    if found is None:
        raise ValueError(f"sacct shows a job with the id {full_id}")
    tasks = (int(found[2]),) if found[2] else _expand(found[3]) if found[3] else None
    return Row(
        slurm_id=found[1],
        tasks=tasks,
        is_task=bool(found[2]),
        name=name,
        state=state.partition(" ")[0],  # behind it stands who cancelled the job
        submit=_time(submit),
        start=_time(start),
        end=_time(end),
        text=line.replace("\x1f", "|"),
    )


def _expand(text: str) -> tuple[int, ...]:
    """Read the inside of ``12_[0-3,7,10-20:5%2]``."""
    tasks: list[int] = []
    for part in text.partition("%")[0].split(","):
        span, _, step = part.partition(":")
        first, _, last = span.partition("-")
        tasks += range(int(first), int(last or first) + 1, int(step or 1))
    return tuple(tasks)


def _time(word: str) -> float:
    return float(word) if word.isdigit() else 0.0
