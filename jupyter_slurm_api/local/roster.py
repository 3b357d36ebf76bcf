"""All daemons of a cluster, in the order in which they need each other."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local import programs
from jupyter_slurm_api.local.accounting import Books, Database
from jupyter_slurm_api.local.commands import Commands
from jupyter_slurm_api.local.daemons import Daemon
from jupyter_slurm_api.local.layout import Layout
from jupyter_slurm_api.local.ports import is_listening
from jupyter_slurm_api.local.processes import wait_until
from jupyter_slurm_api.local.site import Site
from jupyter_slurm_api.local.spec import ClusterRecord

_NODES_PATIENCE = 30


def _nothing() -> None:
    """What a stage has to do beside its daemons, unless told."""


@dataclass(frozen=True)
class Stage:
    """Daemons that may start side by side.

    ``before`` and ``after`` are for a stage of which nothing runs yet.
    """

    daemons: tuple[Daemon, ...]
    before: Callable[[], None] = _nothing
    after: Callable[[], None] = _nothing


@dataclass(frozen=True)
class Roster:
    """Who belongs to a cluster."""

    record: ClusterRecord
    layout: Layout
    site: Site

    def __iter__(self) -> Iterator[Daemon]:
        return (daemon for stage in self.stages for daemon in stage.daemons)

    @property
    def alive(self) -> bool:
        """Whether any daemon is."""
        return any(daemon.process for daemon in self)

    @cached_property
    def commands(self) -> Commands:
        """Slurm's commands, asking this cluster."""
        return Commands(programs.environment(SLURM_CONF=str(self.layout.slurm_conf)))

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """What starts after what; a stop goes the other way."""
        nodes = tuple(self._slurmd(node) for node in self.record.spec.node_names)
        return (
            *(self._accounting() if self.record.spec.accounting else (Stage((self._munged(),)),)),
            Stage((self._slurmctld(),)),
            Stage(nodes),
        )

    def nodes(self) -> dict[str, str]:
        """Each node's state in Slurm's word; empty when the controller does not answer."""
        answer = self.commands.ask("sinfo", "-h", "-N", "-o", "%N %T")
        return dict(line.split(maxsplit=1) for line in (answer or "").splitlines())

    def await_nodes(self) -> None:
        """Return once every node can take jobs."""
        if not wait_until(lambda: serve(self.nodes()), _NODES_PATIENCE):
            states = ", ".join(f"{node} is {state}" for node, state in self.nodes().items())
            raise DevClusterError(f"Not every node came up: {states or 'Slurm does not answer'}.")

    def _accounting(self) -> tuple[Stage, Stage]:
        database = Database(self.layout, self.site, self.commands)
        books = Books(self.record.spec, self.site, self.commands)
        mariadbd = self._daemon("mariadbd", *database.arguments(), answers=database.answers)
        slurmdbd = self._daemon(
            "slurmdbd",
            "-D",
            answers=lambda: is_listening(self.record.accounting_port),
            variables={"MYSQL_UNIX_PORT": str(self.layout.database_socket)},
        )
        return (
            Stage((self._munged(), mariadbd), before=database.install),
            Stage((slurmdbd,), after=books.register),
        )

    def _munged(self) -> Daemon:
        layout = self.layout
        return self._daemon(
            "munged",
            "--foreground",
            # Its complaints about open directories become warnings; /tmp is open.
            "--force",
            f"--socket={layout.munge_socket}",
            f"--key-file={layout.munge_key}",
            f"--pid-file={layout.own_pid_file('munged')}",
            f"--seed-file={layout.munge_key.with_suffix('.seed')}",
            answers=lambda: _accepts(str(layout.munge_socket)),
        )

    def _slurmctld(self) -> Daemon:
        def answers() -> bool:
            return self.commands.ask("scontrol", "ping") is not None

        return self._daemon("slurmctld", "-D", answers=answers)

    def _slurmd(self, node: str) -> Daemon:
        port = self.record.node_port(self.record.spec.node_names.index(node) + 1)
        return self._daemon(
            "slurmd", "-D", "-N", node, name=f"slurmd-{node}", answers=lambda: is_listening(port)
        )

    def _daemon(
        self,
        program: str,
        *arguments: str,
        answers: Callable[[], bool],
        name: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Daemon:
        name = name or program
        return Daemon(
            name=name,
            argv=[program, *arguments],
            environment={**self.commands.environment, **(variables or {})},
            log=self.layout.log(name),
            pid_file=self.layout.pid_file(name),
            answers=answers,
        )


def serve(nodes: Mapping[str, str]) -> bool:
    """Whether all nodes answer; a star after the state says that one does not."""
    return bool(nodes) and not any(
        state.startswith(("down", "fail", "unknown")) or state.endswith("*")
        for state in nodes.values()
    )


def _accepts(path: str) -> bool:
    """Whether somebody takes connections at a socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        return client.connect_ex(path) == 0
