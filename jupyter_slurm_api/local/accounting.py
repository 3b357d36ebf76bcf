"""MariaDB, slurmdbd, and the entries without which slurmdbd keeps no books."""

from __future__ import annotations

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from jupyter_slurm_api.local.commands import Commands
from jupyter_slurm_api.local.layout import CLOSED, Layout
from jupyter_slurm_api.local.site import Site
from jupyter_slurm_api.local.slurmconf import CLUSTER
from jupyter_slurm_api.local.spec import ClusterSpec

ACCOUNT = "users"
_BOOKS = "slurm_acct_db"  # unless slurmdbd.conf says otherwise

# A toy of a database: little memory, and a crash of the machine may cost the last second.
# slurmdbd notes in its log that it would like more.
_TUNING = (
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=16M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-lock-wait-timeout=900",
    "--skip-name-resolve",
)


@dataclass(frozen=True)
class Database:
    """A MariaDB without password and without network, behind a closed directory."""

    layout: Layout
    site: Site
    commands: Commands

    def install(self) -> None:
        """Lay its files out, once; what an interrupted call began does not count."""
        draft = self.layout.database_draft
        if self.layout.database.exists():
            return
        shutil.rmtree(draft, ignore_errors=True)
        self.commands.run(
            "mariadb-install-db",
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *self._options(draft),
        )
        self._make_books(draft)
        draft.rename(self.layout.database)

    def _make_books(self, files: Path) -> None:
        """Make slurmdbd's own database, which is a directory.

        It would do so itself where connecting to it fails, but MariaDB's library from 3.4.10 on
        reads no answer over a connection of which the first attempt failed.
        """
        books = files / _BOOKS
        books.mkdir(mode=CLOSED)
        owner = self.site.slurm_account()
        if owner.pw_uid != books.stat().st_uid:
            os.chown(books, owner.pw_uid, owner.pw_gid)

    def arguments(self) -> list[str]:
        """The command line of the daemon."""
        return [
            "--no-defaults",
            "--skip-networking",
            f"--socket={self.layout.database_socket}",
            f"--pid-file={self.layout.own_pid_file('mariadbd')}",
            *self._options(self.layout.database),
        ]

    def answers(self) -> bool:
        """Whether it greets who connects."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.layout.database_socket))
                return bool(client.recv(1))
            except OSError:
                return False

    def _options(self, files: Path) -> list[str]:
        return [
            f"--user={self.site.slurm_user}",
            f"--datadir={files}",
            # A MariaDB that starts removes all temporary tables it finds, of others too.
            f"--tmpdir={self.layout.database_socket.parent}",
            *_TUNING,
        ]


@dataclass(frozen=True)
class Books:
    """The entries of slurmdbd: the cluster, and who may submit."""

    spec: ClusterSpec
    site: Site
    commands: Commands

    def register(self) -> None:
        """Enter the cluster, and exactly the accounts that may submit."""
        rows = self._associations()
        if not any(cluster == CLUSTER for cluster, _, _ in rows):
            self._change("add", "cluster", CLUSTER)
        if not any(account == ACCOUNT for _, account, _ in rows):
            self._change("add", "account", ACCOUNT, "Description=may submit")
        known = {user for _, account, user in rows if account == ACCOUNT and user}
        wanted = {*self.spec.users, self.site.starter}
        if new := wanted - known:
            self._change("add", "user", ",".join(sorted(new)), f"account={ACCOUNT}")
        if old := known - wanted:
            self._change("delete", "user", f"name={','.join(sorted(old))}", f"account={ACCOUNT}")

    def _associations(self) -> list[tuple[str, str, str]]:
        """Cluster, account and user of each row; an account's own row has no user."""
        question = ("list", "association", "format=cluster,account,user")
        rows = self.commands.run("sacctmgr", "-nP", *question)
        fields = (row.split("|") for row in rows.splitlines())
        return [(cluster, account, user) for cluster, account, user in fields]

    def _change(self, *words: str) -> None:
        self.commands.run("sacctmgr", "-i", *words)
