"""A disk of its own that is soon full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(path: Path, account: str, size: str, *options: str) -> Iterator[Path]:
    """Mount a file system in memory for an account, as root alone can."""
    path.mkdir(parents=True)
    words = ",".join((f"size={size}", f"uid={account}", "mode=0700", *options))
    subprocess.run(["mount", "-t", "tmpfs", "-o", words, "tmpfs", str(path)], check=True)
    try:
        yield path
    finally:
        # What still runs on it may end in its own time.
        subprocess.run(["umount", "--lazy", str(path)], check=True)
