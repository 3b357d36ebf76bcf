"""`jupyter slurm`: the commands, and what they exit with.

0: done. 1: refused or failed, with a sentence on standard error. 2: no such command line.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from .acting import VERBS
from .saying import note, say, say_json

if TYPE_CHECKING:  # pydantic and httpx are loaded when a server is asked, not for a help text
    from ..client import SlurmClient

_REFUSED: Final = 1
_USAGE: Final = 2
_INTERRUPTED: Final = 130
_SUBMIT_HELP: Final = "submit a batch script, with sbatch's options"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Whatever the locale is, a character that it does not have stops nothing.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _submit(words[1:]) if words[:1] == ["submit"] else _other(words)
        sys.stdout.flush()
    except BrokenPipeError:  # as with `| head`: nobody wants the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _REFUSED
    except KeyboardInterrupt:
        return _INTERRUPTED
    return status


def _submit(words: Sequence[str]) -> int:
    """Submit; the options are sbatch's, which argparse could not read."""
    from . import submitting
    from .sbatch_line import UsageError

    try:
        line = submitting.read(words)
        if line.ours.keys() & {"help", "usage"}:
            say(submitting.HELP.rstrip())
            return 0
        script = submitting.script_of(line)
    except UsageError as error:
        note(str(error))
        return _USAGE
    return _asking(
        lambda client: submitting.submit(client, line, script), as_json="json" in line.ours
    )


def _other(words: Sequence[str]) -> int:
    options = _parser().parse_args(words)
    return _asking(lambda client: _command(options)(client, options), as_json=options.json)


def _command(options: argparse.Namespace) -> Callable[[SlurmClient, argparse.Namespace], int]:
    from . import acting, listing, output, showing

    own = {
        "queue": listing.queue,
        "jobs": listing.jobs,
        "show": showing.show,
        "output": output.output,
    }
    return own.get(options.command, acting.act)


def _asking(command: Callable[[SlurmClient], int], *, as_json: bool) -> int:
    """Do a command with a client; as JSON the server's first answer is printed as it came."""
    from ..client import ApiError, SlurmClient

    heard: list[bytes] = []

    def hear(body: bytes) -> None:
        if not heard:
            heard.append(body)
            say_json(body)

    try:
        with SlurmClient(heard=hear if as_json else None) as client:
            return command(client)
    except ApiError as error:
        note(error.message)
        return _REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jupyter slurm",
        description="Submit, watch and cancel Slurm's jobs by way of your Jupyter server: the one"
        " of JUPYTER_SLURM_URL and JUPYTER_SLURM_TOKEN, the one that this terminal belongs to, or"
        " one that runs here.",
        epilog="example: jupyter slurm submit --time=10 script.sh && jupyter slurm queue --me",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("submit", help=_SUBMIT_HELP)
    queue = _add(commands, "queue", "show the cluster's queue", "queue --me -t PENDING,RUNNING")
    whose = queue.add_mutually_exclusive_group()
    whose.add_argument("--me", action="store_true", help="your own jobs")
    whose.add_argument("-u", "--user", help="another user's jobs")
    _add_filters(queue)
    jobs = _add(
        commands,
        "jobs",
        "list your jobs, also those that left the queue",
        "jobs -t FAILED --since 2026-01-31",
    )
    jobs.add_argument("--tag", action="append", help="with this tag; repeatable")
    _add_filters(jobs)
    show = _add(commands, "show", "show one job, and why it waits or failed", "show 12345")
    show.add_argument("id", help="its Slurm id, or its UUID")
    _add_output(commands)
    for verb, what in VERBS.items():
        acting = _add(commands, verb, what, f"{verb} 12345 12346_[3-9]")
        acting.add_argument("ids", nargs="+", metavar="ID", help="as 123, 123_4, 123_[5-9], a UUID")
        if verb == "cancel":
            acting.add_argument(
                "-s", "--signal", help="send this, such as USR1, and cancel nothing"
            )
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str, line: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=f"example: jupyter slurm {line}",
    )
    command.add_argument("--json", action="store_true", help="print the API's answer")
    return command


def _add_output(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    what = "print what a job has written, or writes"
    command = commands.add_parser(
        "output", help=what, description=what, epilog="example: jupyter slurm output -f 12345"
    )
    command.add_argument("id", help="its Slurm id, or its UUID")
    command.add_argument("-f", "--follow", action="store_true", help="go on until the job is over")
    command.add_argument("-n", "--lines", type=int, help="begin with the last so many lines")
    command.add_argument("-e", "--stderr", action="store_true", help="its standard error instead")
    command.set_defaults(json=False)


def _add_filters(command: argparse.ArgumentParser) -> None:
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
