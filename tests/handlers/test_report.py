"""GET job/{id}/report: how a job went that is over, and what to ask for the next time."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

import pytest

from jupyter_slurm_api.job import Job

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
UUID = "00000000-0000-0000-0000-000000000001"
GIB = 1024**3
SCRIPT = "#!/bin/sh\n#SBATCH --cpus-per-task=4 --mem=1G\necho hello\n"


@pytest.fixture
def ended(database, jp_root_dir):
    """Keep a job that is over, with the end of what it wrote."""
    log = jp_root_dir / "job.log"

    def keep(*lines, **changes):
        log.write_text("".join(f"{line}\n" for line in lines))
        facts = {
            "job_id": UUID,
            "slurm_id": "7",
            "cluster": "testcluster",
            "name": "a job",
            "status": "COMPLETED",
            "user": "ada",
            "script": SCRIPT,
            "parameters": {},
            "submit_time": NOON,
            "eligible_time": NOON + timedelta(seconds=10),
            "start_time": NOON + timedelta(seconds=40),
            "end_time": NOON + timedelta(seconds=640),
            "time_limit": "01:00:00",
            "cpus": 4,
            "nodes": 1,
            "exit_code": 0,
            "stdout_path": str(log),
            "stderr_path": str(log),
            "usage": {
                "elapsed": 600,
                "total_cpu": 600.0,
                "max_rss": GIB // 8,
                "requested_memory": GIB,
            },
        }
        document = Job(**(facts | changes)).model_dump()
        document["_id"] = document.pop("job_id")
        database.client["outputs"]["jobs"].insert_one({**document, "schema": 2})
        return log

    return keep


@pytest.fixture
def report(call):
    async def ask(job_id="7", **options):
        return await call("slurm", "job", job_id, "report", **options)

    return ask


async def test_its_times_and_what_it_used(ended, report):
    ended()
    answer = await report()
    assert answer.status == 200
    body = answer.body
    assert (body["job_id"], body["slurm_id"], body["status"]) == (UUID, "7", "COMPLETED")
    assert body["timeline"] == {
        "submit_time": "2026-11-24T12:00:00Z",
        "eligible_time": "2026-11-24T12:00:10Z",
        "start_time": "2026-11-24T12:00:40Z",
        "end_time": "2026-11-24T12:10:40Z",
        "queued_seconds": 40,
        "waited_seconds": 30,
        "ran_seconds": 600,
    }
    assert body["cpu"] == {"used": 600, "available": 2400, "percent": 25}
    assert body["memory"] == {"used": GIB // 8, "available": GIB, "percent": 12.5}
    assert (body["failure"], body["note"]) == (None, None)


async def test_what_to_ask_for_the_next_time(ended, report):
    ended()
    body = (await report()).body
    assert body["parameters"] == {"time": "00:15:00", "cpus-per-task": 1, "mem": "192M"}
    assert [one["parameter"] for one in body["suggestions"]] == list(body["parameters"])
    assert all(one["reason"].endswith(".") for one in body["suggestions"])


async def test_why_it_failed_with_the_end_of_what_it_wrote(ended, report, database):
    log = ended(*range(30), "a < b: Übung", status="FAILED", exit_code=2, reason="NonZeroExitCode")
    os.utime(log, (0, NOON.timestamp()))
    failure = (await report()).body["failure"]
    assert (failure["exit_code"], failure["reason"]) == (2, "NonZeroExitCode")
    assert "exit code is not 0" in failure["explanation"]
    assert failure["last_lines"] == [*map(str, range(11, 30)), "a < b: Übung"]


async def test_a_file_that_is_not_there_has_no_last_lines(ended, report):
    ended(status="FAILED", exit_code=0, exit_signal=53, stdout_path="/no/x", stderr_path="/no/x")
    failure = (await report()).body["failure"]
    assert "could not open the job's output" in failure["explanation"]
    assert failure["last_lines"] == []


async def test_of_a_job_that_is_not_over_there_is_none(ended, report):
    ended(status="RUNNING", end_time=None)
    answer = await report()
    assert answer.status == 409
    assert "RUNNING" in answer.body["message"]
    assert answer.body["job_id"] == UUID


async def test_what_is_not_known_is_null_and_says_so(ended, report):
    ended(usage=None, script=None, parameters=None, submit_time=None)
    body = (await report()).body
    assert body["cpu"] == {"used": None, "available": None, "percent": None}
    assert (body["timeline"]["queued_seconds"], body["suggestions"]) == (None, [])
    assert "accounting" in body["note"]


async def test_a_job_that_never_ran_used_nothing(ended, report):
    ended(status="CANCELLED", start_time=None, usage=None, cancelled_by="root", exit_code=None)
    body = (await report()).body
    assert body["note"] is None
    assert "cancelled by root" in body["failure"]["explanation"]


async def test_an_array_points_to_its_tasks(ended, report):
    ended(usage=None, array={"tasks": "3-9", "counts": {"COMPLETED": 7}})
    assert "job/7_3/report" in (await report()).body["note"]


async def test_an_unchanged_report_is_304(ended, report):
    ended()
    first = await report()
    again = await report(headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, None)


async def test_what_is_not_there_is_not_found(report):
    assert (await report("99")).status == 404
    assert (await report("x")).status == 422
