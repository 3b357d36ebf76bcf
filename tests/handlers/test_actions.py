"""Doing something to jobs: one, many, and those that cannot be done anything to."""

from __future__ import annotations

import json

import pytest

from jupyter_slurm_api.errors import SlurmDenied, SlurmUnavailable

SCRIPT = "#!/bin/sh\n"
UNKNOWN = "550e8400-e29b-41d4-a716-446655440000"
VERBS = ("hold", "release", "requeue", "suspend", "resume")


@pytest.fixture
def act(call):
    """POST to an action, with a body where there is one."""

    async def post(*path, **body):
        text = json.dumps(body) if body else ""
        return await call("slurm", *path, method="POST", body=text, allow_nonstandard_methods=True)

    return post


@pytest.fixture
def change(call):
    async def patch(job_id, body):
        return await call("slurm", "job", job_id, method="PATCH", body=json.dumps(body))

    return patch


@pytest.fixture
def turn(database):
    """Let all jobs be in a state."""

    def write(state):
        changed = {"status": state, "base_state": state}
        database.client["outputs"]["jobs"].update_many({}, {"$set": changed})

    return write


@pytest.fixture
def end(turn):
    """Let all jobs be over."""
    return lambda: turn("COMPLETED")


class TestOne:
    @pytest.mark.parametrize("verb", VERBS)
    async def test_it_is_done_by_slurm_s_id_and_seen_by_the_next_read(
        self, act, submit, slurm, verb
    ):
        sent = await submit({"script": SCRIPT})
        answer = await act("job", sent.body["job_id"], verb)
        assert (answer.status, answer.body["done"], answer.body["slurm_id"]) == (200, True, "101")
        assert slurm.acts == [(verb, ["101"], None)]
        assert slurm.extra_looks

    async def test_delete_cancels(self, call, submit, slurm):
        await submit({"script": SCRIPT})
        answer = await call("slurm", "job", "101", method="DELETE")
        assert (answer.status, answer.body["message"]) == (200, "The job is cancelled.")
        assert slurm.acts == [("cancel", ["101"], None)]

    async def test_delete_with_a_signal_sends_it(self, call, submit, slurm, turn):
        await submit({"script": SCRIPT})
        turn("RUNNING")
        await call("slurm", "job", "101", method="DELETE", params={"signal": "sigusr1"})
        assert slurm.acts == [("signal", ["101"], "USR1")]

    @pytest.mark.parametrize(("sent", "given"), [("USR1", "USR1"), ("SIGTERM", "TERM"), ("9", "9")])
    async def test_a_signal(self, act, submit, slurm, turn, sent, given):
        await submit({"script": SCRIPT})
        turn("RUNNING")
        await act("job", "101", "signal", signal=sent)
        assert slurm.acts == [("signal", ["101"], given)]

    async def test_no_signal_is_sent_to_a_job_that_waits(self, act, submit, slurm):
        await submit({"script": SCRIPT})
        answer = await act("job", "101", "signal", signal="USR1")
        assert (answer.status, slurm.acts) == (409, [])
        assert "cancel it" in answer.body["message"]

    @pytest.mark.parametrize("name", ["101_3", "101_[3-9]", "101+1"])
    async def test_nor_to_a_part_of_one(self, act, submit, slurm, name):
        await submit({"script": SCRIPT, "parameters": {"array": "0-9", "hold": True}})
        assert (await act("job", name, "signal", signal="USR1")).status == 409
        assert slurm.acts == []

    async def test_a_job_that_has_just_started_takes_a_signal(self, act, submit, slurm, turn):
        await submit({"script": SCRIPT})
        slurm.on_look = lambda: turn("RUNNING")
        assert (await act("job", "101", "signal", signal="USR1")).status == 200
        assert slurm.acts == [("signal", ["101"], "USR1")]

    @pytest.mark.parametrize("signal", ["", "0", "65", "USR1;id", "--help", "a b", None, 9])
    async def test_what_is_no_signal_is_not_sent(self, act, submit, slurm, signal):
        await submit({"script": SCRIPT})
        assert (await act("job", "101", "signal", signal=signal)).status == 422
        assert slurm.acts == []

    async def test_a_job_that_is_over_is_left_alone(self, call, act, submit, slurm, end):
        sent = await submit({"script": SCRIPT})
        end()
        for answer in (
            await call("slurm", "job", "101", method="DELETE"),
            await act("job", "101", "hold"),
        ):
            assert (answer.status, answer.body["job_id"]) == (409, sent.body["job_id"])
            assert "is over: COMPLETED" in answer.body["message"]
        assert slurm.acts == []

    async def test_a_job_that_is_over_may_be_requeued_as_long_as_slurm_has_it(
        self, act, submit, slurm, end
    ):
        await submit({"script": SCRIPT})
        end()
        assert (await act("job", "101", "requeue")).status == 200

    async def test_of_another_users_job_slurm_decides(self, act, slurm):
        slurm.refuses["55"] = SlurmDenied("Access/permission denied")
        answer = await act("job", "55", "requeue")
        assert (answer.status, answer.body["message"]) == (403, "Access/permission denied")

    @pytest.mark.parametrize(
        ("job_id", "status"),
        [
            (UNKNOWN, 404),
            ("nonsense", 422),
            (str(2**32 + 101), 404),  # of which scancel takes the lower 32 bits: job 101
            (f"{2**32 + 101}_3", 404),
            ("00101", 422),
            ("0", 422),
        ],
    )
    async def test_what_is_no_job(self, act, slurm, job_id, status):
        assert (await act("job", job_id, "hold")).status == status
        assert slurm.acts == []

    async def test_a_word_that_is_no_action_is_no_route(self, act):
        answer = await act("job", "101", "explode")
        assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
        assert answer.body["message"] == "There is no 'slurm/job/101/explode' here."


class TestChange:
    async def test_what_is_named_is_changed(self, change, submit, slurm):
        await submit({"script": SCRIPT})
        body = {"time_limit": "5", "nice": 10, "dependency": ""}
        answer = await change("101", body)
        assert answer.status == 200
        assert slurm.acts == [
            ("change", ["101"], {"time_limit": "5", "nice": "10", "dependency": ""})
        ]

    @pytest.mark.parametrize(
        "body",
        [{}, {"name": None}, {"name": ""}, {"name": "a\nb"}, {"nice": "5"}, {"uid": "0"}, []],
    )
    async def test_what_cannot_be_a_change(self, change, submit, slurm, body):
        await submit({"script": SCRIPT})
        assert (await change("101", body)).status == 422
        assert slurm.acts == []

    @pytest.mark.parametrize("reason", ["JobHeldUser", "JobHeldAdmin"])
    async def test_a_held_job_keeps_its_nice_value_which_would_release_it(
        self, change, submit, slurm, known, database, reason
    ):
        await submit({"script": SCRIPT})
        database.client["outputs"]["jobs"].update_one({}, {"$set": {"reason": reason}})
        assert (await change("101", {"nice": 10})).status == 409
        assert slurm.acts == []

    async def test_a_refusal_is_slurm_s_own(self, change, submit, slurm):
        await submit({"script": SCRIPT})
        slurm.refuses["101"] = SlurmDenied("Access/permission denied")
        assert (await change("101", {"time_limit": "99:00:00"})).status == 403


class TestMany:
    async def test_one_command_and_a_result_for_each(self, act, submit, slurm):
        for _ in range(3):
            sent = await submit({"script": SCRIPT})
        slurm.refuses["102"] = SlurmDenied("Access/permission denied")
        ids = ["101", "102", sent.body["job_id"], "101"]
        answer = await act("jobs", "actions", action="cancel", ids=ids)
        assert slurm.acts == [("cancel", ["101", "102", "103"], None)]
        assert (answer.body["done"], answer.body["failed"]) == (2, 1)
        assert [(one["id"], one["status"]) for one in answer.body["results"]] == [
            ("101", 200),
            ("102", 403),
            (sent.body["job_id"], 200),
        ]

    async def test_a_job_that_is_named_twice_is_asked_for_once(self, act, submit, slurm):
        sent = await submit({"script": SCRIPT})
        ids = ["101", sent.body["job_id"]]
        answer = await act("jobs", "actions", action="cancel", ids=ids)
        assert slurm.acts == [("cancel", ["101"], None)]
        assert [one["id"] for one in answer.body["results"]] == ids

    async def test_a_signal_goes_to_those_that_run(self, act, submit, slurm, turn):
        await submit({"script": SCRIPT})
        turn("RUNNING")
        await submit({"script": SCRIPT})
        answer = await act("jobs", "actions", action="signal", signal="USR1", ids=["101", "102"])
        assert slurm.acts == [("signal", ["101"], "USR1")]
        assert [one["status"] for one in answer.body["results"]] == [200, 409]

    async def test_a_range_of_tasks_stays_one(self, act, slurm):
        await act("jobs", "actions", action="hold", ids=["12_[3-9]"])
        assert slurm.acts == [("hold", ["12_[3-9]"], None)]

    async def test_the_job_of_this_server_is_left_out_and_told_so(self, act, slurm):
        answer = await act("jobs", "actions", action="cancel", ids=["900", "901", "900_1"])
        assert slurm.acts == [("cancel", ["901"], None)]
        assert [one["status"] for one in answer.body["results"]] == [409, 200, 409]
        assert "itself runs in this job" in answer.body["results"][0]["message"]

    async def test_what_is_over_or_not_there_is_told_and_not_asked_for(
        self, act, submit, slurm, end
    ):
        await submit({"script": SCRIPT})
        end()
        answer = await act("jobs", "actions", action="cancel", ids=["101", UNKNOWN])
        assert [one["status"] for one in answer.body["results"]] == [409, 404]
        assert (slurm.acts, slurm.extra_looks) == ([], [])

    @pytest.mark.parametrize(
        "body",
        [
            {"action": "cancel", "ids": []},
            {"action": "cancel", "ids": ["1"] * 1001},
            {"action": "explode", "ids": ["1"]},
            {"action": "cancel", "ids": ["1; rm"]},
            {"action": "cancel", "ids": ["1"], "signal": "USR1"},
            {"action": "signal", "ids": ["1"]},
        ],
    )
    async def test_what_cannot_be_done_to_many(self, act, slurm, body):
        assert (await act("jobs", "actions", **body)).status == 422
        assert slurm.acts == []

    async def test_with_slurm_away_nothing_is_said_to_be_done(self, act, slurm):
        slurm.failure = SlurmUnavailable("away")
        assert (await act("jobs", "actions", action="cancel", ids=["1"])).status == 503
