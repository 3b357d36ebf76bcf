"""What is said over a WebSocket, or a stream of events, that follows outputs.

Offsets count bytes from the beginning of an output, also where text is sent. Each
message of an output begins at its ``offset`` and, where the output goes on
elsewhere than at this offset, names the ``next_offset``: so whoever remembers the
last one loses nothing and sees nothing twice, over as many connections as it takes.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter

from .models import Model
from .outputs import Offset, Stream


class Message(Model):
    """Base of all messages."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    @cached_property
    def encoded(self) -> bytes:
        """This message as JSON, made once for all that it is sent to."""
        return self.model_dump_json().encode()


class OfOutput(Message):
    """What all messages of one output have: the job, as it was asked for, and the stream."""

    job_id: str
    stream: Stream = "stdout"


class Follow(OfOutput):
    """Begin to send an output from an offset; where it is sent already, from there instead."""

    type: Literal["follow"]
    offset: Offset = 0


class Unfollow(OfOutput):
    """Send no more of an output."""

    type: Literal["unfollow"]


class Data(OfOutput):
    """A part of an output, from ``offset`` up to ``next_offset``.

    What is no UTF-8 is shown as U+FFFD, carriage returns stand as they were
    written, and no character is cut in two.
    """

    type: Literal["data"] = "data"
    offset: int
    next_offset: int
    text: str


class Gap(OfOutput):
    """What follows is not what comes after ``offset``, but begins at ``next_offset``.

    ``truncated``: the file has begun anew, as with a requeued job's next run.
    ``not_kept``: the file is gone, and only the end of it was kept.
    """

    type: Literal["gap"] = "gap"
    offset: int
    next_offset: int
    reason: Literal["truncated", "not_kept"]


class Kept(OfOutput):
    """The file is gone; what follows is what was kept of it, of ``size`` bytes in all."""

    type: Literal["kept"] = "kept"
    offset: int
    size: int


class End(OfOutput):
    """The job is over, as ``status`` says, and all bytes up to ``offset`` were sent."""

    type: Literal["end"] = "end"
    offset: int
    status: str


class Failed(Message):
    """What was asked for cannot be done; the fields are those of an HTTP answer's problem."""

    type: Literal["error"] = "error"
    job_id: str | None = None
    stream: str | None = None
    status: int
    error: str
    message: str


FollowMessage: TypeAlias = Data | Gap | Kept | End
"""What is said of an output that is followed."""

ClientMessage: TypeAlias = Annotated[Follow | Unfollow, Field(discriminator="type")]
ServerMessage: TypeAlias = Annotated[Data | Gap | Kept | End | Failed, Field(discriminator="type")]

client_messages: Final[TypeAdapter[Follow | Unfollow]] = TypeAdapter(ClientMessage)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of what goes over the WebSocket, in both directions."""
    server_messages: TypeAdapter[Any] = TypeAdapter(ServerMessage)
    sides, definitions = TypeAdapter.json_schemas(
        [
            ("client", "validation", client_messages),
            ("server", "serialization", server_messages),
        ],
        title="Messages of the WebSocket at slurm/ws",
    )
    directions = {side: described for (side, _), described in sides.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **definitions,
        "properties": directions,
    }
