"""The program mongod: where it is, how it is started, why it ended."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from jupyter_slurm_api.errors import MongodUnavailable
from jupyter_slurm_api.local.rundir import RunDir

INSTALL = 'pip install "jupyter-slurm-api[mongod]"'
ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH")
LOG_TAIL = 64 * 1024

# What the reason contains, and what to do about it.
ADVICE = {
    "libcurl.so.4": "apt-get install libcurl4, or set MONGO_URI",
    "libcrypto.so.3": "it needs OpenSSL 3: put another mongod on PATH, or set MONGO_URI",
    "libssl.so.3": "it needs OpenSSL 3: put another mongod on PATH, or set MONGO_URI",
    "GLIBC": "this system is too old for it: put another mongod on PATH, or set MONGO_URI",
    "Exec format error": "it is not a program for this machine: set MONGO_URI",
    "Permission denied": "make it executable for this user, and its data writable",
    "No space left on device": "make room on that disk",
    "Disk quota exceeded": "make room in your quota",
    "featureCompatibilityVersion": "another version of MongoDB wrote these data: use that mongod",
    "unsupported WiredTiger file version": "a newer MongoDB wrote these data: use that mongod",
    "SIGILL": "this processor lacks AVX: put an older mongod on PATH, or set MONGO_URI",
}
NO_ADVICE = "the log is {log}"


def find_program() -> Path:
    """The mongod on PATH, else the one of the [mongod] extra."""
    if found := shutil.which("mongod"):
        return Path(found).absolute()
    package = importlib.util.find_spec("fiftyone")
    for place in (package and package.submodule_search_locations) or ():
        program = Path(place) / "db" / "bin" / "mongod"
        if program.is_file():
            return program
    raise MongodUnavailable(
        "There is no MongoDB for the history of jobs here: "
        f"{INSTALL} (Linux on x86_64), put a mongod on PATH, or set MONGO_URI."
    )


def arguments(program: Path, data: Path, rundir: RunDir) -> list[str]:
    """Start mongod on one Unix socket and nothing else, small in memory, disk and words.

    The address to bind is the socket's path, so there is no TCP port; the prefix keeps the
    second socket, that mongod would put into /tmp, in the same place.
    """
    return [
        str(program),
        *("--dbpath", str(data)),
        *("--bind_ip", str(rundir.socket)),
        *("--unixSocketPrefix", str(rundir.path)),
        *("--filePermissions", "0600"),
        *("--wiredTigerCacheSizeGB", "0.25"),
        *("--wiredTigerEngineConfigString", "log=(file_max=8MB,prealloc=false)"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        *("--slowms", "2000"),
        "--quiet",
    ]


def environment(source: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What keeper and mongod need of a server's environment, which may hold secrets."""
    return {name: source[name] for name in ENVIRONMENT if name in source}


def said_since(log: Path, start: int) -> str:
    """What was written to a log after ``start`` bytes, or the end of it; empty if there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(start, file.seek(0, os.SEEK_END) - LOG_TAIL))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def why_it_ended(said: str) -> str:
    """The reason in what mongod said: its last error, else the last line, e.g. the loader's.

    Of several errors in a row, one that a user can do something about goes first.
    """
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    causes = [cause for line in lines for cause in _causes(line)]
    advised = [cause for cause in causes if any(word in cause for word in ADVICE)]
    spoken = [line for line in lines if not line.startswith("{")]
    return (advised or causes or spoken or ["it gave no reason"])[-1]


def sentence(reason: str, log: Path) -> str:
    """What the user reads: the reason, and what to do."""
    advice = next((do for word, do in ADVICE.items() if word in reason), NO_ADVICE)
    return f"This user's mongod could not start: {reason} ({advice.format(log=log)})."


def _causes(line: str) -> list[str]:
    """What an entry of severity Error or Fatal in mongod's JSON log names as its cause."""
    try:
        entry = json.loads(line)
        attributes = entry["attr"] if entry["s"] in ("E", "F") else {}
    except (ValueError, TypeError, KeyError):
        return []
    found = [attributes.get("error"), attributes.get("message")]
    nested = [part for each in found if isinstance(each, dict) for part in each.values()]
    words = [each.strip() for each in (*found, *nested) if isinstance(each, str)]
    return [each for each in words if " " in each and not each.startswith("Got signal")]
