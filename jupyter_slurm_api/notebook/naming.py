"""Jobs by the names that people give them, where an id is asked for."""

from __future__ import annotations

import re
from typing import Final

from .. import states
from ..cli.sbatch_line import UsageError
from ..client import SlurmClient
from ..search import LARGEST_PAGE

_ID: Final = re.compile(r"[0-9]+([_+]\S*)?|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ACTIVE: Final = [state for state in states.CODES if not states.is_over(state)]


def id_of(client: SlurmClient, word: str) -> str:
    """Return the id that a word is, or that the one active job of this name has.

    Raises:
        UsageError: no job has this name, or several have.
    """
    if _ID.fullmatch(word):
        return word
    found = client.iter_jobs(name=word, state=_ACTIVE, limit=LARGEST_PAGE)
    ids = [job.slurm_id or job.job_id or "" for job in found if job.name == word]
    if not ids:
        raise UsageError(f"No active job of yours is called {word!r}: give a job's id.")
    if len(ids) > 1:
        raise UsageError(
            f"{len(ids)} active jobs of yours are called {word!r}: give an id of {', '.join(ids)}."
        )
    return ids[0]
