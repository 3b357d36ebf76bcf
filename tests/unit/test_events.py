"""What is told to followers: changes of jobs together, counts and health when they turn."""

import asyncio
import json

import pytest

from jupyter_slurm_api.array import Array, ArrayTask
from jupyter_slurm_api.bus import EventBus
from jupyter_slurm_api.events import (
    MOST_CHANGES,
    HealthEvent,
    JobsEvent,
    QueueEvent,
    ResetEvent,
)
from jupyter_slurm_api.known import KnownJobs
from jupyter_slurm_api.services import events as events_module
from jupyter_slurm_api.services.events import EventService

WELL = HealthEvent.of(slurm=True, database=True, sync=True)
ILL = HealthEvent.of(slurm=False, database=True, sync=False)


class Told:
    """What two followers have been told: one of the stream, one of Jupyter's bus."""

    def __init__(self):
        self.stream = []
        self.bus = []

    def of(self, kind):
        return [data for found, data in self.stream if found == kind]

    @property
    def changes(self):
        """What became of jobs: id, status before, status."""
        return [
            (job["job_id"], job["previous_status"], job["status"])
            for event in self.of("jobs")
            for job in event["jobs"]
        ]


@pytest.fixture
def known():
    return KnownJobs()


@pytest.fixture
def health():
    """How the parts are; the last entry counts."""
    return [WELL]


@pytest.fixture
def follow(known, health, monkeypatch):
    """Follow while something is done, and return what was told."""
    monkeypatch.setattr(events_module, "_TOGETHER_SECONDS", 0.001)

    def run(*steps, emit=None):
        async def all_steps():
            told = Told()
            service = EventService(known, lambda: health[-1], emit or told.bus.append)
            following = service.follow(service.place(None), 0.05)
            for step in steps:
                step(service)
                async for event in following:
                    if event is None:
                        break
                    told.stream.append((event.kind, json.loads(event.data)))
                following = service.follow(service.place(None), 0.05)
            await service.stop()
            return told

        return asyncio.run(all_steps())

    return run


def looked(service):
    service.looked(well=True)


def put(known, *jobs, **options):
    return lambda service: known.put(jobs, **options)


class TestJobs:
    def test_a_new_job_is_told(self, follow, known, make_job):
        told = follow(put(known, make_job("a", name="n", status="SUBMITTING", slurm_id=None)))
        (event,) = told.of("jobs")
        assert event == {
            "jobs": [
                {
                    "job_id": "a",
                    "slurm_id": None,
                    "name": "n",
                    "status": "SUBMITTING",
                    "previous_status": None,
                    "revision": 0,
                    "synced_at": None,
                }
            ]
        }

    def test_what_becomes_of_it_is_told(self, follow, known, make_job):
        told = follow(
            put(known, make_job("a", status="PENDING")),
            put(known, make_job("a", status="RUNNING", revision=1)),
            put(known, make_job("a", status="COMPLETED", revision=2)),
        )
        assert told.changes == [
            ("a", None, "PENDING"),
            ("a", "PENDING", "RUNNING"),
            ("a", "RUNNING", "COMPLETED"),
        ]

    def test_so_is_what_changes_beside_its_status(self, follow, known, make_job):
        told = follow(
            put(known, make_job("a", reason="Resources")),
            put(known, make_job("a", reason="JobHeldUser", revision=1)),
        )
        assert told.changes[1:] == [("a", "PENDING", "PENDING")]

    def test_what_is_noted_again_as_it_was_is_not(self, follow, known, make_job):
        job = make_job("a")
        assert len(follow(put(known, job), put(known, job)).of("jobs")) == 1

    def test_nor_is_what_the_server_reads_when_it_starts(self, follow, known, make_job):
        assert follow(put(known, make_job("a"), news=False)).changes == []

    def test_what_changes_together_is_told_together(self, follow, known, make_job):
        jobs = [make_job(str(number)) for number in range(MOST_CHANGES)]
        (event,) = follow(put(known, *jobs)).of("jobs")
        assert len(event["jobs"]) == MOST_CHANGES

    def test_very_many_changes_are_told_in_parts(self, follow, known, make_job):
        jobs = [make_job(str(number)) for number in range(MOST_CHANGES * 2 + 1)]
        told = follow(put(known, *jobs))
        assert [len(event["jobs"]) for event in told.of("jobs")] == [MOST_CHANGES, MOST_CHANGES, 1]
        assert told.bus == [ResetEvent(reason="many")]

    def test_one_that_comes_as_the_last_was_told_is_told_too(self, follow, known, make_job):
        def put_another(event):
            if event == QueueEvent(counts={"PENDING": 1}):
                asyncio.get_running_loop().call_soon(known.put, [make_job("b", slurm_id="43")])

        told = follow(looked, put(known, make_job("a")), emit=put_another)
        assert [job_id for job_id, _, _ in told.changes] == ["a", "b"]

    def test_two_changes_at_once_are_one_from_the_first_to_the_last(self, follow, known, make_job):
        def both(_):
            known.put([make_job("a", status="RUNNING", revision=1)])
            known.put([make_job("a", status="FAILED", revision=2)])

        told = follow(put(known, make_job("a")), both)
        assert told.changes[1:] == [("a", "PENDING", "FAILED")]

    def test_a_submit_that_slurm_refuses_after_a_while_is_told(self, follow, known, make_job):
        told = follow(
            put(known, make_job("a", status="SUBMITTING")), lambda service: known.drop("a")
        )
        assert told.changes[1:] == [("a", "SUBMITTING", None)]

    def test_one_that_is_refused_at_once_is_not(self, follow, known, make_job):
        def both(_):
            known.put([make_job("a", status="SUBMITTING")])
            known.drop("a")

        assert follow(both).changes == []

    def test_an_end_is_told_and_that_the_job_leaves_the_memory_is_not(
        self, follow, known, make_job
    ):
        def both(_):
            known.put([make_job("a", status="COMPLETED", revision=1)])
            known.drop("a")

        told = follow(put(known, make_job("a")), both)
        assert told.changes[1:] == [("a", "PENDING", "COMPLETED")]

    def test_what_another_server_wrote_is_told_with_what_was_known_before(
        self, follow, known, make_job
    ):
        def read_again(_):
            known.drop("a")
            known.put([make_job("a", status="RUNNING", revision=3)])

        told = follow(put(known, make_job("a")), read_again)
        assert told.changes[1:] == [("a", "PENDING", "RUNNING")]

    def test_a_hostile_name_stays_on_one_line(self, follow, known, make_job):
        name = "a\r\n\nevent: reset\n\u2028</script>\x00"
        (event,) = follow(put(known, make_job("a", name=name))).of("jobs")
        assert event["jobs"][0]["name"] == name


class TestCounts:
    def test_are_told_after_the_first_look(self, follow, known, make_job):
        told = follow(put(known, make_job("a"), news=False), looked)
        assert told.of("queue") == [{"counts": {"PENDING": 1}}]

    def test_are_told_when_they_change(self, follow, known, make_job):
        told = follow(
            looked,
            put(known, make_job("a")),
            put(known, make_job("a", reason="Priority", revision=1)),
            put(known, make_job("a", status="COMPLETED", revision=2)),
            looked,
        )
        assert told.of("queue") == [{"counts": {}}, {"counts": {"PENDING": 1}}, {"counts": {}}]

    def test_have_each_task_of_an_array_once(self, known, make_job):
        array = Array(counts={"PENDING": 8, "RUNNING": 2, "FAILED": 5})
        task = ArrayTask(array_job_id="a", array_slurm_id="42", task_id=1)
        known.put([make_job("a", array=array), make_job("b", status="RUNNING", task=task)])
        known.put([make_job("c", slurm_id="43")])
        assert known.counts() == {"PENDING": 9, "RUNNING": 2}


class TestHealth:
    def test_is_told_after_the_first_look_and_when_it_turns(self, follow, health):
        def turns(service):
            health.append(ILL)
            service.looked(well=False)

        told = follow(looked, looked, turns, turns)
        assert told.of("health") == [WELL.model_dump(), ILL.model_dump()]
        assert told.of("health")[1]["status"] == "degraded"

    def test_is_told_as_soon_as_the_database_is_found_away_or_back(self, follow, health):
        def turns(database):
            def turn(service):
                health.append(HealthEvent.of(slurm=True, database=database, sync=True))
                service.database_used(well=database)

            return turn

        away, back = turns(database=False), turns(database=True)
        told = follow(away, looked, away, back)
        assert [event["database"] for event in told.of("health")] == ["degraded", "ok"]


class TestReset:
    def test_after_the_first_look_all_is_read_anew(self, follow):
        told = follow(lambda service: service.looked(well=False), looked, looked)
        assert told.of("reset") == [{"reason": "started"}]


class TestTheBus:
    def test_is_told_the_same(self, follow, known, make_job):
        told = follow(looked, put(known, make_job("a")))
        assert [type(event) for event in told.bus] == [
            HealthEvent,
            ResetEvent,
            QueueEvent,
            JobsEvent,
            QueueEvent,
        ]
        assert [(event.kind, event.model_dump(mode="json")) for event in told.bus] == told.stream

    def test_what_fails_there_is_said_once_and_stops_nobody(self, caplog):
        class Broken:
            def emit(self, *, schema_id, data):
                raise RuntimeError(schema_id)

        bus = EventBus(Broken())
        bus.emit(WELL)
        bus.emit(WELL)
        assert len(caplog.records) == 1
