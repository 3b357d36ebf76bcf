"""Where the files of a cluster are, and who owns them."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

OPEN, CLOSED = 0o755, 0o700

# All that a cluster ever puts into its directory.
_OURS = (
    "cluster.json",
    "database",
    "database.new",
    "gres.conf",
    "log",
    "munge",
    "slurm.conf",
    "slurmctld",
    "slurmdbd.conf",
)


@dataclass(frozen=True)
class Layout:
    """The paths of one cluster.

    ``root`` keeps configuration, state and logs; ``runtime`` is short, since the path
    of a socket may have 107 bytes, and lives as long as the daemons do.
    """

    root: Path
    runtime: Path

    @property
    def record(self) -> Path:
        """The note that makes a directory one of ours."""
        return self.root / "cluster.json"

    @property
    def slurm_conf(self) -> Path:
        """What ``SLURM_CONF`` names."""
        return self.root / "slurm.conf"

    @property
    def gres_conf(self) -> Path:
        """Beside slurm.conf, where slurmd looks for it."""
        return self.root / "gres.conf"

    @property
    def slurmdbd_conf(self) -> Path:
        """Beside slurm.conf, where slurmdbd looks for it."""
        return self.root / "slurmdbd.conf"

    @property
    def munge_key(self) -> Path:
        """The secret of this cluster."""
        return self.root / "munge" / "munge.key"

    @property
    def munge_socket(self) -> Path:
        """Open to every account: this is how commands prove who they are."""
        return self.runtime / "munge.socket"

    @property
    def database(self) -> Path:
        """MariaDB's data."""
        return self.root / "database"

    @property
    def database_draft(self) -> Path:
        """The data until it is complete."""
        return self.root / "database.new"

    @property
    def database_socket(self) -> Path:
        """In a closed directory, since the database asks for no password."""
        return self.runtime / "database" / "socket"

    @property
    def controller_state(self) -> Path:
        """What slurmctld knows over a restart."""
        return self.root / "slurmctld"

    @property
    def spool(self) -> Path:
        """One directory a node; jobs read their script there, and slurmd puts sockets there."""
        return self.runtime / "spool"

    def log(self, daemon: str) -> Path:
        """The log of one daemon."""
        return self.root / "log" / f"{daemon}.log"

    def pid_file(self, daemon: str) -> Path:
        """Our own note of a daemon's process, beside the sockets."""
        return self.runtime / f"{daemon}.pid"

    def own_pid_file(self, daemon: str) -> Path:
        """Where a daemon of Slurm writes what it cannot be kept from writing."""
        return self.runtime / "slurm" / f"{daemon}.pid"

    def make(self, owner: pwd.struct_passwd, nodes: tuple[str, ...]) -> None:
        """Create the directories; ``owner`` is the account of Slurm itself."""
        _directory(self.root, OPEN)
        _directory(self.root / "log", OPEN)
        _directory(self.munge_key.parent, CLOSED)
        _directory(self.runtime, OPEN)
        _directory(self.spool, OPEN)
        for node in nodes:
            _directory(self.spool / node, OPEN)
        _directory(self.runtime / "slurm", OPEN, owner)
        for path in (self.controller_state, self.database_socket.parent):
            _directory(path, CLOSED, owner)

    def write(
        self, path: Path, text: str, mode: int, owner: pwd.struct_passwd | None = None
    ) -> None:
        """Replace a file in one step; nobody but us reads it before it has its mode."""
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
        if owner is not None and owner.pw_uid != os.geteuid():
            os.chown(draft, owner.pw_uid, owner.pw_gid)
        draft.chmod(mode)
        draft.replace(path)

    def write_key(self) -> None:
        """Give munge a secret, once."""
        if not self.munge_key.exists():
            self.munge_key.touch(mode=0o600)
            self.munge_key.write_bytes(secrets.token_bytes(1024))
            self.munge_key.chmod(0o400)

    def purge(self) -> None:
        """Remove what is ours in the directory, and the directory if that was all."""
        for name in _OURS:
            path = self.root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if not any(self.root.iterdir()):
            self.root.rmdir()

    def unreachable(self) -> Path | None:
        """The directory that keeps other accounts from reading slurm.conf, if any does."""
        for parent in (self.root, *self.root.parents):
            if parent.exists() and not parent.stat().st_mode & 0o001:
                return parent
        return None


def _directory(path: Path, mode: int, owner: pwd.struct_passwd | None = None) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    if owner is not None and path.stat().st_uid != owner.pw_uid:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def default_root() -> Path:
    """Where a cluster lives unless told: this user's state, or the machine's for root."""
    if os.geteuid() == 0:
        return Path("/var/lib/jupyter-slurm-devcluster")
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "jupyter-slurm-devcluster"
