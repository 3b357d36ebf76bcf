"""For how long things stay: dates are kept true while a server runs, and faults do not end that."""

import asyncio

import pytest

from jupyter_slurm_api.errors import DatabaseUnavailable
from jupyter_slurm_api.services import retention
from jupyter_slurm_api.services.retention import RetentionService
from jupyter_slurm_api.store.retention import Keep


class FakeStore:
    """Notes what it is to apply; raises what stands in ``failures``, one at a time."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.applied = []

    async def apply(self, keep):
        self.applied.append(keep)
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def run(monkeypatch):
    """Let the service run for a moment."""

    def run(store, *, hour, minute):
        monkeypatch.setattr(retention, "_PAUSE_SECONDS", hour)
        monkeypatch.setattr(retention, "_PAUSE_WITHOUT_DATABASE", minute)

        async def moment():
            service = RetentionService(store, Keep(30, 7))
            service.start()
            await asyncio.sleep(0.1)
            await service.stop()

        asyncio.run(moment())
        return len(store.applied)

    return run


def test_the_setting_is_applied_at_the_start(run):
    store = FakeStore()
    assert run(store, hour=60, minute=60) == 1
    assert store.applied == [Keep(30, 7)]


def test_it_is_applied_again_and_again(run):
    assert run(FakeStore(), hour=0.01, minute=60) > 2


def test_without_a_database_it_is_tried_again_sooner(run):
    assert run(FakeStore(DatabaseUnavailable("away")), hour=60, minute=0.01) == 2


def test_a_fault_of_our_own_does_not_end_it(run, caplog):
    assert run(FakeStore(KeyError("odd")), hour=0.01, minute=60) > 2
    assert "could not be brought up to date" in caplog.text


@pytest.mark.parametrize(
    ("keep", "days"),
    [(Keep(), 0), (Keep(30, 0), 30), (Keep(0, 7), 7), (Keep(30, 7), 7), (Keep(7, 30), 7)],
)
def test_an_output_stays_no_longer_than_jobs_do(keep, days):
    assert keep.shorter == days
