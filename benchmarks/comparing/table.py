"""What was seen, as tables in Markdown: each way to ask, and the aims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from figures import milliseconds

from .ways import Seen, Way

AT_LEAST_TIMES_FASTER: Final = 20
AT_LEAST_TIMES_MORE: Final = 10
PAGE_SECONDS: Final = 0.005
UNCHANGED_SECONDS: Final = 0.001
_MANY: Final = 20


@dataclass
class Results:
    """What each way gave, or why it gave nothing, by jobs in the queue and clients."""

    clients: list[int]
    found: dict[tuple[int, str, int], Seen | str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def note(self, jobs: int, way: Way, clients: int, result: Seen | str) -> None:
        """Keep a result."""
        self.names[way.key] = way.name
        self.found[jobs, way.key, clients] = result

    def markdown(self) -> str:
        """Return both tables."""
        return f"{_table(self._header(), self._rows())}\n\n{_table(_AIMS, self._aims())}"

    def _header(self) -> tuple[str, ...]:
        each = [f"{count} client{'s' * (count > 1)}" for count in self.clients]
        return ("Jobs", "What is asked", "Bytes", *each, "Commands", "slurmctld's CPU")

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for jobs, key in dict.fromkeys((jobs, key) for jobs, key, _ in self.found):
            some = [self.found.get((jobs, key, clients), "") for clients in self.clients]
            seen = [one for one in some if isinstance(one, Seen)]
            cells = [_cell(one) for one in some]
            if len(set(some)) == 1 and not seen:  # one reason for all
                cells = [str(some[0]), *("" for _ in some[1:])]
            yield (
                f"{jobs:,}",
                self.names[key],
                _size(seen[0].octets) if seen else "",
                *cells,
                ", ".join(str(one.commands) if isinstance(one, Seen) else "-" for one in some),
                ", ".join(
                    f"{one.controller:.2f} s" if isinstance(one, Seen) else "-" for one in some
                ),
            )

    def _aims(self) -> Iterator[tuple[str, ...]]:
        jobs = max(jobs for jobs, _, _ in self.found)

        def seen(key: str, clients: int = 1) -> Seen | None:
            one = self.found.get((jobs, key, clients))
            return one if isinstance(one, Seen) else None

        ours, rest = seen("queue"), seen("rest")
        if ours and rest:
            times = rest.p50 / ours.p50
            yield _aim(
                f"The whole queue of {jobs:,}, p50: slurmrestd's time to ours",
                f"{milliseconds(rest.p50)} / {milliseconds(ours.p50)} = {times:.0f}",
                f"≥ {AT_LEAST_TIMES_FASTER}",
                times >= AT_LEAST_TIMES_FASTER,
            )
        yield from self._within(jobs, seen, ("queue-page", "jobs-page"), PAGE_SECONDS)
        yield from self._within(jobs, seen, ("queue-304", "jobs-304"), UNCHANGED_SECONDS)
        ours, one, lab = seen("queue", _MANY), seen("queue"), seen("lab", _MANY)
        if ours and one and lab:
            times = ours.rate / lab.rate
            yield _aim(
                f"The whole queue of {jobs:,}, {_MANY} clients: our answers a second to the lab's",
                f"{ours.rate:.0f}/s / {lab.rate:.1f}/s = {times:.0f}",
                f"≥ {AT_LEAST_TIMES_MORE}",
                times >= AT_LEAST_TIMES_MORE,
            )
            yield _aim(
                f"Commands of Slurm that {_MANY} clients cause, against 1",
                f"{ours.commands}, against {one.commands} (theirs: {lab.commands})",
                "the same, or one more",
                ours.commands <= one.commands + 1,
            )

    def _within(
        self,
        jobs: int,
        seen: Callable[[str], Seen | None],
        keys: tuple[str, ...],
        seconds: float,
    ) -> Iterator[tuple[str, ...]]:
        for key in keys:
            if one := seen(key):
                yield _aim(
                    f"{self.names[key]}, {jobs:,} jobs, p50",
                    milliseconds(one.p50),
                    f"< {milliseconds(seconds)}",
                    one.p50 < seconds,
                )


_AIMS: Final = ("Aim", "Seen", "Wanted", "Met")


def _aim(what: str, seen: str, wanted: str, met: bool) -> tuple[str, ...]:  # noqa: FBT001
    return what, seen, wanted, "yes" if met else "**no**"


def _cell(seen: Seen | str) -> str:
    if isinstance(seen, str):
        return seen
    failed = f", {seen.failed} failed" if seen.failed else ""
    return f"{milliseconds(seen.p50)}, {milliseconds(seen.p95)}; {_rate(seen.rate)}/s{failed}"


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _size(octets: float) -> str:
    for unit, size in {"MB": 1e6, "kB": 1e3}.items():
        if octets >= size:
            return f"{octets / size:.1f} {unit}"
    return f"{octets:.0f}"


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
