"""Opening what a job's path leads to: a regular file, or nothing at all."""

from __future__ import annotations

import errno
import os
import stat
from datetime import datetime
from typing import BinaryIO


def open_regular(path: str, not_after: datetime | None = None) -> BinaryIO:
    """Open a regular file, last written at a time or before, to be read.

    The path is whatever the job was given: a fifo would block, a device never
    end, a link lead to somebody else's secret. So it is opened once, follows no
    link, and is asked what it is before it is read.

    Raises:
        OSError: there is no such file, it is not a regular one, or was written since.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags)
    try:
        _check(descriptor, path, not_after)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb", buffering=0)


def _check(descriptor: int, path: str, not_after: datetime | None) -> None:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", path)
    if not_after and found.st_mtime > not_after.timestamp():
        raise OSError(errno.ESTALE, "written since its job ended", path)


def size_of(file: BinaryIO) -> int:
    """Return how many bytes an open file has."""
    return os.fstat(file.fileno()).st_size


def read_at(file: BinaryIO, offset: int, limit: int) -> bytes:
    """Return at most ``limit`` bytes of an open file from an offset on."""
    return os.pread(file.fileno(), limit, offset)


def read_part(path: str, offset: int, limit: int, not_after: datetime | None = None) -> bytes:
    """Return at most ``limit`` bytes of a regular file from an offset on.

    Raises:
        OSError: there is no such file, it is not a regular one, or was written since.
    """
    with open_regular(path, not_after) as file:
        return read_at(file, offset, limit)
