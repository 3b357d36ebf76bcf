"""A mongod that is started again whenever it dies, and never outlives its keeper."""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from jupyter_slurm_api.errors import MongodUnavailable
from jupyter_slurm_api.local.mongod_program import arguments, said_since, sentence, why_it_ended
from jupyter_slurm_api.local.rundir import RunDir

STOP_WITHIN = 20.0
ANSWER_WITHIN = 1.0
FIRST_DELAY, LONGEST_DELAY = 0.25, 10.0
STEADY = 60.0  # seconds mongod lives until earlier deaths are forgotten
PR_SET_PDEATHSIG = 1

log = logging.getLogger("jupyter_slurm_api.local.keeper")


class Mongod:
    """One mongod, started again whenever it dies.

    It holds a copy of ``lock`` and is told to end (SIGTERM) when the keeper dies, so the
    lock is free only when both are gone and its files can be opened again.
    """

    def __init__(self, program: Path, data: Path, rundir: RunDir, lock: int) -> None:
        self._command = arguments(program, data, rundir)
        self._rundir = rundir
        self._lock = lock
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self.answered = False
        self._delay = 0.0
        self._log_start = 0

    def keep(self) -> bool:
        """Start it if it does not run; whether this one has answered yet.

        Raises MongodUnavailable if it ended before it answered: another would do the same.
        """
        if self._process is None:
            if time.monotonic() >= self._started + self._delay:
                self._start()
        elif (code := self._process.poll()) is not None:
            self._note_death(code)
        elif not self.answered:
            self.answered = answers(self._rundir.socket)
        return self.answered

    def stop(self) -> None:
        """End it cleanly, or by force if it takes too long."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
        self._rundir.socket.unlink(missing_ok=True)

    def kill(self) -> None:
        """End it this moment, before it writes to files that may be another's."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _start(self) -> None:
        self._rundir.socket.unlink(missing_ok=True)
        self._started = time.monotonic()
        try:
            with self._rundir.mongod_log.open("ab") as out:
                self._log_start = out.tell()
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    pass_fds=(self._lock,),
                    preexec_fn=_becoming(os.getpid()),  # noqa: PLW1509 - one thread only
                )
        except OSError as e:
            reason = f"{self._command[0]}: {e.strerror}"
            raise MongodUnavailable(sentence(reason, self._rundir.mongod_log)) from e
        log.info("mongod %d started: %s", self._process.pid, " ".join(self._command))

    def _note_death(self, code: int) -> None:
        log.warning("mongod ended with %d", code)
        if not self.answered and code != -signal.SIGKILL:
            raise MongodUnavailable(self._why(code))
        steady = time.monotonic() - self._started > STEADY
        self._delay = FIRST_DELAY if steady else min(LONGEST_DELAY, 2 * self._delay or FIRST_DELAY)
        self._process, self.answered = None, False

    def _why(self, code: int) -> str:
        said = said_since(self._rundir.mongod_log, self._log_start)
        reason = "SIGILL" if code == -signal.SIGILL else why_it_ended(said)
        return sentence(reason, self._rundir.mongod_log)


def answers(path: Path) -> bool:
    """Whether somebody listens on a Unix socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(ANSWER_WITHIN)
        return client.connect_ex(str(path)) == 0


def _becoming(parent: int) -> Callable[[], None]:
    """What a child does before it becomes mongod: tie its life to ours, take signals again.

    It opens a file for each collection and index, and dies of the one that is too many.
    """
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)

    def become() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
        if os.getppid() != parent:
            os._exit(1)

    return become
