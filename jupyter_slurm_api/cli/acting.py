"""`jupyter slurm cancel`, `hold`, `release` and the like."""

from __future__ import annotations

import argparse

from ..client import SlurmClient
from .saying import note


def act(client: SlurmClient, options: argparse.Namespace) -> int:
    """Do it to all jobs that are named; 1 if one of them would not."""
    signal = getattr(options, "signal", None)
    answer = client.act("signal" if signal else options.command, options.ids, signal=signal)
    for result in answer.results:
        if not result.done:
            note(f"{result.id}: {result.message}")
    return 1 if answer.failed else 0
