"""Starts many clients of a server and returns what they saw."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from server import Server


def load(
    server: Server,
    *,
    clients: int,
    seconds: float,
    every: float,
    conditional: bool = False,
    path: str = "/queue",
    body: str = "",
) -> dict[str, Any]:
    """Run clients as a process of its own; what `clients` prints."""
    argv = [
        *(sys.executable, str(Path(__file__).with_name("clients.py"))),
        *(str(server.port), str(server.token_file)),
        *(f"--clients={clients}", f"--seconds={seconds}", f"--every={every}"),
        *(f"--path={path}", f"--body={body}"),
        *(["--conditional"] if conditional else []),
    ]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE)
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
