"""When squeue runs again: seldom where it is slow, and soon where Slurm was away for a moment."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import pytest

from jupyter_slurm_api.errors import SlurmTimeout
from jupyter_slurm_api.search import QueueSearch
from jupyter_slurm_api.services import snapshots
from jupyter_slurm_api.services.queue import QueueService
from jupyter_slurm_api.slurm.parsing import Parsed


@dataclass
class Slurm:
    """A Slurm, and the time, which passes only while squeue runs or a test says so."""

    takes: float
    is_away: bool = False
    bad: int = 0
    now: float = 1000.0
    looks: list[float] = field(default_factory=list)

    def monotonic(self):
        return self.now

    async def queue(self):
        self.looks.append(self.now)
        self.now += self.takes
        if self.is_away:
            raise SlurmTimeout("squeue did not answer")
        return Parsed([], self.bad)


@pytest.fixture
def pauses(monkeypatch):
    """Ask every second for a while; the seconds between the end of a look and the next one."""

    def measure(slurm, *, away_after, takes_away, seconds):
        monkeypatch.setattr(snapshots, "time", slurm)
        ends = []

        async def ask():
            service = QueueService(
                slurm, "ada", dict, turned=lambda: None, answered=lambda: None, min_life=5
            )
            for second in range(seconds):
                if second == away_after:
                    slurm.is_away, slurm.takes = True, takes_away
                looks = len(slurm.looks)
                await service.body(QueueSearch())
                if len(slurm.looks) > looks:
                    ends.append(slurm.now)
                slurm.now += 1

        asyncio.run(ask())
        return [later - end for end, later in zip(ends, slurm.looks[1:], strict=False)]

    return measure


def test_a_slow_squeue_runs_no_more_than_a_sixth_of_the_time(pauses):
    assert pauses(Slurm(takes=4), away_after=None, takes_away=0, seconds=50) == [20, 20]


def test_one_that_hung_for_once_is_not_taken_for_slow(pauses):
    class HangsOnce(Slurm):
        async def queue(self):
            self.takes = 8 if len(self.looks) == 1 else 0
            return await super().queue()

    found = pauses(HangsOnce(takes=0), away_after=None, takes_away=0, seconds=30)
    assert found[:3] == [5, 5, 5]


def test_after_a_failure_the_pauses_grow_up_to_two_minutes(pauses):
    found = pauses(Slurm(takes=0), away_after=1, takes_away=0, seconds=500)
    assert found == [5, 10, 20, 40, 80, 120, 120]


def test_a_squeue_that_hung_is_tried_again_as_soon_as_one_that_failed_at_once(pauses):
    found = pauses(Slurm(takes=0), away_after=1, takes_away=20, seconds=100)
    assert found[:3] == [5, 10, 20]


def test_what_lives_long_is_asked_again_sooner_where_it_failed(monkeypatch):
    slurm = Slurm(takes=0, is_away=True)
    monkeypatch.setattr(snapshots, "time", slurm)

    async def ask():
        kept = snapshots.Snapshots(slurm.queue, name="x", min_life=300, retry=10)
        for second in range(600):
            slurm.is_away = second < 60
            with suppress(SlurmTimeout):
                await kept.current()
            slurm.now += 1

    asyncio.run(ask())
    assert [look - slurm.looks[0] for look in slurm.looks] == [0, 20, 60, 360]


def test_when_slurm_goes_away_and_when_it_is_back_the_sync_is_told_once(monkeypatch):
    slurm, turns = Slurm(takes=0), []
    monkeypatch.setattr(snapshots, "time", slurm)

    async def ask():
        turned = partial(turns.append, "turned")
        service = QueueService(slurm, "ada", dict, turned=turned, answered=lambda: None, min_life=5)
        told = []
        for slurm.is_away in (False, False, True, True, False, False):
            await service.body(QueueSearch())
            told.append(len(turns))
            slurm.now += 120
        return told

    assert asyncio.run(ask()) == [0, 0, 1, 1, 2, 2]


def test_rows_that_cannot_be_read_are_told_of_when_their_number_changes(monkeypatch, caplog):
    slurm = Slurm(takes=0)
    monkeypatch.setattr(snapshots, "time", slurm)

    async def ask():
        service = QueueService(
            slurm, "ada", dict, turned=lambda: None, answered=lambda: None, min_life=5
        )
        for slurm.bad in (0, 3, 3, 2, 0, 0):
            await service.body(QueueSearch())
            slurm.now += 5

    asyncio.run(ask())
    assert [record.args for record in caplog.records] == [(3,), (2,)]
