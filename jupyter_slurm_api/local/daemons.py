"""One daemon: started in a session of its own, found again by a later call."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGCONT

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local.processes import Process, uninterrupted, wait_until

_TAIL = 12


@dataclass(frozen=True)
class Daemon:
    """A program that stays in the foreground of its own session and logs to its own file.

    ``answers`` asks whether it does its work; it has ``patience`` seconds for its start.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    pid_file: Path
    answers: Callable[[], bool]
    patience: float = 30

    @property
    def process(self) -> Process | None:
        """The process, unless it is gone."""
        try:
            pid, started = self.pid_file.read_text(encoding="ascii").split()
            process = Process(int(pid), int(started))
        except (FileNotFoundError, ValueError):
            return None
        return process if process.alive() else None

    @property
    def state(self) -> str:
        """``running``, ``frozen`` by a signal, or ``dead``."""
        process = self.process
        if process is None:
            return "dead"
        return "frozen" if process.frozen() else "running"

    def start(self) -> str:
        """See that it runs: ``started`` it, ``continued`` it, or it was ``running``."""
        process = self.process
        if process is None:
            with uninterrupted():
                self._note(self._spawn())
            return "started"
        if process.frozen():
            process.send(SIGCONT)
            return "continued"
        return "running"

    def await_answer(self) -> None:
        """Return once it answers; fail with the end of its log if it dies or stays silent."""
        over = wait_until(lambda: self.process is None or self.answers(), self.patience)
        if self.process is None:
            raise DevClusterError(f"{self.name} ended at once. {self._last_words()}")
        if not over:
            raise DevClusterError(
                f"{self.name} does not answer after {self.patience:g} s. {self._last_words()}"
            )

    def _spawn(self) -> Process:
        with self.log.open("ab") as log:
            popen = subprocess.Popen(
                self.argv,
                env=self.environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o022,
            )
        process = Process.of(popen.pid) or Process(popen.pid, 0)
        # It outlives this program: Popen shall neither wait for it nor complain.
        popen.returncode = 0
        return process

    def _note(self, process: Process) -> None:
        self.pid_file.write_text(f"{process.pid} {process.started}\n", encoding="ascii")

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return f"It left no log at {self.log}."
        return "\n  ".join([f"The end of {self.log}:", *lines[-_TAIL:]])
