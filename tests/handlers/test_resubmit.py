"""POST job/{id}/resubmit: the same job once more, as it was or with changes."""

from __future__ import annotations

import json

import pytest

from jupyter_slurm_api.job import Job

SCRIPT = "#!/bin/sh\n#SBATCH --job-name=mine\necho hello\n"
OUTSIDE = "00000000-0000-0000-0000-000000000007"


@pytest.fixture
def resubmit(call):
    async def post(job_id, body="", **options):
        text = body if isinstance(body, str) else json.dumps(body)
        return await call(
            "slurm",
            "job",
            job_id,
            "resubmit",
            method="POST",
            body=text,
            allow_nonstandard_methods=True,
            **options,
        )

    return post


@pytest.fixture
def make_first(submit, jp_root_dir):
    async def make():
        (jp_root_dir / "there").mkdir()
        body = {"script": SCRIPT, "name": "a job", "work_dir": "there", "tags": ["mine"]}
        sent = await submit({**body, "parameters": {"ntasks": 2, "time": "10"}})
        return sent.body["job_id"]

    return make


@pytest.fixture
def stored(database):
    return lambda job_id: next(job for job in database.jobs if job["_id"] == job_id)


async def test_as_it_was(make_first, resubmit, stored, slurm):
    first = await make_first()
    answer = await resubmit(first)
    assert answer.status == 201
    again = answer.body["job_id"]
    assert again != first
    assert answer.headers["Location"].endswith(f"/slurm/job/{again}")
    assert slurm.submits[1].script == slurm.submits[0].script
    assert slurm.submits[1].work_dir == slurm.submits[0].work_dir
    assert set(slurm.submits[0].argv[:-1]) == set(slurm.submits[1].argv[:-1])
    assert (stored(again)["resubmit_of"], stored(first)["resubmit_of"]) == (first, None)
    assert (stored(again)["name"], stored(again)["tags"]) == ("a job", ["mine"])


async def test_the_new_job_says_of_which_one_it_was_made(make_first, resubmit, call):
    first = await make_first()
    again = (await resubmit(first)).body["job_id"]
    assert (await call("job", again)).body["resubmit_of"] == first


async def test_with_changes(make_first, resubmit, stored, slurm):
    first = await make_first()
    changes = {
        "name": "better",
        "parameters": {"time": "20", "ntasks": None, "mem": "1G"},
        "script": "#!/bin/sh\necho other\n",
        "work_dir": "..",
        "tags": [],
    }
    job = stored((await resubmit(first, {**changes, "work_dir": "."})).body["job_id"])
    assert (job["name"], job["tags"]) == ("better", [])
    assert job["parameters"] == {"time": "20", "mem": "1G"}
    assert job["script"] == "#!/bin/sh\necho other\n"
    assert job["work_dir"] != stored(first)["work_dir"]


@pytest.mark.parametrize("shown", ["mine", "sbatch"])
async def test_a_name_that_no_request_gave_is_left_to_the_script(
    submit, resubmit, stored, database, shown
):
    first = (await submit({"script": SCRIPT})).body["job_id"]
    database.client["outputs"]["jobs"].update_one({"_id": first}, {"$set": {"name": shown}})
    assert stored((await resubmit(first)).body["job_id"])["name"] is None


async def test_a_directory_that_a_parameter_names_gives_way(submit, resubmit, stored, jp_root_dir):
    for name in ("one", "two"):
        (jp_root_dir / name).mkdir()
    first = await submit({"script": SCRIPT, "parameters": {"chdir": "one"}})
    ways = ({"work_dir": "two"}, {"parameters": {"chdir": "two"}})
    for changes in ways:
        again = await resubmit(first.body["job_id"], changes)
        assert stored(again.body["job_id"])["work_dir"].endswith("/two")


async def test_a_task_of_an_array_runs_alone(submit, resubmit, stored, database):
    array = (await submit({"script": SCRIPT, "parameters": {"array": "1-9"}})).body["job_id"]
    task = Job(
        job_id="00000000-0000-0000-0000-000000000003",
        slurm_id="101_3",
        status="FAILED",
        user="ada",
        task={"array_job_id": array, "array_slurm_id": "101", "task_id": 3},
    ).model_dump()
    document = {"_id": task.pop("job_id"), "schema": 2, "cluster": "testcluster"}
    database.client["outputs"]["jobs"].insert_one(task | document)
    again = await resubmit("101_3")
    assert stored(again.body["job_id"])["parameters"]["array"] == "3"
    assert stored(again.body["job_id"])["script"] == SCRIPT


async def test_one_key_makes_one_job_whatever_became_of_the_first(
    make_first, resubmit, slurm, database
):
    first = await make_first()
    key = {"Idempotency-Key": "k-1"}
    one = await resubmit(first, headers=key)
    change = {"$set": {"status": "COMPLETED", "name": "otherwise"}}
    database.client["outputs"]["jobs"].update_one({"_id": first}, change)
    two = await resubmit(first, {}, headers=key)
    assert (two.status, two.body["job_id"]) == (201, one.body["job_id"])
    assert two.headers["Idempotency-Replayed"] == "true"
    assert len(slurm.submits) == 2
    assert (await resubmit(first, {"name": "x"}, headers=key)).status == 409
    assert (await resubmit(one.body["job_id"], headers=key)).status == 409


class TestAJobThatWasSubmittedElsewhere:
    @pytest.fixture(autouse=True)
    def outside(self, database):
        document = {"_id": OUTSIDE, "user": "ada", "slurm_id": "555", "status": "COMPLETED"}
        document |= {"cluster": "testcluster", "schema": 2, "revision": 0}
        database.client["outputs"]["jobs"].insert_one(document)

    async def test_its_script_is_not_known(self, resubmit, slurm):
        answer = await resubmit("555")
        assert answer.status == 409
        assert "script" in answer.body["message"]
        assert slurm.submits == []

    async def test_a_script_can_be_sent(self, resubmit, stored):
        answer = await resubmit("555", {"script": SCRIPT})
        assert stored(answer.body["job_id"])["resubmit_of"] == OUTSIDE


async def test_what_cannot_be_is_refused(make_first, resubmit, slurm):
    first = await make_first()
    assert (await resubmit("99")).status == 404
    assert (await resubmit(first, {"nope": 1})).status == 422
    assert (await resubmit(first, {"parameters": {"nope": 1}})).status == 422
    assert len(slurm.submits) == 1
