"""Text that wants to be more than text, put into Slurm by its own sbatch as any program may."""

from __future__ import annotations

import os
import subprocess

import pytest

from servers import wait_for

ROW = "99999|root|FAKE|RUNNING|0:00|1|n1"
HOSTILE = {
    "pipe": "a|b|c",
    "quotes": """it's "quoted" `and` $HOME \\ more""",
    "newline": "first\nsecond",
    "row": f"x\n{ROW}\n",
    "windows": "a\r\nb",
    "tabs": "\ta\t b  ",
    "control": "us\x1frs\x1eff\x0cvt\x0bnel\u0085ls\u2028esc\x1b[31mbell\x07",
    "rtl": "\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd",
    "emoji": "\U0001f680\U0001f468\u200d\U0001f469\u200d\U0001f467 \u00dcbung \u65e5\u672c",
    "script": "<script>alert(1)</script>&amp;",
    "long": "n" * 1000,
    "percent": "%j %x %% %s",
    "shown": "x JobState=COMPLETED ExitCode=0:0 Restarts=7 SubmitTime=1",
    "shown line": "x\nJobId=1 JobName=y UserId=root(0) JobState=COMPLETED Command=z",
    "json": '{"jobs": []}]}',
    "array id": "12_[0-9]",
    "no utf-8": os.fsdecode(b"latin \xe9 \xff\xfe"),
}


def shown(text):
    """How text comes back: what is no UTF-8 as replacement characters."""
    return os.fsencode(text).decode("utf-8", errors="replace")


@pytest.fixture(scope="module")
def sbatch(slurm_environment):
    def run(*options, cwd):
        done = subprocess.run(
            ["sbatch", "--parsable", "--mem=20M", "--time=5", *options],
            input=b"#!/bin/sh\necho $SLURM_JOB_ID\n",
            env={**os.environ, **slurm_environment},
            cwd=cwd,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    return run


@pytest.fixture(scope="module")
def held(sbatch, tmp_path_factory):
    """Held jobs, their names and comments hostile; Slurm's ids by what they try."""
    cwd = tmp_path_factory.mktemp("held")
    return {
        what: sbatch("--hold", f"--job-name={text}", f"--comment={text}", cwd=cwd)
        for what, text in HOSTILE.items()
    }


@pytest.fixture(scope="module")
def queue(server, held):
    def look():
        body = server.call("GET", "queue").json()
        shows = {row["job_id"] for row in body["jobs"]}
        return body if shows >= set(held.values()) else None

    return wait_for("the jobs in the queue", look)


def test_the_queue_has_as_many_rows_as_slurm_and_none_is_bad(server, queue, run_slurm):
    ids = run_slurm("squeue", "--all", "--noheader", "--format=%i").split()
    body = wait_for(
        "a fresh queue",
        lambda: (
            (seen := server.call("GET", "queue").json())["synced_at"] > queue["synced_at"] and seen
        ),
    )
    assert body["bad_rows"] == 0
    assert {row["job_id"] for row in body["jobs"]} <= set(ids)
    assert "99999" not in {row["job_id"] for row in body["jobs"]}
    assert "FAKE" not in {row["state"] for row in body["jobs"]}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_name_is_a_name(queue, held, what):
    (row,) = [row for row in queue["jobs"] if row["job_id"] == held[what]]
    assert row["name"] == shown(HOSTILE[what])
    assert (row["state"], row["reason"]) == ("PENDING", "JobHeldUser")


@pytest.mark.parametrize("what", HOSTILE)
def test_a_job_is_picked_up_as_it_is(server, held, what):
    job = wait_for("the job", lambda: (seen := server.job(held[what]))["job_id"] and seen)
    assert (job["name"], job["status"]) == (shown(HOSTILE[what]), "PENDING")
    assert job["comment"].strip() == shown(HOSTILE[what]).strip()


def test_the_sync_counts_no_bad_row(server, held):
    assert server.call("GET", "health").json()["sync"]["bad_rows"] == 0


@pytest.mark.parametrize("what", [each for each in HOSTILE if each not in ("long", "no utf-8")])
def test_an_output_is_found_whatever_its_path(server, sbatch, tmp_path, what):
    directory = tmp_path / HOSTILE[what].replace("/", "_").strip()
    directory.mkdir()
    slurm_id = sbatch(f"--job-name={HOSTILE[what]}", cwd=directory)
    wait_for("the job", lambda: server.call("GET", f"job/{slurm_id}").is_success)
    server.wait_for_status(slurm_id, "COMPLETED")
    wait_for("its output", lambda: server.job(slurm_id)["output"] == f"{slurm_id}\n", seconds=30)


def test_they_all_end_as_they_should(server, held, run_slurm):
    run_slurm("scancel", *held.values())
    for slurm_id in held.values():
        job = server.wait_for_status(slurm_id, "CANCELLED")
        assert job["start_time"] is None
