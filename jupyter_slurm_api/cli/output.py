"""`jupyter slurm output`."""

from __future__ import annotations

import argparse
import codecs
import sys
from collections.abc import Iterator
from typing import Final

from ..client import SlurmClient
from ..messages import Data, End, FollowMessage, Gap
from ..outputs import Stream
from .saying import note
from .text import harmless_pieces

_PIECE: Final = 1024 * 1024


def output(client: SlurmClient, options: argparse.Namespace) -> int:
    """Print an output; what is not for a terminal goes as the bytes that it is."""
    stream: Stream = "stderr" if options.stderr else "stdout"
    pieces = _read(client, options.id, stream, options.lines, follow=options.follow)
    if sys.stdout.isatty():
        for text in harmless_pieces(codecs.iterdecode(pieces, "utf-8", errors="replace")):
            sys.stdout.write(text)
            sys.stdout.flush()
        return 0
    for piece in pieces:
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    return 0


def _read(
    client: SlurmClient, job_id: str, stream: Stream, lines: int | None, *, follow: bool
) -> Iterator[bytes]:
    """Yield an output, or its last lines and then what comes."""
    at = 0
    if lines is not None:
        part = client.output(job_id, stream, tail=lines)
        yield part.data
        at = part.next_offset
    if follow:
        yield from _followed(client.follow(job_id, stream, offset=at))
        return
    while lines is None:
        part = client.output(job_id, stream, offset=at, limit=_PIECE)
        yield part.data
        at = part.next_offset
        if not part.data or at >= part.size:
            return


def _followed(messages: Iterator[FollowMessage]) -> Iterator[bytes]:
    for message in messages:
        if isinstance(message, Data):
            yield message.text.encode()
        elif isinstance(message, Gap) and message.reason == "truncated":
            note("The output begins anew.")
        elif isinstance(message, Gap):
            note(f"The bytes {message.offset} to {message.next_offset} were not kept.")
        elif isinstance(message, End):
            note(f"The job is over: {message.status}.")
