"""The tables of Slurm's job states, and the one word that speaks for many."""

import pytest

from jupyter_slurm_api import states

SLURM_BASE_STATES = {
    "PENDING": "PD",
    "RUNNING": "R",
    "SUSPENDED": "S",
    "COMPLETED": "CD",
    "CANCELLED": "CA",
    "FAILED": "F",
    "TIMEOUT": "TO",
    "NODE_FAIL": "NF",
    "PREEMPTED": "PR",
    "BOOT_FAIL": "BF",
    "DEADLINE": "DL",
    "OUT_OF_MEMORY": "OOM",
}
SLURM_FLAG_CODES = {
    "COMPLETING": "CG",
    "STAGE_OUT": "SO",
    "CONFIGURING": "CF",
    "RESIZING": "RS",
    "REQUEUED": "RQ",
    "REQUEUE_FED": "RF",
    "REQUEUE_HOLD": "RH",
    "SPECIAL_EXIT": "SE",
    "STOPPED": "ST",
    "REVOKED": "RV",
    "RESV_DEL_HOLD": "RD",
    "SIGNALING": "SI",
}
WITHOUT_CODE = {"EXPEDITING", "LAUNCH_FAILED", "POWER_UP_NODE", "RECONFIG_FAIL"}
LIVE = {"PENDING", "RUNNING", "SUSPENDED"}


@pytest.mark.parametrize(("state", "code"), (SLURM_BASE_STATES | SLURM_FLAG_CODES).items())
def test_each_word_of_slurm_has_slurm_s_own_code(state, code):
    assert states.code_of(state) == code


def test_the_tables_hold_all_of_slurm_s_words_and_no_others():
    assert set(states.BASE_STATES) == set(SLURM_BASE_STATES)
    assert set(states.FLAGS) == set(SLURM_FLAG_CODES) | WITHOUT_CODE
    assert set(states.OURS) == {"SUBMITTING", "UNKNOWN", "NOT_SUBMITTED"}


def test_no_two_states_share_a_code():
    assert len(set(states.CODES.values())) == len(states.CODES)


@pytest.mark.parametrize("word", ["", "BRAND_NEW", "completed", "<b>"])
def test_a_word_that_no_table_knows_stands_for_itself(word):
    assert states.code_of(word) == word


@pytest.mark.parametrize("state", sorted(set(SLURM_BASE_STATES) - LIVE | {"UNKNOWN"}))
def test_over(state):
    assert states.is_over(state)


@pytest.mark.parametrize(
    "state",
    sorted(LIVE | set(states.FLAGS) | {"SUBMITTING", "", "BRAND_NEW", "completed"}),
)
def test_not_over(state):
    assert not states.is_over(state)


@pytest.mark.parametrize("state", sorted(states.CODES))
def test_one_state_speaks_for_itself(state):
    assert states.state_of_many({state}) == state


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ({"PENDING", "RUNNING"}, "RUNNING"),
        ({"PENDING", "COMPLETED"}, "PENDING"),
        ({"PENDING", "FAILED"}, "PENDING"),
        ({"RUNNING", "COMPLETING"}, "RUNNING"),
        ({"COMPLETING", "FAILED"}, "COMPLETING"),
        ({"CONFIGURING", "PENDING"}, "CONFIGURING"),
        ({"SUSPENDED", "PENDING"}, "SUSPENDED"),
        ({"COMPLETED", "FAILED"}, "FAILED"),
        ({"COMPLETED", "CANCELLED"}, "CANCELLED"),
        ({"CANCELLED", "FAILED"}, "FAILED"),
        ({"FAILED", "OUT_OF_MEMORY", "TIMEOUT"}, "OUT_OF_MEMORY"),
        ({"FAILED", "NODE_FAIL"}, "NODE_FAIL"),
        ({"COMPLETED", "PREEMPTED"}, "PREEMPTED"),
    ],
)
def test_what_moves_speaks_before_what_went_wrong_before_what_went_well(many, one):
    assert states.state_of_many(many) == one


@pytest.mark.parametrize("live", sorted(LIVE | set(states.FLAGS) | {"BRAND_NEW"}))
@pytest.mark.parametrize("ended", sorted(states.ENDED))
def test_a_job_with_a_part_that_is_not_over_is_not_over(live, ended):
    assert states.state_of_many({live, ended}) == live


def test_a_word_that_no_table_knows_does_not_hide_behind_an_ended_one():
    assert states.state_of_many({"COMPLETED", "FAILED", "BRAND_NEW"}) == "BRAND_NEW"


def test_the_answer_does_not_hang_on_the_order_of_a_set():
    assert states.state_of_many({"NEW_A", "NEW_B"}) == states.state_of_many({"NEW_B", "NEW_A"})
