"""Measures what a QueueWidget sends to the browser, and what a refresh costs the kernel.

    python benchmarks/widgets.py [--rows 5000]

The widget is the real one, and reads answers as the client does; they come from memory, and what it
sends is counted instead of sent.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from statistics import median
from typing import Any, Final

import comm
from comm.base_comm import BaseComm
from figures import Figure, spread
from report import Report

from jupyter_slurm_api.notebook.queue_widget import QueueWidget
from jupyter_slurm_api.views import JobsView

_TIMES: Final = 20
_PAGE: Final = 1000
_MOST_BYTES: Final = 3_000
_MOST_SECONDS: Final = 0.1


class Counted(BaseComm):
    """Counts the bytes of what would go to the browser."""

    sent: Final[list[int]] = []

    def publish_msg(self, msg_type: str, data: Any = None, *_: Any, **keys: Any) -> None:
        """Count a message."""
        message = {"type": msg_type, "data": data, "comm_id": self.comm_id, **keys}
        self.sent.append(len(json.dumps(message)))


class Answers:
    """The pages of a list of jobs as a server answers them, kept where they have not changed."""

    def __init__(self, rows: int) -> None:
        self.client = self.watcher = self
        self.away_since = None
        jobs = [_job(number, "PENDING") for number in range(rows)]
        self._bodies = [
            {
                "jobs": jobs[at : at + _PAGE],
                "total": rows,
                "next_cursor": str(at // _PAGE + 1) if at + _PAGE < rows else None,
                "synced_at": None,
                "stale": False,
            }
            for at in range(0, rows, _PAGE)
        ]
        self._pages: dict[int, JobsView] = {}

    def watch(self, *_: object) -> Any:
        """Tell of nothing: the benchmark says when to look."""
        return lambda: None

    def change(self, number: int) -> None:
        """Let a job of the first page start, or wait again."""
        job = self._bodies[0]["jobs"][number]
        job["status"] = "RUNNING" if job["status"] == "PENDING" else "PENDING"
        self._pages.pop(0, None)

    def jobs(self, *, limit: int, cursor: str | None) -> JobsView:
        """Answer as `SlurmClient.jobs`."""
        assert limit == _PAGE
        at = int(cursor or 0)
        if at not in self._pages:
            self._pages[at] = JobsView.model_validate_json(json.dumps(self._bodies[at]))
        return self._pages[at]


def _job(number: int, status: str) -> dict[str, Any]:
    return {
        "job_id": f"72d886ea-9864-4eaa-bc46-{number:012}",
        "slurm_id": str(100_000 + number),
        "name": f"train-fold-{number}",
        "user": "alice",
        "partition": "debug",
        "status": status,
        "status_code": "PD",
        "submit_time": "2026-11-27T12:00:00Z",
        "nodes": 1,
        "reason": "Priority",
        "stdout_path": f"/home/alice/runs/slurm-{100_000 + number}.out",
    }


def figures(rows: int) -> Iterator[Figure]:
    """Measure the first state, a change, and a look that finds none."""
    comm.create_comm = Counted
    answers = Answers(rows)
    began = time.perf_counter()
    widget = QueueWidget(answers)  # type: ignore[arg-type]  # it answers as a connection does
    yield Figure(f"The first {rows:,} rows read", f"{time.perf_counter() - began:.2f} s")
    widget._end()  # noqa: SLF001 - its thread would look as well
    yield Figure(f"All {rows:,} rows, once for a page", f"{_bytes(widget.get_state('rows'))} bytes")
    sent, took, still = [], [], []
    for number in range(_TIMES):
        answers.change(number)
        before = len(Counted.sent)
        took.append(_seconds(widget))
        sent.append(sum(Counted.sent[before:]))
        still.append(_seconds(widget))
    yield Figure(
        f"One of {rows:,} rows changes: sent",
        f"{median(sent):,.0f} bytes",
        aim="< 3 kB",
        met=median(sent) < _MOST_BYTES,
    )
    yield Figure(
        "One row changes: the kernel's time",
        spread(took),
        aim="p50 < 100 ms",
        met=median(took) < _MOST_SECONDS,
    )
    yield Figure("Nothing changes: the kernel's time", spread(still))


def _seconds(widget: QueueWidget) -> float:
    began = time.perf_counter()
    widget._look()  # noqa: SLF001 - what its thread does at each change
    return time.perf_counter() - began


def _bytes(state: Any) -> str:
    return f"{len(json.dumps(state)):,}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=5000, help="in the table (5000)")
    options = parser.parse_args()
    report = Report()
    report.add("widgets", figures(options.rows))
    report.print()


if __name__ == "__main__":
    main()
