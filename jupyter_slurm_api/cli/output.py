"""`jupyter slurm output`."""

from __future__ import annotations

import argparse
import codecs
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ..client import SlurmClient
from ..messages import Data, End, FollowMessage, Gap
from ..outputs import Stream
from .saying import note
from .text import harmless_pieces

_PIECE: Final = 1024 * 1024


def output(client: SlurmClient, options: argparse.Namespace) -> int:
    """Print an output; what is not for a terminal goes as the bytes that it is."""
    pieces = read(client, options, note)
    if sys.stdout.isatty():
        print_harmless(pieces)
        return 0
    for piece in pieces:
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    return 0


def print_harmless(pieces: Iterable[bytes]) -> None:
    """Print an output for people, with its colours."""
    for text in harmless_pieces(codecs.iterdecode(pieces, "utf-8", errors="replace")):
        sys.stdout.write(text)
        sys.stdout.flush()


def read(
    client: SlurmClient, options: argparse.Namespace, tell: Callable[[str], object]
) -> Iterator[bytes]:
    """Yield an output, or its last lines and then what comes; ``tell`` what is beside it."""
    stream: Stream = "stderr" if options.stderr else "stdout"
    at = 0
    if options.lines is not None:
        part = client.output(options.id, stream, tail=options.lines)
        yield part.data
        at = part.next_offset
    if options.follow:
        yield from _followed(client.follow(options.id, stream, offset=at), tell)
        return
    while options.lines is None:
        part = client.output(options.id, stream, offset=at, limit=_PIECE)
        yield part.data
        at = part.next_offset
        if not part.data or at >= part.size:
            return


def _followed(messages: Iterator[FollowMessage], tell: Callable[[str], object]) -> Iterator[bytes]:
    for message in messages:
        if isinstance(message, Data):
            yield message.text.encode()
        elif isinstance(message, Gap) and message.reason == "truncated":
            tell("The output begins anew.")
        elif isinstance(message, Gap):
            tell(f"The bytes {message.offset} to {message.next_offset} were not kept.")
        elif isinstance(message, End):
            tell(f"The job is over: {message.status}.")
