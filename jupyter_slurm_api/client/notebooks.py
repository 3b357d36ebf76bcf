"""Whole notebooks as jobs."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..models import ParameterValue
from ..runs import notebooks
from ..views import SubmitAnswer
from .failures import Invalid
from .jobs import JobCalls


class NotebookCalls(JobCalls):
    """The call about notebooks."""

    def run_notebook(
        self,
        path: str | os.PathLike[str],
        parameters: Mapping[str, Any] | None = None,
        *,
        output: str | os.PathLike[str] | None = None,
        options: Mapping[str, ParameterValue] | None = None,
        tags: Sequence[str] = (),
    ) -> SubmitAnswer:
        """Submit a notebook, which papermill runs with ``parameters`` in this Python.

        It runs as it is now, in its own directory, and is written with its outputs to
        ``output``: by default beside it, as ``NAME-<slurm_id>.ipynb``; each cell as it
        ends. ``options`` are sbatch's long ones.

        Raises:
            Invalid: there is no such notebook, or no directory of this run can be made.
            ApiError: as `submit`.
        """
        notebook = Path(path).absolute()
        if not notebook.is_file():
            raise Invalid(f"There is no notebook {notebook}.")
        try:
            run = notebooks.prepare(
                notebook,
                notebook.read_bytes(),
                parameters or {},
                python=sys.executable,
                environ=os.environ,
                written_to=Path(output) if output else None,
            )
        except OSError as error:
            raise Invalid(f"The run cannot be written to {notebook.parent}: {error}") from error
        return self.submit(
            run.script,
            parameters={**run.options, **(options or {})},
            work_dir=run.work_dir,
            tags=[run.directory.tag, *tags],
        )
