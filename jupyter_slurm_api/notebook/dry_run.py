"""`--dry-run`: what would be submitted, and when and where it would start."""

from __future__ import annotations

from ..cli.estimates import sentence
from ..client import SlurmClient
from ..slurm.options import to_argv
from .submission import Submission


def tell(client: SlurmClient, wanted: Submission) -> None:
    """Print a submission and Slurm's estimate, and submit nothing.

    Raises:
        ApiError: the server cannot be asked, or the request cannot be a job.
    """
    try:
        answer = client.estimate(
            wanted.script, parameters=wanted.parameters, work_dir=wanted.work_dir
        )
    finally:
        wanted.discard()
    print(f"# in {wanted.work_dir}\nsbatch {' '.join(to_argv(wanted.parameters))}\n")
    print(wanted.script)
    for one in answer.estimates:
        print(sentence(one))
