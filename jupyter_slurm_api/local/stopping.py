"""The end of a cluster: its jobs, its daemons, what they left."""

from __future__ import annotations

import shutil

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local.processes import Process, end, of_jobs, stepds, wait_until
from jupyter_slurm_api.local.roster import Roster

# A job may tidy up for so long before it is killed, a daemon may have state to save.
_JOBS_PATIENCE = 2
_DAEMON_PATIENCE = 15
_RUNNING = "RUNNING,SUSPENDED,COMPLETING,CONFIGURING,STOPPED"


def stop(roster: Roster) -> None:
    """End all, the last started first; pending jobs stay for the next `up`."""
    _cancel_running(roster)
    for stage in reversed(roster.stages):
        end_processes([daemon.process for daemon in stage.daemons if daemon.process])
    end_processes([*stepds(roster.layout.spool), *of_jobs(roster.layout.slurm_conf)], grace=0)
    shutil.rmtree(roster.layout.runtime, ignore_errors=True)


def end_processes(processes: list[Process], grace: float = _DAEMON_PATIENCE) -> None:
    """Terminate, after ``grace`` seconds kill; an error names what not even that ends."""
    left = end(processes, grace=grace)
    if left:
        pids = " ".join(str(process.pid) for process in left)
        raise DevClusterError(f"These processes do not end: {pids}")


def _cancel_running(roster: Roster) -> None:
    """Let Slurm end what runs, so that accounting knows; it may be unable to."""
    controller = next(daemon for daemon in roster if daemon.name == "slurmctld")
    if controller.state == "running" and (jobs := _running(roster)):
        roster.commands.ask("scancel", *jobs)
        if not wait_until(lambda: not _running(roster), _JOBS_PATIENCE):
            end_processes(of_jobs(roster.layout.slurm_conf), grace=0)
            wait_until(lambda: not _running(roster), _JOBS_PATIENCE)


def _running(roster: Roster) -> list[str]:
    answer = roster.commands.ask("squeue", "-h", "-t", _RUNNING, "-o", "%i")
    return (answer or "").split()
