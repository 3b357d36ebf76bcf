"""`%%slurm`: a cell becomes a batch job."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from IPython.core.interactiveshell import InteractiveShell

from .. import states
from ..cli import sbatch_line
from ..cli.sbatch_line import SbatchLine, UsageError
from ..client import ApiError, SlurmClient
from ..slurm.options import Takes
from . import attaching, submission, waiting
from .batch_job import BatchJob
from .cell_job import CellJob
from .cell_output import CellOutput
from .connection import Connection
from .dry_run import tell
from .run_job import RunJob
from .submission import Submission

OURS: Final = {
    **dict.fromkeys(("attach", "block", "dry-run", "format", "help"), Takes.NOTHING),
    **dict.fromkeys(("in", "into", "out", "sweep", "tag"), Takes.VALUE),
    **dict.fromkeys(("test-only", "wait"), Takes.NOTHING),  # sbatch's words for two of ours
}
"""The options of `%%slurm` that are no parameters of the job."""

HELP: Final = """\
%%slurm [python] [options]

Submit the cell as a batch job: as a shell script, or with `python` as Python that runs on a node
in this notebook's own environment. The options are sbatch's, in their long form or as letters;
#SBATCH lines in a shell cell work too. It returns at once, and the job is in _slurm. Besides:

  --into NAME       put the job there instead
  --block           wait until the job is over, and show what it prints (sbatch's --wait)
  --dry-run         show what would be submitted, and when it would start (sbatch's --test-only)
  --attach          bring back the job that this cell was last, and submit nothing
  --tag WORD        to find the job by: %slurm jobs --tag WORD; repeatable
  --format          shell: {name} in the cell is the notebook's variable
  --in A,B          python: variables that go there; functions and imports go by themselves
  --out A,B         python: variables that come back: _slurm.result()
  --sweep P=VALUES  python: a task for each of the values; repeatable, for each combination

examples:  %%slurm --time 10 -n 4 --mem 2G -p debug -J fit
           %%slurm python --in data --out result --time 10
           %%slurm python --sweep lr=[0.1,0.01] --sweep seed=range(5) --out loss
"""

_REPEATABLE: Final = ("sweep", "tag")
JOB: Final = "_slurm"
"""The variable that holds the last job."""


class CellMagic:
    """Submits the cells of a kernel."""

    def __init__(self, shell: InteractiveShell, connection: Connection) -> None:
        self._shell = shell
        self._connection = connection
        self._last: dict[str, BatchJob] = {}

    def run(self, text: str, cell: str, most_bytes: int) -> BatchJob | None:
        """Do what the line above a cell says; a job that is returned is to be shown.

        ``most_bytes`` of variables go to a Python cell.

        Raises:
            UsageError: the line cannot be meant so, or a variable cannot go.
            ApiError: the server refuses it, or cannot be asked.
            JobFailedError: with ``--block``, the job has not ended well.
        """
        line = sbatch_line.read(sbatch_line.split(text), OURS, repeatable=_REPEATABLE, mixed=True)
        if line.words not in ([], ["python"]):
            raise UsageError(
                f"%%slurm knows no {' '.join(line.words)!r}: say `python`, or nothing for a shell"
                " script; a line #! at the top of the cell names another interpreter."
            )
        if "help" in line.ours:
            print(HELP)
            return None
        into = _into(line)  # before anything is submitted
        if "attach" in line.ours:
            return self._named(self._earlier(cell), into)
        self._connection.ask(SlurmClient.health)  # a submit would try for long where nobody is
        if line.words:
            wanted = submission.of_python(line, cell, self._shell, most_bytes)
        else:
            wanted = submission.of_shell(line, cell, self._shell)
        if line.ours.keys() & {"dry-run", "test-only"}:
            tell(self._connection.client, wanted)
            return None
        job = self._named(self._submitted(wanted, cell), into)
        if not line.ours.keys() & {"block", "wait"}:
            return job
        self._wait_for(job)
        return None

    def _named(self, job: BatchJob, name: str) -> BatchJob:
        self._shell.user_ns[name] = job
        return job

    def _submitted(self, wanted: Submission, cell: str) -> BatchJob:
        tag = submission.source_tag(cell)
        self._mention(self._last.get(tag))
        job = self._last[tag] = wanted.submit(self._connection)
        return job

    def _wait_for(self, job: BatchJob) -> None:
        """Wait for a job in its cell; what it brings back becomes the notebook's."""
        place = CellOutput(self._shell)
        if not waiting.wait(self._connection, job, place):
            return
        if isinstance(job, RunJob):
            job.show_outputs(place, but=("stream", "error"))  # seen already, or about to be raised
        back = job.result()
        if isinstance(job, CellJob):
            self._shell.user_ns.update(back)

    def _earlier(self, cell: str) -> BatchJob:
        tag = submission.source_tag(cell)
        found = self._connection.ask(
            lambda client: client.jobs(tag=[tag], sort="-submit_time", limit=1)
        )
        if not found.jobs:
            raise UsageError(
                "No job of this very cell is known, and none was submitted. `%slurm jobs` lists"
                " yours, `%slurm attach ID` brings one back."
            )
        return attaching.attached(self._connection, found.jobs[0])

    def _mention(self, earlier: BatchJob | None) -> None:
        """Say that the same cell still runs; it is the user's to know whether that is meant."""
        with suppress(ApiError):
            if earlier and not states.is_over(earlier.status):
                print(
                    f"The same cell is job {earlier.id} too, which goes on: `%slurm attach"
                    f" {earlier.id}` shows it, `%slurm cancel {earlier.id}` ends it."
                )


def _into(line: SbatchLine) -> str:
    name = str(line.ours.get("into", JOB))
    if not name.isidentifier():
        raise UsageError(f"--into names a variable, and {name!r} is no name.")
    return name
