"""The machine that figures were measured on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from cluster import BareSlurm

from jupyter_slurm_api.local.mongod_program import environment, find_program


def describe(slurm: BareSlurm) -> str:
    """Return one line a fact, as a list in Markdown."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    facts = {
        "Date": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        "Processor": f"{os.cpu_count()} cores, {_processor()}",
        "Memory": f"{memory:.0f} GiB",
        "System": f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}",
        "Python": platform.python_version(),
        "Slurm": slurm.version(),
        "MongoDB": _mongod_version(),
    }
    return "\n".join(f"- {name}: {fact}" for name, fact in facts.items())


def burden() -> str:
    """Return the machine's load average over the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _mongod_version() -> str:
    said = subprocess.run(
        [find_program(), "--version"], env=environment(), check=True, capture_output=True, text=True
    )
    found = re.search(r"db version v(\S+)", said.stdout)
    return found[1] if found else "unknown"
