"""What others have for the same, installed and started here: slurmrestd and jupyterlab-slurm."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from cluster import BareSlurm
from report import tell
from server import CommandLog, Server

from .ways import Request, Unable

LAB: Final = "jupyterlab-slurm"
_INSTALL_SECONDS: Final = 900
_START_SECONDS: Final = 20.0
_DAEMONS: Final = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
_VERSION: Final = re.compile(r"openapi/v([0-9.]+)")


@dataclass(frozen=True)
class Socket:
    """A server that listens on a Unix socket and asks for no token."""

    where: str
    token_file: None = None


@contextmanager
def slurmrestd(root: Path, slurm: BareSlurm) -> Iterator[Request]:
    """Run Slurm's own REST server, of the cluster's version.

    Raises:
        Unable: it cannot be had.
    """
    program = _slurmrestd_program()
    _check_version(program, slurm)
    # It will not run as SlurmUser, which on a cluster of one's own is oneself.
    env = {**slurm.environ, "SLURMRESTD_SECURITY": "disable_user_check"}
    version = _api_version(program, env)
    path = f"/slurm/v{version}/jobs"
    socket = root / "slurmrestd.sock"
    # Each of its twenty threads builds a whole answer: it must not take the machine's memory.
    limit = psutil.virtual_memory().total // 2
    argv = [
        *("prlimit", f"--as={limit}", program),
        *("-a", "rest_auth/local", "-s", f"openapi/v{version}", f"unix:{socket}"),
    ]
    with (root / "slurmrestd.log").open("wb") as log:
        process = subprocess.Popen(
            argv, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_for(socket, process, root / "slurmrestd.log")
        yield Request(
            "rest", f"slurmrestd: GET {path}", path, conditional=False, server=Socket(str(socket))
        )
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def jupyterlab_slurm(root: Path, slurm: BareSlurm) -> Iterator[Request]:
    """Run a Jupyter server with the newest jupyterlab-slurm.

    Raises:
        Unable: it cannot be had.
    """
    python, version = _jupyterlab_slurm_installed(root / "venv")
    log = CommandLog(root / "counting")
    path = "/jupyterlab_slurm/squeue"
    server = Server(
        root / "home",
        slurm.environ,
        path_first=log.directory,
        python=python,
        sign_of_life="/jupyterlab_slurm/status",
    )
    try:
        server.__enter__()
    except SystemExit as error:
        raise Unable(_last_line(str(error))) from error
    try:
        yield Request(
            "lab", f"{LAB} {version}: GET {path}", path, conditional=False, server=server, log=log
        )
    finally:
        server.__exit__()


def _slurmrestd_program() -> str:
    if found := shutil.which("slurmrestd", path=_DAEMONS):
        return found
    by_hand = "apt-get install --no-install-recommends slurmrestd"
    if os.geteuid():
        raise Unable(f"not installed; as root: {by_hand}")
    tell(f"  {by_hand}")
    _run([*by_hand.split(), "-y", "-q"], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if found := shutil.which("slurmrestd", path=_DAEMONS):
        return found
    raise Unable("its package brings no slurmrestd")


def _check_version(program: str, slurm: BareSlurm) -> None:
    here, wanted = (_run([name, "-V"], slurm.environ).split()[-1] for name in (program, "scontrol"))
    if here != wanted:
        raise Unable(f"it is of Slurm {here}, and the cluster of {wanted}")


def _api_version(program: str, env: dict[str, str]) -> str:
    """Return the newest version of its API."""
    found = _VERSION.findall(_run([program, "-a", "rest_auth/local", "-s", "list"], env=env))
    if not found:
        raise Unable("it does not tell which versions of its API it has")
    return str(max(found, key=lambda version: [int(part) for part in version.split(".")]))


def _wait_for(socket: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise Unable(f"it did not start: {_last_line(log.read_text())}")
        time.sleep(0.1)


def _jupyterlab_slurm_installed(venv: Path) -> tuple[str, str]:
    """Install it where nothing else is; the interpreter there, and its version."""
    tell(f"  pip install {LAB}")
    python = str(venv / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    _run([sys.executable, "-m", "venv", str(venv)])
    _run([*pip, "install", "--quiet", "jupyter-server", LAB])
    version = _run([*pip, "show", LAB]).partition("\nVersion: ")[2].split()[0]
    return python, version


def _run(argv: list[str], env: dict[str, str] | None = None) -> str:
    """Run what installs or tells something; all that it said."""
    try:
        done = subprocess.run(
            argv,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unable(_last_line(str(error))) from error
    if done.returncode:
        raise Unable(f"{' '.join(argv[:4])} failed: {_last_line(done.stdout)}")
    return done.stdout


def _last_line(text: str) -> str:
    """Return what a text ends with, as it can stand in a table."""
    lines = text.strip().splitlines() or ["it said nothing"]
    return lines[-1].replace("|", "/")[:200]
