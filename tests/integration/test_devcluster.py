"""The personal Slurm, for real: every daemon in this file is a process of this machine."""

import json
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local import programs
from jupyter_slurm_api.local.cli import main
from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.spec import ClusterSpec

SMALL = ClusterSpec(nodes=1, accounting=False)


def poll(question, seconds=20):
    """The first answer that is true."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.05)
    return answer


def ask(cluster, *argv):
    environment = {**os.environ, **cluster.environment()}
    return subprocess.run(
        argv, env=environment, capture_output=True, text=True, check=True, timeout=20
    ).stdout.strip()


def submit(cluster, output, script, *options):
    return ask(cluster, "sbatch", "--parsable", f"--output={output}", *options, "--wrap", script)


def states(cluster):
    return {daemon.name: daemon.state for daemon in cluster.status().daemons}


def processes_of(*paths):
    """The living processes whose environment, command line or open files name a path."""
    processes = [path for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [process.name for process in processes if _names(process, paths)]


def _names(process, paths):
    try:
        texts = [(process / name).read_text(errors="replace") for name in ("environ", "cmdline")]
        texts += [str(handle.readlink()) for handle in (process / "fd").iterdir()]
    except OSError:
        return False
    return any(str(path) in text for path in paths for text in texts)


def runtime(cluster):
    """Where the sockets are."""
    return Path(ask(cluster, "scontrol", "show", "config").split("socket=")[1].split()[0]).parent


@pytest.fixture(scope="module")
def new_home():
    """Makes directories that every account can enter, as pytest's own are not."""
    homes = []

    def make():
        homes.append(Path(tempfile.mkdtemp(prefix="test-devcluster-")))
        homes[-1].chmod(0o755)
        return homes[-1]

    yield make
    for home in homes:
        DevCluster(home / "cluster").down(purge=True)
        assert processes_of(home) == []
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def cluster(new_home):
    cluster = DevCluster(new_home() / "cluster")
    cluster.up(ClusterSpec(settings={"MinJobAge": "5"}))
    return cluster


@pytest.fixture
def small(new_home):
    return DevCluster(new_home() / "cluster")


def test_after_up_all_daemons_run_and_all_nodes_are_idle(cluster):
    status = cluster.status()
    assert status.up
    assert status.nodes == {"n1": "idle", "n2": "idle"}
    assert set(states(cluster)) == {
        *("munged", "mariadbd", "slurmdbd", "slurmctld", "slurmd-n1", "slurmd-n2")
    }


def test_the_database_leaves_the_temporary_files_of_other_databases_alone(cluster):
    handles = Path(f"/proc/{cluster.pid('mariadbd')}/fd").iterdir()
    files = [str(path) for handle in handles if (path := handle.readlink()).is_absolute()]
    ours = (str(cluster.root), str(runtime(cluster)), "/dev/null")
    assert [path for path in files if not path.startswith(ours)] == []


def test_a_job_runs_and_accounting_remembers_it_with_its_comment(cluster):
    output = cluster.root.parent / "hello.out"
    options = ["--partition=debug", "--time=00:10:00", "--mem=100", "--comment=mine"]
    job = submit(cluster, output, "echo hello", *options)
    poll(lambda: output.exists() and output.read_text() == "hello\n")
    question = ["sacct", "-nXP", "-j", job, "-o", "State,Comment"]
    poll(lambda: ask(cluster, *question) == "COMPLETED|mine")


def test_a_setting_reaches_slurm(cluster):
    assert "MinJobAge               = 5 sec" in ask(cluster, "scontrol", "show", "config")


def test_a_second_up_finds_all_running(cluster):
    before = [daemon.pid for daemon in cluster.status().daemons]
    assert set(cluster.up().values()) == {"running"}
    assert [daemon.pid for daemon in cluster.status().daemons] == before


def test_other_settings_need_a_down_first(cluster):
    with pytest.raises(DevClusterError, match="runs with other settings"):
        cluster.up(ClusterSpec(nodes=3))


@pytest.mark.parametrize("name", ["munged", "mariadbd", "slurmdbd", "slurmctld", "slurmd-n1"])
def test_a_killed_daemon_is_brought_back(cluster, name):
    pid = cluster.pid(name)
    os.kill(pid, signal.SIGKILL)
    poll(lambda: states(cluster)[name] == "dead")
    done = cluster.up()
    assert [changed for changed in done if done[changed] != "running"] == [name]
    assert cluster.status().up
    assert cluster.pid(name) != pid


def test_a_frozen_daemon_is_continued(cluster):
    os.kill(cluster.pid("slurmctld"), signal.SIGSTOP)
    poll(lambda: states(cluster)["slurmctld"] == "frozen")
    assert not cluster.status().up
    assert cluster.up()["slurmctld"] == "continued"
    assert cluster.status().up


def test_two_clusters_side_by_side_do_not_meet(cluster, small):
    small.up(SMALL)
    output = small.root.parent / "other.out"
    submit(small, output, "echo $SLURM_CONF")
    poll(lambda: output.exists() and output.read_text() == f"{small.root}/slurm.conf\n")
    assert set(states(small)) == {"munged", "slurmctld", "slurmd-n1"}
    small.down()
    assert cluster.status().up


def test_down_ends_daemons_jobs_and_what_left_its_job(small):
    small.up(SMALL)
    sockets = runtime(small)
    output = small.root.parent / "stubborn.out"
    submit(small, output, "trap '' TERM; setsid sleep 600 & echo go; while :; do sleep 1; done")
    poll(lambda: output.exists() and output.read_text() == "go\n")
    small.down()
    assert processes_of(small.root, sockets, output) == []
    assert not sockets.exists()
    assert not small.status().up


def test_up_after_all_was_killed_starts_anew(small):
    small.up(SMALL)
    output = small.root.parent / "lost.out"
    submit(small, output, "echo go; sleep 600")
    poll(lambda: output.exists() and output.read_text() == "go\n")
    killed = [psutil.Process(small.pid(name)) for name in states(small)]
    for process in killed:
        process.kill()
    psutil.wait_procs(killed, timeout=20)
    assert set(small.up().values()) == {"started"}
    poll(lambda: not processes_of(output))
    assert small.status().up


def test_two_calls_of_up_at_once_start_one_cluster(small):
    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(small.up, SMALL) for _ in range(2)]
        done = [set(call.result().values()) for call in calls]
    assert sorted(done, key=str) == [{"running"}, {"started"}]


def test_only_its_owner_takes_it_down(cluster, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam("nobody").pw_uid)
    for call in (cluster.up, cluster.down):
        with pytest.raises(DevClusterError, match="belongs to"):
            call()
    assert cluster.status().up


def test_down_ends_jobs_without_a_controller_to_ask(small):
    small.up(SMALL)
    output = small.root.parent / "orphan.out"
    submit(small, output, "echo go; sleep 600")
    poll(lambda: output.exists() and output.read_text() == "go\n")
    os.kill(small.pid("slurmctld"), signal.SIGKILL)
    os.kill(small.pid("slurmd-n1"), signal.SIGSTOP)
    small.down()
    assert processes_of(small.root, output) == []


def test_up_after_down_goes_on_with_what_was_pending(small):
    small.up(SMALL)
    job = submit(small, "/dev/null", "true", "--hold")
    small.down()
    assert small.spec == SMALL
    small.up()
    assert ask(small, "squeue", "-h", "-o", "%i %t") == f"{job} PD"


def test_accounting_survives_down(cluster):
    job = submit(cluster, "/dev/null", "sleep 600")
    poll(lambda: ask(cluster, "squeue", "-h", "-j", job, "-o", "%t") == "R")
    cluster.down()
    cluster.up()
    question = ["sacct", "-nXP", "-j", job, "-o", "State"]
    poll(lambda: ask(cluster, *question).startswith("CANCELLED"))


def test_purge_leaves_nothing(small):
    small.up(SMALL)
    assert small.down(purge=True)
    assert not small.root.exists()
    assert not small.down()
    with pytest.raises(DevClusterError, match="There is no cluster"):
        small.environment()


def test_a_daemon_that_fails_shows_the_end_of_its_log(small):
    bad = ClusterSpec(nodes=1, accounting=False, settings={"SelectType": "select/nonsense"})
    with pytest.raises(DevClusterError) as caught:
        small.up(bad)
    assert "slurmctld ended at once" in caught.value.message
    assert "select/nonsense" in caught.value.message
    assert processes_of(small.root) == []
    assert small.spec == ClusterSpec()


def test_a_directory_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(DevClusterError, match="is not empty"):
        DevCluster(tmp_path).up(SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_path_that_slurm_cannot_read_is_refused(tmp_path):
    with pytest.raises(DevClusterError, match="blanks"):
        DevCluster(tmp_path / "my cluster").up(SMALL)


def test_missing_programs_are_named_in_one_sentence(small, monkeypatch, tmp_path):
    monkeypatch.setattr(programs, "_SBIN", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DevClusterError) as caught:
        small.up()
    packages = "mariadb-server munge slurm-client slurmctld slurmd slurmdbd"
    assert caught.value.message == (
        f"Programs are missing: install them with `sudo apt-get install -y {packages}`."
    )


def interrupt_up(cluster, sign):
    """Press Ctrl-C in an `up` as soon as a path in its directory exists."""
    code = (
        "import signal, sys; from jupyter_slurm_api.local.cli import main;"
        # A shell's jobs in the background, as these tests may be, take no notice of it.
        "signal.signal(signal.SIGINT, signal.default_int_handler); sys.exit(main())"
    )
    argv = [sys.executable, "-c", code, "up", f"--dir={cluster.root}"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as up:
        poll((cluster.root / sign).exists)
        up.send_signal(signal.SIGINT)
        _, complaint = up.communicate(timeout=30)
    assert complaint == "Interrupted; what was started is stopped again.\n"
    assert up.returncode == 130


def test_ctrl_c_during_up_leaves_nothing(small):
    interrupt_up(small, "log/slurmdbd.log")
    assert processes_of(small.root) == []


def test_a_database_that_was_laid_out_by_half_is_begun_anew(small):
    interrupt_up(small, "database.new/ibdata1")
    assert not (small.root / "database").exists()
    small.up(ClusterSpec(nodes=1))
    assert small.status().up


def test_the_command_line_from_up_to_down(small, capsys):
    here = f"--dir={small.root}"
    assert main(["up", here, "--nodes=1", "--no-accounting", "--set=KillWait=7"]) == 0
    assert "slurmctld started" in capsys.readouterr().out
    assert main(["up", here]) == 0
    assert "All daemons were running already." in capsys.readouterr().out
    assert main(["env", here]) == 0
    assert shlex.split(capsys.readouterr().out) == ["export", f"SLURM_CONF={small.root}/slurm.conf"]
    assert main(["status", here]) == 0
    assert "slurmd-n1     running" in capsys.readouterr().out
    assert small.spec.settings == {"KillWait": "7"}
    assert main(["status", here, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nodes"] == {"n1": "idle"}
    assert main(["down", here]) == 0
    assert main(["status", here]) == 1
    assert main(["down", here, "--purge"]) == 0
    assert main(["status", here]) == 1
    assert "There is no cluster" in capsys.readouterr().err
