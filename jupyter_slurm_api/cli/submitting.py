"""`jupyter slurm submit`: sbatch's command line, sent to the API."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ..client import SlurmClient
from ..estimate import Estimate
from ..search import LARGEST_PAGE
from ..slurm.options import Takes
from ..views import JobView, SubmitAnswer
from . import sbatch_line
from .estimates import sentence
from .saying import note, say
from .sbatch_line import SbatchLine, UsageError

OURS: Final = {
    **dict.fromkeys(("wait", "test-only", "parsable", "quiet", "verbose"), Takes.NOTHING),
    **dict.fromkeys(("help", "usage", "json"), Takes.NOTHING),
    **dict.fromkeys(("tag", "wrap"), Takes.VALUE),
}
_WRAPPED: Final = "#!/bin/sh\n# This script was made of --wrap.\n\n{}\n"

HELP: Final = """\
usage: jupyter slurm submit [options] script.sh
       jupyter slurm submit [options] --wrap=COMMAND
       jupyter slurm submit [options] < script.sh

Submit a batch script; - or no script reads it from standard input. The options are sbatch's, in
their long form or as letters, and mean what they mean to sbatch. The job runs in this directory,
unless --chdir says otherwise, and in the environment of the Jupyter server. Besides:

  -W, --wait       wait until the job is over, and exit with its exit code
  --test-only      say when and where the job would start, and submit nothing
  --parsable       print the job's id alone
  -Q, --quiet      print nothing
  --tag=WORD       to find the job by: jupyter slurm jobs --tag WORD; repeatable
  --json           print the API's answer

example: jupyter slurm submit --time=10 --mem=2G -J fit fit.sh
"""


def read(words: Sequence[str], ours: Mapping[str, Takes] = OURS) -> SbatchLine:
    """Read what follows ``submit``, as sbatch would, with options that are ``ours``.

    Raises:
        UsageError: an option cannot be meant so, or something follows the script.
    """
    line = sbatch_line.read(words, ours, repeatable=("tag",))
    if left := line.words[1:]:
        raise UsageError(
            f"Options stand before the script, and a script gets no arguments: {' '.join(left)}"
        )
    return line


def script_of(line: SbatchLine) -> str:
    """Return the script's text.

    Raises:
        UsageError: it is no text, or cannot be read.
    """
    wrapped, path = line.ours.get("wrap"), _path(line)
    if wrapped:
        if path is not None:
            raise UsageError("Name a script, or give a command with --wrap: not both.")
        return _WRAPPED.format(wrapped)
    try:
        if path in (None, "-"):
            return sys.stdin.buffer.read().decode()
        return Path(str(path)).read_bytes().decode()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path or 'The script'} is no text in UTF-8.") from error


def submit(client: SlurmClient, line: SbatchLine, script: str) -> int:
    """Submit a job and, with ``--wait``, wait for it; the exit code."""
    if "test-only" in line.ours:
        return _estimate(client, line, script)
    answer = send(client, line, script)
    if not line.ours.keys() & {"json", "quiet"}:
        say(_receipt(answer, parsable="parsable" in line.ours))
    if "wait" not in line.ours:
        return 0
    return exit_code(client, client.wait(answer.job_id))


def send(client: SlurmClient, line: SbatchLine, script: str) -> SubmitAnswer:
    """Submit a job, named as sbatch would name it."""
    return client.submit(
        script,
        name=_name(line, script),
        parameters=line.parameters,
        work_dir=line.work_dir(script),
        tags=line.repeated["tag"],
    )


def estimate(client: SlurmClient, line: SbatchLine, script: str) -> list[Estimate]:
    """Return when and where the job would start."""
    where = line.work_dir(script)
    return client.estimate(script, parameters=line.parameters, work_dir=where).estimates


def _estimate(client: SlurmClient, line: SbatchLine, script: str) -> int:
    """Say when and where the job would start; 1 if Slurm would not take it."""
    found = estimate(client, line, script)
    for one in found:
        if one.refusal:
            note(one.refusal)
        elif "json" not in line.ours:
            say(sentence(one))
    return 1 if any(one.refusal for one in found) else 0


def exit_code(client: SlurmClient, job: JobView) -> int:
    """Return what sbatch --wait exits with: of an array the highest of its tasks'."""
    if job.status == "COMPLETED":
        return 0
    if job.array and job.job_id:
        tasks = client.iter_tasks(job.job_id, limit=LARGEST_PAGE)
        return max((_exit_code(task) for task in tasks), default=1)
    return _exit_code(job)


def _exit_code(job: JobView) -> int:
    if job.exit_code and not job.exit_signal:
        return job.exit_code
    return 0 if job.status == "COMPLETED" else 1


def _receipt(answer: SubmitAnswer, *, parsable: bool) -> str:
    if answer.slurm_id is None:
        note(answer.message + ".")
        return answer.job_id
    return answer.slurm_id if parsable else f"Submitted batch job {answer.slurm_id}"


def _name(line: SbatchLine, script: str) -> str | None:
    """Return the name that sbatch gives a job that has none: its script's."""
    if line.names_job(script):
        return None
    if "wrap" in line.ours:
        return "wrap"
    path = _path(line)
    return None if path in (None, "-") else Path(str(path)).name


def _path(line: SbatchLine) -> str | None:
    return next(iter(line.words), None)
