"""One `up` or `down` at a time in one directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local.processes import wait_until

_PATIENCE = 60


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold a directory against other calls; the kernel lets go of it should we be killed."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if not wait_until(lambda: _take(handle), _PATIENCE):
            raise DevClusterError(f"Another call has been busy in {directory} for {_PATIENCE} s.")
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
