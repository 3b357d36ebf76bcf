"""The last events in memory: whoever follows misses nothing, or is told so."""

import asyncio

import pytest

from jupyter_slurm_api.events import QueueEvent
from jupyter_slurm_api.hub import EventHub

KEPT = 5
NONE = 0.01


@pytest.fixture
def hub():
    return EventHub(kept=KEPT)


@pytest.fixture
def run():
    """Run something to its end, all in one loop."""
    loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def publish(hub, *numbers):
    for number in numbers:
        hub.publish(QueueEvent(counts={"RUNNING": number}))


@pytest.fixture
def told(hub, run):
    """What is told behind a place until there is nothing more."""

    async def all_behind(place):
        found = []
        async for event in hub.follow(place, NONE):
            if event is None:
                break
            found.append(event)
        return found

    return lambda place: run(all_behind(place))


def counts(events):
    return [QueueEvent.model_validate_json(event.data).counts["RUNNING"] for event in events]


def test_who_comes_without_an_id_is_told_what_happens_from_now_on(hub, told):
    publish(hub, 1)
    place = hub.place(None)
    publish(hub, 2, 3)
    assert counts(told(place)) == [2, 3]


def test_who_comes_back_is_told_what_was_missed(hub, told):
    place = hub.place(None)
    publish(hub, 1, 2, 3)
    first, *rest = told(place)
    assert told(hub.place(first.id)) == rest
    assert told(hub.place(rest[-1].id)) == []


def test_all_that_is_kept_can_be_missed(hub, told):
    place = hub.place(None)
    publish(hub, *range(KEPT))
    assert counts(told(place)) == list(range(KEPT))


def test_who_missed_more_than_is_kept_is_told_to_read_anew(hub, told):
    place = hub.place(None)
    publish(hub, *range(KEPT + 1))
    (reset,) = told(place)
    assert (reset.kind, reset.data) == ("reset", '{"reason":"missed"}')
    publish(hub, 9)
    assert counts(told(hub.place(reset.id))) == [9]


def test_who_reads_slowly_is_told_to_read_anew_and_goes_on(hub, run):
    async def follow():
        follower = hub.follow(hub.place(None), 1)
        publish(hub, 1)
        first = await anext(follower)
        publish(hub, *range(2, KEPT + 3))
        reset = await anext(follower)
        publish(hub, 99)
        return first, reset, await anext(follower)

    first, reset, last = run(follow())
    assert (first.kind, reset.kind) == ("queue", "reset")
    assert counts([first, last]) == [1, 99]


@pytest.mark.parametrize(
    "sent",
    [
        *("", "-", "1", "-1", "another-1", "{}", "{}-", "{}-4", "{}--1", "{}-x", "{}-1x"),
        *("{}-\u0663", "{}-" + "9" * 40),
    ],
)
def test_an_id_that_is_none_of_ours_leads_to_a_reset(hub, told, sent):
    publish(hub, 1, 2, 3)
    ours = hub.id_of(3).partition("-")[0]
    (reset,) = told(hub.place(sent.format(ours)))
    assert reset.kind == "reset"
    assert told(hub.place(reset.id)) == []


def test_an_id_of_another_life_leads_to_a_reset_even_before_anything_has_happened(hub, told):
    (reset,) = told(hub.place(EventHub(kept=1).id_of(0)))
    assert reset.kind == "reset"


def test_who_waits_is_woken_by_what_happens(hub, run):
    async def follow():
        first, second = (anext(hub.follow(hub.place(None), 30)) for _ in range(2))
        waiting = asyncio.gather(first, second)
        await asyncio.sleep(0)
        publish(hub, 7)
        return await waiting

    assert counts(run(follow())) == [7, 7]


def test_all_are_let_go_at_the_end(hub, run):
    async def follow():
        following = asyncio.ensure_future(_all(hub.follow(hub.place(None), 30)))
        await asyncio.sleep(0)
        hub.close()
        return await following

    assert run(follow()) == []


async def _all(events):
    return [event async for event in events]
