"""`jupyter slurm-devcluster`: a Slurm of one's own from the command line."""

# ruff: noqa: T201 -- a command line speaks by print

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local.devcluster import ClusterStatus, DevCluster
from jupyter_slurm_api.local.layout import default_root
from jupyter_slurm_api.local.spec import ClusterSpec

_INTERRUPTED = 130
_HEAD = ("DAEMON", "STATE", "PID")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _COMMANDS[options.command](DevCluster(options.dir), options)
    except DevClusterError as error:
        print(error.message, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; what was started is stopped again.", file=sys.stderr)
        return _INTERRUPTED


def _up(cluster: DevCluster, options: argparse.Namespace) -> int:
    done = cluster.up(_spec(cluster.spec, options))
    for name, action in done.items():
        if action != "running":
            print(f"{name} {action}")
    if set(done.values()) == {"running"}:
        print("All daemons were running already.")
    print(f'\nFor its clients: eval "$(jupyter slurm-devcluster env --dir {_quoted(cluster)})"')
    return 0


def _down(cluster: DevCluster, options: argparse.Namespace) -> int:
    if not cluster.down(purge=options.purge):
        print(f"There is no cluster in {cluster.root}.")
    return 0


def _status(cluster: DevCluster, options: argparse.Namespace) -> int:
    status = cluster.status()
    print(_document(status) if options.json else _table(status))
    return 0 if status.up else 1


def _env(cluster: DevCluster, _: argparse.Namespace) -> int:
    for key, value in cluster.environment().items():
        print(f"export {key}={shlex.quote(value)}")
    return 0


_COMMANDS = {"up": _up, "down": _down, "status": _status, "env": _env}


def _spec(previous: ClusterSpec | None, options: argparse.Namespace) -> ClusterSpec:
    """The cluster as it was, but for what the command line says."""
    given: dict[str, Any] = {
        name: getattr(options, name)
        for name in ("nodes", "cpus", "memory", "gpus", "accounting")
        if getattr(options, name) is not None
    }
    if options.user is not None:
        given["users"] = tuple(options.user)
    if options.set is not None:
        given["settings"] = dict(options.set)
    return replace(previous or ClusterSpec(), **given)


def _document(status: ClusterStatus) -> str:
    document = {**asdict(status), "slurm_conf": str(status.slurm_conf), "up": status.up}
    return json.dumps(document, indent=2)


def _table(status: ClusterStatus) -> str:
    rows = [(daemon.name, daemon.state, str(daemon.pid or "-")) for daemon in status.daemons]
    lines = [f"{name:14}{state:10}{pid}" for name, state, pid in [_HEAD, *rows]]
    nodes = [f"{node:14}{state}" for node, state in status.nodes.items()]
    return "\n".join([*lines, "", *nodes, "", f"SLURM_CONF={status.slurm_conf}"])


def _quoted(cluster: DevCluster) -> str:
    return shlex.quote(str(cluster.root))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jupyter slurm-devcluster", description="Run a Slurm of your own on this machine."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start it, or start again what died of it")
    down = commands.add_parser("down", help="end it and its running jobs; history stays")
    status = commands.add_parser("status", help="show daemons and nodes; 0 if all is up")
    env = commands.add_parser("env", help="print what a shell has to eval to use it")
    for command in (up, down, status, env):
        command.add_argument("--dir", type=Path, default=default_root(), help="(%(default)s)")
    status.add_argument("--json", action="store_true", help="for programs")
    down.add_argument("--purge", action="store_true", help="forget its history too")
    _add_spec(up)
    return parser


def _add_spec(up: argparse.ArgumentParser) -> None:
    """What is not given stays as it was the last time, or as `ClusterSpec` has it."""
    up.add_argument("--nodes", type=int, help=f"({ClusterSpec.nodes})")
    up.add_argument("--cpus", type=int, help=f"of each node ({ClusterSpec.cpus})")
    up.add_argument("--memory", type=int, help=f"of each node, in MB ({ClusterSpec.memory})")
    up.add_argument("--gpus", type=int, help=f"of each node, for show ({ClusterSpec.gpus})")
    up.add_argument(
        "--accounting",
        action=argparse.BooleanOptionalAction,
        help="with slurmdbd and MariaDB, so that sacct works (yes)",
    )
    up.add_argument("--user", action="append", help="an account that may submit; repeatable")
    up.add_argument(
        "--set",
        action="append",
        type=_setting,
        metavar="KEY=VALUE",
        help="a line of slurm.conf, in place of ours; repeatable",
    )


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text} is not KEY=VALUE")
    return key, value
