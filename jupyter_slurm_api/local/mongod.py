"""A real mongod for the servers of one user on one host, with nothing to set up."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

from jupyter_slurm_api.errors import MongodUnavailable
from jupyter_slurm_api.local.history import kept_by
from jupyter_slurm_api.local.mongod_process import answers
from jupyter_slurm_api.local.mongod_program import environment, find_program
from jupyter_slurm_api.local.owner import this_host
from jupyter_slurm_api.local.rundir import (
    ALONE,
    SHARED,
    RunDir,
    is_file,
    is_private,
    try_lock,
    unlock,
)

START_WITHIN = 30.0
LOOK_EVERY = 0.05
PING_WITHIN = 2.0
URI = "mongodb://{}/?journal=true"  # else a kill loses what was said to be written just before
KEEPER = "jupyter_slurm_api.local.keeper"


class EmbeddedMongod:
    """One server's share in the mongod of this user on this host.

    While a server holds its share, the lease (a lock that ends with the process, however it
    ends), a keeper keeps one mongod running for all of them: whoever comes first starts it,
    a few seconds after the last has left it stops. Data stay below ``data_dir``, which may be
    on a disk that hosts share; the socket is in a directory of this host, mode 0700, and
    there is no TCP port. Methods block, may be called from any thread, and raise
    MongodUnavailable with a sentence that says what to do.

    ``note`` is such a sentence too, after ``start`` on a host where the main history could not
    be opened because a server on another host is using it.
    """

    def __init__(self, data_dir: Path, *, host: str | None = None) -> None:
        self.note: str | None = None
        self._data_dir = data_dir.absolute()
        self._host = host or this_host()
        self._turn = threading.Lock()
        self._lease: int | None = None

    def start(self) -> str:
        """Make sure that mongod answers; its URI. To be called again after a lost connection."""
        with self._turn:
            try:
                return self._start(time.monotonic() + START_WITHIN)
            except (OSError, subprocess.SubprocessError) as e:
                self._leave()
                raise MongodUnavailable(f"This user's mongod could not be started: {e}.") from e
            except BaseException:
                self._leave()
                raise

    def stop(self) -> None:
        """Give the lease back; mongod stops soon if it was the last one."""
        with self._turn:
            self._leave()

    def _start(self, deadline: float) -> str:
        self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            rundir = self._find_rundir()
            try:
                return self._join(rundir, deadline)
            except MongodUnavailable:
                if self._find_rundir() == rundir or time.monotonic() > deadline:
                    raise  # else a keeper of this host was faster, in another run directory

    def _join(self, rundir: RunDir, deadline: float) -> str:
        """Share the mongod that is kept from this run directory."""
        rundir.ensure()
        self._take_lease(rundir, deadline)
        uri = URI.format(quote(str(rundir.socket), safe=""))
        self._wait(rundir, uri, deadline)
        self.note = rundir.ready.read_text() or None
        return uri

    def _find_rundir(self) -> RunDir:
        """Where this host's keeper is, if its environment led it elsewhere than ours would."""
        owner = kept_by(self._data_dir, self._host)
        if owner and is_private(Path(owner.rundir)):
            return RunDir(Path(owner.rundir))
        return RunDir.of(self._data_dir, self._host)

    def _take_lease(self, rundir: RunDir, deadline: float) -> None:
        if self._lease is not None and is_file(self._lease, rundir.lease):
            return
        self._leave()
        while (lease := try_lock(rundir.lease, SHARED)) is None:  # a keeper is just leaving
            _pause(rundir, deadline)
        self._lease = lease

    def _wait(self, rundir: RunDir, uri: str, deadline: float) -> None:
        """Until a living keeper's mongod answers; without a keeper, start one."""
        launched = False
        while True:
            lock = try_lock(rundir.keeper_lock, ALONE)
            if lock is not None and launched:
                os.close(lock)
                raise MongodUnavailable(_last_words(rundir))
            if lock is not None:
                self._launch(rundir, lock)
                launched = True
            elif rundir.ready.exists() and answers(rundir.socket) and _pings(uri):
                return
            _pause(rundir, deadline)

    def _launch(self, rundir: RunDir, lock: int) -> None:
        """Start a keeper that inherits our lock, so that there is never a second."""
        try:
            for stale in (rundir.ready, rundir.failure):
                stale.unlink(missing_ok=True)
            options = {
                "--mongod": str(find_program()),
                "--data-dir": str(self._data_dir),
                "--host": self._host,
                "--run-dir": str(rundir.path),
                "--lock": str(lock),
            }
            words = [word for option in options.items() for word in option]
            _run([sys.executable, "-m", KEEPER, *words], rundir.keeper_log, lock)
        finally:
            os.close(lock)

    def _leave(self) -> None:
        if self._lease is not None:
            unlock(self._lease)
            self._lease = None


def _run(command: list[str], log: Path, lock: int) -> None:
    """Run a program that puts itself into the background, in a session of its own."""
    with log.open("ab") as out:
        subprocess.run(
            command,
            check=False,  # a keeper that does not live leaves the lock: _wait sees that
            cwd="/",
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            pass_fds=(lock,),
            start_new_session=True,
            timeout=START_WITHIN,
        )


def _pings(uri: str) -> bool:
    from pymongo import MongoClient, timeout
    from pymongo.errors import PyMongoError

    client: MongoClient[dict[str, object]] = MongoClient(uri)
    with client, timeout(PING_WITHIN):
        try:
            client.admin.command("ping")
        except PyMongoError:
            return False
    return True


def _pause(rundir: RunDir, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise MongodUnavailable(
            f"This user's mongod does not answer: see {rundir.keeper_log}, or set MONGO_URI."
        )
    time.sleep(LOOK_EVERY)


def _last_words(rundir: RunDir) -> str:
    """Why the keeper we started is gone."""
    try:
        return rundir.failure.read_text()
    except FileNotFoundError:
        return f"This user's mongod ended at once: see {rundir.keeper_log}, or set MONGO_URI."
