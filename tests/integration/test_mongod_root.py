"""The mongod of a user, where only root can set the stage."""

import os

import pytest

from jupyter_slurm_api.errors import MongodUnavailable
from jupyter_slurm_api.local.mongod import EmbeddedMongod
from jupyter_slurm_api.local.rundir import RunDir


def test_a_run_directory_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    path = RunDir.of(tmp_path, os.uname().nodename).path
    path.mkdir(mode=0o700)
    os.chown(path, 65534, 65534)
    try:
        with pytest.raises(MongodUnavailable, match="not a directory of this user alone"):
            EmbeddedMongod(tmp_path).start()
    finally:
        path.rmdir()
