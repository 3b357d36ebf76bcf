"""Making the directory of a cell's run, before its job is submitted."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
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
    with RunDirectory.begun(work_dir) as directory:
        inputs = os.open(directory.path / node.INPUTS, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(inputs, "wb") as file:
            variables.dump(sent, file, limit)
        if tasks:
            node.write_tasks(directory, tasks)
        run.write(directory)
    return directory
