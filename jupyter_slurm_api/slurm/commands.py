"""What to run: pure builders of Slurm's command lines.

Fields of an answer are set apart by a fresh random token, not by a fixed
character: a job's name may hold any character, and with a known separator
anybody could forge whole rows of somebody else's queue.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import datetime, timezone
from string import ascii_lowercase
from typing import Final

from .. import states

_TOKEN_LETTERS: Final = 10
_TAG: Final = "jupyter-slurm-api="
_TAGGED: Final = re.compile(r" ?\bjupyter-slurm-api=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

QUEUE_FIELDS: Final = (
    "JobArrayID",
    "Name",
    "UserName",
    "State",
    "TimeUsed",
    "NumNodes",
    "NodeList",
    "StateCompact",
    "Partition",
    "Account",
    "Reason",
    "ArrayJobID",
    "ArrayTaskID",
    "PriorityLong",
    "NumCPUs",
    "SubmitTime",
    "StartTime",
    "EndTime",
    "TimeLimit",
)
"""squeue's fields for the whole queue, in the order of `models.QueueRow`."""

OWN_FIELDS: Final = (
    "JobArrayID",
    "JobID",
    "State",
    "Name",
    "UserName",
    "Reason",
    "Partition",
    "Account",
    "QOS",
    "NumNodes",
    "NodeList",
    "NumCPUs",
    "tres-alloc",
    "TimeLimit",
    "SubmitTime",
    "EligibleTime",
    "StartTime",
    "EndTime",
    "exit_code",
    "RestartCnt",
    "WorkDir",
    "STDOUT",
    "STDERR",
    "Dependency",
    "Comment",
)
"""squeue's fields for one's own jobs, in the order that `observing.observe` reads."""

ACCOUNTING_FIELDS: Final = (
    "JobID",
    "JobIDRaw",
    "State",
    "User",
    "Partition",
    "Account",
    "QOS",
    "NNodes",
    "NodeList",
    "AllocCPUS",
    "Submit",
    "Eligible",
    "Start",
    "End",
    "ExitCode",
    "ElapsedRaw",
    "TotalCPU",
    "MaxRSS",
    "ReqMem",
    "ReqCPUS",
)
"""sacct's fields, in the order that `accounting.recorded` reads.

The name is not among them: slurmdbd stores it with other quotes.
"""

TAG_FIELDS: Final = ("JobID", "User", "Submit", "SubmitLine")
"""sacct's fields for the search by tag, in the order that `accounting.tagged` reads."""

NODE_FIELDS: Final = (
    "NodeList",
    "Partition",
    "StateLong",
    "CPUsState",
    "Memory",
    "AllocMem",
    "Gres",
    "GresUsed",
    "Features",
    "Reason",
)
"""sinfo's fields, in the order that `inventory.nodes` reads."""


def _token() -> str:
    # squeue -O takes digits behind the colon for a width, so the token has letters only.
    return "".join(secrets.choice(ascii_lowercase) for _ in range(_TOKEN_LETTERS))


@dataclass(frozen=True, slots=True)
class Separators:
    """The two tokens of one command: one after each field, one after each record."""

    field: str = made_by(default_factory=_token)
    record: str = made_by(default_factory=_token)

    @classmethod
    def of_sacct(cls) -> Separators:
        """Return separators for sacct, which ends a record with its delimiter and a line feed."""
        field = _token()
        return cls(field, f"{field}\n")


def tag(job_id: str) -> str:
    """Return the words that mark a job as ours in its comment."""
    return f"{_TAG}{job_id}"


def split_tag(comment: str) -> tuple[str | None, str | None]:
    """Split a job's comment into the user's own part and our UUID; None where there is none."""
    found = _TAGGED.findall(comment)
    own = _TAGGED.sub("", comment).strip()
    # Ours is written last: one that came with a copied comment stands before it.
    return own or None, found[-1] if found else None


def sbatch(options: Sequence[str], *, comment: str | None, job_id: str) -> list[str]:
    """Submit the script on standard input, with our tag beside the user's comment."""
    text = f"{comment} {tag(job_id)}" if comment else tag(job_id)
    return ["sbatch", "--parsable", *options, f"--comment={text}"]


def squeue(separators: Separators) -> list[str]:
    """Ask for the whole queue."""
    return ["squeue", "--all", "--noheader", _format(QUEUE_FIELDS, separators)]


def squeue_own(separators: Separators) -> list[str]:
    """Ask for all jobs of this user, the ended ones that the controller still holds too."""
    return [
        "squeue",
        "--me",
        "--all",
        "--states=all",
        "--noheader",
        _format(OWN_FIELDS, separators),
    ]


def sacct(ids: Iterable[str], since: datetime, separators: Separators) -> list[str]:
    """Ask the accounting for jobs by id, with every run of a requeued one and its steps."""
    return [
        *_sacct(ACCOUNTING_FIELDS, since, separators),
        f"--jobs={','.join(ids)}",
    ]


def sacct_tags(user: str, since: datetime, separators: Separators) -> list[str]:
    """Ask the accounting how this user's latest jobs were submitted.

    The command line is there since Slurm 21.08. Without a list of states sacct leaves out
    the jobs that never became eligible, and with one it wants an end of the time.
    """
    return [
        *_sacct(TAG_FIELDS, since, separators),
        "--allocations",
        f"--user={user}",
        f"--state={','.join(states.BASE_STATES.values())}",
        "--endtime=now+1days",
    ]


def _sacct(names: Sequence[str], since: datetime, separators: Separators) -> list[str]:
    return [
        "sacct",
        "--duplicates",
        "--noheader",
        "--parsable",
        f"--delimiter={separators.field}",
        f"--starttime={since.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%S}",  # see `environment`
        f"--format={','.join(names)}",
    ]


def scontrol_job(slurm_id: str) -> list[str]:
    """Ask the controller for one job, one line a record."""
    return ["scontrol", "--oneliner", "show", "job", slurm_id]


def scontrol_config() -> list[str]:
    """Ask the controller for its configuration."""
    return ["scontrol", "show", "config"]


def sinfo(separators: Separators) -> list[str]:
    """Ask for the nodes that this user may see, each once for every partition it is in."""
    return ["sinfo", "--Node", "--noheader", _format(NODE_FIELDS, separators)]


def scontrol_partitions() -> list[str]:
    """Ask for the partitions that this user may see, one line each."""
    return ["scontrol", "--oneliner", "show", "partition"]


def _format(names: Sequence[str], separators: Separators) -> str:
    inner = [f"{name}:{separators.field}" for name in names[:-1]]
    return "--Format=" + ",".join([*inner, f"{names[-1]}:{separators.record}"])
