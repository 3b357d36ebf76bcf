"""The process that keeps one mongod alive for the servers of one user on one host.

Started by ``EmbeddedMongod`` as ``python -m jupyter_slurm_api.local.keeper``, with the lock
that says so; ends by itself when no server needs mongod any more.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import time
from pathlib import Path

from jupyter_slurm_api.errors import MongodUnavailable
from jupyter_slurm_api.local.history import claim
from jupyter_slurm_api.local.mongod_process import STOP_WITHIN, Mongod
from jupyter_slurm_api.local.owner import (
    HEARTBEAT,
    TOO_LATE,
    Owner,
    OwnerFile,
    OwnershipLost,
    awake,
)
from jupyter_slurm_api.local.rundir import ALONE, RunDir, is_file, try_lock, unlock

GRACE = 3.0  # seconds without any server after which mongod is stopped
TICK, FIRST_TICK = 1.0, 0.05  # seconds between two looks, and until mongod answers
LARGEST_LOG = 1024 * 1024
SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}

log = logging.getLogger("jupyter_slurm_api.local.keeper")


class Keeper:
    """Owns a data directory and keeps a mongod on it, until nobody needs it.

    It ends when no server held the lease for a few seconds, when its run directory is gone,
    when it is told to (SIGTERM), when mongod cannot run, and at once when the data are no
    longer its own. While it leaves it holds the lease alone: a server that comes then waits,
    and starts the next keeper. ``lock`` is the descriptor that says that this one lives.
    """

    def __init__(self, rundir: RunDir, lock: int, record: OwnerFile, me: Owner) -> None:
        self._rundir = rundir
        self._lock = lock
        self._record = record
        self._me = me
        self._beaten = self._needed = awake()

    def run(self, mongod: Mongod, note: str) -> None:
        """Until the end; ``note`` goes to the servers once mongod answers."""
        try:
            while not self._is_deserted():
                self._beat()
                if mongod.keep() and not self._rundir.ready.exists():
                    _publish(self._rundir.ready, note)
                if _told_to_end(TICK if mongod.answered else FIRST_TICK):
                    break
        except OwnershipLost:
            log.warning("the data now belong to %s", self._record.read())
            mongod.kill()
        finally:
            mongod.stop()
            self._record.release(self._me)
            log.info("left")

    def _is_deserted(self) -> bool:
        if not is_file(self._lock, self._rundir.keeper_lock):
            return True
        lease = try_lock(self._rundir.lease, ALONE)
        if lease is None:
            self._needed = awake()
            return False
        if awake() - self._needed > GRACE:
            return True  # the lease stays ours until this process has ended
        unlock(lease)
        return False

    def _beat(self) -> None:
        """Give a sign of life in time; after a suspension this is what happens first."""
        silent = awake() - self._beaten
        if silent < HEARTBEAT:
            return
        try:
            self._record.beat(self._me)
        except OSError as e:
            log.warning("no sign of life for %.0f s: %s", silent, e)
            if silent > TOO_LATE:
                raise OwnershipLost from e
        else:
            self._beaten = awake()
            self._rundir.keep_fresh()
            _cut(self._rundir.mongod_log, self._rundir.keeper_log)


def keep(program: Path, data_dir: Path, host: str, rundir: RunDir, lock: int) -> None:
    """Be the keeper. Raises MongodUnavailable where there is nothing to keep."""
    mongod_lock = _wait_for_last_mongod(rundir)
    me = Owner.here(host, rundir.path)
    record, data, note = claim(data_dir, me)
    log.info("keeping %s", data)
    Keeper(rundir, lock, record, me).run(Mongod(program, data, rundir, mongod_lock), note)


def main() -> None:
    """Leave the server that started us, and keep mongod for all of them."""
    args = _arguments()
    if os.fork():
        os._exit(0)  # so that the keeper is nobody's child
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    rundir = RunDir(args.run_dir)
    try:
        keep(args.mongod, args.data_dir, args.host, rundir, args.lock)
    except MongodUnavailable as e:
        log.exception("mongod cannot run")
        _publish(rundir.failure, e.message)
    except OSError as e:
        log.exception("the keeper cannot go on")
        _publish(rundir.failure, f"This user's MongoDB could not be kept running: {e}.")


def _wait_for_last_mongod(rundir: RunDir) -> int:
    """Hold the lock that a keeper and its mongod share; the last mongod may still be ending."""
    deadline = time.monotonic() + STOP_WITHIN
    while (lock := try_lock(rundir.mongod_lock, ALONE)) is None:
        if time.monotonic() > deadline:
            raise MongodUnavailable("An earlier mongod of this user does not end: end it by hand.")
        time.sleep(FIRST_TICK)
    return lock


def _told_to_end(within: float) -> bool:
    """Sleep, but wake for a signal; that a child died does not end us."""
    got = signal.sigtimedwait(SIGNALS, within)
    return got is not None and got.si_signo != signal.SIGCHLD


def _publish(path: Path, text: str) -> None:
    """Write a file that nobody sees half written."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text)
    draft.replace(path)


def _cut(*logs: Path) -> None:
    """Move the last megabyte of a log to a second file; its writers append, so may go on."""
    for path in logs:
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            shutil.copyfile(path, f"{path}.1")
            os.truncate(path, 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--mongod", "--data-dir", "--run-dir"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--lock", type=int, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
