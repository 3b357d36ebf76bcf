"""The machine and the accounts that a cluster runs with."""

from __future__ import annotations

import os
import pwd
import socket
from dataclasses import dataclass

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local import programs

_SLURM = "slurm"


@dataclass(frozen=True)
class Site:
    """Who runs what: an ordinary starter runs all, root gives Slurm an account of its own.

    ``host`` is the short name by which Slurm's daemons know the machine they are on.
    """

    host: str
    starter: str
    slurm_user: str

    @classmethod
    def here(cls) -> Site:
        """The site that the calling account can make."""
        starter = account_name()
        slurm_user = _SLURM if starter == "root" else starter
        return cls(socket.gethostname().partition(".")[0], starter, slurm_user)

    @property
    def shared(self) -> bool:
        """Whether accounts other than the starter can run jobs."""
        return self.starter == "root"

    def slurm_account(self) -> pwd.struct_passwd:
        """The account of Slurm's own daemons, made if root needs it."""
        try:
            return pwd.getpwnam(self.slurm_user)
        except KeyError:
            _add_system_account(self.slurm_user)
            return pwd.getpwnam(self.slurm_user)

    def check_users(self, users: tuple[str, ...]) -> None:
        """Refuse names that could not submit here."""
        for user in users:
            if not self.shared and user != self.starter:
                raise DevClusterError(f"Only a cluster that root starts can serve {user}.")
            try:
                pwd.getpwnam(user)
            except KeyError as error:
                message = f"There is no account {user}; make it with: useradd -m {user}"
                raise DevClusterError(message) from error


def account_name() -> str:
    """The name of the calling account; a bare uid has none, and Slurm needs one."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError as error:
        message = f"The uid {os.geteuid()} has no name in /etc/passwd; Slurm needs one."
        raise DevClusterError(message) from error


def _add_system_account(name: str) -> None:
    argv = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    programs.run(argv, env=programs.environment(), seconds=30)
