"""Who may open a data directory that several hosts can reach."""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

HEARTBEAT = 5.0  # seconds between two signs of life
DEAD_AFTER = 60.0  # seconds without one, by the clock of the file system
LONG_AGO = (0.0, 0.0)  # the time of a record whose owner has left
TOO_LATE = (
    45.0  # seconds after which an owner that cannot give one gives up, before others take over
)


class OwnershipLost(Exception):
    """The record is no longer ours: another keeper may have opened the data."""


@dataclass(frozen=True)
class Owner:
    """A keeper, named well enough that nobody else can be taken for it.

    ``started`` is the process's start in clock ticks after boot, as ``/proc/<pid>/stat`` has
    it; ``pids`` the PID namespace in which ``pid`` means something.
    """

    host: str
    boot: str
    pids: str
    pid: int
    started: str
    rundir: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def here(cls, host: str, rundir: Path) -> Owner:
        """This very process."""
        pid = os.getpid()
        return cls(host, boot_id(), _pid_namespace(), pid, _started(pid) or "", str(rundir))

    @classmethod
    def parse(cls, text: bytes) -> Owner:
        """Read a record; one that says nothing belongs to an unknown host."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return cls("another host", "", "", 0, "", "", id="unreadable")

    def is_of(self, host: str) -> bool:
        """Whether ``pid`` can be looked up from here (or could be, before a reboot)."""
        return self.host == host and (self.boot != boot_id() or self.pids == _pid_namespace())

    def is_running(self) -> bool:
        """Whether that process is alive; only for an owner who ``is_of`` this host."""
        return self.boot == boot_id() and self.started == _started(self.pid)


class OwnerFile:
    """The record beside a data directory, claimed, kept warm and given back by one keeper.

    Guaranteed wherever link(2) is atomic, NFS included, with no lock and no common clock:

    - The first record is a hard link, so one of two claimants gets it.
    - A dead record is never removed by name, since it might be another's by then. It is
      succeeded: the claimant links its own record under a name that carries the id of the
      dead one, which can happen only once, checks that the dead one is still in its place,
      and moves its own over it. If it dies between the two, it is itself succeeded.
    - A record of another host is dead when its last sign of life is 60 s old. Its time and
      the present both come from the file system, so no host's clock matters.
    - A record of this host is dead as soon as its process is.

    Not guaranteed: that an owner who was asleep (a suspended machine) stops before it wakes.
    It finds out at its next sign of life, and stops then; mongod's own lock on its files,
    where the file system has locks, covers the moment between.
    """

    def __init__(self, path: Path, host: str) -> None:
        self.path = path
        self.host = host

    def read(self) -> Owner | None:
        """The present owner, dead or alive; None where there is none."""
        return self._last()[0]

    def claim(self, me: Owner) -> Owner | None:
        """Become the owner, unless the one who is lives: then that one is returned."""
        mine = self._write(me)
        try:
            while True:
                owner, place = self._last()
                if owner and self.is_alive(owner, place):
                    return owner
                if self._take(mine, me, owner):
                    return None
        finally:
            mine.unlink(missing_ok=True)

    def is_alive(self, owner: Owner, place: Path | None = None) -> bool:
        """Whether an owner may still have the data open."""
        if owner.is_of(self.host):
            return owner.is_running()
        return abs(self._age(place or self.path)) < DEAD_AFTER

    def beat(self, me: Owner) -> None:
        """Give a sign of life. Raises OwnershipLost, or OSError if the file system fails."""
        if self.read() != me or not self._touch(me):
            raise OwnershipLost

    def release(self, me: Owner) -> None:
        """Leave without making others wait: a record of 1970 is dead for everybody."""
        self._touch(me, LONG_AGO)

    def _touch(self, me: Owner, times: tuple[float, float] | None = None) -> bool:
        """Set the time of our record, through the open file: never that of who comes after us.

        Without a time of ours a file server sets its own.
        """
        try:
            with self.path.open("rb") as file:
                if Owner.parse(file.read()) != me:
                    return False
                os.utime(file.fileno(), times)
        except FileNotFoundError:
            return False
        return True

    def _last(self) -> tuple[Owner | None, Path]:
        """The end of the line of succession, and where its record is."""
        place, owner = self.path, _read(self.path)
        while owner and (heir := _read(self._after(owner))):
            place, owner = self._after(owner), heir
        return owner, place

    def _take(self, mine: Path, me: Owner, dead: Owner | None) -> bool:
        if dead is None:
            return _link(mine, self.path)
        heir = self._after(dead)
        if not _link(mine, heir):
            return False
        if self.read() != me:  # we were slow, and somebody else succeeded meanwhile
            heir.unlink(missing_ok=True)
            return False
        with suppress(FileNotFoundError):  # over NFS, a repeated request that already did it
            heir.replace(self.path)
        self._sweep()
        return self.read() == me

    def _after(self, owner: Owner) -> Path:
        return self.path.with_name(f"{self.path.name}.after-{owner.id}")

    def _write(self, me: Owner) -> Path:
        """Our record under a name of our own, whole and on the disk before it is linked."""
        path = self.path.with_name(f"{self.path.name}.new-{me.id}")
        with path.open("w") as file:
            json.dump(asdict(me), file)
            file.flush()
            os.fsync(file.fileno())
        return path

    def _age(self, path: Path) -> float:
        """Seconds since the last sign of life, both ends told by the file system."""
        probe = path.with_name(f"{self.path.name}.now-{uuid.uuid4().hex}")
        try:
            probe.touch()
            os.utime(probe)
            return _modified(probe) - _modified(path)
        except FileNotFoundError:
            return 0.0  # it is just changing hands: look again
        finally:
            probe.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what claimants left that died half way."""
        for path in self.path.parent.glob(f"{self.path.name}.*-*"):
            if self._age(path) > 2 * DEAD_AFTER:
                path.unlink(missing_ok=True)


def boot_id() -> str:
    """What is new after each boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def this_host() -> str:
    """The name under which this host owns things."""
    return socket.gethostname()


def awake() -> float:
    """Seconds that pass also while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _pid_namespace() -> str:
    return str(Path("/proc/self/ns/pid").readlink())


def _started(pid: int) -> str | None:
    """Start of a process in clock ticks, field 22 of its stat; None if it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def _read(path: Path) -> Owner | None:
    try:
        return Owner.parse(path.read_bytes())
    except FileNotFoundError:
        return None


def _modified(path: Path) -> float:
    """Time of the last change; opened first, since that makes NFS ask its server."""
    with path.open("rb") as file:
        return os.fstat(file.fileno()).st_mtime


def _link(source: Path, target: Path) -> bool:
    """Give a file of ours a second name that nobody has.

    Over NFS a repeated request may say no to a yes; the number of names knows (open(2), O_EXCL).
    The target may be gone again by now: another claimant moves its record on at once.
    """
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return source.stat().st_nlink > 1
    return True
