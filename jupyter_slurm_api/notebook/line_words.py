"""The words of a magic's line: as argparse reads them there, and which there are to complete."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from ..cli.sbatch_line import UsageError
from ..slurm.options import LETTERS, OPTIONS, Takes

FILES: Final = "files"
PARTITIONS: Final = "partitions"
ACCOUNTS: Final = "accounts"
QOS: Final = "qos"
STATES: Final = "states"
ACTIVE_JOBS: Final = "active jobs"
JOBS: Final = "jobs"

_OF_SBATCH: Final = {
    "partition": PARTITIONS,
    "account": ACCOUNTS,
    "qos": QOS,
    "dependency": JOBS,
}
_OF_LISTS: Final = {"partition": PARTITIONS, "account": ACCOUNTS, "state": STATES, "jobs": JOBS}


@dataclass(frozen=True, slots=True)
class Words:
    """What may stand in a line.

    ``flags`` are the options without a value, ``valued`` those with one and of which kind it
    is; ``others`` is the kind of all else. ``first`` are those that may stand as the first
    word, with what may follow each.
    """

    flags: Sequence[str] = ()
    valued: Mapping[str, str] = field(default_factory=dict)
    others: str = FILES
    first: Mapping[str, Words] = field(default_factory=dict)

    @classmethod
    def of_sbatch(cls, ours: Mapping[str, Takes]) -> Words:
        """Return those of a line of sbatch's options with ours."""
        known = {**OPTIONS, **ours}
        names = {f"--{name}": name for name in known}
        names |= {f"-{letter}": name for letter, name in LETTERS.items() if name in known}
        valued = {
            word: _OF_SBATCH.get(name, FILES)
            for word, name in names.items()
            if known[name] is Takes.VALUE
        }
        return cls([word for word in names if word not in valued], valued)


class LineParser(argparse.ArgumentParser):
    """argparse for lines in a notebook: it ends no kernel."""

    def words(self, others: str) -> Words:
        """Return what may stand in its lines, ``others`` where no options do."""
        options = self._option_string_actions
        valued = {
            word: _OF_LISTS.get(action.dest, FILES)
            for word, action in options.items()
            if action.nargs != 0
        }
        return Words([word for word in options if word not in valued], valued, others)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with a line, and what it is to look like."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}.\n{self.format_usage().strip()}")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:  # noqa: ARG002 - argparse's
        """End the reading of a line that asked for help, which has been printed."""
        raise Helped


class Helped(Exception):
    """A line asked for help, and got it."""
