"""sbatch's command line with options of our own, as the command line and the magics have it."""

from __future__ import annotations

import difflib
import os
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..slurm import arguments, directives
from ..slurm.options import LETTERS, OPTIONS, REFUSED, Takes, option_error

_ALIASES: Final = {"name": "job-name"}
"""What people write for an option, where sbatch itself has no such name."""


class UsageError(Exception):
    """The command line cannot be meant so; ``str()`` is the sentence that says why."""


@dataclass(slots=True)
class SbatchLine:
    """A command line, read.

    ``parameters`` are the job's by their long names, but for ``chdir``; ``ours`` are our own
    options, ``repeated`` the values of those that may be given several times; ``words`` are
    all else.
    """

    parameters: dict[str, str | bool] = field(default_factory=dict)
    ours: dict[str, str | bool] = field(default_factory=dict)
    repeated: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    chdir: str | None = None

    def names_job(self, script: str) -> bool:
        """Tell whether the line or the script gives the job a name."""
        return "job-name" in self.parameters or bool(directives.value(script, "job-name", "J"))

    def work_dir(self, script: str) -> str:
        """Return where the job runs: what is relative is below the directory that we are in."""
        said = self.chdir or directives.value(script, "chdir", "D") or ""
        return os.path.normpath(Path.cwd() / said)


def split(text: str) -> list[str]:
    """Return the words of a line, as a shell has them without its expansions.

    Raises:
        UsageError: a quotation is not closed.
    """
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"The line cannot be split into words ({error}): {text}") from error


def read(
    words: Sequence[str],
    ours: Mapping[str, Takes],
    *,
    repeatable: Collection[str] = (),
    mixed: bool = False,
) -> SbatchLine:
    """Read sbatch's options, and those that are ``ours`` by their whole long names.

    ``repeatable`` are those of ours that keep all their values; of all else the last
    counts. Options stand before the first other word, as with sbatch, or anywhere
    where they are ``mixed``; never behind ``--``.

    Raises:
        UsageError: there is no such option, or its value is missing or too much.
    """
    line = SbatchLine(repeated={name: [] for name in repeatable})
    known = {**arguments.LONG, **dict.fromkeys(_ALIASES, Takes.VALUE), **ours}
    rest = iter(words)
    for word in rest:
        if word == "--":
            break
        if word.startswith("-") and word != "-":
            _take(line, arguments.options(word, rest, known), ours)
            continue
        line.words.append(word)
        if not mixed:
            break
    line.words += rest
    return line


def _take(
    line: SbatchLine, options: Iterator[tuple[str, str | None]], ours: Mapping[str, Takes]
) -> None:
    for option, value in options:
        name = LETTERS.get(option, _ALIASES.get(option, option))
        takes = ours.get(name) or OPTIONS.get(name)
        if takes is None:
            raise UsageError(_no_option(option, name, ours))
        if value is None and takes is Takes.VALUE:
            raise UsageError(f"--{name} needs a value.")
        if value is not None and takes is Takes.NOTHING:
            raise UsageError(f"--{name} takes no value.")
        if name == "chdir":
            line.chdir = value
        elif name in line.repeated:
            line.repeated[name].append(value or "")
        else:
            place = line.ours if name in ours else line.parameters
            place[name] = True if value is None else value


def _no_option(option: str, name: str, ours: Mapping[str, Takes]) -> str:
    """Say that there is no such option, and which is near."""
    if name in REFUSED:
        return option_error(name, value=True) or ""
    if len(option) == 1:
        return f"-{option} is no option of sbatch."
    names = [*OPTIONS, *_ALIASES, *ours]
    near = difflib.get_close_matches(name.replace("_", "-").lower(), names, n=1, cutoff=0.5)
    return f"--{name} is no option." + (f" Did you mean --{near[0]}?" if near else "")
