"""How long the sync rests between two looks, and who can make it shorter."""

import asyncio

import pytest

from jupyter_slurm_api.errors import SlurmUnavailable
from jupyter_slurm_api.sync import Intervals

AWAY = SlurmUnavailable("away")


@pytest.fixture
def pauses(make_sync):
    """The pauses that a sync makes, each after so many failures."""

    def measure(intervals, *failures):
        async def run():
            sync = make_sync()
            sync._intervals = intervals
            found = []
            for sync._failures in failures:
                found.append(sync._pause())
            await sync.stop()
            return found

        return asyncio.run(run())

    return measure


@pytest.fixture
def after(make_sync):
    """Do something to a sync that rests for a minute or more; its status a moment later."""

    def do(step):
        async def run():
            sync = make_sync()
            sync._intervals = Intervals(active=60, idle=60, floor=0.01)
            sync.start()
            await step(sync)
            await asyncio.sleep(0.1)
            await sync.stop()
            return sync.status

        return asyncio.run(run())

    return do


@pytest.fixture
def hanging(cluster, monkeypatch):
    """A Slurm that fails as soon as the event is set."""
    released = asyncio.Event()

    async def info():
        await released.wait()
        raise AWAY

    monkeypatch.setattr(cluster, "info", info)
    return released


def test_while_slurm_is_away_they_grow_to_two_minutes(pauses):
    found = pauses(Intervals(active=5, idle=30, floor=1), 0, 1, 2, 20)
    assert found == pytest.approx([28.5, 57, 114, 114], rel=0.06)


@pytest.mark.parametrize(("floor", "least"), [(5, 13.5), (14, 14), (15, 15)])
def test_none_is_longer_than_the_interval_or_under_the_floor(pauses, floor, least):
    found = pauses(Intervals(active=15, idle=15, floor=floor), *[0] * 1000)
    assert least <= min(found) <= max(found) <= 15


def test_while_slurm_is_away_who_waits_for_a_look_brings_none_nearer(after, cluster):
    async def ask(sync):
        await sync.first_tick.wait()
        for _ in range(5):
            await sync.look(0.02)

    cluster.failure = AWAY
    assert after(ask)["failures"] == 1


def test_nor_who_began_to_wait_before_it_was_known(after, hanging):
    async def ask(sync):
        await asyncio.sleep(0.02)
        await sync.look(0.02)
        hanging.set()

    assert after(ask)["failures"] == 1


def test_a_sign_that_slurm_is_well_again_does(after, cluster):
    async def turn(sync):
        await sync.first_tick.wait()
        cluster.failure = None
        sync.hurry()

    cluster.failure = AWAY
    assert after(turn)["failures"] == 0


def test_so_does_an_answer_to_others(after, cluster):
    async def answer(sync):
        await sync.first_tick.wait()
        cluster.failure = None
        sync.answered()

    cluster.failure = AWAY
    assert after(answer)["failures"] == 0


def test_so_does_one_that_came_in_the_middle_of_a_look(after, hanging):
    async def turn(sync):
        await asyncio.sleep(0.02)
        sync.hurry()
        hanging.set()

    assert after(turn)["failures"] == 2
