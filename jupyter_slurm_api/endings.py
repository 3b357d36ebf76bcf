"""How a job ended, in plain words, by Slurm's reason or by the signal that it names."""

from __future__ import annotations

from typing import Final

ENDED: Final[dict[str, str]] = {
    "NonZeroExitCode": (
        "The job's script said that it failed: its exit code is not 0. See the end of its output"
        " for why."
    ),
    "RaisedSignal": (
        "A signal ended the job's script. The end of its output may say why; if not, submit it"
        " again, and ask your administrators if it happens again."
    ),
    "TimeLimit": (
        "The job reached its time limit and was ended. Ask for more (--time), or let it save what"
        " it has done so that another job can go on from there."
    ),
    "Job is at or exceeds": (
        "The job was ended since it had used up the time that its account or QOS is granted. Ask"
        " your administrators for more, or use another --account or --qos."
    ),
    "OutOfMemory": (
        "The job used more memory than it had asked for. Ask for more (--mem, --mem-per-cpu), or"
        " let it use less."
    ),
    "JobLaunchFailure": (
        "Slurm could not start the job, or a signal ended its script. See what its output says, and"
        " that its working directory and output's directory are there; then submit it again."
    ),
    "NodeDown": (
        "A node of this job failed. If Slurm does not run the job again by itself (--requeue),"
        " submit it again."
    ),
    "SystemFailure": (
        "Slurm, a file system or the network failed. Submit the job again, and tell your"
        " administrators if it happens again."
    ),
    "DeadLine": (
        "The job could not be over by its deadline, and Slurm gave it up. Submit it again with a"
        " later --deadline or a shorter --time."
    ),
    "InactiveLimit": (
        "The job was ended since it did nothing for longer than the site allows. Submit it again"
        " with its work in the script."
    ),
    "BurstBufferOperation": (
        "The burst buffer failed for this job: it is held, or its data may not have been copied."
        " Look for them and at its burst buffer lines, and ask your administrators."
    ),
    "DependencyNeverSatisfied": (
        "A job that this one depends on has ended otherwise than it asks for, so that it never ran."
        " Submit it again with another dependency."
    ),
    "PartitionDown": (
        "The partition of this job was down or taken away. Submit it again to another; `sinfo`"
        " shows them."
    ),
}
"""What a reason means to the person whose job is over."""

SIGNALS: Final[dict[int, str]] = {
    4: (
        "The job's program needs a CPU of another kind (signal ILL). Build it for the nodes that it"
        " runs on, or ask for others (--constraint)."
    ),
    6: ("The job's program gave up by itself (signal ABRT). See the end of its output for why."),
    7: (
        "The job's program could not reach its data (signal BUS), often since a disk or /dev/shm"
        " was full. See that there is room, and submit it again."
    ),
    8: (
        "The job's program computed what cannot be, such as a division by zero (signal FPE). Look"
        " into the program and its input."
    ),
    9: (
        "The job's script was killed (signal KILL), often since it used too much memory. See the"
        " end of its output, and ask for more memory (--mem) if that was it."
    ),
    11: (
        "The job's program crashed (signal SEGV), by a fault of its own or with the wrong"
        " libraries. Look into the program and the modules it runs with."
    ),
    15: (
        "The job's script was told to end (signal TERM). Submit it again if nobody meant it to end."
    ),
    24: (
        "The job's program used more CPU time than it may (signal XCPU). `ulimit -t` shows the"
        " limit; ask your administrators for more."
    ),
    25: (
        "The job's program wrote a larger file than it may (signal XFSZ). `ulimit -f` shows the"
        " limit; write smaller files, or ask your administrators."
    ),
    53: (
        "Slurm could not open the job's output file or working directory, and the script never"
        " began. See that both are there and that you may write to them, then submit it again."
    ),
}
"""What ``RaisedSignal:N`` means, by the number; 53 is no signal but Slurm's own code."""

_STATES: Final[dict[str, str]] = {
    "TIMEOUT": ENDED["TimeLimit"],
    "OUT_OF_MEMORY": ENDED["OutOfMemory"],
    "NODE_FAIL": ENDED["NodeDown"],
    "DEADLINE": ENDED["DeadLine"],
    "BOOT_FAIL": (
        "A node of this job could not be made ready for it. Submit it again, and tell your"
        " administrators if it happens again."
    ),
    "PREEMPTED": (
        "A job of higher priority took this one's place. Submit it again, with --requeue so that"
        " Slurm does that by itself, or to a partition or QOS whose jobs are not preempted."
    ),
    "UNKNOWN": (
        "How this job ended is not known: Slurm has no record of it any more. See what it wrote."
    ),
    "NOT_SUBMITTED": "Slurm never had this job: its submit did not reach it. Submit it again.",
}
"""What a state that a job ended in means, where it alone says why."""

_CODES: Final[dict[int, str]] = {
    126: (
        "The job's script could not run one of its commands (exit code 126): the file may not be"
        " executable, or is no program for these nodes."
    ),
    127: (
        "The job's script did not find one of its commands (exit code 127). Load the module or"
        " activate the environment that has it, in the script."
    ),
}
_SIGNALLED: Final = 128  # and the signal's number: how a shell tells of a command that one ended
_MOST_SIGNAL: Final = 64


def why(status: str, code: int | None, signal: int | None) -> str | None:
    """Return why a job did not end well, where its state, exit code or signal says so."""
    if status in _STATES:
        return _STATES[status]
    if status == "CANCELLED":
        return None
    if code and _SIGNALLED < code <= _SIGNALLED + _MOST_SIGNAL:
        signal = code - _SIGNALLED
    return SIGNALS.get(signal or 0) or _CODES.get(code or 0)


def unexplained(status: str, code: int | None, cancelled_by: str | None) -> str:
    """Return what there is to say of an end that nothing explains."""
    if status == "CANCELLED":
        by = f" by {cancelled_by}" if cancelled_by else ""
        return f"The job was cancelled{by}. Submit it again if nobody meant it to end."
    if code:
        return f"{ENDED['NonZeroExitCode']} It was {code}."
    return f"The job ended as {status}, and Slurm says no more. See the end of its output for why."
