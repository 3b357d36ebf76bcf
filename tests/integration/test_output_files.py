"""What a job may leave where its output belongs: shown if it is a file of its own, else not.

All jobs do what their cases say and then wait, so that each is asked for while it runs and
when it is over; all questions are asked at once, so that one that hung would show in others.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

import audit
from servers import Server, wait_for

LIMIT = 1024 * 1024  # the default of kept_output_bytes
LARGE = 5 << 30
PATIENT = 10.0  # seconds: the slowest answer that is promised, on a busy machine


@dataclass(frozen=True)
class Case:
    """What a job does to its output, ``$out``, and what is shown of that."""

    does: str
    output: str | None = None
    size: int | None = None
    truncated: bool = False


OUTPUTS = {
    "an ordinary file": Case("echo end", "begin\nend\n", 10),
    "missing": Case("rm $out"),
    "a directory": Case("rm $out; mkdir $out"),
    "a fifo": Case("rm $out; mkfifo $out"),
    "a link to a device without end": Case("ln -sf /dev/zero $out"),
    "a link to a file of another owner": Case("ln -sf /etc/passwd $out"),
    "a link to a secret of another owner": Case("ln -sf /etc/shadow $out"),
    "5 GB": Case(
        f"truncate -s {LARGE} $out; echo end >>$out",
        "\0" * (LIMIT - 4) + "end\n",
        size=LARGE + 4,
        truncated=True,
    ),
    "binary": Case(
        r"printf '\000\177ELF\033[31m\r\377\376\200'",
        "begin\n\0\x7fELF\x1b[31m\r\ufffd\ufffd\ufffd",
        20,
    ),
    "no UTF-8, and half a character at the end": Case(
        r"printf 'caf\351 \303\250\342\202'", "begin\ncaf\ufffd \u00e8\ufffd", 15
    ),
}

SCRIPT = """#!/bin/sh
out={out}
echo begin
{does}
touch $out.done
while [ ! -e {gate} ]; do sleep 0.1; done
"""

Look = Mapping[str, httpx.Response]


@dataclass(frozen=True)
class Jobs:
    """Jobs of one server by the names of their cases."""

    server: Server
    ids: Mapping[str, str]

    def look(self) -> Look:
        """Ask for all jobs, the queue and health at once."""
        paths = {name: f"job/{job_id}" for name, job_id in self.ids.items()}
        paths |= {"queue": "queue", "health": "health"}
        with ThreadPoolExecutor(len(paths)) as threads:
            answers = threads.map(lambda path: self.server.call("GET", path), paths.values())
            return dict(zip(paths, answers, strict=True))

    def wait(self, state: str) -> None:
        for job_id in self.ids.values():
            self.server.wait_for_status(job_id, state)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def jobs(server, directory):
    ids = {}
    for name, case in OUTPUTS.items():
        out = directory / name.replace(" ", "-")
        script = SCRIPT.format(out=out, does=case.does, gate=directory / "gate")
        parameters = {"output": str(out), "mem": "50M"}
        ids[name] = server.submit(script, name=name, parameters=parameters)
    return Jobs(server, ids)


@pytest.fixture(scope="module")
def running(jobs, directory):
    """The answers while the jobs run, after they did what they do."""
    jobs.wait("RUNNING")
    wait_for("all to be done", lambda: len([*directory.glob("*.done")]) == len(OUTPUTS))
    return jobs.look()


@pytest.fixture(scope="module")
def over(jobs, running, directory):
    """The answers when the jobs are over."""
    (directory / "gate").touch()
    jobs.wait("COMPLETED")
    return jobs.look()


@pytest.fixture(params=["running", "over"])
def look(request) -> Look:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("name", OUTPUTS)
def test_what_is_shown_of_it(look, name):
    job, case = look[name].json(), OUTPUTS[name]
    shown = (job["output"], job["output_size"], job["output_truncated"])
    assert shown == (case.output, case.size, case.truncated)


def test_no_question_waits_for_a_file(look):
    seconds = {name: answer.elapsed.total_seconds() for name, answer in look.items()}
    assert {name: took for name, took in seconds.items() if took > PATIENT} == {}


def test_every_question_is_answered_and_the_service_is_well(look):
    assert {answer.status_code for answer in look.values()} == {200}
    assert look["health"].json()["status"] == "ok"


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_job_ends_as_if_nothing_had_been(over, name):
    job = over[name].json()
    assert (job["status"], job["exit_code"], job["reason"]) == ("COMPLETED", 0, None)


def test_what_is_shown_is_kept_and_nothing_else_is(jobs, over):
    """Of the rest, nothing will be: it is given up after some tries."""
    expected = {jobs.ids[name] for name, case in OUTPUTS.items() if case.output is not None}

    def kept():
        outputs = audit.read(jobs.server.home).outputs
        return {job_id for job_id, _ in outputs if job_id in jobs.ids.values()}

    wait_for("the outputs to be kept", lambda: kept() >= expected)
    assert kept() == expected
