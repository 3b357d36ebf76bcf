"""`jupyter slurm`: the commands, and what they exit with.

0: done. 1: refused or failed, with a sentence on standard error. 2: no such command line.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from .parsers import COMMANDS
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
    for name, command in COMMANDS.items():
        its = commands.add_parser(
            name,
            help=command.what,
            description=f"{command.what[0].upper()}{command.what[1:]}.",
            epilog=f"example: jupyter slurm {name} {command.example}",
        )
        command.add(its)
        if name == "output":
            its.set_defaults(json=False)
        else:
            its.add_argument("--json", action="store_true", help="print the API's answer")
    return parser
