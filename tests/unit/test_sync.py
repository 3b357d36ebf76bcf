"""One look at Slurm and what it changes in the store: nothing lost, nothing guessed."""

import asyncio
import contextlib
from datetime import timedelta

import pytest

from fake_cluster import SUBMIT, SUBMITTED, UUID
from jupyter_slurm_api import lookup
from jupyter_slurm_api.clock import utc_now
from jupyter_slurm_api.errors import DatabaseUnavailable, SlurmTimeout, SlurmUnavailable
from jupyter_slurm_api.observation import Observation
from jupyter_slurm_api.slurm import rows as rows_module
from jupyter_slurm_api.slurm.commands import tag
from jupyter_slurm_api.slurm.observing import observe
from jupyter_slurm_api.sync import Intervals


def nothing():
    """A step in which nothing happens."""


class TestTick:
    def test_an_empty_queue_writes_nothing(self, ticks, store):
        status = ticks(nothing)
        assert store.writes == []
        assert status["last_success"] is not None
        assert (status["jobs"], status["failures"], status["last_error"]) == (0, 0, None)

    def test_a_change_is_written(self, ticks, cluster, store, stored):
        store.has(stored(status="PENDING"))
        cluster.show(state="RUNNING", StartTime=str(SUBMIT + 5), NodeList="n1")
        ticks(nothing)
        job = store.jobs[UUID]
        assert (job.status, job.base_state, job.revision) == ("RUNNING", "RUNNING", 1)
        assert job.start_time == SUBMITTED + timedelta(seconds=5)

    def test_an_unchanged_queue_writes_nothing(self, ticks, cluster, store):
        cluster.show()
        ticks(nothing, nothing, nothing)
        assert len(store.writes) == 1
        assert cluster.looks == 3

    def test_an_estimate_that_moves_is_not_written(self, ticks, cluster, store):
        cluster.show(state="PENDING", StartTime=str(SUBMIT + 50))
        ticks(nothing, lambda: cluster.show(state="PENDING", StartTime=str(SUBMIT + 60)))
        assert len(store.writes) == 1
        assert store.by_slurm_id("42").start_time is None

    def test_only_what_changed_is_written(self, ticks, cluster, store):
        for slurm_id in ("1", "2", "3"):
            cluster.show(slurm_id, state="PENDING")
        ticks(nothing, lambda: cluster.show("2", state="RUNNING"))
        changes, new = store.writes[1]
        assert [change.after.slurm_id for change in changes] == ["2"]
        assert new == []

    def test_rows_that_are_as_they_were_are_not_read_again(self, ticks, cluster, monkeypatch):
        read = []
        monkeypatch.setattr(
            rows_module,
            "observe",
            lambda slurm_id, rows: read.append(slurm_id) or observe(slurm_id, rows),
        )
        cluster.show("1")
        cluster.show("2")
        ticks(nothing, lambda: cluster.show("2", state="COMPLETED"))
        assert read == ["1", "2", "2"]

    def test_one_look_a_tick_however_many_jobs(self, ticks, cluster):
        for number in range(500):
            cluster.show(str(number))
        status = ticks(nothing)
        assert cluster.looks == 1
        assert status["jobs"] == 500

    def test_rows_that_could_not_be_read_are_counted(self, ticks, cluster):
        cluster.bad = 3
        assert ticks(nothing)["bad_rows"] == 3

    def test_those_of_the_accounting_too(self, ticks, cluster):
        cluster.bad, cluster.bad_recorded = 3, 2
        cluster.show()
        assert ticks(nothing, cluster.rows.clear)["bad_rows"] == 5

    def test_they_are_told_of_in_the_log_when_their_number_changes(self, ticks, cluster, caplog):
        def seen(bad):
            return lambda: setattr(cluster, "bad", bad)

        ticks(*map(seen, (0, 3, 3, 3, 2, 2, 0, 3)))
        told = [record.args for record in caplog.records if "cannot be read" in record.message]
        assert told == [(3,), (2,), (3,)]

    def test_a_job_that_ends_is_handed_over_to_keep_its_output(self, ticks, cluster, over, store):
        cluster.show()
        ticks(nothing, lambda: cluster.show(state="COMPLETED"), nothing)
        assert over == [store.by_slurm_id("42").job_id]

    def test_a_job_whose_output_is_kept_is_not_handed_over_again(
        self, ticks, cluster, store, over, stored
    ):
        store.has(stored(status="COMPLETED", base_state="COMPLETED", output_kept=True))
        cluster.show(state="FAILED")
        ticks(nothing)
        assert over == []

    def test_what_another_run_of_the_server_did_not_keep_is_handed_over(
        self, ticks, store, over, stored
    ):
        store.has(stored(status="COMPLETED"), stored("kept", slurm_id="7", output_kept=True))
        store.jobs["kept"] = store.jobs["kept"].model_copy(update={"status": "FAILED"})
        ticks(nothing)
        assert over == [UUID]

    def test_ended_jobs_that_left_the_queue_are_let_go_of(self, ticks, cluster):
        cluster.accounting = False
        cluster.show(state="COMPLETED")
        assert ticks(nothing)["jobs"] == 1
        assert ticks(nothing, cluster.rows.clear)["jobs"] == 0


class TestAdoption:
    def test_a_job_submitted_without_us_is_adopted_once(self, ticks, cluster, store):
        cluster.show("7", state="PENDING", Name="theirs")
        ticks(nothing, nothing)
        job = store.by_slurm_id("7")
        assert (job.name, job.status, job.origin.kind) == ("theirs", "PENDING", "slurm")
        assert (job.user, job.cluster, job.first_submit_time) == ("alice", "here", SUBMITTED)
        assert len(store.jobs) == 1

    def test_a_job_that_the_store_has_is_not_adopted_again(self, ticks, cluster, store, stored):
        store.has(stored(status="COMPLETED"))  # over, so not loaded at the start
        cluster.show(state="COMPLETED")
        ticks(nothing)
        assert list(store.jobs) == [UUID]

    def test_a_submit_whose_answer_was_lost_is_found_by_its_tag(
        self, ticks, cluster, store, stored
    ):
        store.has(stored(slurm_id=None, status="SUBMITTING", first_submit_time=None))
        cluster.show("7", state="PENDING", Comment=f"mine {tag(UUID)}")
        ticks(nothing)
        job = store.jobs[UUID]
        assert (job.slurm_id, job.status, job.comment) == ("7", "PENDING", "mine")
        assert len(store.jobs) == 1

    def test_a_job_with_a_copied_tag_is_a_job_of_its_own(self, ticks, cluster, store, stored):
        store.has(stored(slurm_id="42"))
        cluster.show("42", state="RUNNING", Comment=tag(UUID))
        cluster.show("43", state="PENDING", Comment=tag(UUID))
        ticks(nothing)
        assert store.by_slurm_id("42").job_id == UUID
        assert store.by_slurm_id("43").job_id != UUID

    def test_an_id_used_again_is_another_job(self, ticks, cluster, store, stored):
        earlier = SUBMITTED - timedelta(days=900)
        old = stored(status="COMPLETED", submit_time=earlier, first_submit_time=earlier)
        store.has(old)
        cluster.show("42", state="PENDING")
        ticks(nothing)
        assert store.jobs[UUID] == old
        assert sorted(job.status for job in store.jobs.values()) == ["COMPLETED", "PENDING"]

    def test_a_requeued_job_stays_itself(self, ticks, cluster, store, stored):
        store.has(stored(status="RUNNING"))
        cluster.show(state="PENDING", SubmitTime=str(SUBMIT + 60), RestartCnt="1")
        ticks(nothing)
        job = store.jobs[UUID]
        assert (job.status, job.restarts, len(store.jobs)) == ("PENDING", 1, 1)
        assert (job.submit_time, job.first_submit_time) == (
            SUBMITTED + timedelta(seconds=60),
            SUBMITTED,
        )

    def test_jobs_of_another_cluster_are_left_alone(self, ticks, cluster, store, stored):
        there = stored(cluster="there", status="RUNNING")
        store.has(there)
        cluster.show("42", state="PENDING")
        ticks(nothing)
        assert store.jobs[UUID] == there
        assert len(store.jobs) == 2


class TestTwoServers:
    def test_where_another_was_first_its_write_stays(self, ticks, cluster, store, stored):
        store.has(stored(status="PENDING"))

        def another_is_first():
            cluster.show(state="RUNNING")
            store.has(stored(status="RUNNING", base_state="RUNNING", revision=5))

        cluster.show(state="PENDING")
        ticks(nothing, another_is_first)
        assert (store.jobs[UUID].status, store.jobs[UUID].revision) == ("RUNNING", 5)

    def test_the_loser_learns_what_was_written_and_goes_on_from_there(
        self, ticks, cluster, store, stored
    ):
        store.has(stored(status="PENDING"))

        def another_is_first():
            cluster.show(state="RUNNING")
            store.has(stored(status="PENDING", reason="Priority", revision=5))

        cluster.show(state="PENDING")
        ticks(nothing, another_is_first, nothing)
        assert (store.jobs[UUID].status, store.jobs[UUID].revision) == ("RUNNING", 6)

    def test_a_job_that_another_server_adopted_first_keeps_that_uuid(
        self, ticks, cluster, store, stored
    ):
        def another_is_first():
            store.meanwhile = lambda: None
            store.has(stored(slurm_id="7", status="PENDING"))

        store.meanwhile = another_is_first
        cluster.show("7", state="PENDING")
        ticks(nothing, lambda: cluster.show("7", state="RUNNING"))
        assert list(store.jobs) == [UUID]
        assert store.jobs[UUID].status == "RUNNING"

    def test_what_another_wrote_since_our_look_is_newer_than_the_look(
        self, ticks, cluster, store, stored
    ):
        def another_is_first():
            cluster.show("7", state="RUNNING")
            times = {"start_time": SUBMITTED, "end_time": SUBMITTED + timedelta(seconds=9)}
            store.has(stored(slurm_id="7", status="COMPLETED", accounted=True, **times))

        ticks(nothing, another_is_first, lambda: cluster.show("7", state="COMPLETED"))
        job = store.jobs[UUID]
        assert (job.status, job.runs) == ("COMPLETED", ())

    def test_a_job_that_another_server_submitted_is_seen_by_the_next_look(
        self, ticks, cluster, store, stored
    ):
        def another_is_first():
            cluster.show("7", state="RUNNING", Comment=tag(UUID))
            store.has(stored(slurm_id=None, status="SUBMITTING", first_submit_time=None))

        ticks(nothing, another_is_first)
        assert store.jobs[UUID].status == "SUBMITTING"
        ticks(nothing, nothing)
        assert (store.jobs[UUID].status, store.jobs[UUID].slurm_id) == ("RUNNING", "7")

    def test_a_job_that_ended_beside_a_lost_write_is_handed_over_too(
        self, ticks, cluster, store, over, stored
    ):
        store.has(stored(slurm_id="1", status="RUNNING"), stored("lost", slurm_id="2"))

        def another_is_first_with_one():
            cluster.show("1", state="COMPLETED")
            cluster.show("2", state="RUNNING")
            store.has(store.jobs["lost"].model_copy(update={"revision": 9}))

        cluster.show("1", state="RUNNING")
        cluster.show("2", state="PENDING")
        ticks(nothing, another_is_first_with_one, nothing)
        assert store.jobs[UUID].status == "COMPLETED"
        assert over == [UUID]


class TestWhoListens:
    @pytest.fixture
    def told(self, make_sync):
        """Tick once for each step, after doing it; the states that jobs were told to come to."""

        def run(*steps):
            changes = []

            async def all_steps():
                sync = make_sync()
                sync._known.listen(
                    lambda before, after: changes.append(
                        (before and before.status, after and after.status)
                    )
                )
                for step in steps:
                    step()
                    await sync.tick()
                await sync.stop()

            asyncio.run(all_steps())
            return changes

        return run

    def test_is_told_what_was_written(self, told, cluster):
        cluster.show(state="PENDING")
        assert told(nothing, lambda: cluster.show(state="RUNNING"), nothing) == [
            (None, "PENDING"),
            ("PENDING", "RUNNING"),
        ]

    def test_is_not_told_what_was_so_when_the_server_started(self, told, cluster, store, stored):
        store.has(stored(status="PENDING"))
        cluster.show(state="RUNNING")
        assert told(nothing) == [("PENDING", "RUNNING")]

    def test_is_told_what_another_server_wrote_first(self, told, cluster, store):
        def another_is_first():
            (job,) = store.jobs.values()
            changed = {"status": "COMPLETING", "revision": job.revision + 1}
            store.has(job.model_copy(update=changed))

        def conflict():
            cluster.show(state="RUNNING")
            store.meanwhile = another_is_first

        cluster.show(state="PENDING")
        assert told(nothing, conflict)[1:] == [("PENDING", None), (None, "COMPLETING")]


class TestMissing:
    def test_its_end_is_what_the_accounting_says(self, ticks, cluster, store, over):
        end = Observation(
            slurm_id="42", status="FAILED", submit_time=SUBMITTED, exit_code=3, end_time=SUBMITTED
        )

        def leave():
            cluster.rows.clear()
            cluster.runs["42"] = [end]

        cluster.show()
        ticks(nothing, leave)
        job = store.by_slurm_id("42")
        assert (job.status, job.exit_code) == ("FAILED", 3)
        assert over == [job.job_id]

    def test_while_nobody_has_said_anything_it_keeps_its_state(self, ticks, cluster, store):
        cluster.show()
        ticks(nothing, cluster.rows.clear, nothing, nothing)
        assert store.by_slurm_id("42").status == "RUNNING"
        assert len(store.writes) == 1

    def test_after_a_while_it_is_unknown(self, ticks, cluster, store, monkeypatch):
        def later():
            there = lookup.utc_now() + timedelta(minutes=10)
            monkeypatch.setattr(lookup, "utc_now", lambda: there)

        cluster.show()
        ticks(nothing, cluster.rows.clear, later)
        assert store.by_slurm_id("42").status == "UNKNOWN"

    def test_without_accounting_the_controller_s_word_counts(self, ticks, cluster, store):
        def leave():
            cluster.rows.clear()
            cluster.held["42"] = Observation(slurm_id="42", status="COMPLETED")

        cluster.accounting = False
        cluster.show()
        ticks(nothing, leave)
        assert store.by_slurm_id("42").status == "COMPLETED"

    def test_a_submit_that_is_found_by_its_tag_after_long_is_no_longer_unanswered(
        self, ticks, cluster, store, stored
    ):
        began = utc_now() - timedelta(seconds=300)
        store.has(
            stored(slurm_id=None, status="SUBMITTING", submit_time=began, first_submit_time=None)
        )
        cluster.show("7", state="PENDING", Comment=tag(UUID))
        ticks(nothing)
        (changes, new) = store.writes[0]
        assert ([change.after.status for change in changes], new) == (["PENDING"], [])

    def test_a_new_job_is_not_adopted_while_it_may_be_a_submit_of_ours(
        self, make_sync, cluster, store, stored
    ):
        now = utc_now()
        waiting = stored(
            slurm_id=None, status="SUBMITTING", submit_time=now, first_submit_time=None
        )
        store.has(waiting)
        # A site's plugin took the comment away, and our tag with it.
        cluster.show("7", state="PENDING", SubmitTime=str(int(now.timestamp())))

        async def run():
            sync = make_sync()
            await sync.tick()
            assert list(store.jobs) == [UUID]
            # sbatch's answer comes, and is noted as the service does.
            answered = {"slurm_id": "7", "status": "PENDING", "revision": 1}
            store.has(waiting.model_copy(update=answered))
            sync._known.put([store.jobs[UUID]])
            await sync.tick()
            await sync.stop()

        asyncio.run(run())
        assert list(store.jobs) == [UUID]
        assert store.jobs[UUID].first_submit_time is not None

    @pytest.mark.parametrize("ours", [False, True])
    def test_one_that_leaves_the_queue_meanwhile_is_not_forgotten(
        self, make_sync, cluster, store, stored, ours
    ):
        now = utc_now().replace(microsecond=0)
        waiting = stored(
            slurm_id=None, status="SUBMITTING", submit_time=now, first_submit_time=None
        )
        store.has(waiting)
        cluster.show("7", state="RUNNING", SubmitTime=str(int(now.timestamp())))

        async def run():
            sync = make_sync()
            await sync.tick()
            cluster.rows.clear()
            cluster.runs["7"] = [
                Observation(slurm_id="7", status="FAILED", submit_time=now, end_time=now)
            ]
            await sync.tick()
            assert list(store.jobs) == [UUID]
            answered = {"slurm_id": "7" if ours else "8", "status": "PENDING", "revision": 1}
            store.has(waiting.model_copy(update=answered))
            sync._known.put([store.jobs[UUID]])
            await sync.tick()
            await sync.stop()

        asyncio.run(run())
        assert len(store.jobs) == (1 if ours else 2)
        assert store.by_slurm_id("7").status == "FAILED"

    def test_a_job_that_ended_in_the_queue_is_not_looked_up(self, ticks, cluster, store):
        cluster.accounting = False
        cluster.show(state="COMPLETED")
        ticks(nothing, cluster.rows.clear)
        assert store.by_slurm_id("42").status == "COMPLETED"


class TestFailures:
    @pytest.mark.parametrize("failure", [SlurmUnavailable("away"), SlurmTimeout("slow")])
    def test_while_slurm_is_away_nothing_changes(self, make_sync, cluster, store, stored, failure):
        store.has(stored(status="RUNNING"))
        cluster.show()

        async def run():
            sync = make_sync()
            await sync.tick()
            before = dict(store.jobs)
            cluster.rows.clear()
            cluster.failure = failure
            for _ in range(3):
                with pytest.raises(type(failure)):
                    await sync.tick()
            assert store.jobs == before
            await sync.stop()

        asyncio.run(run())

    def test_what_could_not_be_written_is_written_by_the_next_tick(self, make_sync, cluster, store):
        cluster.show()

        async def run():
            sync = make_sync()
            store.failure = DatabaseUnavailable("away")
            with pytest.raises(DatabaseUnavailable):
                await sync.tick()
            assert store.jobs == {}
            store.failure = None
            await sync.tick()
            await sync.stop()

        asyncio.run(run())
        assert store.by_slurm_id("42").status == "RUNNING"


class TestLoop:
    @staticmethod
    def run(make_sync, until, *, seconds=5.0):
        async def loop():
            sync = make_sync()
            sync.start()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(wait(sync), seconds)
            await sync.stop()
            return sync.status

        async def wait(sync):
            while not until(sync):  # noqa: ASYNC110 - nothing tells of a tick
                await asyncio.sleep(0.005)

        return asyncio.run(loop())

    def test_it_ticks_until_it_is_stopped(self, make_sync, cluster):
        status = self.run(make_sync, lambda sync: cluster.looks >= 3)
        assert cluster.looks >= 3
        assert status["failures"] == 0

    @pytest.mark.parametrize(
        ("failure", "error", "slurm_error"),
        [
            (SlurmUnavailable("away"), "away", "away"),
            (DatabaseUnavailable("no store"), "no store", None),
            (ValueError("a fault of ours"), "internal error: ValueError", None),
        ],
    )
    def test_it_outlives_a_failure_and_tells_of_it(
        self, make_sync, cluster, failure, error, slurm_error
    ):
        cluster.failure = failure
        status = self.run(make_sync, lambda sync: sync.status["failures"] >= 2)
        assert status["failures"] >= 2
        assert (status["last_error"]["message"], status["slurm_error"]) == (error, slurm_error)
        assert status["last_success"] is None

    def test_a_success_ends_the_failure_and_its_error_stays_to_be_seen(self, make_sync, cluster):
        cluster.failure = SlurmUnavailable("away")

        def until(sync):
            if sync.status["failures"] >= 1:
                cluster.failure = None
            return sync.status["last_success"]

        status = self.run(make_sync, until)
        assert (status["failures"], status["slurm_error"]) == (0, None)
        assert status["last_error"]["message"] == "away"  # it stays to be seen

    def test_what_the_accounting_has_not_said_yet_is_asked_for_soon(self, make_sync, cluster):
        async def intervals():
            sync = make_sync()
            sync._intervals = Intervals(active=5, idle=30, floor=1)
            found = []
            for cluster.runs in ({}, {"42": [end]}):
                await sync.tick()
                found.append(sync.status["interval"])
            await sync.stop()
            return found

        end = Observation(slurm_id="42", status="COMPLETED", submit_time=SUBMITTED)
        cluster.show(state="COMPLETED")
        assert asyncio.run(intervals()) == [5, 30]

    def test_who_waits_for_a_look_gets_one_that_begins_from_then_on(self, make_sync, cluster):
        async def run():
            sync = make_sync()
            sync._intervals = Intervals(active=60, idle=60, floor=0.01)
            sync.start()
            await sync.first_tick.wait()
            before = cluster.looks
            await sync.look(5)
            seen = cluster.looks
            await sync.stop()
            return seen - before

        assert asyncio.run(run()) == 1

    def test_nobody_waits_for_a_look_for_ever(self, make_sync):
        asyncio.run(self.never_ticks(make_sync))

    @staticmethod
    async def never_ticks(make_sync):
        sync = make_sync()  # and never started
        await asyncio.wait_for(sync.look(0.01), 1)
        await sync.stop()
