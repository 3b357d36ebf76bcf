"""Jupyter servers of a test's own, started as a user would, and patience with them."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 60.0

_PORTS = range(20_000, 32_000)
_OTHERS = ("jupyter_lsp", "jupyterlab", "notebook", "notebook_shim")
_ALONE = f"--ServerApp.jpserver_extensions={dict.fromkeys(_OTHERS, False)}"
"""Without what our API has no need of, a server starts in half the time."""


def wait_for(what: str, look: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Return what ``look`` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds:g} s in vain for {what}; last seen: {found!r}")


def ask(method: str, url: str, timeout: float = PATIENCE, **options: Any) -> httpx.Response:
    """Ask over HTTP; to read all certificates first would take longer than most answers."""
    return httpx.request(method, url, timeout=timeout, verify=False, **options)


def free_port() -> int:
    """Return a port that is free, and none of those that the system gives to whoever asks for any.

    Of them, a kernel may get this one before the server that it is for has it.
    """
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def remove(directory: Path) -> None:
    """Delete a directory, into which a database may still write that is about to end."""

    def is_gone() -> bool:
        shutil.rmtree(directory, ignore_errors=True)
        return not directory.exists()

    wait_for(f"{directory} to be gone", is_gone)


def _as(account: str | None) -> dict[str, Any]:
    """What starts a process as another account, with that account's rights alone."""
    if account is None:
        return {}
    return {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []}


def _on(host: str | None) -> tuple[str, ...]:
    """What stands before a command so that it finds itself on a host of another name."""
    if host is None:
        return ()
    return ("unshare", "--uts", "sh", "-c", f'hostname {host} && exec "$@"', "sh")


@dataclass
class Server:
    """A Jupyter server of its own, started as a user would.

    ``account`` is whom root starts it for; None for a server of whoever runs the tests. ``host``
    is the name of another host that root lets it be on; None for this one. ``launcher`` is what
    starts it, such as srun.
    """

    home: Path
    environment: dict[str, str]
    command: tuple[str, ...] = ("server",)
    arguments: tuple[str, ...] = ()
    base_url: str = "/"
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    account: str | None = None
    host: str | None = None
    launcher: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.base_url}"

    @property
    def work_dir(self) -> Path:
        return self.home / "work"

    @property
    def log(self) -> str:
        return (self.home / f"server-{self.port}.log").read_text()

    def start(self) -> Server:
        self.work_dir.mkdir(parents=True, exist_ok=True)
        token_file = self.home / f"token-{self.port}"
        token_file.touch(0o600)
        token_file.write_text(self.token)
        if self.account:
            for path in (self.home, self.work_dir, token_file):
                shutil.chown(path, self.account)
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JUPYTER", "SLURM", "MONGO"))
        }
        with (self.home / f"server-{self.port}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *_on(self.host),
                    *self.launcher,
                    sys.executable,
                    "-m",
                    "jupyter",
                    *self.command,
                    "--no-browser",
                    "--ip=127.0.0.1",
                    f"--port={self.port}",
                    "--ServerApp.port_retries=0",
                    "--ServerApp.reraise_server_extension_failures=True",
                    f"--ServerApp.base_url={self.base_url}",
                    f"--ServerApp.root_dir={self.work_dir}",
                    "--allow-root",
                    "--SlurmApi.min_interval=1",
                    "--SlurmApi.active_interval=1",
                    *([_ALONE] if self.command == ("server",) else []),
                    *self.arguments,
                ],
                env={
                    **clean,
                    "HOME": str(self.home),
                    "JUPYTER_CONFIG_DIR": str(self.home / "config"),
                    "JUPYTER_DATA_DIR": str(self.home / "data"),
                    "JUPYTER_RUNTIME_DIR": str(self.home / f"runtime-{self.port}"),
                    "JUPYTER_TOKEN_FILE": str(token_file),
                    **self.environment,
                },
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **_as(self.account),
            )
        wait_for("the server", self._answers)
        return self

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            return ask("GET", self.url + "health", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"token {self.token}", **options.pop("headers", {})}
        return ask(method, self.url + path, headers=headers, **options)

    def submit(self, script: str, **body: Any) -> str:
        """Submit a script and return the job's UUID."""
        answer = self.call("POST", "submit", json={"script": script, **body})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["job_id"])

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"job/{job_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def wait_for_status(self, job_id: str, *wanted: str) -> dict[str, Any]:
        seen: dict[str, Any] = {}

        def look() -> bool:
            seen.update(self.job(job_id))
            return seen["status"] in wanted

        wait_for(f"job {job_id} to be {wanted}", look)
        return seen
