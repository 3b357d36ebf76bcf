"""A loop with nothing to do, in a process of its own: what the machine alone makes late."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import loop_lag


class IdleLoop:
    """Runs beside what is measured, from when it is made until it is asked."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, loop_lag.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def lag(self) -> dict[str, Any]:
        """End it; how late it was, as `Server.lag` tells it."""
        told, _ = self._process.communicate()
        lag: dict[str, Any] = json.loads(told)
        return lag
