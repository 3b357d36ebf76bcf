"""What a line magic does, and how its line is read: by argparse, or as sbatch's command line."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..cli import parsers, sbatch_line, submitting
from ..cli.saying import say
from ..cli.sbatch_line import SbatchLine
from ..client import SlurmClient
from ..slurm.options import Takes
from .connection import Connection
from .line_words import FILES, Helped, LineParser, Words
from .magic_error import in_words


@dataclass(frozen=True, slots=True)
class LineCommand:
    """What a line does: ``run`` is given the server and the words, and returns what is shown."""

    what: str
    run: Callable[[Connection, Sequence[str]], Any]
    words: Words


def run_line(command: LineCommand, connection: Connection, line: str) -> Any:
    """Do what a line says; what it returns is shown by its cell.

    Raises:
        SlurmMagicError: it was refused, or cannot be meant so.
    """
    with in_words():
        return command.run(connection, sbatch_line.split(line))


def parsed(
    program: str,
    command: parsers.Command,
    act: Callable[[SlurmClient, Namespace], Any],
    *more: Callable[[ArgumentParser], None],
    others: str = FILES,
) -> LineCommand:
    """Return a command that argparse reads, with ``more`` options than the command line's."""
    parser = LineParser(
        prog=program,
        description=f"{command.what[0].upper()}{command.what[1:]}.",
        epilog=f"example: {program} {command.example}",
    )
    for add in (command.add, *more):
        add(parser)

    def run(connection: Connection, words: Sequence[str]) -> Any:
        try:
            options = parser.parse_args(words)
        except Helped:
            return None
        found = connection.ask(lambda client: act(client, options))
        return found.frame() if getattr(options, "df", False) else found

    return LineCommand(command.what, run, parser.words(others))


def of_sbatch(
    what: str,
    ours: Mapping[str, Takes],
    explanation: str,
    act: Callable[[Connection, SbatchLine], Any],
) -> LineCommand:
    """Return a command whose line is sbatch's, with options that are ``ours``."""

    def run(connection: Connection, words: Sequence[str]) -> Any:
        line = submitting.read(words, ours)
        if line.ours.keys() & {"help", "usage"}:
            say(explanation.rstrip())
            return None
        connection.ask(SlurmClient.health)  # a submit would try for long where nobody is
        found = act(connection, line)
        return found.frame() if "df" in line.ours else found

    return LineCommand(what, run, Words.of_sbatch(ours))
