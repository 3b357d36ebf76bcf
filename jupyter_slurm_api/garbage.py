"""Python's garbage collector, kept away from many objects that are to stay.

It walks through all that was made since, and now and then through everything there
is, while no other thread runs: with ten thousand jobs that took a third of a tick's
own work, and held the event loop for 60 to 90 ms at a time (measured).
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_MANY: Final = 10_000


class Uncollected:
    """Does work that makes objects and no cycles, for less than a second at a time.

    What was made is taken for what stays when it has become much, in one go or little by little.
    """

    def __init__(self) -> None:
        self._made = 0

    def __call__(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Do some of it."""
        gc.disable()
        try:
            return work(*arguments, **named)
        finally:
            self._keep(gc.get_count()[0])
            gc.enable()

    def _keep(self, made: int) -> None:
        self._made += made
        if self._made < _MANY:
            return
        if made < _MANY:
            gc.collect()  # a moment, since what is older is kept already: no cycle stays with it
        keep()
        self._made = 0


def keep() -> None:
    """Take all that is there for what stays. What is let go of is freed all the same.

    Cycles are not, among the few thousand objects that were not looked at yet.
    """
    gc.freeze()


def let_go(*containers: dict[Any, Any] | list[Any]) -> None:
    """Empty containers that nobody needs any more, one by one.

    Python frees what one holds all in one go, and no other thread runs meanwhile: 20 to 50 ms
    for ten thousand jobs.
    """
    for container in containers:
        remove = container.popitem if isinstance(container, dict) else container.pop
        while container:
            remove()
