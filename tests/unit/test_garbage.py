"""The garbage collector is kept away from work, and comes back."""

import gc

import pytest

from jupyter_slurm_api import garbage


@pytest.fixture(autouse=True)
def thawed():
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


def test_what_is_kept_is_out_of_its_sight():
    kept = [[] for _ in range(1000)]
    garbage.keep()
    assert gc.get_freeze_count() >= len(kept)
    assert not any(one is kept for one in gc.get_objects())
