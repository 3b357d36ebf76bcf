"""Whole notebooks as jobs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..models import ParameterValue
from ..runs import preparing
from ..runs.run import Run
from ..runs.script import script
from ..views import SubmitAnswer
from .failures import Invalid
from .jobs import JobCalls

_OUTPUT: Final = "job.out"


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

        It runs in its own directory, and is written with its outputs to ``output``: by
        default beside it, as ``NAME-<slurm_id>.ipynb``; each cell as it ends. ``options``
        are sbatch's long ones.

        Raises:
            Invalid: there is no such notebook, or no directory of this run can be made.
            ApiError: as `submit`.
        """
        notebook = Path(path).absolute()
        if not notebook.is_file():
            raise Invalid(f"There is no notebook {notebook}.")
        written_to = Path(output) if output else Path(f"{notebook.stem}-{{job}}.ipynb")
        run = Run(
            notebook=str(notebook),
            written_to=str(notebook.parent / written_to),
            parameters=dict(parameters or {}),
        )
        try:
            directory = preparing.notebook(notebook.parent, run)
        except OSError as error:
            raise Invalid(f"The run cannot be written to {notebook.parent}: {error}") from error
        asked = {"output": str(directory.path / _OUTPUT), "job-name": notebook.stem}
        return self.submit(
            script(f"The notebook {notebook.name}", directory, os.environ),
            parameters=asked | dict(options or {}),
            work_dir=str(notebook.parent),
            tags=[directory.tag, *tags],
        )
