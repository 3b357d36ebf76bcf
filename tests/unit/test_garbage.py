"""The garbage collector is kept away from work, and comes back."""

import gc

import pytest

from jupyter_slurm_api import garbage


@pytest.fixture(autouse=True)
def thawed():
    gc.collect()
    yield
    gc.unfreeze()


def test_it_is_away_meanwhile_and_back_afterwards():
    assert garbage.uncollected(gc.isenabled) is False
    assert gc.isenabled()


def test_it_is_back_after_a_failure_too():
    with pytest.raises(ZeroDivisionError):
        garbage.uncollected(lambda: 1 // 0)
    assert gc.isenabled()


def test_what_work_returns_is_returned():
    assert garbage.uncollected(sorted, [2, 1], reverse=True) == [2, 1]


def test_many_objects_are_taken_for_what_stays():
    before = gc.get_freeze_count()
    kept = garbage.uncollected(lambda: [[] for _ in range(20_000)])
    assert gc.get_freeze_count() >= before + len(kept)


def test_few_are_not():
    before = gc.get_freeze_count()
    garbage.uncollected(lambda: [[] for _ in range(100)])
    assert gc.get_freeze_count() == before


def test_what_is_let_go_is_empty():
    jobs, rows = {"1": object()}, [object(), object()]
    garbage.let_go(jobs, rows)
    assert (jobs, rows) == ({}, [])
