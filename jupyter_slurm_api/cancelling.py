"""Ending tasks, for certain."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_PATIENCE_SECONDS: Final = 1.0


async def cancel(*tasks: asyncio.Future[Any] | None) -> None:
    """Cancel tasks and wait for their end, however they end.

    They are cancelled until they have ended: `asyncio.wait_for` before Python 3.12 loses a
    cancellation that comes in the moment in which its own wait is over, and a loop would go on.
    """
    left = {task for task in tasks if task is not None}
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=_PATIENCE_SECONDS)
        await asyncio.gather(*done, return_exceptions=True)  # what they raised is told by now
