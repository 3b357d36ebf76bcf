"""What one look at Slurm says of one job."""

from dataclasses import FrozenInstanceError, fields

import pytest

from jupyter_slurm_api import states
from jupyter_slurm_api.observation import Observation


def test_what_slurm_does_not_say_is_none():
    seen = Observation(slurm_id="42", status="PENDING")
    named = {field.name: getattr(seen, field.name) for field in fields(seen)}
    assert {name for name, value in named.items() if value is not None} == {"slurm_id", "status"}


def test_it_does_not_change():
    with pytest.raises(FrozenInstanceError):
        Observation(slurm_id="42", status="PENDING").status = "RUNNING"


@pytest.mark.parametrize("status", sorted(states.CODES))
def test_it_is_over_in_the_states_that_are(status):
    assert Observation(slurm_id="42", status=status).is_over is states.is_over(status)


@pytest.mark.parametrize("status", ["", "BRAND_NEW", "COMPLETED by 1000"])
def test_an_unknown_word_is_not_an_end(status):
    assert not Observation(slurm_id="42", status=status).is_over


@pytest.mark.parametrize(
    ("slurm_id", "is_task", "array"),
    [("42", False, "42"), ("42_0", True, "42"), ("42_7", True, "42"), ("67108865", False, None)],
)
def test_a_task_is_one_of_an_array(slurm_id, is_task, array):
    seen = Observation(slurm_id=slurm_id, status="RUNNING")
    assert seen.is_task is is_task
    assert seen.array_slurm_id == (array or slurm_id)


def test_a_task_has_an_index():
    assert Observation(slurm_id="42_7", status="RUNNING").task_id == 7
