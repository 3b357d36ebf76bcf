"""Processes by id and start time, read from /proc, so that a reused id fools nobody."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_POLL = 0.02


@dataclass(frozen=True)
class Process:
    """One process that was seen, and may be gone since."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """The process that has this id now; None if there is none, or only a zombie."""
        # Its parent may be this very process, and PID 1 of a container need not reap.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        stat = _stat(pid)
        if stat is None or stat[0] in "ZX":
            return None
        return cls(pid, int(stat[19]))

    def alive(self) -> bool:
        """Whether it still runs, stopped or not."""
        return Process.of(self.pid) == self

    def frozen(self) -> bool:
        """Whether a signal holds it."""
        stat = _stat(self.pid)
        return stat is not None and stat[0] == "T"

    def send(self, number: signal.Signals) -> None:
        """Signal it, unless it is gone already."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Put a Ctrl-C off, so that no process is started without being noted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    previous = signal.signal(signal.SIGINT, lambda number, _: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if caught:
        signal.raise_signal(signal.SIGINT)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third, the state, on."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true before the time was over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def end(processes: Iterable[Process], *, grace: float) -> list[Process]:
    """Terminate, after ``grace`` seconds kill; what is left even then is returned."""
    left = list(processes)
    if grace > 0:
        for process in left:
            process.send(signal.SIGTERM)
            process.send(signal.SIGCONT)
        wait_until(lambda: not _alive(left), grace)
    for process in _alive(left):
        process.send(signal.SIGKILL)
    wait_until(lambda: not _alive(left), 5)
    return _alive(left)


def _alive(processes: Iterable[Process]) -> list[Process]:
    return [process for process in processes if process.alive()]


def of_jobs(slurm_conf: Path) -> list[Process]:
    """What a cluster's jobs run; the marks of a job stay on who leaves its process tree."""
    return _where(lambda pid: _of_job(pid, slurm_conf))


def stepds(spool: Path) -> list[Process]:
    """Each slurmstepd of a cluster, the parent of what one step of a job runs."""
    sockets = _sockets_below(spool)
    return _where(lambda pid: _is_stepd(pid, sockets))


def _where(condition: Callable[[int], bool]) -> list[Process]:
    found = [pid for pid in _pids() if condition(pid)]
    return [process for pid in found if (process := Process.of(pid))]


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _of_job(pid: int, slurm_conf: Path) -> bool:
    """Whether slurmd put it into a job; a shell that only uses the cluster has no node name."""
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    marked = any(variable.startswith(b"SLURMD_NODENAME=") for variable in variables)
    return marked and f"SLURM_CONF={slurm_conf}".encode() in variables


def _is_stepd(pid: int, sockets: set[str]) -> bool:
    """Whether it is a slurmstepd of ours: its environment is wiped, its socket is known."""
    try:
        if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8") != "slurmstepd\n":
            return False
        links = {str(handle.readlink()) for handle in Path(f"/proc/{pid}/fd").iterdir()}
    except (OSError, UnicodeDecodeError):
        return False
    return not links.isdisjoint(sockets)


def _sockets_below(directory: Path) -> set[str]:
    """The sockets with a path in this directory, as /proc/PID/fd names them."""
    rows = Path("/proc/net/unix").read_text(encoding="utf-8", errors="replace").splitlines()
    fields = [row.split(maxsplit=7) for row in rows]
    return {f"socket:[{row[6]}]" for row in fields if row[-1].startswith(f"{directory}/")}
