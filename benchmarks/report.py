"""The frame of a benchmark: its parts, what they measured, and a place for their files."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from figures import Figure, table
from machine import burden, describe


@dataclass
class Report:
    """What was measured so far; each figure is told on standard error as it comes."""

    figures: list[Figure] = field(default_factory=list)
    burdens: dict[str, str] = field(default_factory=dict)

    def add(self, part: str, figures: Iterable[Figure]) -> None:
        """Measure a part."""
        self.burdens[part] = burden()
        tell(f"{part}: load average {self.burdens[part]}")
        for figure in figures:
            self.figures.append(figure)
            tell("  " + " | ".join(figure.cells()))

    def print(self) -> None:
        """Print the machine and the table, in Markdown."""
        burdens = ", ".join(f"{part} {before}" for part, before in self.burdens.items())
        print(f"{describe()}\n- Load average before each part: {burdens}\n")
        print(table(self.figures), flush=True)


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parts_among(parts: Collection[str]) -> Callable[[str], list[str]]:
    """Return what reads the names of parts from the command line."""

    def read(text: str) -> list[str]:
        wanted = text.split(",")
        if unknown := set(wanted) - set(parts):
            raise argparse.ArgumentTypeError(f"{unknown} is not among {', '.join(parts)}")
        return wanted

    return read


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a directory for all files of a run; whatever stands in a `with` ends at SIGTERM too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="jsa-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # Slurm's own account has files below it
        yield directory
