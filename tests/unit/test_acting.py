"""What is run to do something to jobs, and what Slurm says of each of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.errors import Conflict, JobNotFound, SlurmDenied, SlurmRefused
from jupyter_slurm_api.slurm import acting

# Seen at Slurm 22.05, of several jobs at once.
HOLD = b"""Job has already finished for job 3
Invalid user id for job 4
Invalid job id specified for job 999
slurm_suspend error: Invalid job id specified
"""
SCANCEL = b"""scancel: Terminating job 3
scancel: Terminating job 4
scancel: error: Kill job error on job id 4: Access/permission denied
scancel: error: Kill job error on job id 999: Invalid job id specified
"""


@pytest.mark.parametrize(
    ("verb", "signal", "argv"),
    [
        ("cancel", None, ["scancel", "--verbose", "12", "13_[3-9]"]),
        ("signal", "USR1", ["scancel", "--verbose", "--full", "--signal=USR1", "12", "13_[3-9]"]),
        ("hold", None, ["scontrol", "hold", "12,13_[3-9]"]),
        ("requeue", None, ["scontrol", "requeue", "12,13_[3-9]"]),
    ],
)
def test_one_command_for_many_jobs_and_a_range_stays_a_range(verb, signal, argv):
    assert acting.act(verb, ["12", "13_[3-9]"], signal) == argv


def test_a_change_names_each_field_as_scontrol_does():
    changes = {"time_limit": "5", "name": "a b", "dependency": ""}
    assert acting.update("12", changes) == [
        "scontrol",
        "update",
        "JobId=12",
        "TimeLimit=5",
        "JobName=a b",
        "Dependency=",
    ]


@pytest.mark.parametrize(
    ("program", "stderr", "kinds"),
    [
        ("scontrol", HOLD, {"3": Conflict, "4": SlurmDenied, "999": JobNotFound}),
        ("scancel", SCANCEL, {"4": SlurmDenied, "999": JobNotFound}),
        ("scontrol", b"5_77-88: Invalid job id specified\n", {"5_[77-88]": JobNotFound}),
        ("scontrol", b"", {}),
    ],
)
def test_each_job_has_what_slurm_said_of_it(program, stderr, kinds):
    ids = ["2", "3", "4", "5_[77-88]", "999"]
    refused = acting.refusals(program, ids, stderr, 0)
    assert {slurm_id: type(error) for slurm_id, error in refused.items()} == kinds


def test_what_is_said_of_no_job_is_said_of_all():
    said = b"scontrol: error: Invalid TimeLimit value\n"
    refused = acting.refusals("scontrol", ["1", "2"], said, 1)
    assert {slurm_id: type(error) for slurm_id, error in refused.items()} == {
        "1": SlurmRefused,
        "2": SlurmRefused,
    }
    assert refused["1"].message == "Invalid TimeLimit value"


def test_a_job_that_nobody_asked_about_cannot_be_named():
    assert acting.refusals("scontrol", ["1"], b"Invalid user id for job 2\n", 0) == {}


@given(st.binary(), st.integers(0, 1))
def test_no_words_make_it_raise(stderr, code):
    assert set(acting.refusals("scancel", ["1", "2_[3-9]"], stderr, code)) <= {"1", "2_[3-9]"}
