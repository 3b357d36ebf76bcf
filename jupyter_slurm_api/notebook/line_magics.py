"""`%slurm queue` and the like, and the names that users know: `%squeue`, `%scancel` and others."""

from __future__ import annotations

import difflib
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, cast

from ..actions import Verb
from ..cli import parsers
from ..cli.parsers import COMMANDS, Command
from ..cli.saying import say
from ..cli.sbatch_line import SbatchLine, UsageError
from . import acting, batch_scripts, cell_magic, looking
from .batch_job import BatchJob
from .connection import Connection
from .line_commands import LineCommand, of_sbatch, parsed
from .line_words import ACTIVE_JOBS, JOBS, Words
from .run_commands import ATTACH, RUN


def _frame(parser: ArgumentParser) -> None:
    parser.add_argument("--df", action="store_true", help="as a pandas DataFrame")


def _ids(parser: ArgumentParser) -> None:
    parser.add_argument("-j", "--jobs", help="these ids alone, with commas")


def _yes(parser: ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="ask nothing, however many they are")


def _partitions(parser: ArgumentParser) -> None:
    parser.add_argument("-p", "--partition", help="these alone, with commas")


def _sacct(parser: ArgumentParser) -> None:
    """Add sacct's options, under its own names."""
    add = parser.add_argument
    add("-s", "--state", help="in these states, as FAILED,TO")
    add("-S", "--starttime", dest="since", help="submitted then or later, as 2026-01-31")
    add("-E", "--endtime", dest="until", help="submitted before")
    add("--name", help="with this in the name")
    add("-r", "--partition", help="in these partitions, with commas")
    add("-A", "--account", "--accounts", help="of these accounts, with commas")
    add("-X", "--allocations", action="store_true", help="a line a job, as always here")
    add("--limit", type=int, help="at most so many")


_PARTITIONS: Final = Command("show the partitions, and what is free", "-p debug", _partitions)
_SACCT: Final = Command(COMMANDS["jobs"].what, "-s FAILED -S 2026-01-31", _sacct)


def _queue(program: str) -> LineCommand:
    return parsed(program, COMMANDS["queue"], looking.queue, _ids, _frame)


def _partition_list(program: str) -> LineCommand:
    return parsed(program, _PARTITIONS, looking.partitions, _frame)


def _acting(program: str, name: str) -> LineCommand:
    act = partial(acting.act, verb=cast("Verb", name))
    more = [_yes] if name == "cancel" else []
    return parsed(program, COMMANDS[name], act, *more, others=ACTIVE_JOBS)


def _sbatch(connection: Connection, line: SbatchLine) -> Any:
    if "test-only" in line.ours:
        return _estimate(connection, line)
    answer = connection.ask(lambda client: batch_scripts.sbatch(client, line))
    return BatchJob.of(connection, answer)


def _estimate(connection: Connection, line: SbatchLine) -> Any:
    return connection.ask(lambda client: batch_scripts.estimate(client, line))


SLURM: Final[dict[str, LineCommand]] = {
    "queue": _queue("%slurm queue"),
    "jobs": parsed("%slurm jobs", COMMANDS["jobs"], looking.jobs, _frame),
    "show": parsed("%slurm show", COMMANDS["show"], looking.show, others=JOBS),
    "output": parsed("%slurm output", COMMANDS["output"], looking.print_output, others=JOBS),
    **{name: _acting(f"%slurm {name}", name) for name in parsers.VERBS},
    "partitions": _partition_list("%slurm partitions"),
    "estimate": of_sbatch(
        "show when and where a job would start",
        batch_scripts.ESTIMATE,
        batch_scripts.ESTIMATE_HELP,
        _estimate,
    ),
    "attach": ATTACH,
    "run": RUN,
}
"""What may follow ``%slurm``."""


def slurm(commands: Mapping[str, LineCommand] = SLURM) -> LineCommand:
    """Return ``%slurm``, which does what its first word says."""

    def run(connection: Connection, words: Sequence[str]) -> Any:
        name, *rest = words or ("help",)
        if name in ("help", "--help", "-h"):
            say(_help(commands))
            return None
        if name not in commands:
            raise UsageError(_no_command(name, commands))
        return commands[name].run(connection, rest)

    words = Words(first={name: command.words for name, command in commands.items()})
    return LineCommand("look at jobs, and act on them", run, words)


NAMES: Final[dict[str, LineCommand]] = {
    "slurm": slurm(),
    "squeue": _queue("%squeue"),
    "scancel": _acting("%scancel", "cancel"),
    "sinfo": _partition_list("%sinfo"),
    "sacct": parsed("%sacct", _SACCT, looking.accounting, _ids, _frame),
    "sbatch": of_sbatch(
        "submit a batch script, with sbatch's options",
        batch_scripts.SBATCH,
        batch_scripts.SBATCH_HELP,
        _sbatch,
    ),
}
"""The line magics."""

_CELL: Final = Words.of_sbatch(cell_magic.OURS)
LINES: Final[dict[str, Words]] = {
    **{f"%{name}": command.words for name, command in NAMES.items()},
    "%%slurm": replace(_CELL, first={"python": _CELL}),
    "%%sbatch": _CELL,
}
"""What may stand behind each magic's name."""


def _no_command(name: str, commands: Mapping[str, LineCommand]) -> str:
    if name.startswith("-"):
        return "`%slurm` is followed by a word; `%%slurm` on top of a cell submits it."
    near = difflib.get_close_matches(name, commands, n=1)
    hint = f"Did you mean `%slurm {near[0]}`?" if near else "`%slurm help` names what there is."
    return f"There is no `%slurm {name}`. {hint}"


def _help(commands: Mapping[str, LineCommand]) -> str:
    lines = [f"  {name:<12}{command.what}" for name, command in commands.items()]
    return "\n".join(["usage: %slurm WORD ...", *lines, "", "Each explains itself with --help."])
