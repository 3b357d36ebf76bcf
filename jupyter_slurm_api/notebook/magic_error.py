"""What a magic fails with: a sentence without a traceback, and a cell that has failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..cli.sbatch_line import UsageError
from ..cli.text import harmless
from ..client import ApiError
from ..runs.directory import UnsafeFileError


class SlurmMagicError(Exception):
    """A magic cannot do what it was told; ``str()`` is what its cell shows, and says why."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: no way through code that is not the user's."""
        return [harmless(line) for line in str(self).splitlines()]


@contextmanager
def in_words() -> Iterator[None]:
    """Let what a server or a command line is refused with end the cell by its sentence."""
    try:
        yield
    except (ApiError, UsageError, UnsafeFileError) as error:
        raise SlurmMagicError(str(error)) from error
