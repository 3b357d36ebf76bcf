"""The commands and what each takes, as argparse reads it for the command line and the magics."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final


@dataclass(frozen=True, slots=True)
class Command:
    """A command: ``what`` it does, words for it as an ``example``, and what adds its options."""

    what: str
    example: str
    add: Callable[[ArgumentParser], None]


def _queue(command: ArgumentParser) -> None:
    whose = command.add_mutually_exclusive_group()
    whose.add_argument("--me", action="store_true", help="your own jobs")
    whose.add_argument("-u", "--user", help="another user's jobs")
    _add_filters(command)


def _jobs(command: ArgumentParser) -> None:
    command.add_argument("--tag", action="append", help="with this tag; repeatable")
    _add_filters(command)


def _job(command: ArgumentParser) -> None:
    command.add_argument("id", metavar="ID", help="its Slurm id, or its UUID")


def _output(command: ArgumentParser) -> None:
    _job(command)
    add = command.add_argument
    add("-f", "--follow", action="store_true", help="go on until the job is over")
    add("-n", "--lines", type=int, help="begin with the last so many lines")
    add("-e", "--stderr", action="store_true", help="its standard error instead")


def _acting(command: ArgumentParser, verb: str) -> None:
    command.add_argument("ids", nargs="+", metavar="ID", help="as 123, 123_4, 123_[5-9], a UUID")
    if verb == "cancel":
        command.add_argument("-s", "--signal", help="send this, such as USR1, and cancel nothing")


def _add_filters(command: ArgumentParser) -> None:
    """Add what narrows a list; squeue's letters where it has them."""
    add = command.add_argument
    add("-t", "--state", help="in these states, as PENDING,R")
    add("-p", "--partition", help="in these partitions, with commas")
    add("-A", "--account", help="of these accounts, with commas")
    add("-n", "--name", help="with this in the name")
    add("-q", "--query", dest="q", help="with this in the name or elsewhere")
    add("-S", "--since", help="submitted then or later, as 2026-01-31 or 2026-01-31T12:00Z")
    add("-E", "--until", help="submitted before")
    add(
        "--sort", help="by this field, such as submit_time; the last first with --sort=-submit_time"
    )
    add("--limit", type=int, help="at most so many")


VERBS: Final = {
    "cancel": "cancel jobs, or send them a signal",
    "hold": "keep waiting jobs from starting",
    "release": "let held jobs start",
    "requeue": "send jobs back to wait for another run",
    "suspend": "stop running jobs for a while",
    "resume": "let suspended jobs go on",
}

COMMANDS: Final = {
    "queue": Command("show the cluster's queue", "--me -t PENDING,RUNNING", _queue),
    "jobs": Command(
        "list your jobs, also those that left the queue", "-t FAILED --since 2026-01-31", _jobs
    ),
    "show": Command("show one job, and why it waits or failed", "12345", _job),
    "output": Command("print what a job has written, or writes", "-f 12345", _output),
    **{
        verb: Command(what, "12345 12346_[3-9]", partial(_acting, verb=verb))
        for verb, what in VERBS.items()
    },
}
"""All but ``submit``, whose options are sbatch's."""
