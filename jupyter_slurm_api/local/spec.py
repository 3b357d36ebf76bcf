"""What a cluster should be, and the note that `up` leaves for a later `down`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from jupyter_slurm_api.errors import DevClusterError

_LIMITS = {"nodes": (1, 64), "cpus": (1, 256), "memory": (1, 1 << 20), "gpus": (0, 4)}
_KEY = re.compile(r"[A-Za-z]\w*")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class ClusterSpec:
    """The size and the rules of one cluster.

    ``cpus`` and ``memory`` (MB) are per node and may be more than the machine has,
    and so are ``gpus``, which Slurm counts and gives out, but which compute nothing.
    ``users`` may submit beside the account that starts the cluster; ``settings``
    are lines of slurm.conf that add to ours or replace them.
    """

    nodes: int = 2
    cpus: int = 4
    memory: int = 8192
    gpus: int = 0
    accounting: bool = True
    users: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (least, most) in _LIMITS.items():
            if not least <= getattr(self, name) <= most:
                raise DevClusterError(f"{name} must be a number from {least} to {most}.")
        for user in self.users:
            if not _USER.fullmatch(user):
                raise DevClusterError(f"{user!r} is not the name of an account.")
        for key, value in self.settings.items():
            if not _KEY.fullmatch(key) or "\n" in value:
                raise DevClusterError(f"{key}={value} is not a line of slurm.conf.")

    @property
    def node_names(self) -> tuple[str, ...]:
        """``n1``, ``n2`` and so on."""
        return tuple(f"n{number}" for number in range(1, self.nodes + 1))


@dataclass(frozen=True)
class ClusterRecord:
    """A cluster that was started: its spec, its first port, and where its sockets are."""

    spec: ClusterSpec
    first_port: int
    runtime: Path

    @property
    def controller_port(self) -> int:
        """Where slurmctld listens."""
        return self.first_port

    @property
    def accounting_port(self) -> int:
        """Where slurmdbd listens."""
        return self.first_port + 1

    def node_port(self, number: int) -> int:
        """Where the slurmd of node ``number``, counted from 1, listens."""
        return self.first_port + 1 + number

    def text(self) -> str:
        """What `read` reads."""
        return json.dumps({**asdict(self), "runtime": str(self.runtime)}, indent=2) + "\n"

    @classmethod
    def read(cls, path: Path) -> ClusterRecord | None:
        """The record of the cluster that was started here; None if none was."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            return cls._from_document(document)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise DevClusterError(f"{path} is damaged; remove its directory.") from error

    @classmethod
    def _from_document(cls, document: dict[str, Any]) -> ClusterRecord:
        spec = dict(document["spec"])
        spec["users"] = tuple(spec["users"])
        return cls(ClusterSpec(**spec), document["first_port"], Path(document["runtime"]))
