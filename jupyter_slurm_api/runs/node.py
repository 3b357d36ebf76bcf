"""What happens in the kernel on the node, before and after the notebook's own code."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cloudpickle

from . import variables
from .directory import RunDirectory
from .run import Run

INPUTS = "inputs.pickle"
TASKS = "tasks.pickle"
OUTPUTS = "outputs.pickle"


def begin(path: str, task: int | None, namespace: dict[str, Any]) -> None:
    """Put the variables that were sent where the cell finds them, and those of its task."""
    directory = RunDirectory(Path(path))
    run = Run.read(directory)
    sys.path.extend(place for place in run.sys_path if place not in sys.path)
    with directory.open(INPUTS) as file:
        namespace.update(variables.load(file, namespace))
    if task is not None:
        namespace.update(tasks_of(directory)[task])


def end(path: str, results: str, namespace: dict[str, Any]) -> None:
    """Write down the variables that are to come back.

    Raises:
        NameError: the cell has not made one of them.
        VariableError: one of them cannot be pickled.
    """
    run = Run.read(RunDirectory(Path(path)))
    missing = [name for name in run.outputs if name not in namespace]
    if missing:
        raise NameError(f"The cell has made no {', '.join(missing)}, which --out asks for.")
    wanted = {name: namespace[name] for name in run.outputs}
    partial = Path(results) / f".{OUTPUTS}"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        variables.dump(wanted, file, sys.maxsize)
    partial.replace(Path(results) / OUTPUTS)


def tasks_of(directory: RunDirectory) -> list[dict[str, Any]]:
    """Return the parameters of each task of a sweep, in their order."""
    with directory.open(TASKS) as file:
        found: list[dict[str, Any]] = pickle.load(file)  # noqa: S301 - of this user's own directory
    return found


def write_tasks(directory: RunDirectory, tasks: Sequence[dict[str, Any]]) -> None:
    """Write down the parameters of each task."""
    directory.write(TASKS, cloudpickle.dumps([*tasks]))
