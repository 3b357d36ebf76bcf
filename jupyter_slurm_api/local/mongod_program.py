"""The program mongod: where it is, how it is started, why it ended."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Iterator, Mapping
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


def tail(log: Path) -> str:
    """The end of a log; empty if there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_TAIL))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def why_it_ended(said: str) -> str:
    """The reason in what mongod said: its last error, else the last line, e.g. the loader's."""
    lines = [line for line in said.splitlines() if line.strip()]
    errors = list(_errors(lines))
    if errors:
        return errors[-1]
    return lines[-1].strip() if lines and not lines[-1].startswith("{") else "it gave no reason"


def sentence(reason: str, log: Path) -> str:
    """What the user reads: the reason, and what to do."""
    advice = next((do for word, do in ADVICE.items() if word in reason), NO_ADVICE)
    return f"This user's mongod could not start: {reason} ({advice.format(log=log)})."


def _errors(lines: list[str]) -> Iterator[str]:
    """The lines of severity Error and Fatal that name a cause, in mongod's JSON log."""
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("s") in ("E", "F"):
            attributes = entry.get("attr", {})
            cause = [attributes.get(key) for key in ("error", "message")]
            yield from (words for words in cause[:1] if isinstance(words, str))
