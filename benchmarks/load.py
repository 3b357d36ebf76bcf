"""Starts many clients of a server and returns what they saw."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol


class Asked(Protocol):
    """What clients ask: a port or the path of a socket, and a token where it wants one."""

    @property
    def where(self) -> str: ...  # noqa: D102

    @property
    def token_file(self) -> Path | None: ...  # noqa: D102


def load(
    server: Asked,
    *,
    clients: int,
    seconds: float,
    every: float,
    patience: float = 300,
    conditional: bool = False,
    path: str = "/queue",
    body: str = "",
) -> dict[str, Any]:
    """Run clients as a process of its own; what `clients` prints."""
    argv = [
        *(sys.executable, str(Path(__file__).with_name("clients.py"))),
        server.where,
        *([f"--token-file={server.token_file}"] if server.token_file else []),
        f"--patience={patience}",
        *(f"--clients={clients}", f"--seconds={seconds}", f"--every={every}"),
        *(f"--path={path}", f"--body={body}"),
        *(["--conditional"] if conditional else []),
    ]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE)
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
