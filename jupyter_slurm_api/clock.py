"""The time, as the store keeps it."""

from __future__ import annotations

from datetime import datetime, timezone


def utc_now() -> datetime:
    """Return the time in UTC, to the millisecond.

    MongoDB keeps milliseconds: so does everything that is compared with it.
    """
    now = datetime.now(timezone.utc)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
