"""What a job of a notebook runs on the node: papermill, in the notebook's own Python.

A cell becomes a small notebook: what was sent is put in place, then comes the
cell, then what is to come back is written down. A whole notebook is run as it is.
"""

from __future__ import annotations

import logging
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import nbformat
import papermill
from nbformat.v4 import new_code_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from . import engine, outcome
from .directory import RunDirectory, UnsafeFileError, write_whole
from .outcome import Outcome
from .run import CELL, NOTEBOOK, Run

_BEGIN: Final = "slurm-begin"
_END: Final = "slurm-end"
_OURS: Final = (
    "from jupyter_slurm_api.runs import node as _node\n_node.{what}({path!r}, {more!r}, globals())"
)

_SAVED_EVERY: Final = 5
"""Seconds after which what a cell has shown so far is written down."""

_RUNTIME: Final = "/tmp"  # noqa: S108 - mkdtemp makes it private; the paths of sockets must be short


def main(path: str) -> int:
    """Run what a directory says; the job's exit code."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    directory = RunDirectory(Path(path))
    results = directory.results(_job())
    results.mkdir(0o700, exist_ok=True)
    (results / outcome.FILE).unlink(missing_ok=True)  # of an earlier run of a requeued job
    try:
        told = _run(directory, results)
    except (OSError, UnsafeFileError, ValueError, TypeError) as error:
        told = Outcome(exit_code=outcome.NOT_READY, message=f"The run cannot be read: {error}")
    if told.message:
        print(told.message, file=sys.stderr)  # noqa: T201 - this is the job's output
    write_whole(results / outcome.FILE, told.written())
    return told.exit_code


def _job() -> str:
    """Return this job's id, or this task's, as squeue shows it."""
    array, task = os.environ.get("SLURM_ARRAY_JOB_ID"), os.environ.get("SLURM_ARRAY_TASK_ID")
    return f"{array}_{task}" if array and task else os.environ.get("SLURM_JOB_ID", "none")


def _run(directory: RunDirectory, results: Path) -> Outcome:
    run = Run.read(directory)
    if run.notebook:
        written_to = (run.written_to or "").replace("{job}", _job())
        return _executed(str(directory.path / NOTEBOOK), written_to, run.parameters)
    if mismatch := run.mismatch():
        return Outcome(exit_code=outcome.NOT_READY, message=mismatch)
    path = results / NOTEBOOK
    write_whole(path, nbformat.writes(_around(run, directory, results)).encode())
    return _executed(str(path), str(path))


def _around(run: Run, directory: RunDirectory, results: Path) -> nbformat.NotebookNode:
    """Return a notebook of the cell, and of what comes before and after it."""
    task = os.environ.get("SLURM_ARRAY_TASK_ID") if run.tasks else None
    path = str(directory.path)
    begin = _OURS.format(what="begin", path=path, more=int(task) if task else None)
    end = _OURS.format(what="end", path=path, more=str(results))
    notebook: nbformat.NotebookNode = new_notebook(
        cells=[
            new_code_cell(begin, metadata={"tags": [_BEGIN]}),
            new_code_cell(run.source, metadata={"tags": [CELL]}),
            new_code_cell(end, metadata={"tags": [_END]}),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python"}},
    )
    return notebook


def _executed(source: str, written_to: str, parameters: Mapping[str, Any] | None = None) -> Outcome:
    """Execute a notebook; what it prints is printed as it comes, and is in it as well."""
    runtime = tempfile.mkdtemp(prefix="jupyter-slurm-", dir=_RUNTIME)
    os.environ["JUPYTER_RUNTIME_DIR"] = runtime
    try:
        papermill.execute_notebook(
            _literally(source),
            _literally(written_to),
            parameters=parameters,
            progress_bar=False,
            stdout_file=sys.stdout,
            stderr_file=sys.stderr,
            engine_name=engine.NAME,
            autosave_cell_every=_SAVED_EVERY,
            **_kernel_of(source),
        )
    except PapermillExecutionError as error:
        return _failed(written_to, error)
    except RuntimeError as error:  # of nbclient's and jupyter_client's
        message = f"The notebook's kernel died, or did not start, on {platform.node()}: {error}"
        return Outcome(exit_code=outcome.DIED, message=message)
    finally:
        shutil.rmtree(runtime, ignore_errors=True)
    return Outcome(exit_code=0)


def _literally(path: str) -> str:
    """Write a path as papermill reads it, to whom braces are a parameter's place."""
    return path.replace("{", "{{").replace("}", "}}")


def _kernel_of(path: str) -> dict[str, Any]:
    """Return which kernel runs a notebook: this Python, or for another language its own."""
    named = nbformat.read(path, as_version=4).metadata.get("kernelspec", {})
    is_python = named.get("language", "python") in ("python", "")
    if not is_python:
        return {}
    this = {"kernel_name": "python3", "language": "python"}  # what a notebook need not say itself
    return {"kernel_manager_class": engine.OwnPython, **this}


def _failed(written_to: str, error: PapermillExecutionError) -> Outcome:
    named = f"{error.ename}: {error.evalue}"
    if _has_failed(written_to, _BEGIN):
        message = f"What the notebook sent cannot be loaded on {platform.node()}: {named}"
        return Outcome(exit_code=outcome.NOT_READY, message=message)
    if _has_failed(written_to, _END):
        return Outcome(exit_code=outcome.FAILED, message=error.evalue)
    return Outcome(exit_code=outcome.FAILED, error=named)


def _has_failed(path: str, tag: str) -> bool:
    return any(
        output.output_type == "error" for cell in _cells(path, tag) for output in cell.outputs
    )


def _cells(path: str, tag: str) -> list[nbformat.NotebookNode]:
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if tag in cell.metadata.get("tags", ())]
