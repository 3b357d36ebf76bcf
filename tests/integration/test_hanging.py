"""Health of a server whose Slurm or MongoDB hangs: told at once, and soon told true."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import psutil
import pytest

from servers import ask, wait_for

AT_ONCE = 2.0


def asked(server, path="health"):
    """Ask with a login; the body, which must come at once."""
    began = time.monotonic()
    body = server.call("GET", path).json()
    assert time.monotonic() - began < AT_ONCE
    return body


def ready(server):
    """Ask as a probe does, without a login; the HTTP status."""
    began = time.monotonic()
    answer = ask("GET", f"{server.url}health?ready", timeout=10)
    assert time.monotonic() - began < AT_ONCE
    assert answer.json().keys() == {"status"}
    return answer.status_code


def test_of_a_server_that_is_well_every_part_is_told(server):
    wait_for("the first look", lambda: asked(server)["sync"]["last_success"])
    body = asked(server)
    assert body["status"] == "ok"
    assert body["slurm"]["version"]
    assert body["slurm"]["accounting"] is True
    assert body["database"]["version"]
    assert (body["database"]["keep_jobs_days"], body["database"]["keep_outputs_days"]) == (0, 0)
    assert ready(server) == 200


@pytest.fixture
def frozen_mongod(make_server):
    """A server whose own MongoDB takes connections and says nothing."""
    server = make_server().start()
    wait_for("the database", lambda: asked(server)["database"]["last_success"])
    (mongod,) = _mongods(server.home)
    mongod.suspend()
    yield server, mongod
    mongod.resume()
    server.stop()


def _mongods(home):
    data = str(home / "data" / "slurm-api" / "mongod")
    processes = psutil.process_iter(["cmdline"])
    return [one for one in processes if data in (one.info["cmdline"] or ())]


@pytest.mark.slow  # test_faults has it too, with less of what health tells
def test_a_frozen_mongodb_is_noticed_and_its_end_too(frozen_mongod):
    server, mongod = frozen_mongod
    wait_for("the probe to say so", lambda: ready(server) == 503, 30)
    away = asked(server)["database"]
    assert "cannot be reached" in away["error"]
    mongod.resume()
    wait_for("the probe to be well", lambda: ready(server) == 200, 150)
    back = asked(server)["database"]
    assert (back["reachable"], back["error"]) == (True, None)
    assert back["last_error"]["message"] == away["error"]


@pytest.fixture
def frozen_controller(make_server, slurm_environment, tmp_path_factory):
    """A server whose slurmctld takes connections and says nothing, and what makes it answer."""
    well = Path(slurm_environment["SLURM_CONF"]).read_text()
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        names = ("slurmctldport", "slurmctldhost")
        kept = [line for line in well.splitlines() if not line.lower().startswith(names)]
        conf = tmp_path_factory.mktemp("conf") / "slurm.conf"
        host = "SlurmctldHost=localhost(127.0.0.1)"
        port = f"SlurmctldPort={silent.getsockname()[1]}"
        conf.write_text("\n".join([*kept, host, port, "MessageTimeout=100", ""]))
        server = make_server(
            environment={"SLURM_CONF": str(conf)}, arguments=("--SlurmApi.command_timeout=5",)
        ).start()
        yield server, lambda: conf.write_text(well)
        server.stop()


@pytest.mark.slow  # test_faults has it too, with less of what health tells
def test_a_frozen_controller_is_noticed_and_by_the_queue_its_end_too(frozen_controller):
    server, thaw = frozen_controller
    assert asked(server)["slurm"]["error"] == "Slurm has not answered yet."
    assert server.call("GET", "queue").status_code == 504
    wait_for("the probe to say so", lambda: ready(server) == 503, 40)
    body = asked(server)
    assert "did not answer within" in body["slurm"]["error"]
    assert body["slurm"]["last_error"]["message"] == body["slurm"]["error"]
    assert body["sync"]["failures"] >= 1
    assert body["sync"]["interval"] > 60
    assert body["database"]["reachable"] is True
    thaw()
    wait_for("the queue", lambda: server.call("GET", "queue").status_code == 200)
    wait_for("the probe to be well", lambda: ready(server) == 200, 15)


def test_what_is_deleted_is_told_in_log_and_health(make_server):
    server = make_server(arguments=("--SlurmApi.keep_jobs_days=30",)).start()
    assert asked(server)["database"]["keep_jobs_days"] == 30
    assert "jobs that ended more than 30 days ago are deleted" in server.log
    server.stop()


def test_days_that_make_no_sense_are_said(make_server):
    server = make_server(arguments=("--SlurmApi.keep_jobs_days=-1",)).start()
    assert "keep_jobs_days is -1.0, but must be 0" in server.log
    assert ready(server) == 503
    assert "keep_jobs_days" in asked(server)["error"]
    server.stop()
