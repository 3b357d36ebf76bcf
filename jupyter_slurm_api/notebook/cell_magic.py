"""`%%slurm`: a cell becomes a batch job."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from IPython.core.interactiveshell import InteractiveShell

from .. import states
from ..cli import sbatch_line
from ..cli.sbatch_line import SbatchLine, UsageError
from ..client import ApiError, Unavailable
from ..runs.directory import UnsafeFileError
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
_JOB: Final = "_slurm"
_AWAY_PAUSE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many bytes of variables may go to a job, and how many of outputs are shown of it."""

    sent: int
    shown: int


class CellMagic:
    """Submits the cells of a kernel."""

    def __init__(self, shell: InteractiveShell, connection: Connection) -> None:
        self._shell = shell
        self._connection = connection
        self._last: dict[str, BatchJob] = {}

    def run(self, text: str, cell: str, limits: Limits) -> None:
        """Do what the line above a cell says.

        Raises:
            UsageError: the line cannot be meant so.
            ApiError: the server refuses it, or cannot be asked.
            VariableError, SweepError, NameError: a variable cannot go, or is not there.
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
        elif "attach" in line.ours:
            self._attach(line, cell, limits)
        elif line.ours.keys() & {"dry-run", "test-only"}:
            tell(self._connection.client, self._submission(line, cell, limits))
        else:
            self._submit(line, cell, limits)

    def show(self, job: BatchJob, limits: Limits, into: str = _JOB) -> None:
        """Show a job under the present cell, live, and in the end what it brings back."""
        self._shell.user_ns[into] = job
        place = CellOutput(self._shell, limits.shown)
        if not place.is_notebook:
            print(f"Job {job.id} is submitted: `%slurm output -f {job.id}` shows what it writes.")
            return
        job.display()
        if isinstance(job, RunJob):
            threading.Thread(target=_bring, args=(job, place), daemon=True).start()

    def _submission(self, line: SbatchLine, cell: str, limits: Limits) -> Submission:
        if line.words:
            return submission.of_python(line, cell, self._shell, limits.sent)
        return submission.of_shell(line, cell, self._shell)

    def _submit(self, line: SbatchLine, cell: str, limits: Limits) -> None:
        wanted = self._submission(line, cell, limits)
        tag = submission.source_tag(cell)
        self._mention(self._last.get(tag))
        job = self._last[tag] = wanted.submit(self._connection)
        if line.ours.keys() & {"block", "wait"}:
            self._wait(job, limits, _into(line))
        else:
            self.show(job, limits, _into(line))

    def _wait(self, job: BatchJob, limits: Limits, into: str) -> None:
        self._shell.user_ns[into] = job
        place = CellOutput(self._shell, limits.shown)
        if not waiting.wait(self._connection, job, place):
            return
        _show_outputs(job, place, but=("stream", "error"))  # which are seen already, or will be
        back = job.result()
        if isinstance(job, CellJob):
            self._shell.user_ns.update(back)

    def _attach(self, line: SbatchLine, cell: str, limits: Limits) -> None:
        tag = submission.source_tag(cell)
        found = self._connection.client.jobs(tag=[tag], sort="-submit_time", limit=1).jobs
        if not found:
            raise UsageError(
                "No job of this very cell is known, and none was submitted. `%slurm jobs` lists"
                " yours, `%slurm attach ID` brings one back."
            )
        job = attaching.attached(self._connection, found[0])
        self.show(job, limits, _into(line))

    def _mention(self, earlier: BatchJob | None) -> None:
        """Say that the same cell still runs; it is the user's to know whether that is meant."""
        with suppress(ApiError):
            if earlier and not states.is_over(earlier.status):
                print(
                    f"The same cell is job {earlier.id} too, which goes on: `%slurm attach"
                    f" {earlier.id}` shows it, `%slurm cancel {earlier.id}` ends it."
                )


def _into(line: SbatchLine) -> str:
    name = str(line.ours.get("into", _JOB))
    if not name.isidentifier():
        raise UsageError(f"--into names a variable, and {name!r} is no name.")
    return name


def _bring(job: RunJob, place: CellOutput) -> None:
    """Show what a run has made, when its code has ended."""
    while True:
        try:
            job.over()
            break
        except Unavailable:  # the server is away, and may come back
            time.sleep(_AWAY_PAUSE)
        except (ApiError, UnsafeFileError):  # the job's widget tells of it
            return
    _show_outputs(job, place, but=("stream",))


def _show_outputs(job: BatchJob, place: CellOutput, but: Collection[str]) -> None:
    """Show figures, tables and the like; what was printed was seen as it came."""
    if not isinstance(job, RunJob):
        return
    try:
        place.show((one for one in job.outputs() if one["output_type"] not in but), job.notebook)
    except (ApiError, UnsafeFileError, OSError) as error:
        place.say(f"{error}\n")
