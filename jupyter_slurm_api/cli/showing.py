"""`jupyter slurm show`."""

from __future__ import annotations

import argparse

from ..client import SlurmClient
from .card import card
from .saying import say
from .tables import terminal_width


def show(client: SlurmClient, options: argparse.Namespace) -> int:
    """Print one job."""
    job = client.job(options.id)
    if not options.json:
        say(card(job, terminal_width()))
    return 0
