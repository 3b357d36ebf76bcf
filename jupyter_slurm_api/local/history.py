"""Which data directory a keeper may have: everybody's, or else one of its host."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

from jupyter_slurm_api.errors import MongodUnavailable
from jupyter_slurm_api.local.owner import Owner, OwnerFile
from jupyter_slurm_api.local.rundir import is_private

MAIN = "mongod"  # the data directory that everybody wants
MOST_OWN = 9  # of one host; more than one only where its processes cannot see each other
PATIENCE = 5.0  # seconds that a keeper of this host, on its way out, is waited for


def kept_by(data_dir: Path, host: str) -> Owner | None:
    """The living keeper of this host, wherever its environment put its run directory."""
    for name in (MAIN, *_own_names(host)):
        record = OwnerFile(data_dir / f"{name}.owner", host)
        owner = record.read()
        if owner and owner.is_of(host) and owner.is_running():
            return owner
    return None


def claim(data_dir: Path, me: Owner) -> tuple[OwnerFile, Path, str]:
    """The first data directory that can be ours: its record, its path and a note.

    The note says where the main history is, and is empty if it is here. Raises
    MongodUnavailable where another keeper of this host is alive: its mongod serves all.
    """
    record, note = OwnerFile(data_dir / f"{MAIN}.owner", me.host), ""
    if owner := _claim_patiently(record, me):
        note = (
            f"The main history of jobs ({data_dir / MAIN}) is in use by a server on {owner.host}; "
            "this server keeps a history of its own until that one has stopped and this one "
            "is started again."
        )
        record = _claim_own(data_dir, me)
    data = record.path.with_suffix("")
    data.mkdir(mode=0o700, exist_ok=True)
    return record, data, note


def _claim_patiently(record: OwnerFile, me: Owner) -> Owner | None:
    """Claim from all but a keeper of this host that stays: two would part its history."""
    deadline = time.monotonic() + PATIENCE
    while (owner := record.claim(me)) and owner.is_of(me.host):
        elsewhere = owner.rundir != me.rundir and is_private(Path(owner.rundir))
        if elsewhere or time.monotonic() > deadline:
            raise MongodUnavailable(f"The mongod of this host is kept from {owner.rundir}.")
        time.sleep(0.1)
    return owner


def _claim_own(data_dir: Path, me: Owner) -> OwnerFile:
    for name in _own_names(me.host):
        record = OwnerFile(data_dir / f"{name}.owner", me.host)
        if _claim_patiently(record, me) is None:
            return record
    raise MongodUnavailable(f"All data directories in {data_dir} are in use: set MONGO_URI.")


def _own_names(host: str) -> Iterator[str]:
    own = f"{MAIN}-{re.sub(r'[^A-Za-z0-9.-]', '_', host)}"
    yield own
    yield from (f"{own}-{number}" for number in range(2, MOST_OWN + 1))
