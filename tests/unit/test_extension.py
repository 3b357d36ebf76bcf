"""The extension's settings: what is wrong is said, and what is deleted is, too."""

import pytest

from jupyter_slurm_api.extension import SlurmApi


@pytest.mark.parametrize("name", ["keep_jobs_days", "keep_outputs_days"])
@pytest.mark.parametrize("days", [-1.0, -0.001, 1e6, float("inf"), float("nan")])
def test_days_that_make_no_sense_are_a_fault(name, days):
    (fault,) = SlurmApi(**{name: days})._faults()
    assert fault.startswith(f"SlurmApi.{name} is {days}, but must be 0")


@pytest.mark.parametrize("days", [0.0, 0.5, 30.0, 36_500.0])
def test_other_days_are_none(days):
    assert SlurmApi(keep_jobs_days=days, keep_outputs_days=days)._faults() == []


def test_by_default_nothing_is_deleted():
    assert SlurmApi()._deletions() == []


def test_what_is_deleted_is_said():
    jobs, outputs = SlurmApi(keep_jobs_days=30.0, keep_outputs_days=7.0)._deletions()
    assert "jobs that ended more than 30 days ago are deleted" in jobs
    assert "outputs kept for more than 7 days are deleted" in outputs
