"""`%slurm run` and `%slurm attach`: jobs that bring something back into the notebook."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, Final

from ..cli import sbatch_line
from ..cli.saying import say
from ..cli.sbatch_line import UsageError
from ..slurm.options import Takes
from . import attaching
from .batch_job import BatchJob
from .connection import Connection
from .line_commands import LineCommand
from .line_words import JOBS, Words
from .naming import id_of

_OURS: Final = {"help": Takes.NOTHING, "param": Takes.VALUE, "tag": Takes.VALUE}
_HELP: Final = """\
usage: %slurm run NOTEBOOK [OUTPUT] [options]

Run a notebook as a job, by papermill, in its own directory. It is written with its outputs as
NAME-<job>.ipynb, or as OUTPUT, cell by cell. The options are sbatch's. Besides:

  --param NAME=VALUE  for the notebook's cell that is tagged "parameters"; repeatable
  --tag WORD          to find the job by: %slurm jobs --tag WORD; repeatable

example: job = %slurm run analysis.ipynb --param n=10 --time 60
"""


def _run(connection: Connection, words: Sequence[str]) -> BatchJob | None:
    line = sbatch_line.read(words, _OURS, repeatable=("param", "tag"), mixed=True)
    if "help" in line.ours:
        say(_HELP.rstrip())
        return None
    if len(line.words) not in (1, 2):
        raise UsageError("Name a notebook, and perhaps where it is written to with its outputs.")
    path, *output = line.words
    parameters = dict(_parameter(one) for one in line.repeated["param"])
    answer = connection.ask(
        lambda client: client.run_notebook(
            path,
            parameters,
            output=output[0] if output else None,
            options=line.parameters,
            tags=line.repeated["tag"],
        )
    )
    return _attached(connection, answer.job_id)


def _attach(connection: Connection, words: Sequence[str]) -> BatchJob:
    if len(words) != 1:
        raise UsageError("Name one job, by its id or its name: %slurm attach 123")
    return _attached(connection, connection.ask(lambda client: id_of(client, words[0])))


def _attached(connection: Connection, job_id: str) -> BatchJob:
    return attaching.attached(connection, connection.ask(lambda client: client.job(job_id)))


def _parameter(text: str) -> tuple[str, Any]:
    """Return a parameter's name and value: Python's, or else the text as it stands."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise UsageError(f"--param {text}: give a name and its value, as in --param n=10.")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


RUN: Final = LineCommand("run a notebook as a job", _run, Words.of_sbatch(_OURS))
ATTACH: Final = LineCommand("bring back a job, and what it has made", _attach, Words(others=JOBS))
