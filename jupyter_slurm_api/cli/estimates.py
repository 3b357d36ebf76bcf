"""Slurm's estimates in words."""

from __future__ import annotations

from ..estimate import Estimate
from .tables import moment
from .text import harmless


def sentence(one: Estimate) -> str:
    """Say when and where a job would start, or why Slurm would not take it."""
    if one.refusal:
        return harmless(one.refusal)
    when = moment(one.start_time) or "a time that Slurm does not tell"
    place = f" in {one.partition}" if one.partition else ""
    nodes = f" on {one.node_list}" if one.node_list else ""
    return harmless(f"It would start at {when}{nodes}{place}.")
