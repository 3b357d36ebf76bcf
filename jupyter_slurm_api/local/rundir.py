"""The directory where the servers of one user on one host meet: socket, locks, logs."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jupyter_slurm_api.errors import MongodUnavailable

SHARED, ALONE = fcntl.LOCK_SH, fcntl.LOCK_EX
SOCKET = "mongodb-27017.sock"  # the name mongod itself forms from --unixSocketPrefix
LONGEST_SOCKET = 107  # bytes of sockaddr_un.sun_path, its closing zero apart
FALLBACK = Path("/tmp")  # noqa: S108 - the one place that each process of this host knows


@dataclass(frozen=True)
class RunDir:
    """The files of one keeper, in a directory that is local to this host.

    Whoever may connect to the socket may read every job, so the directory belongs to this
    user and is closed to all others; ``ensure`` refuses any other.
    """

    path: Path

    @classmethod
    def of(cls, data_dir: Path, host: str) -> RunDir:
        """The one of this user, host and data directory: below ``XDG_RUNTIME_DIR``, else /tmp."""
        key = hashlib.sha256(f"{host}\0{data_dir.resolve()}".encode()).hexdigest()[:12]
        for parent in _session_dirs():
            found = cls(parent / f"jupyter-slurm-api-{key}")
            if len(os.fsencode(found.socket)) <= LONGEST_SOCKET and "," not in str(found.path):
                return found
        return cls(FALLBACK / f"jupyter-slurm-api-{os.geteuid()}-{key}")

    @property
    def socket(self) -> Path:
        """Where mongod answers."""
        return self.path / SOCKET

    @property
    def lease(self) -> Path:
        """Locked SHARED by each server in need of mongod, ALONE by a keeper that leaves."""
        return self.path / "lease"

    @property
    def keeper_lock(self) -> Path:
        """Locked for as long as a keeper lives."""
        return self.path / "keeper.lock"

    @property
    def mongod_lock(self) -> Path:
        """Locked until the keeper and its mongod are both gone."""
        return self.path / "mongod.lock"

    @property
    def keeper_log(self) -> Path:
        """What the keeper did."""
        return self.path / "keeper.log"

    @property
    def mongod_log(self) -> Path:
        """What mongod says; here and not with the data, so that a full home can still tell."""
        return self.path / "mongod.log"

    @property
    def failure(self) -> Path:
        """The sentence of a keeper that had to give up."""
        return self.path / "failure"

    @property
    def ready(self) -> Path:
        """There once this keeper's mongod answered; holds the note on other histories, if any."""
        return self.path / "ready"

    def ensure(self) -> None:
        """Make the directory, or check that the one we found is private."""
        with suppress(FileExistsError):
            self.path.mkdir(mode=0o700)
        if not is_private(self.path):
            raise MongodUnavailable(
                f"{self.path} is not a directory of this user alone (mode 0700): "
                "have it removed, or set MONGO_URI."
            )

    def keep_fresh(self) -> None:
        """Touch everything, since cleaners of /tmp remove what looks old."""
        for path in (self.path, *self.path.iterdir()):
            with suppress(FileNotFoundError):
                os.utime(path, follow_symlinks=False)


def is_private(path: Path) -> bool:
    """Whether this is a real directory, owned by this user and closed to all others."""
    try:
        found = path.lstat()
    except OSError:
        return False
    ours = found.st_uid == os.geteuid()
    return stat.S_ISDIR(found.st_mode) and ours and not stat.S_IMODE(found.st_mode) & 0o077


def try_lock(path: Path, kind: int) -> int | None:
    """Lock a file without waiting: the descriptor that holds the lock, None if it is taken.

    The lock ends with the last copy of the descriptor, however its holders die. A program
    started from here gets no copy (close-on-exec) unless it is passed one.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    except BaseException:
        os.close(fd)
        raise
    return fd


def unlock(fd: int) -> None:
    """Give a lock back, also where a forked child still has a copy of the descriptor."""
    fcntl.flock(fd, fcntl.LOCK_UN)
    os.close(fd)


def is_file(fd: int, path: Path) -> bool:
    """Whether the open file is still the one of that name: it may have been cleaned away."""
    try:
        return os.path.samestat(os.fstat(fd), path.lstat())
    except OSError:
        return False


def _session_dirs() -> Iterator[Path]:
    named = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(named) and is_private(Path(named)) and os.access(named, os.W_OK):  # noqa: PTH117
        yield Path(named)
