"""A Slurm cluster of one's own on one machine, there in seconds and gone without a trace."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local.daemons import Daemon
from jupyter_slurm_api.local.layout import Layout
from jupyter_slurm_api.local.lock import locked
from jupyter_slurm_api.local.roster import Roster, serve
from jupyter_slurm_api.local.site import Site
from jupyter_slurm_api.local.spec import ClusterRecord, ClusterSpec
from jupyter_slurm_api.local.starting import start, start_anew
from jupyter_slurm_api.local.stopping import stop

# What can stand in slurm.conf without a quote.
_PLAIN = re.compile(r"[\w/.,+@~-]+")


@dataclass(frozen=True)
class DaemonStatus:
    """One daemon; ``state`` is running, frozen or dead."""

    name: str
    state: str
    pid: int | None


@dataclass(frozen=True)
class ClusterStatus:
    """What `status` shows; ``nodes`` has each node's state in Slurm's word."""

    daemons: tuple[DaemonStatus, ...]
    nodes: dict[str, str]
    slurm_conf: Path

    @property
    def up(self) -> bool:
        """Whether all daemons run and all nodes answer."""
        return serve(self.nodes) and all(daemon.state == "running" for daemon in self.daemons)


class DevCluster:
    """The cluster that keeps its files in one directory.

    Who names the same directory means the same cluster, from any process. When ``up``
    returns, all daemons answer and all nodes serve; when it fails or is interrupted,
    nothing that it started is left. After ``down`` there is no process and no socket.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    @property
    def spec(self) -> ClusterSpec | None:
        """What the cluster was told to be the last time, None if it was never up."""
        known = self._known()
        return known.record.spec if known else None

    def up(self, spec: ClusterSpec | None = None) -> dict[str, str]:
        """See that the cluster runs; what was done for each daemon, as `Daemon.start` says.

        Without ``spec`` it is the cluster that was here before, else the default one.
        """
        self._make_root()
        with locked(self.root):
            self._refuse_foreign()
            known = self._known()
            if known is None:
                return start_anew(self.root, spec or ClusterSpec(), ClusterSpec())
            previous = known.record.spec
            if known.alive:
                self._refuse_change(spec or previous, previous)
                return start(known)
            stop(known)  # what a crash may have left
            return start_anew(self.root, spec or previous, previous)

    def down(self, *, purge: bool = False) -> bool:
        """End the cluster and its running jobs; whether there was one.

        ``purge`` removes its configuration, history and logs too.
        """
        if self._known() is None:
            return False
        self._check_owner()
        with locked(self.root):
            roster = self._roster()
            stop(roster)
            if purge:
                roster.layout.purge()
        return True

    def status(self) -> ClusterStatus:
        """How the daemons and the nodes are now."""
        roster = self._roster()
        daemons = tuple(map(_daemon_status, roster))
        controller = next(daemon for daemon in daemons if daemon.name == "slurmctld")
        nodes = roster.nodes() if controller.state == "running" else {}
        return ClusterStatus(daemons, nodes, roster.layout.slurm_conf)

    def environment(self) -> dict[str, str]:
        """What a client of the cluster needs in its environment."""
        return {"SLURM_CONF": str(self._roster().layout.slurm_conf)}

    def pid(self, daemon: str) -> int:
        """The process of one daemon, by its name in `status`."""
        for known in self._roster():
            if known.name == daemon and (process := known.process):
                return process.pid
        raise DevClusterError(f"No daemon {daemon} runs in {self.root}.")

    def _make_root(self) -> None:
        if not _PLAIN.fullmatch(str(self.root)):
            raise DevClusterError(f"Slurm cannot have blanks or signs in a path: {self.root}")
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DevClusterError(f"{self.root} cannot be used: {error.strerror}.") from error

    def _refuse_foreign(self) -> None:
        """Take no directory in which something else lives."""
        self._check_owner()
        if self._known() is None and any(self.root.iterdir()):
            raise DevClusterError(f"{self.root} is not empty; choose another directory.")

    def _check_owner(self) -> None:
        owner = self.root.stat().st_uid
        if owner != os.geteuid():
            raise DevClusterError(f"{self.root} belongs to another account, with uid {owner}.")

    def _refuse_change(self, wanted: ClusterSpec, running: ClusterSpec) -> None:
        if wanted != running:
            raise DevClusterError(
                f"The cluster in {self.root} runs with other settings; take it down first."
            )

    def _roster(self) -> Roster:
        known = self._known()
        if known is None:
            raise DevClusterError(f"There is no cluster in {self.root}; start one with `up`.")
        return known

    def _known(self) -> Roster | None:
        record = ClusterRecord.read(Layout(self.root, self.root).record)
        if record is None:
            return None
        return Roster(record, Layout(self.root, record.runtime), Site.here())


def _daemon_status(daemon: Daemon) -> DaemonStatus:
    process = daemon.process
    return DaemonStatus(daemon.name, daemon.state, process.pid if process else None)
