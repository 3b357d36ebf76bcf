"""The machine that figures were measured on, and who may have which of its cores."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from jupyter_slurm_api.local import programs
from jupyter_slurm_api.local.mongod_program import environment, find_program


def describe() -> str:
    """Return one line a fact, as a list in Markdown."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    facts = {
        "Date": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        "Processor": f"{os.cpu_count()} cores, {_processor()}",
        "Memory": f"{memory:.0f} GiB",
        "System": f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}",
        "Python": platform.python_version(),
        "Slurm": _said("slurmctld", "-V").split()[-1],
        "MongoDB": _mongod_version(),
    }
    return "\n".join(f"- {name}: {fact}" for name, fact in facts.items())


def burden() -> str:
    """Return the machine's load average over the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def all_cores() -> list[int]:
    """Return the cores that this process may have."""
    return sorted(os.sched_getaffinity(0))


def halves() -> tuple[list[int], list[int]]:
    """Part the cores in two; one core stands in both."""
    cores = all_cores()
    middle = max(1, len(cores) // 2)
    return cores[:middle], cores[middle:] or cores


@contextmanager
def on_cores(cores: Collection[int]) -> Iterator[None]:
    """Keep to some of the cores, with all that is started meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _mongod_version() -> str:
    found = re.search(r"db version v(\S+)", _said(str(find_program()), "--version"))
    return found[1] if found else "unknown"


def _said(*argv: str) -> str:
    env = environment() | programs.environment()
    return subprocess.run(argv, env=env, check=True, capture_output=True, text=True).stdout
