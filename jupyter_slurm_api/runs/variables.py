"""Variables on their way between a notebook and a job: cloudpickle, in one piece.

What is in one pickle keeps its identity: two names of one object are two names of
one object there. Functions and classes of the notebook see, where they arrive, the
variables of the notebook that they have arrived in, as they did at home.

Source: https://docs.python.org/3/library/pickle.html (persistent ids),
https://github.com/cloudpipe/cloudpickle
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import cloudpickle

from ..sizes import written

_NAMESPACE: Final = "the variables of the notebook"
_TOLD: Final = 5


class VariableError(Exception):
    """A variable that cannot be sent."""


class TooLargeError(VariableError):
    """More than may be sent."""


def dump(variables: Mapping[str, Any], file: BinaryIO, limit: int) -> None:
    """Write variables, of at most ``limit`` bytes.

    Raises:
        VariableError: one of them cannot be pickled; it is named, with the reason.
        TooLargeError: they are larger; each is named with its size.
    """
    try:
        _Pickler(_Limited(file, limit)).dump(dict(variables))
    except _LimitReachedError:
        raise TooLargeError(_sizes(variables, limit)) from None
    except Exception as error:
        raise _blame(variables, error) from error


def load(file: BinaryIO, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return variables; the functions among them see ``namespace``.

    Raises:
        Exception: whatever unpickling them raises, as ImportError.
    """
    loaded: dict[str, Any] = _Unpickler(file, namespace).load()
    return loaded


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # it has no types
    """Names the globals of the notebook's functions, instead of sending a copy of their own."""

    def persistent_id(self, obj: Any) -> str | None:
        if type(obj) is dict and self.globals_ref and obj is self._notebooks_globals():
            return _NAMESPACE
        return None

    def _notebooks_globals(self) -> Any:
        import __main__

        return self.globals_ref.get(id(__main__.__dict__))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BinaryIO, namespace: dict[str, Any]) -> None:
        super().__init__(file)
        self._namespace = namespace

    def persistent_load(self, pid: Any) -> Any:
        if pid != _NAMESPACE:
            raise pickle.UnpicklingError(f"unknown reference {pid!r}")
        return self._namespace


class _LimitReachedError(Exception):
    pass


class _Limited:
    """A file that takes so many bytes; without one they are counted alone."""

    def __init__(self, file: BinaryIO | None, limit: int | None) -> None:
        self._file = file
        self._limit = limit
        self.size = 0

    def write(self, data: bytes | bytearray | memoryview | pickle.PickleBuffer) -> int:
        length = memoryview(data).nbytes
        self.size += length
        if self._limit is not None and self.size > self._limit:
            raise _LimitReachedError
        return self._file.write(data) if self._file else length


def _sizes(variables: Mapping[str, Any], limit: int) -> str:
    sizes = {name: _size(name, value) for name, value in variables.items()}
    largest = sorted(sizes.items(), key=lambda one: -one[1])[:_TOLD]
    told = ", ".join(f"{name} ({written(size)})" for name, size in largest)
    return (
        f"Too large to be sent: {told}. At most {written(limit)} may go, and nothing was sent."
        " Write the data to a file that the job reads, or raise the limit:"
        " %config SlurmMagics.max_bytes = ..."
    )


def _blame(variables: Mapping[str, Any], error: Exception) -> VariableError:
    """Return the error of the first variable that cannot be pickled by itself."""
    try:
        for name, value in variables.items():
            _size(name, value)
    except VariableError as found:
        return found
    return VariableError(f"The variables cannot be pickled together: {error}")


def _size(name: str, value: Any) -> int:
    """Return how many bytes a variable is when pickled.

    Raises:
        VariableError: it cannot be.
    """
    counted = _Limited(None, None)
    try:
        _Pickler(counted).dump(value)
    except Exception as error:  # whatever an object's own code raises
        raise VariableError(
            f"The variable {name!r} ({type(value).__name__}) cannot be sent to another machine:"
            f" {error}. Send what it is made of instead, and make it anew in the cell."
        ) from error
    return counted.size
