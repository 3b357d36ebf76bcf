"""Amounts of bytes, written for people."""

from __future__ import annotations


def written(amount: int) -> str:
    """Write bytes in the largest unit that there is one of."""
    value, unit = float(amount), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:  # noqa: PLR2004 - of which each unit has so many
            break
        value, unit = value / 1024, larger
    return f"{value:.4g} {unit}"
