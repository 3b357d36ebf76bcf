"""TCP ports of this machine: which are free, which are listened on."""

from __future__ import annotations

import contextlib
import random
import socket
from pathlib import Path

from jupyter_slurm_api.errors import DevClusterError

# Below the range from which the kernel gives ports to outgoing connections, so that
# none of those can take a port between our look and the daemon's bind.
_LOWEST, _HIGHEST = 20_000, 32_000
_TRIES = 200
_LISTEN = "0A"


def free_block(count: int) -> int:
    """The first of ``count`` neighbouring free ports, at random: two callers rarely meet."""
    for _ in range(_TRIES):
        first = random.randrange(_LOWEST, _HIGHEST - count)  # noqa: S311 -- keeps no secret
        if is_free(first, count):
            return first
    raise DevClusterError(f"No {count} neighbouring TCP ports are free on this machine.")


def is_free(first: int, count: int) -> bool:
    """Whether all of these ports can be bound at once."""
    with contextlib.ExitStack() as stack:
        for port in range(first, first + count):
            probe = stack.enter_context(socket.socket())
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError:
                return False
    return True


def is_listening(port: int) -> bool:
    """Whether somebody listens; asked of the kernel, so that no daemon logs a broken call."""
    return any(port in _listeners(Path("/proc/net") / table) for table in ("tcp", "tcp6"))


def _listeners(table: Path) -> set[int]:
    if not table.exists():
        return set()
    rows = [line.split() for line in table.read_text(encoding="ascii").splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == _LISTEN}
