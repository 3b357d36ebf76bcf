"""POST submit with an Idempotency-Key: one key, one job."""

from __future__ import annotations

import asyncio

import pytest
from tornado.httputil import HTTPHeaders

from jupyter_slurm_api import errors
from jupyter_slurm_api.store.jobs import JobStore

BODY = {"script": "#!/bin/sh\n", "name": "test-job", "parameters": {"time": "5", "ntasks": 1}}
OTHER = {"script": "#!/bin/sh\n# of another job\n"}
NO_ANSWER = errors.SlurmTimeout("sbatch did not answer within 20 s.")


@pytest.fixture
def send(submit):
    """Submit with an idempotency key."""

    async def post(body=BODY, key="k-1"):
        return await submit(body, headers={"Idempotency-Key": key})

    return post


@pytest.fixture
def note(database):
    """Write into the record of the only job, as the sync of some server would."""

    def update(**facts):
        database.client["outputs"]["jobs"].update_one({}, {"$set": facts, "$inc": {"revision": 1}})

    return update


class TestKey:
    @pytest.mark.parametrize("key", ["k", "k" * 255, "two words", '"quoted"', "a,b;c=d~!"])
    async def test_printable_ascii_is_a_key(self, send, key):
        assert (await send(key=key)).status == 201
        assert (await send(key=key)).headers["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize("key", ["", "k" * 256, "café", "a\tb"])
    async def test_what_is_none_is_refused_by_the_headers_name(self, send, slurm, database, key):
        answer = await send(key=key)
        assert answer.status == 422
        assert [fault["field"] for fault in answer.body["errors"]] == ["Idempotency-Key"]
        assert "Idempotency-Key" in answer.body["message"]
        assert (database.jobs, slurm.submits) == ([], [])

    async def test_two_keys_are_refused(self, submit):
        twice = HTTPHeaders()
        twice.add("Idempotency-Key", "one")
        twice.add("Idempotency-Key", "two")
        answer = await submit(BODY, headers=twice)
        assert answer.status == 422
        assert "sent once" in answer.body["message"]

    async def test_without_a_key_each_request_is_a_job(self, submit, slurm):
        answers = [await submit(BODY) for _ in range(2)]
        assert len({answer.body["job_id"] for answer in answers}) == 2
        assert len(slurm.submits) == 2
        assert not any("Idempotency-Replayed" in answer.headers for answer in answers)

    async def test_another_key_is_another_job(self, send, slurm):
        assert (await send(key="one")).body["job_id"] != (await send(key="two")).body["job_id"]
        assert len(slurm.submits) == 2

    async def test_another_users_key_is_free(self, send, slurm, note):
        await send()
        note(user="grace")
        answer = await send()
        assert answer.status == 201
        assert "Idempotency-Replayed" not in answer.headers
        assert len(slurm.submits) == 2

    async def test_the_key_is_nothing_that_a_job_shows(self, send, call):
        sent = await send()
        shown = (await call("job", sent.body["job_id"])).body
        assert not {"idempotency_key", "request_sha256"} & shown.keys()


class TestSameRequest:
    async def test_it_is_answered_as_the_first_time(self, send, slurm, database):
        first, again = await send(), await send()
        assert (first.status, again.status) == (201, 201)
        assert again.body == first.body
        assert again.headers["Location"] == first.headers["Location"]
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        assert (len(slurm.submits), len(database.jobs)) == (1, 1)

    @pytest.mark.parametrize(
        "body",
        [
            dict(reversed(BODY.items())),
            {**BODY, "parameters": dict(reversed(BODY["parameters"].items()))},
            {**BODY, "work_dir": None},
        ],
    )
    async def test_what_says_the_same_is_the_same(self, send, body):
        await send()
        assert (await send(body)).headers["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize("status", ["RUNNING", "COMPLETED", "CANCELLED", "UNKNOWN"])
    async def test_whatever_became_of_the_job(self, send, note, status):
        first = await send()
        note(status=status)
        again = await send()
        assert (again.status, again.body) == (201, first.body)

    async def test_where_slurm_is_away_and_the_directory_gone(self, send, slurm, jp_root_dir):
        below = jp_root_dir / "below"
        below.mkdir()
        first = await send({**BODY, "work_dir": "below"})
        below.rmdir()
        slurm.failure = errors.SlurmUnavailable("Slurm cannot be reached")
        again = await send({**BODY, "work_dir": "below"})
        assert (again.status, again.body) == (201, first.body)

    async def test_fifty_at_once_make_one_sbatch(self, send, slurm):
        slurm.hangs = asyncio.Event()
        sending = [asyncio.ensure_future(send()) for _ in range(50)]
        await slurm.asked.wait()
        slurm.hangs.set()
        answers = await asyncio.gather(*sending)
        assert {answer.status for answer in answers} == {201}
        assert len({answer.body["job_id"] for answer in answers}) == 1
        assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
        assert len(slurm.submits) == 1

    async def test_fifty_at_once_are_refused_alike(self, send, slurm, database):
        slurm.failure = errors.SlurmRefused("invalid partition specified: nope")
        answers = await asyncio.gather(*(send() for _ in range(50)))
        assert {(answer.status, answer.body["message"]) for answer in answers} == {
            (422, "invalid partition specified: nope")
        }
        assert database.jobs == []


class TestNotAnsweredYet:
    async def test_a_retry_is_told_where_to_look(self, send, slurm, known):
        slurm.failure = NO_ANSWER
        first = await send()
        assert first.status == 504
        again = await send()
        assert again.status == 202
        assert again.headers["Idempotency-Replayed"] == "true"
        job_id = again.body["job_id"]
        assert job_id in first.body["message"]
        assert again.headers["Location"] == f"/a%40b/slurm/job/{job_id}"
        assert again.body["slurm_id"] is None
        assert f"look at GET slurm/job/{job_id}" in again.body["message"]
        assert len(slurm.submits) == 1

    async def test_the_first_answer_says_that_the_same_key_is_safe(self, send, submit, slurm):
        slurm.failure = NO_ANSWER
        assert "same Idempotency-Key" in (await send()).body["message"]
        assert "Idempotency-Key" not in (await submit(BODY)).body["message"]

    async def test_another_servers_submit_is_followed_from_here_too(self, send, known, slurm):
        slurm.failure = NO_ANSWER
        await send()
        job_id = known.all()[0].job_id
        known.drop(job_id)  # as if another server had begun it
        await send()
        assert known.get(job_id).status == "SUBMITTING"

    async def test_what_a_client_was_told_of_is_marked_so_that_it_stays(
        self, send, slurm, database
    ):
        slurm.failure = NO_ANSWER
        await send()
        assert [job["told"] for job in database.jobs] == [False]
        await send()
        assert [job["told"] for job in database.jobs] == [True]

    async def test_a_record_that_goes_just_then_is_answered_with_no_more(
        self, send, slurm, database, monkeypatch
    ):
        """The other server takes it back after it was read here, and before it was marked."""
        slurm.failure = NO_ANSWER
        gone = (await send()).body["job_id"]
        tell = JobStore.tell

        async def late(store, job_id):
            await store.withdraw([job_id])
            return await tell(store, job_id)

        monkeypatch.setattr(JobStore, "tell", late)
        slurm.failure = None
        answer = await send()
        assert answer.status == 201
        assert [job["_id"] for job in database.jobs] == [answer.body["job_id"]] != [gone]

    async def test_once_it_is_known_it_is_answered_as_ever(self, send, slurm, note):
        slurm.failure = NO_ANSWER
        await send()
        note(status="PENDING", slurm_id="107")
        answer = await send()
        assert (answer.status, answer.body["slurm_id"]) == (201, "107")


class TestConflict:
    async def test_another_request_under_the_key(self, send, slurm):
        first = await send()
        answer = await send(OTHER)
        job_id = first.body["job_id"]
        assert (answer.status, answer.body["error"]) == (409, "conflict")
        assert answer.body["job_id"] == job_id
        assert answer.headers["Location"] == first.headers["Location"]
        assert f"GET slurm/job/{job_id}" in answer.body["message"]
        assert "Send a new key" in answer.body["message"]
        assert len(slurm.submits) == 1

    async def test_another_request_while_the_first_is_under_way(self, send, slurm):
        slurm.hangs = asyncio.Event()
        first = asyncio.ensure_future(send())
        await slurm.asked.wait()
        other = asyncio.ensure_future(send(OTHER))
        await asyncio.sleep(0.05)
        slurm.hangs.set()
        assert ((await first).status, (await other).status) == (201, 409)
        assert len(slurm.submits) == 1

    async def test_a_job_that_may_have_run(self, send, slurm, note):
        slurm.failure = NO_ANSWER
        await send()
        note(status="UNKNOWN")
        slurm.failure = None
        answer = await send()
        assert (answer.status, answer.body["error"]) == (409, "conflict")
        assert f"GET slurm/job/{answer.body['job_id']}" in answer.body["message"]
        assert answer.headers["Location"].endswith(answer.body["job_id"])
        assert "cannot be known" in answer.body["message"]
        assert len(slurm.submits) == 1


class TestFreeAgain:
    async def test_after_a_refusal(self, send, slurm):
        slurm.failure = errors.SlurmRefused("invalid partition specified: nope")
        assert (await send()).status == 422
        slurm.failure = None
        answer = await send()
        assert answer.status == 201
        assert "Idempotency-Replayed" not in answer.headers

    async def test_after_a_request_that_was_no_job(self, send):
        assert (await send({**BODY, "work_dir": "/no/such"})).status == 422
        assert (await send()).status == 201

    async def test_after_the_database_was_away(self, send, slurm, database):
        database.is_away = True
        assert (await send()).status == 503
        assert slurm.submits == []
        database.is_away = False
        assert (await send()).status == 201

    @pytest.mark.parametrize("body", [BODY, OTHER])
    async def test_where_no_job_came_of_it(self, send, slurm, database, note, body):
        slurm.failure = NO_ANSWER
        await send()
        note(status="NOT_SUBMITTED")
        slurm.failure = None
        answer = await send(body)
        assert answer.status == 201
        assert "Idempotency-Replayed" not in answer.headers
        keys = {job["status"]: job["idempotency_key"] for job in database.jobs}
        assert keys == {"NOT_SUBMITTED": None, "PENDING": "k-1"}
        assert len(slurm.submits) == 2

    async def test_a_request_under_way_that_is_refused_makes_room_for_another(self, send, slurm):
        slurm.hangs = asyncio.Event()
        slurm.failure = errors.SlurmRefused("invalid partition specified: nope")
        first = asyncio.ensure_future(send())
        await slurm.asked.wait()
        other = asyncio.ensure_future(send(OTHER))
        await asyncio.sleep(0.05)
        slurm.hangs.set()
        assert [(await one).status for one in (first, other)] == [422, 422]
        assert len(slurm.submits) == 2

    async def test_where_the_job_that_had_it_was_refused_just_then(self, send, slurm, monkeypatch):
        """Another server's record is in the way at the insert, and gone at the second look."""
        insert, lost = JobStore.insert, [False]

        async def losing_once(store, job):
            return lost.pop() if lost else await insert(store, job)

        monkeypatch.setattr(JobStore, "insert", losing_once)
        answer = await send()
        assert answer.status == 201
        assert "Idempotency-Replayed" not in answer.headers
        assert len(slurm.submits) == 1
