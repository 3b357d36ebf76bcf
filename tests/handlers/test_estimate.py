"""POST estimate: when and where a job would start, and nothing is queued."""

from __future__ import annotations

import asyncio
import json

import pytest

from fakes import partition
from jupyter_slurm_api import errors
from jupyter_slurm_api.services import estimate as service

SCRIPT = "#!/bin/sh\n#SBATCH --partition=long\necho hello\n"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(service, "_PAUSE_SECONDS", 0)


@pytest.fixture
def estimate(call):
    async def ask(**body):
        text = json.dumps({"script": SCRIPT, **body})
        return await call("slurm", "estimate", method="POST", body=text)

    return ask


async def test_a_job_is_tried_where_it_asks_to_run(estimate, slurm, database):
    answer = await estimate(parameters={"ntasks": 2})
    assert answer.status == 200
    (found,) = answer.body["estimates"]
    assert found == {
        "partition": "debug",
        "start_time": "2026-11-24T13:00:00Z",
        "cpus": 1,
        "node_list": "n1",
        "refusal": None,
    }
    assert (answer.body["best"], answer.body["not_asked"]) == ("debug", [])
    ((spec, asked),) = slurm.estimates
    assert asked is None
    assert "--ntasks=2" in spec.argv
    assert (slurm.submits, database.jobs) == ([], [])


async def test_each_partition_has_its_own_answer(estimate, slurm):
    slurm.refuses = {"gpu": errors.SlurmRefused("Requested node configuration is not available")}
    body = (await estimate(partitions=["gpu", "debug"])).body
    gpu, debug = body["estimates"]
    assert (gpu["partition"], gpu["start_time"], gpu["refusal"]) == (
        "gpu",
        None,
        "Requested node configuration is not available",
    )
    assert (debug["partition"], debug["refusal"]) == ("debug", None)
    assert body["best"] == "debug"


async def test_of_all_that_take_jobs_three_are_asked_the_wanted_and_the_default_first(
    estimate, slurm
):
    slurm.partitions_ = [
        partition("a"),
        partition("down", state="DOWN"),
        partition("others", allow_accounts=["chemistry"]),
        partition("without", deny_accounts=["physics"]),
        partition("ours", allow_accounts=["physics"]),
        partition("debug", is_default=True),
        partition("long"),
    ]
    body = (await estimate(partitions="all")).body
    assert [one["partition"] for one in body["estimates"]] == ["long", "debug", "a"]
    assert body["not_asked"] == ["ours"]


async def test_where_no_partition_takes_jobs_it_says_so(estimate, slurm):
    slurm.partitions_ = [partition("down", state="DOWN")]
    assert (await estimate(partitions="all")).status == 422


async def test_the_same_question_has_the_same_answer_for_a_while(estimate, slurm):
    answers = await asyncio.gather(*(estimate() for _ in range(10)))
    assert len({json.dumps(answer.body) for answer in answers}) == 1
    assert len(slurm.estimates) == 1
    await estimate(name="another")
    assert len(slurm.estimates) == 2


async def test_slurm_is_asked_for_one_job_at_a_time(estimate, slurm):
    under_way, most = 0, 0
    ask = slurm.estimate

    async def slow(spec, partition):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        return await ask(spec, partition)

    slurm.estimate = slow
    await asyncio.gather(*(estimate(name=f"job-{number}") for number in range(5)))
    assert most == 1


async def test_with_slurm_away_it_says_so_and_asks_again(estimate, slurm):
    slurm.failure = errors.SlurmUnavailable("Slurm cannot be reached")
    assert (await estimate()).status == 503
    slurm.failure = None
    assert (await estimate()).status == 200


async def test_who_waits_too_long_is_told(estimate, slurm, monkeypatch):
    monkeypatch.setattr(service, "_PATIENCE_SECONDS", 0.05)
    asked, thaws = asyncio.Event(), asyncio.Event()
    ask = slurm.estimate

    async def hung(spec, partition):
        asked.set()
        await thaws.wait()
        return await ask(spec, partition)

    slurm.estimate = hung
    first = asyncio.ensure_future(estimate())
    await asked.wait()
    answer = await estimate(name="second")
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    thaws.set()
    assert (await first).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"script": "no shebang"},
        {"parameters": {"nope": 1}},
        {"work_dir": "/no/such/directory"},
        {"partitions": []},
        {"partitions": ["a", "b", "c", "d"]},
        {"partitions": ["a\0b"]},
        {"partitions": [""]},
        {"partitions": "some"},
    ],
)
async def test_what_cannot_be_a_job_is_refused_before_slurm_is_asked(estimate, slurm, body):
    answer = await estimate(**body)
    assert answer.status == 422
    assert answer.body["errors"]
    assert slurm.estimates == []
