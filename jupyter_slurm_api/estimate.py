"""What Slurm thinks of a job that is not submitted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from .models import Model


class Estimate(Model):
    """When and where a job would start in a partition, or why it cannot be."""

    partition: Annotated[str | None, Field(description="Null if Slurm chooses and does not say")]
    start_time: datetime | None = None
    cpus: int | None = None
    node_list: str | None = None
    refusal: Annotated[str | None, Field(description="Slurm's own sentence")] = None
