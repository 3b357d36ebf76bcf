"""Batch scripts in files, as `%sbatch` and `%slurm estimate` take them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..cli import submitting
from ..cli.sbatch_line import SbatchLine, UsageError
from ..client import SlurmClient
from ..estimate import Estimate
from ..slurm.options import Takes
from ..views import SubmitAnswer
from . import looking
from .magic_error import SlurmMagicError
from .tables import Listing

SBATCH: Final = {
    **dict.fromkeys(("help", "usage", "test-only"), Takes.NOTHING),
    **dict.fromkeys(("tag", "wrap"), Takes.VALUE),
}
ESTIMATE: Final = {
    **dict.fromkeys(("help", "usage", "df"), Takes.NOTHING),
    "wrap": Takes.VALUE,
}
SBATCH_HELP: Final = """\
usage: %sbatch [options] script.sh
       %sbatch [options] --wrap=COMMAND

Submit a batch script. The options are sbatch's, in their long form or as letters, and mean what
they mean to sbatch. Besides:

  --tag=WORD       to find the job by: %slurm jobs --tag WORD; repeatable
  --test-only      show when and where the job would start, and submit nothing

example: %sbatch --time=10 --mem=2G -J fit fit.sh
"""
ESTIMATE_HELP: Final = """\
usage: %slurm estimate [options] [script.sh]
       %slurm estimate [options] --wrap=COMMAND

Show when and where a job with these options of sbatch's would start, and submit nothing.

  --df             as a pandas DataFrame

example: %slurm estimate --time=10 -n 4
"""
_NOTHING_TO_RUN: Final = "#!/bin/sh\n"


def sbatch(client: SlurmClient, line: SbatchLine) -> SubmitAnswer:
    """Submit a script.

    Raises:
        UsageError: there is none, or it cannot be read.
    """
    script = _script(line)
    if script is None:
        raise UsageError("Name a script, or give a command with --wrap.")
    return submitting.send(client, line, script)


def estimate(client: SlurmClient, line: SbatchLine) -> Listing[Estimate]:
    """Return when and where a script, or any with these options, would start.

    Raises:
        UsageError: the script cannot be read.
        SlurmMagicError: Slurm would not take it, and says why.
    """
    found = submitting.estimate(client, line, _script(line) or _NOTHING_TO_RUN)
    refusals = [one.refusal for one in found if one.refusal]
    if refusals and len(refusals) == len(found):
        raise SlurmMagicError("\n".join(refusals))
    return looking.estimates(found)


def _script(line: SbatchLine) -> str | None:
    """Return the text of the script, None where none is named: a notebook has no input to read."""
    if "wrap" not in line.ours and line.words in ([], ["-"]):
        return None
    line.words = [str(Path(word).expanduser()) for word in line.words]
    return submitting.script_of(line)
