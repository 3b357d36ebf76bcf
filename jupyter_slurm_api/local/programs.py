"""The programs a cluster is made of: where they are, what is missing, how they are run."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence

from jupyter_slurm_api.errors import DevClusterError

# Debian keeps daemons where the PATH of an ordinary user does not lead.
_SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")

# The package of Debian and Ubuntu that brings each program.
_PACKAGES = {
    "munged": "munge",
    "slurmctld": "slurmctld",
    "slurmd": "slurmd",
    "sinfo": "slurm-client",
    "scancel": "slurm-client",
    "scontrol": "slurm-client",
    "squeue": "slurm-client",
}
_ACCOUNTING_PACKAGES = {
    "mariadbd": "mariadb-server",
    "mariadb-install-db": "mariadb-server",
    "sacctmgr": "slurm-client",
    "slurmdbd": "slurmdbd",
}


def require(*, accounting: bool) -> None:
    """Make sure, before anything is started, that every program is there."""
    wanted = {**_PACKAGES, **(_ACCOUNTING_PACKAGES if accounting else {})}
    path = os.pathsep.join(_search_path())
    missing = {wanted[name] for name in wanted if shutil.which(name, path=path) is None}
    if missing:
        command = f"sudo apt-get install -y {' '.join(sorted(missing))}"
        raise DevClusterError(f"Programs are missing: install them with `{command}`.")


def _search_path() -> tuple[str, ...]:
    return (*os.get_exec_path(), *_SBIN)


def environment(**variables: str) -> dict[str, str]:
    """A clean environment: nothing of the caller's but its time zone and where programs are."""
    kept = {"TZ": os.environ["TZ"]} if "TZ" in os.environ else {}
    path = os.pathsep.join(dict.fromkeys(_search_path()))
    return {**kept, "PATH": path, "LC_ALL": "C.UTF-8", **variables}


def run(argv: Sequence[str], *, env: Mapping[str, str], seconds: float) -> str:
    """What a program printed; an error with its last words if it failed or took too long.

    It has a session of its own, so that nothing of it is left when the wait is interrupted.
    """
    with _popen(argv, env) as process:
        try:
            output, complaints = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            _kill_group(process.pid)
            raise DevClusterError(f"{argv[0]} did not end within {seconds:g} s.") from error
        except BaseException:
            _kill_group(process.pid)
            raise
    if process.returncode != 0:
        raise DevClusterError(f"{argv[0]} failed: {_last_words(output + complaints)}")
    return output


def _popen(argv: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            argv,
            env=env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise DevClusterError(f"{argv[0]} is not installed.") from error


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(lines[-5:]) or "it said nothing"
