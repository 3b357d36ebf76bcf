"""Figures and the table that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

_HEADER: Final = ("What", "Ours", "Bare", "Ratio", "Aim", "Met")


@dataclass(frozen=True)
class Figure:
    """One line of the table; ``met`` is None where there is no aim."""

    what: str
    ours: str
    bare: str = ""
    ratio: str = ""
    aim: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """Return the line's cells, as many as the table's header has."""
        met = "" if self.met is None else ("yes" if self.met else "**no**")
        return (self.what, self.ours, self.bare, self.ratio, self.aim, met)


def table(figures: Iterable[Figure]) -> str:
    """Return figures as a table in Markdown."""
    lines = [_HEADER, tuple("---" for _ in _HEADER), *(figure.cells() for figure in figures)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that ``percent`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def in_turn(
    times: int, ours: Callable[[], float], bare: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Measure two things in turn, so that both meet the same weather; seconds of each."""
    pairs = [(bare(), ours()) for _ in range(times)]
    return [pair[1] for pair in pairs], [pair[0] for pair in pairs]


def milliseconds(seconds: float) -> str:
    """Write seconds as milliseconds."""
    return f"{seconds * 1000:,.1f} ms" if seconds < 1 else f"{seconds * 1000:,.0f} ms"


def spread(values: Sequence[float]) -> str:
    """Write the median, the 95th percentile and the number of measurements."""
    middle, high = milliseconds(median(values)), milliseconds(percentile(values, 95))
    return f"p50 {middle}, p95 {high} (n={len(values)})"


def compared(what: str, ours: Sequence[float], bare: Sequence[float], *, most: float) -> Figure:
    """Compare two medians whose ratio should be at most ``most``."""
    ratio = median(ours) / median(bare)
    return Figure(
        what, spread(ours), spread(bare), f"{ratio:.2f}", f"ratio ≤ {most:g}", ratio <= most
    )


def lag_of(
    what: str, lag: Mapping[str, Any], bare: Mapping[str, Any] | None = None, *, aim: bool = True
) -> Figure:
    """Show the loop's lag as `loop_lag` tells it; an aim is a longest pause of 50 ms.

    ``bare`` is that of a loop that had nothing to do meanwhile.
    """
    return Figure(
        what,
        _lag(lag),
        _lag(bare) if bare else "",
        aim="max ≤ 50 ms" if aim else "",
        met=lag["max"] <= 0.05 if aim else None,
    )


def _lag(lag: Mapping[str, Any]) -> str:
    return (
        f"max {milliseconds(lag['max'])}, p99 {milliseconds(lag['p99'])},"
        f" p50 {milliseconds(lag['p50'])}; {lag['over_50_ms']} of {lag['samples']:,} over 50 ms"
    )
