"""The mongod of a user, for real: shared, kept alive, private, and gone when nobody needs it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from pymongo import MongoClient

import jupyter_slurm_api
from jupyter_slurm_api.errors import MongodUnavailable
from jupyter_slurm_api.local.mongod import EmbeddedMongod
from jupyter_slurm_api.local.owner import DEAD_AFTER
from jupyter_slurm_api.local.rundir import RunDir

SERVER = """
import sys
from pathlib import Path
from jupyter_slurm_api.local.mongod import EmbeddedMongod
mongod = EmbeddedMongod(Path(sys.argv[1]))
print(mongod.start(), flush=True)
sys.stdin.read()
mongod.stop()
"""


@pytest.fixture
def short(monkeypatch):
    """A short path, since one below tmp_path may be too long for a socket."""
    path = Path(tempfile.mkdtemp(prefix="jsa-"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(path))
    monkeypatch.setenv("PYTHONPATH", str(Path(jupyter_slurm_api.__file__).parents[1]))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def data_dir(short):
    path = short / "data"
    yield path
    for keeper in running(short, "keeper"):
        keeper.send_signal(signal.SIGCONT)
        keeper.terminate()
    until(lambda: not running(short))


@pytest.fixture
def mongod(data_dir):
    mongod = EmbeddedMongod(data_dir)
    yield mongod
    mongod.stop()


@pytest.fixture
def servers(data_dir):
    """Start servers, each a process of its own that leaves when its stdin is closed."""
    with contextlib.ExitStack() as stack:

        def start(env=None):
            command = [sys.executable, "-c", SERVER, str(data_dir)]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            return stack.enter_context(subprocess.Popen(command, text=True, env=env, **pipes))

        yield start


def running(path, kind="keeper or mongod"):
    """Our processes that have to do with this directory."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            line = process.cmdline()
            is_ours = any(word.startswith(f"{path}/") or word == str(path) for word in line)
            if is_ours and kind_of(line) in kind.split(" or "):
                found.append(process)
    return found


def kind_of(line):
    """What a command line is; the moment between fork and exec makes neither."""
    if "--dbpath" in line:
        return "mongod"
    return "keeper" if "jupyter_slurm_api.local.keeper" in line else "neither"


def one(path, kind):
    (process,) = running(path, kind)
    return process


def has_ended(process):
    """Also true of a zombie: what is nobody's child may lie about for a while."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(condition, within=20):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def names(uri):
    with MongoClient(uri) as client:
        return [each["name"] for each in client.outputs.jobs.find()]


def keep(uri, name):
    with MongoClient(uri) as client:
        client.outputs.jobs.insert_one({"name": name})


def test_data_survive_a_stop(mongod, data_dir):
    keep(mongod.start(), "first")
    assert mongod.note is None
    mongod.stop()
    until(lambda: not running(data_dir))
    assert not RunDir.of(data_dir, os.uname().nodename).socket.exists()
    assert names(mongod.start()) == ["first"]


def test_two_servers_share_one_and_the_last_one_ends_it(servers, data_dir):
    first, second = servers(), servers()
    assert first.stdout.readline() == second.stdout.readline() != ""
    mongod = one(data_dir, "mongod")
    first.kill()
    first.wait()
    with pytest.raises(psutil.TimeoutExpired):
        mongod.wait(4.5)  # longer than the grace
    second.kill()
    until(lambda: not running(data_dir))


def test_ten_at_once_share_one(servers, data_dir):
    ten = [servers() for _ in range(10)]
    assert len({server.stdout.readline() for server in ten} - {""}) == 1
    assert one(data_dir, "mongod")
    assert one(data_dir, "keeper")


def in_session(path):
    """The environment of a server that was started in another session of the same user."""
    path.mkdir(mode=0o700)
    return os.environ | {"XDG_RUNTIME_DIR": str(path)}


def test_servers_of_two_sessions_that_start_at_once_share_one(servers, short, data_dir):
    two = [servers(), servers(in_session(short / "session"))]
    assert len({server.stdout.readline() for server in two} - {""}) == 1
    assert one(data_dir, "mongod")


def test_servers_of_two_sessions_share_the_history_of_their_host(data_dir, short, monkeypatch):
    main = EmbeddedMongod(data_dir, host="main")
    main.start()
    first, second = EmbeddedMongod(data_dir), EmbeddedMongod(data_dir)
    uri = first.start()
    monkeypatch.setenv("XDG_RUNTIME_DIR", in_session(short / "session")["XDG_RUNTIME_DIR"])
    assert second.start() == uri
    assert second.note == first.note
    for mongod in (main, first, second):
        mongod.stop()


def test_a_killed_mongod_comes_back_with_its_data(mongod, data_dir):
    uri = mongod.start()
    keep(uri, "first")
    killed = one(data_dir, "mongod")
    killed.kill()
    until(lambda: has_ended(killed))
    assert mongod.start() == uri
    assert names(uri) == ["first"]


def test_a_killed_keeper_takes_mongod_along_and_is_replaced(mongod, data_dir):
    uri = mongod.start()
    keep(uri, "first")
    old, keeper = one(data_dir, "mongod"), one(data_dir, "keeper")
    keeper.kill()
    until(lambda: has_ended(keeper))  # a signal takes its time, and until then all is well
    assert mongod.start() == uri
    assert has_ended(old)
    assert mongod.note is None
    assert names(uri) == ["first"]


def test_mongod_listens_on_one_private_socket_and_no_port(mongod, data_dir):
    mongod.start()
    rundir = RunDir.of(data_dir, os.uname().nodename)
    assert rundir.path.stat().st_mode & 0o777 == 0o700
    assert rundir.socket.stat().st_mode & 0o777 == 0o600
    process = one(data_dir, "mongod")
    listening = [each.laddr for each in process.net_connections("all") if each.laddr]
    assert set(listening) == {str(rundir.socket)}


def test_mongod_may_open_as_many_files_as_the_system_lets_it(mongod, data_dir):
    mongod.start()
    soft, hard = one(data_dir, "mongod").rlimit(psutil.RLIMIT_NOFILE)
    assert soft == hard


def test_keeper_and_mongod_know_no_secrets_of_the_server(mongod, data_dir, monkeypatch):
    monkeypatch.setenv("JUPYTER_TOKEN", "secret")
    mongod.start()
    for process in running(data_dir):
        assert "secret" not in process.environ().values()


def test_another_host_keeps_its_own_history_and_says_so(mongod, data_dir):
    keep(mongod.start(), "main")
    other = EmbeddedMongod(data_dir, host="other")
    uri = other.start()
    assert names(uri) == []
    assert str(data_dir / "mongod") in other.note
    assert os.uname().nodename in other.note
    other.stop()


def test_another_host_takes_over_from_a_silent_one(mongod, data_dir):
    keep(mongod.start(), "main")
    lost = one(data_dir, "mongod")
    one(data_dir, "keeper").kill()
    until(lambda: has_ended(lost))
    old = time.time() - DEAD_AFTER - 1
    os.utime(data_dir / "mongod.owner", (old, old))
    other = EmbeddedMongod(data_dir, host="other")
    assert names(other.start()) == ["main"]
    assert other.note is None
    other.stop()


def test_a_keeper_that_lost_its_data_stops_at_once(mongod, data_dir):
    mongod.start()
    record = data_dir / "mongod.owner"
    theirs = json.loads(record.read_text()) | {"host": "other", "id": "theirs"}
    (data_dir / "draft").write_text(json.dumps(theirs))
    (data_dir / "draft").replace(record)
    until(lambda: not running(data_dir))
    assert json.loads(record.read_text()) == theirs


def make_file(path):
    path.touch()


def make_open(path):
    path.mkdir()
    path.chmod(0o755)


def make_link(path):
    path.with_name("real").mkdir(mode=0o700)
    path.symlink_to(path.with_name("real"))


@pytest.mark.parametrize("make", [make_file, make_open, make_link])
def test_a_run_directory_that_is_not_private_is_refused(mongod, data_dir, make):
    path = RunDir.of(data_dir, os.uname().nodename).path
    make(path)
    with pytest.raises(MongodUnavailable, match="not a directory of this user alone"):
        mongod.start()


def test_a_long_session_directory_is_not_used(short, data_dir, monkeypatch):
    long = short / ("x" * 80)
    long.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    assert RunDir.of(data_dir, "host").path.parent == Path("/tmp")


def test_a_session_directory_that_mongod_would_take_for_two_is_not_used(
    short, data_dir, monkeypatch
):
    comma = short / "a,b"
    comma.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(comma))
    assert RunDir.of(data_dir, "host").path.parent == Path("/tmp")


def test_without_a_program_the_sentence_says_what_to_install(mongod, short, monkeypatch):
    monkeypatch.setenv("PATH", str(short))
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda _name: None)
        with pytest.raises(MongodUnavailable, match=r"pip install .*or set MONGO_URI"):
            mongod.start()


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("#!/bin/sh\necho libcurl.so.4: cannot open >&2; exit 127", "apt-get install libcurl4"),
        ("#!/bin/sh\nkill -ILL $$", "lacks AVX"),
        ("#!/bin/sh\nexit 1", "gave no reason"),
        ("no program", "not a program for this machine"),
    ],
)
def test_a_program_that_cannot_run_says_why(mongod, short, monkeypatch, script, sentence):
    program = short / "mongod"
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(short), prepend=os.pathsep)
    with pytest.raises(MongodUnavailable, match=sentence):
        mongod.start()


def test_data_that_mongod_cannot_read_are_named(mongod, data_dir):
    (data_dir / "mongod").mkdir(parents=True)
    (data_dir / "mongod" / "storage.bson").touch()
    with pytest.raises(MongodUnavailable, match=r"storage\.bson cannot be empty"):
        mongod.start()
