"""Answers made smaller: gzip (RFC 1952), where who asks takes it."""

from __future__ import annotations

import asyncio
import gzip
from functools import lru_cache
from typing import Final

_WORTH_IT: Final = 1400  # bytes: what fits one packet needs no less
_LEVEL: Final = 3


def accepts_gzip(header: str) -> bool:
    """Tell whether an ``Accept-Encoding`` (RFC 9110, 12.5.3) allows gzip."""
    weights = {}
    for part in "".join(header.lower().split()).split(","):
        coding, _, weight = part.partition(";q=")
        weights[coding] = weight or "1"
    return weights.get("gzip", weights.get("*", "0")).strip("0.") != ""


async def compressed(data: bytes) -> bytes | None:
    """Return data with gzip, made off the loop; None where it is too small to be worth it."""
    if len(data) < _WORTH_IT:
        return None
    return await asyncio.to_thread(_compressed, data)


@lru_cache(maxsize=4)
def _compressed(data: bytes) -> bytes:
    # One queue goes to all who look at it: it is compressed once.
    return gzip.compress(data, _LEVEL, mtime=0)
