"""GET job/{id}: one's own job whole, another's as squeue shows it."""

from __future__ import annotations

from datetime import datetime, timezone

from fakes import queue_row
from jupyter_slurm_api.observation import Observation

SCRIPT = "#!/bin/sh\necho hello\n"
UNKNOWN = "550e8400-e29b-41d4-a716-446655440000"
SPECIFIED = {
    "job_id": str,
    "slurm_id": str,
    "name": str,
    "status": str,
    "submit_time": str,
    "start_time": type(None),
    "end_time": type(None),
    "script": str,
    "parameters": dict,
    "output": type(None),
}


async def test_a_job_has_the_specifications_fields(call, submit):
    sent = await submit({"script": SCRIPT, "name": "a job", "parameters": {"ntasks": 1}})
    answer = await call("job", sent.body["job_id"])
    assert answer.status == 200
    assert {name: type(answer.body[name]) for name in SPECIFIED} == SPECIFIED
    assert answer.body["parameters"] == {"ntasks": 1}
    assert (answer.body["status"], answer.body["status_code"]) == ("PENDING", "PD")


async def test_a_job_is_found_by_its_slurm_id(call, submit):
    sent = await submit({"script": SCRIPT})
    answer = await call("slurm", "job", "101")
    assert answer.body["job_id"] == sent.body["job_id"]


async def test_times_carry_their_zone(call, submit):
    await submit({"script": SCRIPT})
    assert (await call("job", "101")).body["submit_time"].endswith("Z")


async def test_a_running_jobs_output_is_its_files_last_part(call, submit, database, jp_root_dir):
    await submit({"script": SCRIPT})
    path = jp_root_dir / "out.txt"
    path.write_bytes(b"x" * 2000 + "é\n".encode())
    seen = {"stdout_path": str(path), "start_time": datetime.now(timezone.utc)}
    database.client["outputs"]["jobs"].update_one({}, {"$set": seen})
    body = (await call("job", "101")).body
    assert body["output"].endswith("xé\n")
    assert (body["output_size"], body["output_truncated"]) == (2003, True)


async def test_who_follows_the_output_asks_for_the_rest_alone(call, submit, database, jp_root_dir):
    await submit({"script": SCRIPT})
    path = jp_root_dir / "out.txt"
    path.write_text("much")
    seen = {"stdout_path": str(path), "start_time": datetime.now(timezone.utc)}
    database.client["outputs"]["jobs"].update_one({}, {"$set": seen})
    body = (await call("job", "101", params={"output": "false"})).body
    assert (body["output"], body["script"]) == (None, SCRIPT)


async def test_where_a_job_is_below_jupyters_root(call, submit, jp_root_dir, tmp_path_factory):
    (jp_root_dir / "runs").mkdir()
    tags = [f"notebook={jp_root_dir}/a b.ipynb", "cell=6ea1"]
    await submit({"script": SCRIPT, "work_dir": "runs", "tags": tags})
    elsewhere = str(tmp_path_factory.mktemp("elsewhere"))
    await submit({"script": SCRIPT, "work_dir": elsewhere, "tags": ["notebook=/other.ipynb"]})
    names = ("work_path", "notebook_path", "notebook_cell")
    shown = [(await call("job", slurm_id)).body for slurm_id in ("101", "102")]
    assert [[body[name] for name in names] for body in shown] == [
        ["runs", "a b.ipynb", "6ea1"],
        [None, None, None],
    ]


async def test_before_a_job_runs_an_earlier_jobs_file_is_not_its_output(
    call, submit, database, jp_root_dir
):
    await submit({"script": SCRIPT})
    path = jp_root_dir / "out.txt"
    path.write_text("of an earlier job")
    seen = {"stdout_path": str(path)}
    database.client["outputs"]["jobs"].update_one({}, {"$set": seen})
    assert (await call("job", "101")).body["output"] is None


async def test_a_uuid_may_be_written_large(call, submit):
    sent = await submit({"script": SCRIPT})
    assert (await call("job", sent.body["job_id"].upper())).status == 200


async def test_another_users_job_shows_what_squeue_shows(call, slurm):
    slurm.rows = [queue_row("7", "grace")]
    body = (await call("job", "7")).body
    assert (body["user"], body["status"], body["nodes"]) == ("grace", "RUNNING", 1)
    assert [body[name] for name in ("job_id", "script", "output", "parameters")] == [None] * 4


async def test_another_users_stored_job_is_not_found(call, submit, database):
    sent = await submit({"script": SCRIPT})
    database.client["outputs"]["jobs"].update_one({}, {"$set": {"user": "grace"}})
    assert (await call("job", sent.body["job_id"])).status == 404
    assert (await call("job", "101")).status == 404


async def test_an_unknown_job_is_not_found(call):
    for job_id in (UNKNOWN, "99"):
        answer = await call("job", job_id)
        assert answer.status == 404
        assert job_id in answer.body["message"]


async def test_what_is_no_id_is_refused(call):
    for job_id in ("abc", "12x", "12_x", "1_2_3", UNKNOWN[:-1], "-1", "%00"):
        assert (await call("job", job_id)).status == 422


async def test_without_the_database_a_known_job_is_shown_as_stale(call, submit, database):
    sent = await submit({"script": SCRIPT})
    database.is_away = True
    body = (await call("job", sent.body["job_id"])).body
    assert (body["status"], body["stale"]) == ("PENDING", True)


async def test_without_the_database_other_jobs_are_503(call, database):
    database.is_away = True
    answer = await call("job", UNKNOWN)
    assert answer.status == 503
    assert answer.headers["Retry-After"]


class TestAJobThatWaits:
    async def test_it_shows_when_slurm_thinks_that_it_starts(self, call, submit, known):
        await submit({"script": SCRIPT})
        at = datetime(2026, 11, 24, 13, tzinfo=timezone.utc)
        known.put_estimates(
            [Observation(slurm_id="101", status="PENDING", estimated_start=at)], {"101"}
        )
        body = (await call("job", "101")).body
        assert (body["estimated_start"], body["start_time"]) == ("2026-11-24T13:00:00Z", None)
        (row,) = (await call("slurm", "jobs")).body["jobs"]
        assert row["estimated_start"] == "2026-11-24T13:00:00Z"

    async def test_what_it_waits_for_is_named_with_its_state(self, call, submit, database):
        first = (await submit({"script": SCRIPT})).body["job_id"]
        second = (await submit({"script": SCRIPT})).body["job_id"]
        seen = {"dependency": "afterok:101(unfulfilled),afterany:7(unfulfilled)"}
        database.client["outputs"]["jobs"].update_one({"_id": second}, {"$set": seen})
        ours, other = (await call("job", second)).body["waits_for"]
        assert ours == {
            "kind": "afterok",
            "slurm_id": "101",
            "state": "unfulfilled",
            "job_id": first,
            "status": "PENDING",
        }
        assert (other["slurm_id"], other["job_id"], other["status"]) == ("7", None, None)


class TestAJobThatIsNewToUs:
    async def test_one_s_own_is_looked_for_and_found(self, call, slurm, database):
        slurm.rows = [queue_row("555", "ada")]
        document = {"_id": UNKNOWN, "user": "ada", "slurm_id": "555", "status": "RUNNING"}
        document |= {"cluster": "testcluster", "schema": 2, "revision": 0}
        slurm.on_look = lambda: database.client["outputs"]["jobs"].insert_one(document)
        assert (await call("job", "555")).body["job_id"] == UNKNOWN
        assert len(slurm.extra_looks) == 1

    async def test_until_then_it_is_shown_as_the_queue_shows_it(self, call, slurm):
        slurm.rows = [queue_row("555", "ada")]
        body = (await call("job", "555")).body
        assert (body["job_id"], body["status"]) == (None, "RUNNING")

    async def test_one_that_no_queue_shows_may_just_have_ended(self, call, slurm):
        assert (await call("job", "555")).status == 404
        assert len(slurm.extra_looks) == 1

    async def test_for_another_user_s_nobody_looks_twice(self, call, slurm):
        slurm.rows = [queue_row("555", "bob")]
        assert (await call("job", "555")).body["user"] == "bob"
        assert slurm.extra_looks == []
