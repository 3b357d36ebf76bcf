"""What can be asked about a job's output."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from .models import Model

Stream: TypeAlias = Literal["stdout", "stderr"]

DEFAULT_LIMIT: Final = 1024 * 1024
LARGEST_LIMIT: Final = 16 * 1024 * 1024
_LARGEST_OFFSET: Final = 10**18
_MOST_LINES: Final = 1_000_000

Offset: TypeAlias = Annotated[int, Field(ge=0, le=_LARGEST_OFFSET)]


class OutputQuery(Model):
    """The query of ``GET job/{job_id}/output``; with none of the last three the whole is sent."""

    stream: Annotated[Stream, Field(description="Which of the job's two streams")] = "stdout"
    offset: Annotated[Offset | None, Field(description="The first byte; 0 is the first of all")] = (
        None
    )
    limit: Annotated[
        int | None,
        Field(ge=1, le=LARGEST_LIMIT, description=f"At most so many bytes; {DEFAULT_LIMIT}"),
    ] = None
    tail: Annotated[
        int | None,
        Field(
            ge=1,
            le=_MOST_LINES,
            description="The last lines, as far as the limit reaches; wins over offset",
        ),
    ] = None


class FollowQuery(Model):
    """The query of ``GET job/{job_id}/output/stream``."""

    stream: Annotated[Stream, Field(description="Which of the job's two streams")] = "stdout"
    offset: Annotated[
        Offset, Field(description="The first byte to send; a Last-Event-ID comes before it")
    ] = 0
