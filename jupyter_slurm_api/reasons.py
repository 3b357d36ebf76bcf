"""Why a job waits, or how it ended, in plain words, and what its owner can do about it.

Source: https://slurm.schedmd.com/job_reason_codes.html and Slurm's
``job_state_reason.c``; for the texts that stand in a reason's place, what its
controller writes into ``state_desc``. A reason that no table knows is shown as
Slurm's word alone.
"""

from __future__ import annotations

import re
from typing import Final

from . import limits
from .endings import ENDED, SIGNALS

WAITING: Final[dict[str, str]] = {
    # Its turn has not come.
    "Priority": (
        "Jobs of higher priority wait before this one. It starts when its turn comes; a job that"
        " asks for less, or for a shorter --time, may fit in earlier."
    ),
    "Resources": (
        "What this job asks for is in use. It starts when enough is free; a job that asks for less"
        " may find a place earlier."
    ),
    "BeginTime": (
        "This job may not start yet: it asked for a later time (--begin), or was requeued a moment"
        " ago. It can start when the time has come."
    ),
    "Dependency": (
        "This job waits for others that it depends on. It can start once they have begun or ended"
        " as it asks for."
    ),
    "DependencyNeverSatisfied": (
        "This job can never start: a job that it depends on has ended otherwise than it asks for."
        " Cancel it, or give it another dependency."
    ),
    "JobArrayTaskLimit": (
        "As many tasks of this array run as it allows itself (the % in --array). The next starts"
        " when one ends; `scontrol update JobId=ID ArrayTaskThrottle=N` changes the number."
    ),
    "Licenses": (
        "The licenses that this job asks for are in use. It can start when enough are free;"
        " `scontrol show licenses` shows them."
    ),
    "Prolog": (
        "The site's own preparation of the nodes (the prolog) is not done. The script begins when"
        " it is."
    ),
    "Cleaning": (
        "Slurm still cleans up after an earlier run of this job. It can start when that is done."
    ),
    "FedJobLock": (
        "The clusters of the federation settle which of them runs this job. It can start when they"
        " have; if that takes long, ask your administrators."
    ),
    "MpiPortsBusy": (
        "The network ports that this job's MPI needs are taken. It can start when jobs on its nodes"
        " end."
    ),
    # It is held.
    "JobHeldUser": "You hold this job; it waits until you release it (`scontrol release`).",
    "JobHeldAdmin": (
        "An administrator, or Slurm itself, holds this job; ask your administrators to release it."
    ),
    "JobHoldMaxRequeue": (
        "This job was requeued too often and is held now. See why its runs ended, then release it"
        " (`scontrol release`) or cancel it."
    ),
    "job requeued in": (
        "This job was put back into the queue and is held. Release it (`scontrol release`) to run"
        " it again, or cancel it."
    ),
    "launch failed requeued held": (
        "Slurm could not start this job on its node and holds it. Release it (`scontrol release`)"
        " to try again; if it comes back, tell your administrators."
    ),
    "user env retrieval failed requeued held": (
        "Slurm could not get your login environment on the job's node and holds the job. Release it"
        " (`scontrol release`) to try again, or submit it without --get-user-env and --export."
    ),
    # Nodes and partition.
    "ReqNodeNotAvail": (
        "A node that this job needs is in use, reserved, down or drained. It can start when the"
        " node is back (`sinfo -R` shows what is wrong with nodes), or ask for other nodes."
    ),
    "ReqNodeNotAvail, Reserved for maintenance": (
        "Nodes that this job needs are reserved for maintenance, which it would run into. It can"
        " start afterwards, or before with a shorter --time; see `scontrol show reservation`."
    ),
    "Nodes required for job are DOWN": (
        "Too few nodes are there for this job: others are down, drained, or reserved for jobs in"
        " partitions of higher priority. It can start when enough are back (`sinfo` shows them)."
    ),
    "PartitionNodeLimit": (
        "This job asks for more or fewer nodes than its partition allows, or needs some that are"
        " down. `scontrol show partition` shows the limits; submit it within them, or elsewhere"
        " (--partition)."
    ),
    "PartitionTimeLimit": (
        "This job asks for more time than its partition allows. It cannot start like this: cancel"
        " it and submit it with a shorter --time or another --partition; `sinfo` shows the limits."
    ),
    "PartitionDown": (
        "The partition of this job is down and starts no jobs. It can start when the partition is"
        " up again; `sinfo` shows other partitions."
    ),
    "PartitionInactive": (
        "The partition of this job is out of service. It can start when administrators open it"
        " again; `sinfo` shows other partitions."
    ),
    "PartitionConfig": (
        "This job breaks a rule of its partition. `scontrol show partition` shows the rules; submit"
        " it again as they allow, or with another --partition."
    ),
    "MaxMemPerLimit": (
        "This job asks for more memory per CPU or node than its partition or the cluster allows."
        " Cancel it and submit it with less (--mem, --mem-per-cpu), or with more CPUs or nodes."
    ),
    "MaxPoweredUpNodes": (
        "As many nodes are powered up as the site allows. This job can start when running jobs"
        " leave their nodes."
    ),
    "FrontEndDown": (
        "The machine from which jobs are started on these nodes is down. The job can start when it"
        " is back; if that takes long, tell your administrators."
    ),
    "PowerNotAvail": (
        "The cluster may draw no more power at the moment. The job can start when others end."
    ),
    "PowerReserved": (
        "The power that this job would draw is kept for a reservation. It can start when others"
        " end or the reservation is over."
    ),
    # What it asks for.
    "BadConstraints": (
        "No node has all that this job asks for. It cannot start like this: cancel it and submit it"
        " with other features, CPUs, memory or GRES; `scontrol show node` shows what nodes have."
    ),
    "Constraints": (
        "No node meets this job's constraints at the moment. It can start when one does; or submit"
        " it with other features (--constraint)."
    ),
    "SchedDefer": (
        "This job asked to start at once, which this cluster does not do. Submit it again without"
        " --immediate."
    ),
    "Reservation": (
        "This job waits for its reservation to begin, or for room in it; see `scontrol show"
        " reservation`."
    ),
    "ReservationDeleted": (
        "The reservation that this job asked for is gone, and the job is held. Cancel it and submit"
        " it without --reservation, or with another."
    ),
    "ReservationInvalid": (
        "This job cannot use the reservation that it asked for, and is held. `scontrol show"
        " reservation` shows who may; cancel it and submit it with another, or with none."
    ),
    "Problem using reservation": (
        "This job cannot use the reservation that it asked for. `scontrol show reservation` shows"
        " who may and when; cancel it and submit it with another, or with none."
    ),
    "Required nodes outside of the reservation": (
        "This job asks for nodes that are not in its reservation. Cancel it and submit it without"
        " --nodelist, or with another --reservation."
    ),
    "BurstBufferResources": (
        "The burst buffer has too little room for this job. It can start when others give theirs"
        " back; a job that asks for less may fit in earlier."
    ),
    "BurstBufferStageIn": (
        "This job's data are being copied into the burst buffer. It can start when they are there."
    ),
    # Account and QOS; the limits that are named by their parts stand in `limits`.
    "InvalidAccount": (
        "The account of this job is not valid, or no longer yours. `sacctmgr show assoc user=$USER`"
        " lists yours; cancel it and submit it with one of them (--account)."
    ),
    "AccountNotAllowed": (
        "The account of this job may not use its partition. `scontrol show partition` shows which"
        " may; cancel it and submit it with another --account or --partition."
    ),
    "InvalidQOS": (
        "The QOS of this job is not valid, or no longer yours. `sacctmgr show assoc user=$USER`"
        " lists yours; cancel it and submit it with one of them (--qos)."
    ),
    "QOSNotAllowed": (
        "The QOS of this job is not allowed in its partition or account. `scontrol show partition`"
        " shows which are; cancel it and submit it with another --qos or --partition."
    ),
    "QOSUsageThreshold": (
        "Your fair share has fallen below what this QOS asks for. The job can start when it has"
        " recovered (`sshare` shows it), or submit it with another --qos."
    ),
    "AccountingPolicy": (
        "A limit of your account or of this QOS stops this job. It can start when there is room"
        " under it; `sacctmgr show assoc` and `sacctmgr show qos` show the limits."
    ),
    "AssociationJobLimit": (
        "As many jobs of your account run as may run at once. This one can start when some end."
    ),
    "AssociationResourceLimit": (
        "Your account's jobs use as much as its limit allows, or this job asks for more than that."
        " It can start when some end; `sacctmgr show assoc` shows the limits."
    ),
    "AssociationTimeLimit": (
        "Your account has used up its time, or this job asks for more than it may. Ask for a"
        " shorter --time, or your administrators; `sacctmgr show assoc` shows the limits."
    ),
    "QOSJobLimit": (
        "As many jobs with this QOS run as may run at once. This one can start when some end."
    ),
    "QOSResourceLimit": (
        "The jobs with this QOS use as much as its limit allows, or this job asks for more than"
        " that. It can start when some end; `sacctmgr show qos` shows the limits."
    ),
    "QOSTimeLimit": (
        "This QOS has used up its time, or this job asks for more than it may. Ask for a shorter"
        " --time or another --qos; `sacctmgr show qos` shows the limits."
    ),
}
"""What a reason means to the person whose job waits; also the texts that stand in its place."""

_TEXTS: Final = tuple(word for word in WAITING | ENDED if " " in word)
"""How texts begin that stand in a reason's place."""

_REWORDED: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"Reservation .+ was deleted"), "ReservationDeleted"),
    (re.compile(r"[Bb]urst ?buffer[ /]"), "BurstBufferOperation"),
)
"""Texts that say what a reason of the tables says."""

_WORD: Final = re.compile(r"([A-Za-z]+)(?:[,:(]|\Z)")
_SIGNAL: Final = re.compile(r"RaisedSignal:([0-9]{1,3})(?![0-9])")


def explanation(reason: str | None, *, over: bool = False) -> str | None:
    """Return a sentence about a reason, None where there is none to say.

    ``over`` tells that the job has ended: why it had waited is no news then, though
    Slurm goes on to show it for a job that was cancelled while it waited.
    """
    # scontrol writes underscores for blanks, so that a text stays one word.
    said = (reason or "").replace("_", " ")
    word = _key(said)
    if signal := _SIGNAL.match(said):
        return SIGNALS.get(int(signal[1]), ENDED[word])
    if over:
        return ENDED.get(word)
    return WAITING.get(word) or ENDED.get(word) or limits.explanation(word)


def _key(said: str) -> str:
    """Return the tables' word for a reason with whatever follows it, or for a text."""
    for text in _TEXTS:
        if said.startswith(text):
            return text
    for pattern, word in _REWORDED:
        if pattern.match(said):
            return word
    named = _WORD.match(said)
    return named[1] if named else ""
