"""The start of a cluster: its files, then its daemons, stage after stage."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local import ports, programs
from jupyter_slurm_api.local.layout import Layout
from jupyter_slurm_api.local.roster import Roster, Stage
from jupyter_slurm_api.local.site import Site
from jupyter_slurm_api.local.slurmconf import gres_conf, slurm_conf, slurmdbd_conf
from jupyter_slurm_api.local.spec import ClusterRecord, ClusterSpec
from jupyter_slurm_api.local.stopping import end_processes, stop

# Sockets need a short path that every account can reach, whatever TMPDIR says.
_RUNTIME_PARENT = "/tmp"  # noqa: S108 -- mkdtemp makes a name that nobody can foresee


def start_anew(root: Path, spec: ClusterSpec, previous: ClusterSpec) -> dict[str, str]:
    """Start a cluster of which nothing runs; if that fails, ``previous`` stays on record."""
    roster = _new_roster(root, spec)
    try:
        _write_files(roster)
        return start(roster)
    except BaseException:
        stop(roster)
        _write_record(replace(roster.record, spec=previous), roster.layout)
        raise


def start(roster: Roster) -> dict[str, str]:
    """See that every daemon runs and answers; what was done for each, by its name."""
    done: dict[str, str] = {}
    try:
        for stage in roster.stages:
            _start_stage(stage, done)
        roster.await_nodes()
    except BaseException:
        ours = [daemon for daemon in roster if done.get(daemon.name) == "started"]
        end_processes([daemon.process for daemon in ours if daemon.process])
        raise
    return done


def _start_stage(stage: Stage, done: dict[str, str]) -> None:
    fresh = not any(daemon.process for daemon in stage.daemons)
    if fresh:
        stage.before()
    for daemon in stage.daemons:
        done[daemon.name] = daemon.start()
    for daemon in stage.daemons:
        daemon.await_answer()
    if fresh:
        stage.after()


def _new_roster(root: Path, spec: ClusterSpec) -> Roster:
    """Check all that can be checked before anything is made."""
    site = Site.here()
    site.check_users(spec.users)
    programs.require(accounting=spec.accounting)
    closed = Layout(root, root).unreachable()
    if site.shared and closed:
        raise DevClusterError(f"Other accounts cannot enter {closed}; choose another directory.")
    port = ports.free_block(2 + spec.nodes)
    runtime = Path(tempfile.mkdtemp(prefix="jsd-", dir=_RUNTIME_PARENT))
    return Roster(ClusterRecord(spec, port, runtime), Layout(root, runtime), site)


def _write_record(record: ClusterRecord, layout: Layout) -> None:
    layout.write(layout.record, record.text(), 0o644)


def _write_files(roster: Roster) -> None:
    record, layout, site = roster.record, roster.layout, roster.site
    _write_record(record, layout)
    layout.make(site.slurm_account(), record.spec.node_names)
    layout.write_key()
    layout.write(layout.slurm_conf, slurm_conf(record, layout, site), 0o644)
    if record.spec.gpus:
        layout.write(layout.gres_conf, gres_conf(record.spec), 0o644)
    if record.spec.accounting:
        text = slurmdbd_conf(record, layout, site)
        layout.write(layout.slurmdbd_conf, text, 0o600, site.slurm_account())
