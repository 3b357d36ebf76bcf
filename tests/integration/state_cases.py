"""Jobs for every state and flag of Slurm that one machine can bring about, as tables.

REVOKED needs a federation; RESIZING and REQUEUED are words of the accounting alone, which
keeps them for what was before; Slurm 22.05 shows REQUEUE_HOLD of a job alone that it could
not launch five times, and STAGE_OUT needs a burst buffer.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from servers import wait_for
from slurm_site import SlurmSite

SLEEP = "exec sleep 900"
ONCE = '[ -z "$SLURM_RESTART_COUNT" ] || exit 0; '
"""Before a command: it is run by the first run alone, later ones end well."""
BUSY = """exec /usr/bin/python3 -c '
import time
held, end = b"x" * (60 << 20), time.time() + 5
while time.time() < end or time.process_time() < 3: pass'"""
"""Holds 60 MiB and a processor for longer than it takes Slurm to notice, three seconds of it."""
TOLD = """trap 'exit {}' USR1
while :; do sleep 0.1; done"""
"""Ends with an exit code when it is told to."""
OUT_OF_MEMORY = 253
"""What slurmd says of a job that the kernel ended for its memory, in Slurm's source SIG_OOM."""
RECONFIG_FAIL = 1 << 17
"""What a site's program says when a node does not boot: JOB_RECONFIG_FAIL in slurm.h."""


def is_newer_than(release: str) -> bool:
    said = subprocess.run(["sbatch", "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[1] > release


NEWER = is_newer_than("22.06")
KILLED = "RaisedSignal:9(Killed)" if NEWER else "JobLaunchFailure"
DRAINED = "May be reserved for other job" if NEWER else "UnavailableNodes:n6"
TOO_LATE = {"hold": True} if NEWER else {"begin": "now+8"}
"""Keeps a job of a minute from starting until its deadline is past: newer Slurms refuse
one that asks for that itself, and look at those that are held, which 22.05 does not."""

Act = Callable[[SlurmSite, str], object]


def user(*words: str) -> Act:
    return lambda site, slurm_id: site.as_user(*(word.format(slurm_id) for word in words))


def root(*words: str) -> Act:
    return lambda site, slurm_id: site.as_admin(*(word.format(slurm_id) for word in words))


def library(function: str, argument: int) -> Act:
    return lambda site, slurm_id: site.call(function, slurm_id, argument)


TELL = user("scancel", "--signal=USR1", "--batch", "{}")
"""For `TOLD`."""


def requeue_when_over(site: SlurmSite, slurm_id: str) -> None:
    TELL(site, slurm_id)
    wait_for("the end", lambda: site.state(slurm_id) == "COMPLETED", 20)
    site.as_user("scontrol", "requeue", slurm_id)


def node_drained(site: SlurmSite, _: str) -> None:
    """Wait for what Slurm itself does to a node on which a prolog failed."""
    wait_for("the drain", lambda: "drain" in site.as_admin("sinfo", "-h", "-n", "n6", "-o", "%t"))


def release_with_complaints(site: SlurmSite, slurm_id: str) -> None:
    """Release a job that cannot run all the same: Slurm does it, and says no."""
    done = site.ask(site.account, "scontrol", "release", slurm_id)
    assert "partition configuration not available" in done.stderr


RUN_AGAIN = user("scontrol", "update", "JobId={}", "StartTime=now+2")
"""A requeued job would wait for two minutes. In the second in which its last run was killed, slurmd
takes the next one for killed too, and it fails."""


@dataclass(frozen=True)
class Case:
    """One job.

    ``once`` tells what is done to it as soon as it is in a state, ``shows`` what our API
    has to say of it then, ``after`` the kind and the name of a job that it depends on, and
    ``later`` what there is to say when nothing holds it up any more.
    """

    shows: Mapping[str, Any]
    once: tuple[tuple[str, Act], ...] = ()
    script: str = SLEEP
    parameters: Mapping[str, Any] = field(default_factory=dict)
    after: tuple[str, str] | None = None
    later: Mapping[str, Any] = field(default_factory=dict)


def case(
    status: str,
    *once: tuple[str, Act],
    script: str = SLEEP,
    asks: Mapping[str, Any] | None = None,
    after: tuple[str, str] | None = None,
    later: Mapping[str, Any] | None = None,
    **shows: Any,
) -> Case:
    parameters = {"partition": "main", **(asks or {})}
    return Case({"status": status, **shows}, once, script, parameters, after, later or {})


def ran(*acts: Act) -> tuple[tuple[str, Act], ...]:
    return tuple(("RUNNING", act) for act in acts)


PENDING_AGAIN = {"base_state": "PENDING", "restarts": 1, "start_time": None, "end_time": None}

ENDS = {
    "completed": case("COMPLETED", script="true", exit_code=0, exit_signal=None, reason=None),
    "failed": case("FAILED", script="exit 3", exit_code=3, exit_signal=None),
    "killed by a signal": case("FAILED", script="kill -9 $$", exit_code=0, exit_signal=9),
    "cancelled by its user": case("CANCELLED", *ran(user("scancel", "{}"))),
    "cancelled by root": case("CANCELLED", *ran(root("scancel", "{}"))),
    "cancelled before it ran": case(
        "CANCELLED", ("PENDING", root("scancel", "{}")), asks={"hold": True}, start_time=None
    ),
    "cancelled while suspended": case(
        "CANCELLED", *ran(root("scontrol", "suspend", "{}")), ("SUSPENDED", user("scancel", "{}"))
    ),
    "timeout": case("TIMEOUT", *ran(user("scontrol", "update", "JobId={}", "EndTime=now+1"))),
    "out of memory": case(
        "OUT_OF_MEMORY", *ran(library("slurm_complete_job", OUT_OF_MEMORY)), exit_signal=125
    ),
    "node fail": case("NODE_FAIL", asks={"partition": "doomed", "no-requeue": True}),
    "preempted": case("PREEMPTED", asks={"partition": "low_cancel"}),
    "boot fail": case(
        "BOOT_FAIL", *ran(library("slurm_requeue", RECONFIG_FAIL)), asks={"no-requeue": True}
    ),
    "deadline": case(
        "DEADLINE", asks={"time": "1", "deadline": "now+65", **TOO_LATE}, start_time=None
    ),
    "dependency that kills": case(
        "CANCELLED",
        asks={"kill-on-invalid-dep": "yes"},
        after=("afterok", "failed"),
        start_time=None,
    ),
    "resized": case(
        "CANCELLED",
        *ran(user("scontrol", "update", "JobId={}", "NumNodes=1"), user("scancel", "{}")),
        asks={"nodes": 2},
        nodes=1,
    ),
    "requeued": case(
        "COMPLETED",
        *ran(user("scontrol", "requeue", "{}")),
        ("PENDING", RUN_AGAIN),
        script=ONCE + SLEEP,
        restarts=1,
        exit_code=0,
    ),
    "busy": case("COMPLETED", script=BUSY, asks={"mem": "200M", "cpus-per-task": 2}),
}
"""Jobs that end."""

REASONS = {
    "timeout": "TimeLimit",
    "out of memory": "OutOfMemory",
    "failed": "NonZeroExitCode",
    "killed by a signal": KILLED,
    "node fail": "NodeDown",
    "deadline": "DeadLine",
    "boot fail": "JobLaunchFailure",
    "dependency that kills": "DependencyNeverSatisfied",
}
"""What the queue says of some that ended, and the accounting does not."""

STAYS = {
    # First, for the reservation does not last.
    "reservation gone": case(
        "RESV_DEL_HOLD",
        asks={"reservation": "brief", "hold": True},
        reason="Reservation brief was deleted",
        base_state="PENDING",
    ),
    "running": case("RUNNING", base_state="RUNNING", reason=None, end_time=None, exit_code=None),
    "suspended": case("SUSPENDED", *ran(root("scontrol", "suspend", "{}")), base_state="SUSPENDED"),
    "stopped": case("STOPPED", *ran(user("scancel", "--signal=STOP", "{}")), base_state="RUNNING"),
    "exit code of 128 and more": case(
        "FAILED", script="exit 200", exit_code=200, exit_signal=None, reason="NonZeroExitCode"
    ),
    "held by its user": case("PENDING", asks={"hold": True}, reason="JobHeldUser"),
    "held by root": case(
        "PENDING",
        ("PENDING", root("scontrol", "hold", "{}")),
        asks={"hold": True},
        reason="JobHeldAdmin",
    ),
    "begins later": case(
        "PENDING", asks={"begin": "now+1hour"}, reason="BeginTime", start_time=None
    ),
    "depends": case("PENDING", after=("afterany", "held by its user"), reason="Dependency"),
    "depends in vain": case(
        "PENDING", after=("afterok", "failed"), reason="DependencyNeverSatisfied"
    ),
    "partition down": case("PENDING", asks={"partition": "closed"}, reason="PartitionDown"),
    "partition inactive": case(
        "PENDING",
        ("PENDING", release_with_complaints),
        asks={"partition": "inactive", "hold": True},
        reason="PartitionInactive",
    ),
    "node not there": case(
        "PENDING",
        ("PENDING", node_drained),
        ("PENDING", user("scontrol", "release", "{}")),
        asks={"partition": "drained", "nodelist": "n6", "hold": True},
        reason=f"ReqNodeNotAvail, {DRAINED}",
    ),
    "signaled": case("RUNNING", asks={"partition": "frozen"}),
    "array": case("RUNNING", asks={"array": "0-3%1"}),
    "too long for its partition": case(
        "PENDING", asks={"time": "02:00:00"}, reason="PartitionTimeLimit"
    ),
    "requeued and held": case(
        "PENDING",
        *ran(user("scontrol", "requeuehold", "{}")),
        reason="job requeued in held state",
        **PENDING_AGAIN,
    ),
    "requeued when suspended": case(
        "PENDING",
        *ran(root("scontrol", "suspend", "{}")),
        ("SUSPENDED", user("scontrol", "requeue", "{}")),
        reason="JobHeldAdmin",
        **PENDING_AGAIN,
    ),
    "requeued when over": case(
        "PENDING",
        *ran(requeue_when_over),
        script=TOLD.format(0),
        reason="BeginTime",
        **PENDING_AGAIN,
    ),
    "special exit": case(
        "SPECIAL_EXIT",
        *ran(user("scontrol", "requeuehold", "State=SpecialExit", "{}")),
        reason="job requeued in held state",
        restarts=1,
    ),
    "special exit by its exit code": case("SPECIAL_EXIT", script="exit 76", restarts=1),
    "requeued by its exit code": case("PENDING", script=ONCE + "exit 75", **PENDING_AGAIN),
    "requeued by preemption": case("PENDING", asks={"partition": "low_requeue"}, **PENDING_AGAIN),
    "requeued from a dead node": case("PENDING", asks={"partition": "doomed"}, **PENDING_AGAIN),
    "prolog fails": case(
        "PENDING",
        asks={"partition": "broken"},
        reason="launch failed requeued held",
        **PENDING_AGAIN,
    ),
    "runs again": case(
        "RUNNING",
        *ran(root("scontrol", "requeue", "{}")),
        ("PENDING", RUN_AGAIN),
        base_state="RUNNING",
        restarts=1,
        end_time=None,
    ),
}
"""Jobs that stay as they are for as long as the tests look."""

PASSES = {
    "configuring": case(
        "CONFIGURING",
        asks={"partition": "slow_prolog"},
        reason=None,
        end_time=None,
        later={"status": "RUNNING", "base_state": "RUNNING"},
    ),
    "cancelled while configuring": case(
        "CANCELLED",
        ("CONFIGURING", user("scancel", "{}")),
        asks={"partition": "slow_prolog"},
        later={"status": "CANCELLED", "base_state": "CANCELLED"},
    ),
    "completing": case(
        "COMPLETING",
        *ran(TELL),
        script=TOLD.format(0),
        asks={"partition": "slow_epilog"},
        later={"status": "COMPLETED", "base_state": "COMPLETED", "exit_code": 0},
    ),
    "completing after it failed": case(
        "COMPLETING",
        *ran(TELL),
        script=TOLD.format(4),
        asks={"partition": "slow_epilog"},
        later={"status": "FAILED", "base_state": "FAILED", "exit_code": 4},
    ),
    "completing after a cancel": case(
        "COMPLETING",
        *ran(user("scancel", "{}")),
        asks={"partition": "slow_epilog"},
        later={"status": "CANCELLED", "base_state": "CANCELLED"},
    ),
    "completing before it runs again": case(
        "COMPLETING",
        *ran(user("scontrol", "requeue", "{}")),
        asks={"partition": "slow_epilog"},
        restarts=1,
        later={"status": "PENDING", "reason": "BeginTime", "node_list": None, **PENDING_AGAIN},
    ),
}
"""Jobs that a site's scripts hold up for as long as the tests want it."""

RUNS = {
    "requeued": "REQUEUED",
    "requeued and held": "REQUEUED",
    "requeued when suspended": "REQUEUED",
    "requeued by its exit code": "REQUEUED",
    "special exit": "REQUEUED",
    "runs again": "REQUEUED",
    "completing before it runs again": "REQUEUED",
    "requeued by preemption": "PREEMPTED",
    "requeued from a dead node": "NODE_FAIL",
}
"""Jobs that ran before they were requeued, and what the accounting calls that run's end."""
