"""`jupyter slurm submit`: sbatch's command line, sent to the API."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..client import SlurmClient
from ..search import LARGEST_PAGE
from ..slurm import arguments, directives
from ..slurm.options import LETTERS, Takes
from ..views import JobView, SubmitAnswer
from .saying import note, say
from .tables import moment
from .text import harmless

_OURS: Final = {"json": Takes.NOTHING, "tag": Takes.VALUE}
_KNOWN: Final = {**arguments.LONG, **_OURS}
_FOR_US: Final = (
    "test-only",
    "wait",
    "parsable",
    "quiet",
    "verbose",
    "wrap",
    "help",
    "usage",
    *_OURS,
)
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


class UsageError(Exception):
    """The command line cannot be meant so."""


@dataclass(slots=True)
class Line:
    """A command line, read: the job's ``parameters``, what is ``ours``, the script's path."""

    parameters: dict[str, str | bool] = field(default_factory=dict)
    ours: dict[str, str | bool] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    script: str | None = None


def read(words: Sequence[str]) -> Line:
    """Read what follows ``submit``, as sbatch would.

    Raises:
        UsageError: a value is missing, or something follows the script.
    """
    line = Line()
    rest = iter(words)
    for word in rest:
        if word != "--" and word.startswith("-") and word != "-":
            for option, value in arguments.options(word, rest, _KNOWN):
                _note(line, LETTERS.get(option, option), value)
            continue
        line.script = next(rest, None) if word == "--" else word
        break
    if left := list(rest):
        raise UsageError(
            f"Options stand before the script, and a script gets no arguments: {' '.join(left)}"
        )
    return line


def _note(line: Line, name: str, value: str | None) -> None:
    if value is None and _KNOWN.get(name) is Takes.VALUE:
        raise UsageError(f"--{name} needs a value.")
    if name == "tag":
        line.tags.append(value or "")
        return
    (line.ours if name in _FOR_US else line.parameters)[name] = True if value is None else value


def script_of(line: Line) -> str:
    """Return the script's text.

    Raises:
        UsageError: it is no text, or cannot be read.
    """
    wrapped = line.ours.get("wrap")
    if wrapped:
        if line.script is not None:
            raise UsageError("Name a script, or give a command with --wrap: not both.")
        return _WRAPPED.format(wrapped)
    try:
        if line.script in (None, "-"):
            return sys.stdin.buffer.read().decode()
        return Path(str(line.script)).read_bytes().decode()
    except OSError as error:
        raise UsageError(f"{line.script} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{line.script or 'The script'} is no text in UTF-8.") from error


def submit(client: SlurmClient, line: Line, script: str) -> int:
    """Submit a job and, with ``--wait``, wait for it; the exit code."""
    if "test-only" in line.ours:
        return _estimate(client, line, script)
    answer = client.submit(
        script,
        name=_name(line, script),
        parameters=_parameters(line),
        work_dir=_work_dir(line, script),
        tags=line.tags,
    )
    if not line.ours.keys() & {"json", "quiet"}:
        say(_receipt(answer, parsable="parsable" in line.ours))
    if "wait" not in line.ours:
        return 0
    return exit_code(client, client.wait(answer.job_id))


def _estimate(client: SlurmClient, line: Line, script: str) -> int:
    """Say when and where the job would start; 1 if Slurm would not take it."""
    where = _work_dir(line, script)
    answer = client.estimate(script, parameters=_parameters(line), work_dir=where)
    for one in answer.estimates:
        if one.refusal:
            note(one.refusal)
        elif "json" not in line.ours:
            when = moment(one.start_time) or "a time that Slurm does not tell"
            place = f" in {one.partition}" if one.partition else ""
            nodes = f" on {one.node_list}" if one.node_list else ""
            say(harmless(f"It would start at {when}{nodes}{place}."))
    return 1 if any(one.refusal for one in answer.estimates) else 0


def _parameters(line: Line) -> dict[str, str | bool]:
    """Return the job's parameters; where it runs is told apart from them."""
    return {name: value for name, value in line.parameters.items() if name != "chdir"}


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


def _name(line: Line, script: str) -> str | None:
    """Return the name that sbatch gives a job that has none: its script's."""
    if "job-name" in line.parameters or directives.value(script, "job-name", "J"):
        return None
    if "wrap" in line.ours:
        return "wrap"
    return None if line.script in (None, "-") else Path(str(line.script)).name


def _work_dir(line: Line, script: str) -> str:
    """Return where the job runs: what is relative is below the directory that we are in."""
    said = line.parameters.get("chdir") or directives.value(script, "chdir", "D") or ""
    return os.path.normpath(Path.cwd() / str(said))
