"""Whole notebooks: what is submitted of one, whether by its kernel's side or by the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..models import ParameterValue
from .directory import RunDirectory
from .run import NOTEBOOK, Run
from .script import on_one_line, script

_OUTPUT: Final = "job.out"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookRun:
    """A notebook as it is submitted; ``options`` are sbatch's, unless others are asked for."""

    script: str
    options: Mapping[str, ParameterValue]
    work_dir: str
    directory: RunDirectory


def prepare(
    notebook: Path,
    source: bytes,
    parameters: Mapping[str, Any],
    *,
    python: str,
    environ: Mapping[str, str],
    written_to: Path | None = None,
) -> NotebookRun:
    """Write down a notebook, which is ``source``, to be run where it lies by a Python.

    It is written with its outputs to ``written_to``, or else beside it.

    Raises:
        OSError, UnsafeFileError: the directory cannot be made, or used.
    """
    place = notebook.parent
    run = Run(
        notebook=str(notebook),
        written_to=str(place / (written_to or with_outputs(notebook.stem, "{job}"))),
        parameters=dict(parameters),
    )
    with RunDirectory.begun(place) as directory:
        directory.write(NOTEBOOK, source)
        run.write(directory)
    return NotebookRun(
        script=script(f"The notebook {notebook.name}", directory, environ, python),
        options={
            # Below the job's own directory, in whose name a % is no pattern of Slurm's.
            "output": str(directory.path.relative_to(place) / _OUTPUT),
            "job-name": on_one_line(notebook.stem),
        },
        work_dir=str(place),
        directory=directory,
    )


def with_outputs(stem: str, job: str) -> str:
    """Return what a notebook is called that a job writes with its outputs."""
    return f"{stem}-{job}.ipynb"
