"""Making the directory of a run, before its job is submitted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import node, variables
from .directory import RunDirectory
from .run import Run


def cell(
    work_dir: Path,
    run: Run,
    sent: Mapping[str, Any],
    *,
    limit: int,
    tasks: Sequence[dict[str, Any]] = (),
) -> RunDirectory:
    """Write down a cell, what is ``sent`` to it, and of a sweep each task's parameters.

    Raises:
        VariableError: a variable cannot be sent, or all are larger than ``limit`` bytes.
        OSError, UnsafeFileError: the directory cannot be made, or used.
    """
    with _new(work_dir) as directory:
        inputs = os.open(directory.path / node.INPUTS, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(inputs, "wb") as file:
            variables.dump(sent, file, limit)
        if tasks:
            node.write_tasks(directory, tasks)
        run.write(directory)
    return directory


def notebook(work_dir: Path, run: Run) -> RunDirectory:
    """Write down which notebook is to be run.

    Raises:
        OSError, UnsafeFileError: the directory cannot be made, or used.
    """
    with _new(work_dir) as directory:
        run.write(directory)
    return directory


@contextmanager
def _new(work_dir: Path) -> Iterator[RunDirectory]:
    """Give a new directory, of which nothing stays if what comes goes wrong."""
    directory = RunDirectory.create(work_dir)
    try:
        yield directory
    except BaseException:
        shutil.rmtree(directory.path, ignore_errors=True)
        raise
