"""What becomes of jobs of which the queue does not tell all: known, not to be asked, or gone."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from jupyter_slurm_api import lookup
from jupyter_slurm_api.array import ArrayTask
from jupyter_slurm_api.errors import SlurmTimeout, SlurmUnavailable
from jupyter_slurm_api.lookup import Lookup
from jupyter_slurm_api.models import ClusterInfo
from jupyter_slurm_api.observation import Observation
from jupyter_slurm_api.reconcile import CLOCKS_DIFFER
from jupyter_slurm_api.slurm.parsing import Parsed

A_WHILE = timedelta(seconds=300)
HERE = ClusterInfo("here", "22.05.8", accounting=True, min_job_age=300)
PLAIN = ClusterInfo("here", "22.05.8", accounting=False, min_job_age=300)


@dataclass
class FakeSlurm:
    """An accounting, its command lines and a controller; an error in their place is raised."""

    runs: dict | Exception = field(default_factory=dict)
    tags: dict | Exception = field(default_factory=dict)
    held: dict | Exception = field(default_factory=dict)
    asked: list = field(default_factory=list)
    asked_for_tags: list = field(default_factory=list)
    asked_controller: list = field(default_factory=list)
    bad: int = 0
    gate: asyncio.Event | None = None
    """While it is there and not set, the accounting does not answer."""

    async def recorded(self, slurm_ids, since):
        self.asked.append((list(slurm_ids), since))
        if self.gate:
            await self.gate.wait()
        return Parsed(self._answer(self.runs), self.bad)

    async def tagged(self, since):
        self.asked_for_tags.append(since)
        return Parsed(self._answer(self.tags), self.bad)

    async def shown(self, slurm_id):
        self.asked_controller.append(slurm_id)
        return self._answer(self.held).get(slurm_id, {})

    @staticmethod
    def _answer(answer):
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def fake():
    return FakeSlurm()


@pytest.fixture
def clock(monkeypatch, now):
    """A clock that a test sets."""

    class Clock:
        time = now

    monkeypatch.setattr(lookup, "utc_now", lambda: Clock.time)
    return Clock


@pytest.fixture
def looking(fake, clock):
    return Lookup(fake, "alice")


@pytest.fixture
def ask(looking):
    """Ask for what became of jobs: all that was found."""

    def run(*jobs, unanswered=(), info=HERE, waiting=None):
        return asyncio.run(looking.find(jobs, unanswered, info, waiting or {}))

    return run


@pytest.fixture
def running(make_job):
    def make(job_id="aaaa", **changes):
        return make_job(job_id, **({"status": "RUNNING", "base_state": "RUNNING"} | changes))

    return make


@pytest.fixture
def many(running):
    def make(number, *, first=1, **changes):
        numbers = range(first, first + number)
        return [running(f"job-{each}", slurm_id=str(each), **changes) for each in numbers]

    return make


@pytest.fixture
def task(running):
    def make(task_id, array="42", **changes):
        of = ArrayTask(array_job_id="aaaa", array_slurm_id=array, task_id=task_id)
        slurm_id = f"{array}_{task_id}"
        return running(slurm_id, slurm_id=slurm_id, task=of, **changes)

    return make


def run(now, status="COMPLETED", slurm_id="42", **changes):
    return Observation(slurm_id=slurm_id, status=status, submit_time=now, **changes)


class TestAccounting:
    def test_where_no_job_is_in_doubt_nobody_is_asked(self, fake, ask):
        found = ask()
        assert (found.runs, found.shown, found.asked, found.tagged) == ({}, {}, set(), None)
        assert fake.asked == fake.asked_controller == fake.asked_for_tags == []

    def test_what_it_says_is_found(self, fake, ask, running, now):
        fake.runs = {"42": [run(now, "FAILED", exit_code=3)]}
        found = ask(running())
        assert found.runs == fake.runs
        assert found.asked == {"aaaa"}

    def test_it_is_asked_once_for_many_from_the_first_submit_on(self, fake, ask, running, now):
        early = now - timedelta(days=2)
        ask(running("a", slurm_id="1", first_submit_time=early), running("b", slurm_id="2"))
        assert fake.asked == [(["1", "2"], early - CLOCKS_DIFFER)]

    def test_from_our_own_submit_time_on_where_slurm_s_is_not_known(self, fake, ask, running, now):
        early = now - timedelta(days=2)
        ask(running(submit_time=early, first_submit_time=None))
        assert fake.asked == [(["42"], early - CLOCKS_DIFFER)]

    def test_from_now_on_where_none_is_known(self, fake, ask, running, now):
        ask(running(submit_time=None, first_submit_time=None))
        assert fake.asked == [(["42"], now - CLOCKS_DIFFER)]

    def test_an_array_and_its_tasks_are_asked_for_by_one_id(self, fake, ask, running, task):
        ask(running(), task(0), task(7), running("b", slurm_id="7"))
        assert [ids for ids, _ in fake.asked] == [["42", "7"]]

    def test_which_tasks_waited_is_handed_on(self, ask, running):
        assert ask(running(), waiting={"42": "0-9"}).waiting == {"42": "0-9"}


class TestParts:
    def test_of_a_thousand_jobs_five_hundred_are_asked_for(self, fake, ask, many):
        found = ask(*many(1000))
        ((ids, _),) = fake.asked
        assert len(ids) == 500
        assert len(found.patient) == 500

    def test_those_that_are_not_over_come_first(self, fake, ask, many):
        over = many(400, status="COMPLETED")
        ask(*over, *many(400, first=401))
        ((ids, _),) = fake.asked
        assert set(map(str, range(401, 801))) <= set(ids)
        assert len(ids) == 500

    def test_an_array_with_all_its_tasks_counts_as_one(self, fake, ask, many, task):
        tasks = [task(each, array="9999") for each in range(700)]
        found = ask(*tasks, *many(499))
        ((ids, _),) = fake.asked
        assert len(ids) == 500
        assert len(found.patient) == 1199

    def test_what_was_told_of_leaves_room_for_the_rest(self, fake, ask, many):
        jobs = many(600)
        first = ask(*jobs)
        ask(*[job for job in jobs if job.job_id not in first.patient])
        assert [len(ids) for ids, _ in fake.asked] == [500, 100]

    def test_after_a_timeout_half_as_many_are_asked_for_until_there_is_an_answer(
        self, fake, ask, many
    ):
        jobs = many(600)
        for fake.runs in (SlurmTimeout("slow"), SlurmTimeout("slow"), {}, {}):
            ask(*jobs)
        assert [len(ids) for ids, _ in fake.asked] == [500, 250, 125, 500]

    def test_one_is_always_asked_for(self, fake, ask, many):
        fake.runs = SlurmTimeout("slow")
        for _ in range(12):
            ask(*many(600))
        assert [len(ids) for ids, _ in fake.asked][-3:] == [1, 1, 1]

    def test_an_accounting_that_is_away_is_asked_for_as_many_again(self, fake, ask, many):
        fake.runs = SlurmUnavailable("away")
        for _ in range(2):
            ask(*many(600))
        assert [len(ids) for ids, _ in fake.asked] == [500, 500]


class TestPatience:
    def test_a_record_may_come_late(self, fake, ask, running):
        found = ask(running())
        assert found.patient == found.asked == {"aaaa"}
        assert fake.asked_controller == []

    def test_after_a_while_of_asking_it_is_not_waited_for(self, ask, running, clock):
        ask(running())
        clock.time += A_WHILE - timedelta(seconds=1)
        assert ask(running()).patient == {"aaaa"}
        clock.time += timedelta(seconds=1)
        found = ask(running())
        assert (found.patient, found.asked) == (set(), {"aaaa"})

    def test_each_job_has_a_while_of_its_own(self, ask, running, clock):
        first, second = running("a", slurm_id="1"), running("b", slurm_id="2")
        ask(first)
        clock.time += A_WHILE
        assert ask(first, second).patient == {"b"}

    def test_a_job_that_came_back_in_between_gets_its_while_anew(self, ask, running, clock):
        ask(running())
        ask()
        clock.time += A_WHILE
        assert ask(running()).patient == {"aaaa"}

    def test_an_accounting_that_was_away_has_a_while_to_catch_up(self, fake, ask, running, clock):
        fake.runs = SlurmUnavailable("away")
        ask(running())
        clock.time += A_WHILE
        ask(running())
        fake.runs = {}
        assert ask(running()).patient == {"aaaa"}


class TestController:
    @pytest.fixture
    def later(self, ask, clock):
        """Ask for jobs after a while in which the accounting did not tell of them."""

        def later(*jobs):
            ask(*jobs)
            clock.time += A_WHILE
            return ask(*jobs)

        return later

    def test_after_a_while_it_is_asked(self, fake, later, running):
        fake.held = {"42": {"42": run(None, "TIMEOUT")}}
        found = later(running())
        assert found.shown == {"42": run(None, "TIMEOUT")}
        assert found.asked == {"aaaa"}

    def test_it_is_asked_once_for_an_array_and_all_its_tasks(self, fake, later, running, task):
        fake.held = {"42": {"42_0": run(None, "RUNNING", "42_0")}}
        found = later(running(), task(0), task(1))
        assert fake.asked_controller == ["42"]
        assert set(found.shown) == {"42_0"}
        assert found.asked == {"aaaa", "42_0", "42_1"}

    def test_a_job_that_the_accounting_has_seen_end_is_not_asked_for(
        self, fake, later, running, now
    ):
        fake.runs = {"42": [run(now)]}
        assert later(running()).asked == {"aaaa"}
        assert fake.asked_controller == []

    @pytest.mark.parametrize("status", ["RUNNING", "REQUEUED"])
    def test_a_record_without_an_end_proves_nothing(self, fake, later, running, now, status):
        fake.runs = {"42": [run(now, "COMPLETED"), run(now, status)]}
        later(running())
        assert fake.asked_controller == ["42"]

    def test_another_job_s_end_under_the_same_id_proves_nothing(self, fake, later, running, now):
        fake.runs = {"42": [run(now - timedelta(days=900))]}
        later(running())
        assert fake.asked_controller == ["42"]

    def test_a_job_that_is_over_is_not_asked_for(self, fake, later, running):
        later(running(status="COMPLETED"))
        assert fake.asked_controller == []

    def test_without_accounting_it_is_asked_at_once(self, fake, ask, running):
        fake.held = {"42": {"42": run(None)}}
        found = ask(running(), info=PLAIN)
        assert found.shown == {"42": run(None)}
        assert (fake.asked, found.patient) == ([], set())


class TestTags:
    @pytest.fixture
    def submit(self, make_job, now):
        """A submit without an answer, some seconds old."""

        def make(seconds=11, job_id="aaaa"):
            return make_job(
                job_id,
                slurm_id=None,
                status="SUBMITTING",
                submit_time=now - timedelta(seconds=seconds),
                first_submit_time=None,
            )

        return make

    def test_the_accounting_is_asked_for_the_tags_of_late_submits(self, fake, ask, submit):
        fake.tags = {"aaaa": "42"}
        assert ask(unanswered=[submit()]).tagged == {"aaaa": "42"}

    @pytest.mark.parametrize(("seconds", "is_late"), [(0, False), (10, False), (11, True)])
    def test_a_submit_is_late_after_ten_seconds(self, fake, ask, submit, seconds, is_late):
        found = ask(unanswered=[submit(seconds)])
        assert bool(fake.asked_for_tags) is is_late
        assert found.tagged == ({} if is_late else None)

    def test_the_search_begins_with_the_oldest_of_them(self, fake, ask, submit, now):
        ask(unanswered=[submit(1, "a"), submit(60, "b")])
        assert fake.asked_for_tags == [now - timedelta(seconds=60) - CLOCKS_DIFFER]

    @pytest.mark.parametrize(
        ("version", "accounting", "is_asked"),
        [("21.08.0", True, True), ("20.11.9", True, False), ("22.05.8", False, False)],
    )
    def test_it_is_asked_only_where_it_keeps_the_line_of_each_submit(
        self, fake, ask, submit, version, accounting, is_asked
    ):
        found = ask(unanswered=[submit()], info=ClusterInfo("here", version, accounting))
        assert bool(fake.asked_for_tags) is is_asked
        assert (found.tagged is None) is not is_asked

    def test_a_submit_of_unknown_age_is_not_searched_for(self, fake, ask, make_job):
        job = make_job(slurm_id=None, status="SUBMITTING", submit_time=None)
        assert ask(unanswered=[job]).tagged is None


class TestAway:
    @pytest.mark.parametrize("part", ["runs", "held"])
    def test_while_slurm_is_away_no_job_was_asked_for(self, fake, ask, running, clock, part):
        ask(running())
        clock.time += A_WHILE
        setattr(fake, part, SlurmUnavailable("away"))
        found = ask(running())
        assert (found.asked, found.shown) == (set(), {})

    def test_what_was_found_before_it_went_away_counts(self, fake, ask, running, clock, now):
        late = running("late", slurm_id="7")
        ask(late)
        clock.time += A_WHILE
        fake.runs = {"42": [run(now)]}
        fake.held = SlurmUnavailable("away")
        found = ask(running(), late)
        assert (found.asked, found.runs) == ({"aaaa"}, fake.runs)

    def test_a_search_for_tags_that_failed_found_nothing_out(self, fake, ask, make_job, now):
        fake.tags = SlurmUnavailable("away")
        early = now - timedelta(minutes=9)
        job = make_job(slurm_id=None, submit_time=early, first_submit_time=None)
        assert ask(unanswered=[job]).tagged is None

    def test_the_error_is_told_until_it_answers_again(self, fake, ask, looking, running):
        assert looking.error is None
        fake.runs = SlurmUnavailable("away")
        ask(running())
        assert looking.error == "away"
        fake.runs = {}
        ask(running())
        assert looking.error is None


class TestBadRows:
    def test_those_of_both_answers_are_counted(self, fake, ask, looking, running, make_job, now):
        fake.bad = 2
        early = now - timedelta(minutes=1)
        late = make_job("bbbb", slurm_id=None, submit_time=early, first_submit_time=None)
        ask(running(), unanswered=[late])
        assert looking.bad_rows == 4

    def test_those_of_the_last_answer_count(self, fake, ask, looking, running):
        fake.bad = 2
        ask(running())
        fake.runs = SlurmUnavailable("away")
        ask(running())
        assert looking.bad_rows == 2
        fake.runs, fake.bad = {}, 0
        ask(running())
        assert looking.bad_rows == 0


class TestOneQuestionAtATime:
    @pytest.fixture(autouse=True)
    def hurry(self, monkeypatch):
        monkeypatch.setattr(lookup, "_PATIENCE_SECONDS", 0.01)

    def test_a_slow_accounting_is_not_waited_for_and_its_answer_comes_later(
        self, fake, looking, running, now
    ):
        async def ask():
            fake.gate = asyncio.Event()
            first = await looking.find([running()], [], HERE, {"42": "0-9"})
            second = await looking.find([running("bbbb", slurm_id="7")], [], HERE, {})
            fake.gate.set()
            return first, second, await looking.find([], [], HERE, {})

        fake.runs = {"42": [run(now)]}
        first, second, third = asyncio.run(ask())
        assert (first, second) == (None, None)
        assert (third.runs, third.asked) == (fake.runs, {"aaaa"})
        assert third.waiting == {"42": "0-9"}  # of the moment when it was asked
        assert [ids for ids, _ in fake.asked] == [["42"]]

    def test_the_next_question_is_asked_after_the_answer(self, fake, looking, running):
        async def ask():
            fake.gate = asyncio.Event()
            await looking.find([running()], [], HERE, {})
            fake.gate.set()
            await looking.find([], [], HERE, {})
            return await looking.find([running("bbbb", slurm_id="7")], [], HERE, {})

        assert asyncio.run(ask()).asked == {"bbbb"}
        assert [ids for ids, _ in fake.asked] == [["42"], ["7"]]

    def test_a_fault_of_ours_reaches_who_asks_and_the_next_question_is_new(
        self, fake, looking, running
    ):
        async def ask():
            fake.runs = ValueError("a fault")
            with pytest.raises(ValueError, match="a fault"):
                await looking.find([running()], [], HERE, {})
            fake.runs = {}
            return await looking.find([running()], [], HERE, {})

        assert asyncio.run(ask()).asked == {"aaaa"}

    def test_who_gives_up_waiting_does_not_end_the_question(self, fake, looking, running):
        async def ask():
            fake.gate = asyncio.Event()
            impatient = asyncio.ensure_future(looking.find([running()], [], HERE, {}))
            await asyncio.sleep(0)
            impatient.cancel()
            await asyncio.gather(impatient, return_exceptions=True)
            fake.gate.set()
            return await looking.find([], [], HERE, {})

        assert asyncio.run(ask()).asked == {"aaaa"}

    def test_it_stops_in_the_middle_of_a_question(self, fake, looking, running):
        async def ask():
            fake.gate = asyncio.Event()
            await looking.find([running()], [], HERE, {})
            await looking.stop()
            return [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]

        assert asyncio.run(ask()) == []

    def test_it_stops_where_nobody_asks(self, looking):
        asyncio.run(looking.stop())
