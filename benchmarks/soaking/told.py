"""Lines that tell what happens, each with its time."""

from __future__ import annotations

import threading
import time

_began = time.monotonic()
_lock = threading.Lock()


def tell(text: str) -> None:
    with _lock:
        print(f"{time.monotonic() - _began:7.1f}  {text}", flush=True)
