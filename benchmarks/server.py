"""A real Jupyter server with the extension and its own MongoDB, and a lean client of it."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

PROGRAMS: Final = ("sbatch", "squeue", "sacct", "scontrol", "scancel", "sinfo")
_PATIENCE: Final = 120.0
_COUNTING: Final = '#!/bin/sh\necho "{name} $*" >>"{log}"\nexec "{program}" "$@"\n'


LAG: Final = ("--ServerApp.jpserver_extensions={'loop_lag': True}",)
"""What makes a server tell of its event loop's lag."""


def _import_path() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class CommandLog:
    """Programs that note each of their starts in a file and become Slurm's own."""

    directory: Path

    def __post_init__(self) -> None:
        self._log = self.directory / "log"
        self.directory.mkdir(parents=True)
        self.clear()
        for name in PROGRAMS:
            wrapper = self.directory / name
            text = _COUNTING.format(name=name, log=self._log, program=shutil.which(name))
            wrapper.write_text(text)
            wrapper.chmod(0o755)

    def clear(self) -> None:
        """Forget what was started so far."""
        self._log.write_text("")

    def started(self) -> dict[str, int]:
        """Return how often the whole queue was asked for, and anything else."""
        lines = self._log.read_text().splitlines()
        queue = sum(line.startswith("squeue ") and "--me" not in line for line in lines)
        return {"queue": queue, "other": len(lines) - queue}

    def own_jobs_asked(self) -> int:
        """Return how often a tick has asked for the user's own jobs."""
        lines = self._log.read_text().splitlines()
        return sum(line.startswith("squeue ") and "--me" in line for line in lines)


@dataclass
class Veil:
    """A squeue that shows an empty queue until the veil is lifted."""

    directory: Path

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True)
        self._lifted = self.directory / "lifted"
        squeue = self.directory / "squeue"
        program = shutil.which("squeue")
        squeue.write_text(f'#!/bin/sh\n[ ! -e "{self._lifted}" ] || exec "{program}" "$@"\n')
        squeue.chmod(0o755)

    def lift(self) -> None:
        """Show the queue as it is."""
        self._lifted.touch()


@dataclass
class Answer:
    """An HTTP answer and how long it took, in seconds."""

    status: int
    body: bytes
    seconds: float


@dataclass
class Server:
    """A Jupyter server below ``home``, started as a user would; use it in a ``with``."""

    home: Path
    environ: Mapping[str, str]
    arguments: tuple[str, ...] = ()
    path_first: Path | None = None
    python: str = sys.executable
    sign_of_life: str = "/health"
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    port: int = field(default_factory=_free_port)

    def __enter__(self) -> Server:  # noqa: PYI034 - Self is in typing from 3.11 on
        (self.home / "work").mkdir(parents=True, exist_ok=True)
        self.token_file.touch(0o600)
        self.token_file.write_text(self.token)
        self.log = self.home / f"server-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self._argv(),
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self.process.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait(30)

    @property
    def where(self) -> str:
        """Where it is asked."""
        return str(self.port)

    @property
    def token_file(self) -> Path:
        """The file with the server's token."""
        return self.home / f"token-{self.port}"

    def call(self, method: str, path: str, body: object = None) -> Answer:
        """Make a request on the one connection that stays open."""
        data = None if body is None else json.dumps(body).encode()
        began = time.perf_counter()
        self.connection.request(method, path, data, {"Authorization": f"token {self.token}"})
        response = self.connection.getresponse()
        answer = Answer(response.status, response.read(), time.perf_counter() - began)
        if answer.status >= 400:
            raise SystemExit(f"{method} {path} was answered {answer.status}: {answer.body!r}")
        return answer

    def health(self) -> dict[str, Any]:
        """Return what the server tells of itself."""
        found: dict[str, Any] = json.loads(self.call("GET", "/health").body)
        return found

    def lag(self) -> dict[str, Any]:
        """Return the loop's lag since the last call, where `loop_lag` is loaded."""
        found: dict[str, Any] = json.loads(self.call("GET", "/benchmark/lag").body)
        return found

    def cpu_seconds(self) -> float:
        """Return the processor time that the server has taken so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_for_jobs(self, count: int, seconds: float = _PATIENCE) -> float:
        """Wait until the sync knows so many jobs; the seconds that its tick took."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            sync = self.health()["sync"]
            if sync["jobs"] >= count and sync["last_success"]:
                return float(sync["tick_seconds"])
            time.sleep(0.2)
        raise SystemExit(f"The sync does not know {count} jobs; see {self.log}")

    def _argv(self) -> list[str]:
        return [
            *(self.python, "-m", "jupyter_server", "--no-browser", "--allow-root"),
            *("--ip=127.0.0.1", f"--port={self.port}", "--ServerApp.port_retries=0"),
            f"--ServerApp.root_dir={self.home / 'work'}",
            *self.arguments,
        ]

    def _environment(self) -> dict[str, str]:
        clean = {
            name: value
            for name, value in self.environ.items()
            if name == "SLURM_CONF" or not name.startswith(("JUPYTER", "SLURM", "MONGO"))
        }
        first = f"{self.path_first}{os.pathsep}" if self.path_first else ""
        return {
            **clean,
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "JUPYTER_TOKEN_FILE": str(self.token_file),
            "PATH": f"{first}{clean['PATH']}",
            # What the caller's names stays, so that another copy of the package can be measured.
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *_import_path()]),
        }

    def _wait(self) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.call("GET", self.sign_of_life)
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit(f"The server does not answer:\n{self.log.read_text()}")
