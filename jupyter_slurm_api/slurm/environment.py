"""The environment that Slurm's commands are started in.

A Jupyter that itself runs inside a job carries that job's SLURM_* variables;
given to sbatch they bind the new job to the old one's CPUs. And sbatch hands
its whole environment on to the job and into Slurm's state files, so it must
never hold a secret of the server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_SLURM: Final = re.compile(r"^(SLURM|SLURMD|SQUEUE|SACCT|SALLOC|SRUN|SCONTROL|SINFO|SCANCEL)_")
_SBATCH: Final = re.compile(r"^SBATCH_")
_SECRET: Final = re.compile(
    r"^(JUPYTER\w*TOKEN\w*|JUPYTER\w*PASSWORD\w*|JUPYTERHUB_\w*|JPY_\w*|CONFIGPROXY_\w*|MONGO_\w*)$"
)
_KEPT: Final = frozenset({"SLURM_CONF", "SLURM_CLUSTERS", "SLURM_JWT"})
_SBATCH_DROPPED: Final = re.compile(
    r"^SBATCH_(CLUSTERS|CPU_BIND\w*|DEBUG|DISTRIBUTION|HINT|MEM_BIND\w*|TEST_ONLY|WAIT)$"
)
_OURS: Final = {
    "SLURM_TIME_FORMAT": "%s",  # epoch seconds, with no zone to guess
    "SLURM_BITSTR_LEN": "0",  # array ids uncut
    "TZ": "UTC",  # in which sacct reads what it is given: a local hour may come twice
    "LC_ALL": "C.UTF-8",
}


def for_query(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a command that asks or acts."""
    return _without(environ, _SBATCH) | _OURS


def for_sbatch(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for sbatch, and so for the job.

    The user's own ``SBATCH_*`` defaults (account, partition) stay; those that
    bind, wait or only test do not. The locale is the user's own.
    """
    return _without(environ, _SBATCH_DROPPED)


def own_job(environ: Mapping[str, str]) -> str | None:
    """Return the job that this server itself runs in, under the name that squeue shows."""
    array, task = environ.get("SLURM_ARRAY_JOB_ID"), environ.get("SLURM_ARRAY_TASK_ID")
    return f"{array}_{task}" if array and task else environ.get("SLURM_JOB_ID")


def _without(environ: Mapping[str, str], also: re.Pattern[str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environ.items()
        if name in _KEPT or not (_SLURM.match(name) or _SECRET.match(name) or also.match(name))
    }
