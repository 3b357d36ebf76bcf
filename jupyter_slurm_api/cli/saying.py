"""What is said to people: the answer on standard output, all else on standard error."""

from __future__ import annotations

import json
import sys

from .text import harmless


def say(text: str) -> None:
    """Print an answer, which has been made harmless."""
    sys.stdout.write(f"{text}\n")


def say_json(body: bytes) -> None:
    """Print JSON as it came; for a terminal in lines, and in ASCII, which is harmless."""
    say(json.dumps(json.loads(body), indent=2) if sys.stdout.isatty() else body.decode())


def note(text: str) -> None:
    """Say something beside the answer, or why there is none."""
    for line in text.splitlines():
        sys.stderr.write(f"{harmless(line)}\n")
