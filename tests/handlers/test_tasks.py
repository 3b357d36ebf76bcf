"""Arrays over HTTP: the array with its counts, its tasks by page, each task by its name."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from jupyter_slurm_api.array import Array, ArrayTask, Component
from jupyter_slurm_api.job import Job
from jupyter_slurm_api.store.documents import to_document
from jupyter_slurm_api.views import Freshness, JobView

SUBMITTED = datetime(2026, 11, 24, 10, tzinfo=timezone.utc)
SCRIPT = "#!/bin/sh\necho $SLURM_ARRAY_TASK_ID\n"
ARRAY = str(uuid.UUID(int=1))
STATES = {0: "COMPLETED", 1: "FAILED", 2: "RUNNING", 3: "RUNNING"}


def job(job_id, slurm_id, status, **facts):
    return Job(
        job_id=job_id,
        slurm_id=slurm_id,
        status=status,
        user="ada",
        cluster="testcluster",
        name="sweep",
        submit_time=SUBMITTED,
        first_submit_time=SUBMITTED,
        synced_at=SUBMITTED,
        **facts,
    )


@pytest.fixture
def array(database):
    """An array of ten: two are over, two run, six wait."""
    shape = Array(
        tasks="0-9",
        throttle=2,
        counts={"COMPLETED": 1, "FAILED": 1, "PENDING": 6, "RUNNING": 2},
        unstarted={"PENDING": "4-9"},
    )
    whole = job(ARRAY, "42", "RUNNING", script=SCRIPT, parameters={"array": "0-9%2"}, array=shape)
    tasks = [
        job(
            str(uuid.UUID(int=10 + task_id)),
            f"42_{task_id}",
            status,
            task=ArrayTask(
                array_job_id=ARRAY,
                array_slurm_id="42",
                task_id=task_id,
                own_slurm_id=str(100 + task_id),
            ),
        )
        for task_id, status in STATES.items()
    ]
    database.client["outputs"]["jobs"].insert_many(map(to_document, [whole, *tasks]))


async def test_an_array_shows_its_counts(call, array):
    body = (await call("job", "42")).body
    assert (body["job_id"], body["status"]) == (ARRAY, "RUNNING")
    assert body["array"] == {
        "tasks": "0-9",
        "throttle": 2,
        "counts": {"COMPLETED": 1, "FAILED": 1, "PENDING": 6, "RUNNING": 2},
        "unstarted": {"PENDING": "4-9"},
    }


async def test_its_tasks_are_listed_in_their_order_those_that_wait_too(call, array):
    body = (await call("slurm", "job", "42", "tasks")).body
    assert [task["slurm_id"] for task in body["tasks"]] == [f"42_{each}" for each in range(10)]
    assert [task["status"] for task in body["tasks"]] == [*STATES.values(), *["PENDING"] * 6]
    assert (body["total"], body["next_after"], body["slurm_id"]) == (10, None, "42")
    assert body["tasks"][0]["job_id"] == str(uuid.UUID(int=10))
    assert body["tasks"][9]["job_id"] is None  # it has no document of its own yet


@pytest.mark.parametrize(
    ("state", "ids"),
    [
        ("RUNNING", [2, 3]),
        ("r", [2, 3]),
        ("PENDING", [4, 5, 6, 7, 8, 9]),
        ("FAILED,PD", [1, 4, 5, 6, 7, 8, 9]),
        ("TIMEOUT", []),
    ],
)
async def test_tasks_by_state(call, array, state, ids):
    body = (await call("slurm", "job", "42", "tasks", params={"state": state})).body
    assert [task["task"]["task_id"] for task in body["tasks"]] == ids
    assert body["total"] == len(ids)


async def test_pages_together_are_the_whole(call, array):
    seen, after = [], None
    while True:
        params = {"limit": "3"} | ({} if after is None else {"after": str(after)})
        body = (await call("slurm", "job", ARRAY, "tasks", params=params)).body
        assert len(body["tasks"]) <= 3
        seen += [task["task"]["task_id"] for task in body["tasks"]]
        after = body["next_after"]
        if after is None:
            break
    assert seen == list(range(10))


async def test_the_script_and_the_parameters_stand_with_the_array_alone(call, array):
    tasks = (await call("slurm", "job", "42", "tasks")).body["tasks"]
    assert {(task["script"], task["parameters"]) for task in tasks} == {(None, None)}


async def test_a_page_is_made_off_the_loop_and_of_no_more_than_it_shows(call, array, monkeypatch):
    made_in, of = [], JobView.of

    def count(job, **shown):
        made_in.append(threading.current_thread())
        return of(job, **shown)

    monkeypatch.setattr(JobView, "of", count)
    await call("slurm", "job", "42", "tasks", params={"after": "1", "limit": "3"})
    assert len(made_in) == 3
    assert threading.main_thread() not in made_in


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"state": "TIRED"}, "'TIRED' is no state"),
        ({"limit": "0"}, "'limit': Input should be"),
        ({"limit": "9999999"}, "'limit': Input should be"),
        ({"after": "x"}, "'after': Input should be a valid integer"),
    ],
)
async def test_what_cannot_be_asked(call, array, params, said):
    answer = await call("slurm", "job", "42", "tasks", params=params)
    assert answer.status == 422
    assert said in answer.body["message"]


async def test_a_job_that_is_no_array_has_no_tasks(call, submit):
    await submit({"script": SCRIPT})
    answer = await call("slurm", "job", "101", "tasks")
    assert answer.status == 409
    assert "no array" in answer.body["message"]


async def test_tasks_of_nothing(call, services):
    assert (await call("slurm", "job", "777", "tasks")).status == 404


@pytest.mark.parametrize("name", ["42_2", "102", str(uuid.UUID(int=12))])
async def test_a_task_by_each_of_its_names(call, array, name):
    body = (await call("job", name)).body
    assert (body["slurm_id"], body["status"], body["task"]["task_id"]) == ("42_2", "RUNNING", 2)
    assert (body["script"], body["parameters"]) == (SCRIPT, {"array": "0-9%2"})


async def test_a_task_that_waits(call, array):
    body = (await call("job", "42_7")).body
    assert (body["slurm_id"], body["status"], body["name"]) == ("42_7", "PENDING", "sweep")
    assert (body["job_id"], body["array"], body["transitions"]) == (None, None, [])
    assert body["script"] == SCRIPT


async def test_a_task_that_the_array_does_not_have(call, array):
    assert (await call("job", "42_10")).status == 404


async def test_a_component_of_a_heterogeneous_job(call, database):
    parts = tuple(
        Component(offset=each, slurm_id=str(50 + each), status="RUNNING", node_list=f"n{each}")
        for each in range(2)
    )
    whole = job(ARRAY, "50", "RUNNING", components=parts)
    database.client["outputs"]["jobs"].insert_one(to_document(whole))
    assert len((await call("job", "50")).body["components"]) == 2
    body = (await call("job", "50+1")).body
    assert (body["slurm_id"], body["node_list"], body["job_id"]) == ("50+1", "n1", ARRAY)
    assert (await call("job", "50+2")).status == 404


class TestFreshness:
    async def test_a_job_that_goes_on_is_as_fresh_as_the_last_look(self, call, array, freshness):
        looked = SUBMITTED + timedelta(hours=1)
        freshness.append(Freshness(looked, stale=False))
        body = (await call("job", "42_2")).body
        assert (body["stale"], body["synced_at"]) == (False, "2026-11-24T11:00:00Z")

    async def test_while_slurm_cannot_be_asked_it_is_stale(self, call, array, freshness):
        freshness.append(Freshness(SUBMITTED, stale=True))
        assert (await call("job", "42_2")).body["stale"] is True

    async def test_what_is_over_is_never_stale(self, call, array, freshness):
        freshness.append(Freshness(SUBMITTED, stale=True))
        assert (await call("job", "42_0")).body["stale"] is False


@pytest.mark.parametrize(
    "request_",
    [
        {"parameters": {"array": "0-8:2,9%3"}},
        {"script": "#!/bin/sh\n#SBATCH --array=0-8:2,9%3\n"},
        {"script": "#!/bin/sh\n#SBATCH -a 0-8:2,9%3\n"},
        {"script": "#!/bin/sh\n#SBATCH -a 1\n", "parameters": {"array": "0-8:2,9%3"}},
    ],
)
async def test_an_array_has_its_shape_as_soon_as_it_is_submitted(call, submit, request_):
    await submit({"script": SCRIPT, **request_})
    body = (await call("job", "101")).body
    assert body["array"] == {
        "tasks": "0,2,4,6,8-9",
        "throttle": 3,
        "counts": {"PENDING": 6},
        "unstarted": {"PENDING": "0,2,4,6,8-9"},
    }
    assert (await call("job", "101_9")).body["status"] == "PENDING"


@pytest.mark.parametrize("parameters", [{}, {"array": None}, {"array": "nonsense"}])
async def test_a_job_that_is_no_array_has_none(call, submit, parameters):
    await submit({"script": SCRIPT, "parameters": parameters})
    assert (await call("job", "101")).body["array"] is None
