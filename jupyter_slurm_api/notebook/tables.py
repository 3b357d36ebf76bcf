"""What the magics show: lists and jobs, as text in a terminal and as HTML in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, overload

from ..cli import card
from ..cli.tables import Column, table, terminal_width
from ..views import JobView
from . import html
from .frames import Shape, frame

if TYPE_CHECKING:
    import pandas as pd

R = TypeVar("R")

_MOST_SHOWN: Final = 500
"""Rows that stand in a notebook at most: it is saved with them."""


class Listing(Sequence[R], Generic[R]):
    """Rows that show themselves as a table; ``remarks`` stand below it.

    ``shape`` are a DataFrame's columns, ``record`` makes of a row what they hold.
    """

    def __init__(
        self,
        title: str,
        columns: Sequence[Column],
        rows: Sequence[R],
        *,
        shape: Shape,
        record: Callable[[R], Mapping[str, Any]],
        remarks: Sequence[str] = (),
    ) -> None:
        self._title = title
        self._columns = columns
        self._rows = rows
        self._shape, self._record = shape, record
        self.remarks = tuple(remarks)

    @overload
    def __getitem__(self, at: int) -> R: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[R]: ...
    def __getitem__(self, at: int | slice) -> R | Sequence[R]:
        return self._rows[at]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        shown = table(self._columns, self._rows[:_MOST_SHOWN], terminal_width())
        return "\n".join([shown, *self._all_remarks()])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        rows = self._rows[:_MOST_SHOWN]
        shown = html.table(self._title, self._columns, rows, list(self._all_remarks()))
        return {"text/plain": repr(self), "text/html": shown}

    def frame(self) -> pd.DataFrame:
        """Return all rows as a pandas DataFrame.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame(self._shape, map(self._record, self._rows))

    def _all_remarks(self) -> Iterator[str]:
        yield from self.remarks
        if len(self) > _MOST_SHOWN:
            yield f"The first {_MOST_SHOWN} of {len(self):,} are shown: --df gives them all."


class JobCard:
    """One job that shows how it is, why, and how to go on; ``job`` has all that is known of it."""

    def __init__(self, job: JobView) -> None:
        self.job = job

    def __repr__(self) -> str:
        return card.card(self.job, terminal_width(), "%slurm")

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": html.card(self.job, "%slurm")}
