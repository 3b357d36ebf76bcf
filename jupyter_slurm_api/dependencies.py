"""What a job waits for: other jobs, and what is to become of them first."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field

from .models import Model

_ONE: Final = re.compile(
    r"(?P<kind>[a-z]+)"
    r"(?::(?P<id>[1-9][0-9]{0,9}(?:_(?:0|[1-9][0-9]{0,6}))?)(?:_\*)?(?:\+[0-9]+)?)?"
    r"(?:\((?P<state>\w+)\))?"
)


class Dependency(Model):
    """One thing that a job waits for, and how the job that it names is doing."""

    kind: Annotated[str, Field(description="Slurm's word, such as afterok or singleton")]
    slurm_id: Annotated[str | None, Field(description="The job that is waited for")] = None
    state: Annotated[str | None, Field(description="Slurm's word: unfulfilled or failed")] = None
    job_id: Annotated[str | None, Field(description="That job's UUID, if it is yours")] = None
    status: Annotated[str | None, Field(description="That job's state, if it is yours")] = None


def parse(text: str) -> tuple[Dependency, ...]:
    """Read a dependency as squeue shows it: what is fulfilled is not there any more.

    Several are set apart by commas, or by question marks where one of them will do.
    """
    found = (_ONE.fullmatch(word.strip()) for word in re.split("[,?]", text))
    return tuple(
        Dependency(kind=one["kind"], slurm_id=one["id"], state=one["state"]) for one in found if one
    )
