"""The garbage collector is kept away from work, and comes back."""

import gc
import weakref

import pytest

from jupyter_slurm_api import garbage


@pytest.fixture(autouse=True)
def thawed():
    gc.collect()
    yield
    gc.unfreeze()


@pytest.fixture
def uncollected():
    return garbage.Uncollected()


def test_it_is_away_meanwhile_and_back_afterwards(uncollected):
    assert uncollected(gc.isenabled) is False
    assert gc.isenabled()


def test_it_is_back_after_a_failure_too(uncollected):
    with pytest.raises(ZeroDivisionError):
        uncollected(lambda: 1 // 0)
    assert gc.isenabled()


def test_what_work_returns_is_returned(uncollected):
    assert uncollected(sorted, [2, 1], reverse=True) == [2, 1]


def test_many_objects_are_taken_for_what_stays(uncollected):
    before = gc.get_freeze_count()
    kept = uncollected(lambda: [[] for _ in range(20_000)])
    assert gc.get_freeze_count() >= before + len(kept)


def test_few_are_not(uncollected):
    before = gc.get_freeze_count()
    uncollected(lambda: [[] for _ in range(100)])
    assert gc.get_freeze_count() == before


def test_so_are_few_again_and_again_but_no_cycle_among_them(uncollected):
    class Node:
        pass

    node = Node()
    node.me = node
    gone = weakref.ref(node)
    gc.collect()  # among the oldest, which Python itself hardly looks at
    del node
    before = gc.get_freeze_count()
    kept = [uncollected(lambda: [[] for _ in range(1000)]) for _ in range(20)]
    assert gc.get_freeze_count() >= before + 10 * len(kept[0])
    assert gone() is None


def test_what_is_let_go_is_empty():
    jobs, rows = {"1": object()}, [object(), object()]
    garbage.let_go(jobs, rows)
    assert (jobs, rows) == ({}, [])
