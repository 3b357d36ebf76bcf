"""A sweep: every combination of some parameters' values, a task each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from ..cli.sbatch_line import UsageError

_MOST_TASKS: Final = 100_000
_LONGEST_LABEL: Final = 200


class SweepError(UsageError):
    """A parameter that cannot be swept over."""


def combinations(asked: Sequence[str], evaluate: Callable[[str], Any]) -> list[dict[str, Any]]:
    """Return each task's parameters, of what was asked for as ``name=expression``.

    Raises:
        SweepError: it says what is wrong with which.
    """
    values = dict(_parameter(one, evaluate) for one in asked)
    if len(values) < len(asked):
        raise SweepError("A parameter is swept over once: give all its values in one --sweep.")
    count = math.prod(len(of_one) for of_one in values.values())
    if not count:
        raise SweepError("There is nothing to sweep over: a parameter has no values.")
    if count > _MOST_TASKS:
        raise SweepError(f"{count:,} combinations are more than {_MOST_TASKS:,}: sweep over fewer.")
    chosen = itertools.product(*values.values())
    return [dict(zip(values, one, strict=True)) for one in chosen]


def label(parameters: dict[str, Any]) -> str:
    """Write a task's parameters for people."""
    text = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"


def _parameter(asked: str, evaluate: Callable[[str], Any]) -> tuple[str, list[Any]]:
    name, equals, expression = asked.partition("=")
    if not equals or not name.isidentifier():
        raise SweepError(
            f"--sweep {asked}: give a name and its values, as in --sweep lr=[0.1,0.01]."
        )
    try:
        values = evaluate(expression)
    except Exception as error:
        raise SweepError(
            f"--sweep {asked}: {type(error).__name__}: {error}. Values with spaces stand in"
            f' quotes: --sweep "{name}=[1, 2]".'
        ) from error
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise SweepError(
            f"--sweep {asked}: these are no values one by one; write a list, as in"
            f" --sweep {name}=[{expression}]."
        )
    return name, list(itertools.islice(values, _MOST_TASKS + 1))  # which may have no end
