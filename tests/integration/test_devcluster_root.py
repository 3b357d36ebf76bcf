"""A Slurm that root starts for several accounts, as on a real site."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.layout import Layout
from jupyter_slurm_api.local.spec import ClusterRecord, ClusterSpec
from servers import wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start it")

NAMED = ("alice", "bob")


@pytest.fixture(scope="module")
def accounts():
    for name in NAMED:
        if name not in {account.pw_name for account in pwd.getpwall()}:
            subprocess.run(["useradd", "-m", name], check=True)


@pytest.fixture(scope="module")
def cluster(accounts):
    home = Path(tempfile.mkdtemp(prefix="test-devcluster-"))
    home.chmod(0o755)
    cluster = DevCluster(home / "cluster")
    cluster.up(ClusterSpec(users=NAMED))
    yield cluster
    cluster.down(purge=True)
    shutil.rmtree(home)


def ask(cluster, user, *argv):
    return subprocess.run(
        argv,
        env={"PATH": os.defpath, **cluster.environment()},
        user=user,
        group=pwd.getpwnam(user).pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def submit(cluster, user, *options):
    argv = ["sbatch", "--parsable", "--output=/dev/null", *options, "--wrap", "sleep 60"]
    return ask(cluster, user, *argv)


@pytest.mark.parametrize("user", [*NAMED, "root"])
def test_who_is_named_may_submit_and_so_may_root(cluster, user):
    answer = submit(cluster, user, "--hold")
    assert answer.returncode == 0, answer.stderr


def test_who_is_not_named_may_not(cluster):
    answer = submit(cluster, "nobody", "--hold")
    assert answer.returncode != 0
    assert "Invalid account" in answer.stderr


def test_an_ordinary_account_may_not_touch_the_job_of_another(cluster):
    job = submit(cluster, "alice", "--hold").stdout.strip()
    assert "Access/permission denied" in ask(cluster, "bob", "scancel", job).stderr
    assert ask(cluster, "alice", "scancel", job).returncode == 0


def test_an_ordinary_account_may_not_even_suspend_its_own(cluster):
    job = submit(cluster, "alice").stdout.strip()
    answer = ask(cluster, "alice", "scontrol", "suspend", job)
    assert "Access/permission denied" in answer.stderr
    assert ask(cluster, "root", "scancel", job).returncode == 0


def test_slurm_runs_as_an_account_of_its_own(cluster):
    slurm = pwd.getpwnam("slurm").pw_uid
    for daemon in ("slurmctld", "slurmdbd", "mariadbd"):
        assert Path("/proc", str(cluster.pid(daemon))).stat().st_uid == slurm
    assert Path("/proc", str(cluster.pid("slurmd-n1"))).stat().st_uid == 0


def test_secrets_are_closed_to_ordinary_accounts(cluster):
    record = ClusterRecord.read(Layout(cluster.root, cluster.root).record)
    layout = Layout(cluster.root, record.runtime)
    secrets = [layout.munge_key, layout.slurmdbd_conf, layout.database, layout.database_socket]
    for secret in secrets:
        answer = ask(cluster, "alice", "cat", str(secret))
        assert "Permission denied" in answer.stderr, secret


def test_who_is_no_longer_named_may_no_longer_submit(cluster):
    # slurmdbd keeps an account of which it knows a job that is not over.
    assert ask(cluster, "root", "scancel", "--user=bob").returncode == 0
    waits = ("sacct", "--user=bob", "-X", "--noheader", "--state=PD", "-Snow-1hour", "-Enow")
    wait_for("the end of bob's jobs", lambda: not ask(cluster, "root", *waits).stdout.strip())
    cluster.down()
    cluster.up(ClusterSpec(users=("alice",)))
    assert submit(cluster, "alice", "--hold").returncode == 0
    assert "Invalid account" in submit(cluster, "bob", "--hold").stderr


def test_a_name_without_an_account_is_refused(tmp_path):
    with pytest.raises(DevClusterError, match="There is no account zebra"):
        DevCluster(tmp_path / "cluster").up(ClusterSpec(users=("zebra",)))


def test_a_directory_that_others_cannot_enter_is_refused(tmp_path):
    tmp_path.chmod(0o700)
    with pytest.raises(DevClusterError, match="Other accounts cannot enter"):
        DevCluster(tmp_path / "cluster").up(ClusterSpec(accounting=False))
