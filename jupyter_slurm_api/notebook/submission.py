"""A cell as it goes to the API: of a shell script, or of Python."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from IPython.core.interactiveshell import InteractiveShell

from ..cli.sbatch_line import SbatchLine, UsageError
from ..client import Invalid
from ..models import ParameterValue
from ..runs import preparing
from ..runs.directory import RunDirectory, UnsafeFileError
from ..runs.run import Run
from ..runs.script import script
from ..runs.variables import VariableError
from . import names, sweep
from .batch_job import BatchJob
from .cell_job import CellJob
from .connection import Connection
from .formatting import formatted
from .sweep_job import SweepJob

_BASH: Final = "#!/bin/bash\n"
_OF_PYTHON: Final = {"in": "input", "out": "output"}
_NAME: Final = "cell"
_LONGEST_TAG: Final = 500
_OUTPUT: Final = {False: "job.out", True: "job-%a.out"}


@dataclass(frozen=True, slots=True)
class Submission:
    """What is submitted; ``directory`` is that of a Python cell's run."""

    script: str
    parameters: Mapping[str, ParameterValue]
    work_dir: str
    name: str | None
    tags: Sequence[str]
    directory: RunDirectory | None = None
    tasks: Sequence[str] = ()

    def submit(self, connection: Connection) -> BatchJob:
        """Submit it; what the API refuses leaves no directory behind.

        Raises:
            ApiError: it was refused, or the server cannot be asked.
        """
        try:
            answer = connection.client.submit(
                self.script,
                name=self.name,
                parameters=self.parameters,
                work_dir=self.work_dir,
                tags=self.tags,
            )
        except Invalid:
            self.discard()
            raise
        if self.directory is None:
            return BatchJob.of(connection, answer)
        kind = SweepJob if self.tasks else CellJob
        return kind(connection, answer.job_id, answer.slurm_id, directory=self.directory)

    def discard(self) -> None:
        """Remove what was written for it."""
        if self.directory:
            self.directory.remove()


def of_shell(line: SbatchLine, cell: str, shell: InteractiveShell) -> Submission:
    """Return a shell cell's submission.

    Raises:
        UsageError: an option is for Python cells alone; with ``--format``, a variable is not
            there, or cannot be written so.
    """
    _refuse_options_of_python(line)
    text = (_formatted(cell, shell) if "format" in line.ours else cell).lstrip("\n")
    text = text if text.startswith("#!") else _BASH + text
    name = _name(line, text)
    return Submission(
        text,
        line.parameters,
        line.work_dir(text),
        name,
        _tags(line, cell, shell),
    )


def of_python(line: SbatchLine, cell: str, shell: InteractiveShell, limit: int) -> Submission:
    """Return a Python cell's submission, with the directory of its run written.

    Raises:
        UsageError: the line cannot be meant so, a variable cannot go, or the cell needs
            variables that the line does not name.
        Invalid: the directory cannot be made there.
    """
    if "format" in line.ours:
        raise UsageError("--format is for shell cells: a Python cell gets variables by --in.")
    if line.repeated["sweep"] and "array" in line.parameters:
        raise UsageError("--sweep makes the array: leave --array out.")
    tasks = sweep.combinations(line.repeated["sweep"], shell.ev) if line.repeated["sweep"] else []
    sent = _sent(line, cell, shell, tasks[0] if tasks else {})
    labels = tuple(sweep.label(one) for one in tasks)
    run = Run(
        source=cell,
        outputs=_listed(line, "out"),
        tasks=labels,
        sys_path=tuple(place for place in sys.path if place),
    )
    work_dir = line.work_dir("")
    try:
        directory = preparing.cell(Path(work_dir), run, sent, limit=limit, tasks=tasks)
    except (VariableError, UnsafeFileError) as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise Invalid(
            f"What the cell needs cannot be written to {work_dir}: {error.strerror}. Name a"
            " directory that the nodes share with --chdir."
        ) from error
    asked: dict[str, ParameterValue] = {"output": str(directory.path / _OUTPUT[bool(tasks)])}
    if tasks:
        asked["array"] = f"0-{len(tasks) - 1}"
    name = _name(line, "")
    return Submission(
        script("A Python cell", directory, os.environ),
        asked | line.parameters,
        work_dir,
        name,
        [directory.tag, *_tags(line, cell, shell)],
        directory,
        labels,
    )


def _formatted(cell: str, shell: InteractiveShell) -> str:
    try:
        return formatted(cell, shell.user_ns)
    except (NameError, ValueError, TypeError) as error:
        raise UsageError(f"--format: {error}") from error


def source_tag(cell: str) -> str:
    """Return the tag of all jobs of a cell with this text."""
    return f"source={hashlib.sha256(cell.strip().encode()).hexdigest()[:16]}"


def _sent(
    line: SbatchLine, cell: str, shell: InteractiveShell, swept: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what goes to the node: the variables that are named, and the code they need."""
    namespace = {
        name: value for name, value in shell.user_ns.items() if name not in shell.user_ns_hidden
    }
    for name in _listed(line, "in"):
        if name not in namespace:
            raise UsageError(f"There is no variable {name!r} in the notebook to send (--in).")
    chosen = {name: namespace[name] for name in _listed(line, "in")}
    source = shell.transform_cell(cell)
    try:
        lacking = names.lacking(source, namespace, {**chosen, **swept})
        code = names.code_for(source, namespace)
    except SyntaxError as error:
        raise UsageError(f"The cell is no Python: line {error.lineno}: {error.msg}") from error
    if lacking:
        raise UsageError(
            f"The cell uses {', '.join(lacking)} of the notebook, which would not be there. Send"
            f" them with --in {','.join([*chosen, *lacking])}"
        )
    return code | chosen


def _listed(line: SbatchLine, name: str) -> tuple[str, ...]:
    """Return the names that an option lists, checked to be such."""
    listed = [one for one in re.split(r"[,\s]+", str(line.ours.get(name, ""))) if one]
    for one in listed:
        if not one.isidentifier():
            raise UsageError(f"--{name} lists names of variables, and {one!r} is none.")
    return tuple(dict.fromkeys(listed))


def _refuse_options_of_python(line: SbatchLine) -> None:
    for name in ("in", "out", "sweep"):
        if name in line.ours or line.repeated.get(name):
            meant = f" sbatch's option is --{_OF_PYTHON[name]}." if name in _OF_PYTHON else ""
            raise UsageError(f"--{name} is for Python cells: %%slurm python --{name} ….{meant}")


def _name(line: SbatchLine, script: str) -> str | None:
    """Return the job's name: that of the line, so that it is known at once, or the notebook's.

    None leaves it to the script.
    """
    if "job-name" in line.parameters:
        return str(line.parameters.pop("job-name"))
    if line.names_job(script):
        return None
    return Path(os.environ.get("JPY_SESSION_NAME", "")).stem or _NAME


def _tags(line: SbatchLine, cell: str, shell: InteractiveShell) -> list[str]:
    """Return by what a job is found again: its text, its notebook and cell, and the user's."""
    kernel: Any = shell
    parent = kernel.get_parent() if hasattr(kernel, "get_parent") else {}  # a terminal has none
    origin = {
        "notebook": os.environ.get("JPY_SESSION_NAME"),
        "cell": parent.get("metadata", {}).get("cellId"),
    }
    known = [f"{name}={value}" for name, value in origin.items() if value]
    ours = [one for one in known if len(one) <= _LONGEST_TAG and one.isprintable()]
    return [source_tag(cell), *(one for one in ours if "," not in one), *line.repeated["tag"]]
