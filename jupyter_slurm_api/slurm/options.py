"""sbatch's long options: which exist, which take a value, and how a request's values become argv.

Source: https://slurm.schedmd.com/sbatch.html, releases 20.11 to 26.05. Which of
them a cluster accepts, and with which values, is for its own sbatch to say.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, TypeAlias

Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = Scalar | Sequence[str | int | float]


_LARGEST: Final = 2**63 - 1
_LONGEST: Final = 10_000  # a command line has its limits, and all options share it


class Takes(Enum):
    """What stands behind an option on the command line."""

    NOTHING = "nothing"
    VALUE = "a value"
    MAYBE = "a value or nothing"


_FLAGS: Final = """
    contiguous hold ignore-pbs no-requeue overcommit oversubscribe reboot requeue spread-job
    stepmgr use-min-nodes
"""
_MAYBE: Final = "consolidate-segments exclusive get-user-env nice no-kill propagate resv-ports"
_VALUES: Final = """
    account acctg-freq array batch bb bbf begin chdir cluster-constraint comment constraint
    container container-id context core-spec cores-per-socket cpu-freq cpus-per-gpu
    cpus-per-task deadline delay-boot dependency distribution error exclude export export-file
    extra extra-node-info gpu-bind gpu-freq gpus gpus-per-node gpus-per-socket gpus-per-task
    gres gres-flags hint input job-name kill-on-invalid-dep licenses mail-type mail-user
    mcs-label mem mem-bind mem-per-cpu mem-per-gpu mincpus network nodefile nodelist nodes
    ntasks ntasks-per-core ntasks-per-gpu ntasks-per-node ntasks-per-socket ntasks-per-tres
    oom-kill-step open-mode output partition power prefer priority profile qos reservation
    segment signal sockets-per-node switches tasks-per-node thread-spec threads-per-core time
    time-min tmp tres-bind tres-per-task wait-all-nodes wckey
"""

OPTIONS: Final[dict[str, Takes]] = {
    **dict.fromkeys(_FLAGS.split(), Takes.NOTHING),
    **dict.fromkeys(_MAYBE.split(), Takes.MAYBE),
    **dict.fromkeys(_VALUES.split(), Takes.VALUE),
}

_NO_ANSWER: Final = "it changes what sbatch answers, and the job's id would be lost"
_NOT_YOURS: Final = "a job runs as the user who started this server"
REFUSED: Final[dict[str, str]] = {
    **dict.fromkeys(("parsable", "quiet", "verbose", "test-only"), _NO_ANSWER),
    **dict.fromkeys(
        ("help", "usage", "version"), "it makes sbatch print a text and submit nothing"
    ),
    **dict.fromkeys(("uid", "gid"), _NOT_YOURS),
    "wait": "a submit is answered at once; read the job's status to see when it ends",
    "wrap": "the script is what runs; put the command there",
    "clusters": "this server follows the jobs of its own cluster only",
}
"""Options that a request may not set, and why."""

LETTERS: Final[dict[str, str]] = {
    "a": "array",
    "A": "account",
    "b": "begin",
    "B": "extra-node-info",
    "c": "cpus-per-task",
    "C": "constraint",
    "d": "dependency",
    "D": "chdir",
    "e": "error",
    "F": "nodefile",
    "G": "gpus",
    "h": "help",
    "H": "hold",
    "i": "input",
    "J": "job-name",
    "k": "no-kill",
    "L": "licenses",
    "m": "distribution",
    "M": "clusters",
    "n": "ntasks",
    "N": "nodes",
    "o": "output",
    "O": "overcommit",
    "p": "partition",
    "q": "qos",
    "Q": "quiet",
    "s": "oversubscribe",
    "S": "core-spec",
    "t": "time",
    "v": "verbose",
    "V": "version",
    "w": "nodelist",
    "W": "wait",
    "x": "exclude",
}
"""The letters that options also go by."""


def option_error(name: str, value: Value) -> str | None:
    """Say what is wrong with one parameter, or None where it can go to sbatch."""
    if name in REFUSED:
        return f"'{name}' cannot be set here: {REFUSED[name]}."
    if name not in OPTIONS:
        return _unknown(name)
    if value is None or value is False:
        return None
    if value is True:
        return f"'{name}' needs a value." if OPTIONS[name] is Takes.VALUE else None
    return _value_error(name, value)


def to_argv(parameters: Mapping[str, Value]) -> list[str]:
    """Write checked parameters as sbatch arguments; null and false leave an option out."""
    return [
        f"--{name}" if value is True else f"--{name}={to_text(value)}"
        for name, value in parameters.items()
        if value is not None and value is not False
    ]


def to_text(value: Value) -> str:
    """Write one value as sbatch reads it; a list is joined by commas."""
    if isinstance(value, (list, tuple)):
        return ",".join(str(item) for item in value)
    return str(value)


def _value_error(name: str, value: Value) -> str | None:
    text = to_text(value)
    if OPTIONS[name] is Takes.NOTHING:
        return f"'{name}' takes no value: send true or false."
    if isinstance(value, int) and abs(value) > _LARGEST:
        return f"'{name}' is a larger number than Slurm knows."
    if len(text) > _LONGEST:
        return f"'{name}' has {len(text):,} characters; at most {_LONGEST:,} are allowed."
    if not text:
        return f"'{name}' is empty: send null to leave it out."
    if any(character in text for character in "\0\r\n"):
        return f"'{name}' holds a line break or a NUL character: an option is one line of text."
    return None


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name.replace("_", "-").lower(), OPTIONS, n=1, cutoff=0.5)
    hint = f" Did you mean '{near[0]}'?" if near else " Use sbatch's long option names."
    return f"'{name}' is not an option of sbatch.{hint}"
