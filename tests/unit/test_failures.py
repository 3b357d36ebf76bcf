"""What Slurm's refusals and silences mean, each as a real Slurm wrote it."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.errors import (
    Conflict,
    JobNotFound,
    SlurmDenied,
    SlurmError,
    SlurmRefused,
    SlurmTimeout,
    SlurmUnavailable,
)
from jupyter_slurm_api.handlers.problems import status_of
from jupyter_slurm_api.slurm.failures import failure, sentence

SENTENCES = {
    "refused_partition": (
        "invalid partition specified: nope; "
        "Batch job submission failed: Invalid partition name specified"
    ),
    "refused_account": (
        "Batch job submission failed: Invalid account or account/partition combination specified"
    ),
    "refused_qos": "Batch job submission failed: Invalid qos specification",
    "refused_time": "Invalid --time specification",
    "refused_time_limit": (
        "Batch job submission failed: "
        "Requested time limit is invalid (missing or exceeds some limit)"
    ),
    "refused_nodes": "Batch job submission failed: More processors requested than permitted",
    "refused_memory": (
        "Memory specification can not be satisfied; "
        "Batch job submission failed: Requested node configuration is not available"
    ),
    "refused_dependency": "Batch job submission failed: Job dependency problem",
    "refused_array": "Batch job submission failed: Invalid job array specification",
    "refused_begin": "Invalid time specification (pos=0): never; Invalid --begin specification",
    "refused_empty": "Batch script is empty!",
    "refused_no_shebang": (
        "This does not look like a batch script.  The first; "
        "line must start with #! followed by the path to an interpreter.; "
        "For instance: #!/bin/sh"
    ),
    "refused_crlf": (
        "Batch script contains DOS line breaks (\\r\\n); "
        "instead of expected UNIX line breaks (\\n)."
    ),
    "refused_too_large": (
        "Batch job submission failed: Pathname of a file, directory or other parameter too long"
    ),
    "refused_nice": "Batch job submission failed: Invalid --nice value",
    "refused_reservation": "Batch job submission failed: Requested reservation is invalid",
    "refused_nodelist": "Batch job submission failed: Invalid node name specified",
    "refused_constraint": "Batch job submission failed: Invalid feature specification",
    "refused_gres": "Invalid generic resource (gres) specification",
    "refused_licenses": "Batch job submission failed: Invalid license specification",
}
NOT_ALLOWED = {
    "refused_suspend": "Access/permission denied for job",
    "refused_resume": "Access/permission denied for job",
    "refused_raise_limit": "Access/permission denied for job",
    "refused_update_limit": "Access/permission denied for job",
    "refused_release_held_by_root": "Access/permission denied for job",
    "refused_renice": "Access/permission denied for job",
    "refused_top": "Access/permission denied for job",
    "refused_requeue_foreign": "Access/permission denied for job",
    "refused_scancel_foreign": "Access/permission denied",
    "refused_signal_foreign": "Access/permission denied",
    "refused_hold_foreign": "Invalid user id for job",
    "refused_release_foreign": "Invalid user id for job",
    "refused_update_foreign": "Invalid user id for job",
    "refused_node": "Invalid user id",
}
WRONG_STATE = {
    "refused_hold_ended": "Job has already finished for job",
    "refused_release_ended": "Job has already finished for job",
    "refused_requeue_pending": "Job is pending execution for job",
    "refused_signal_pending": "Job can not be altered now, try again later",
    "refused_grow": "Job is no longer pending execution for job",
    "refused_priority_held": "Job is in held state, pending scheduler release for job",
    "refused_scancel_ended": "Job/step already completing or completed",
}
AS_IT_IS = {
    "refused_resize_pending": "Requested partition configuration not available now for job",
    "refused_update_partition": "Invalid partition name specified for job",
    "refused_update_account": (
        "Invalid account or account/partition combination specified for job"
    ),
    "refused_update_qos": "Invalid qos specification for job",
}
UNKNOWN = (
    "refused_job_unknown",
    "refused_squeue_unknown",
    "refused_scancel_unknown",
    "refused_hold_unknown",
    "refused_requeue_unknown",
    "refused_update_unknown",
)


def error_of(case):
    return failure(case.argv[0], case.stderr, case.code)


@pytest.mark.parametrize("name", SENTENCES)
def test_a_refusal_is_told_in_slurm_s_own_words(slurm, name):
    error = error_of(slurm[name])
    assert type(error) is SlurmRefused
    assert error.message == SENTENCES[name]


def test_an_option_that_this_sbatch_does_not_know_is_a_refusal(slurm):
    error = error_of(slurm["refused_option"])
    assert type(error) is SlurmRefused
    assert "unrecognized option '--no-such-option'" in error.message


@pytest.mark.parametrize("name", NOT_ALLOWED)
def test_what_a_user_may_not_do_is_forbidden_in_slurm_s_own_words(slurm, name):
    error = error_of(slurm[name])
    assert type(error) is SlurmDenied
    assert status_of(error) == HTTPStatus.FORBIDDEN
    assert NOT_ALLOWED[name] in error.message


@pytest.mark.parametrize("name", WRONG_STATE)
def test_what_cannot_be_done_in_a_job_s_state_is_a_conflict(slurm, name):
    error = error_of(slurm[name])
    assert type(error) is Conflict
    assert status_of(error) == HTTPStatus.CONFLICT
    assert WRONG_STATE[name] in error.message


@pytest.mark.parametrize("name", AS_IT_IS)
def test_what_cannot_be_done_to_a_job_as_it_is_is_a_refusal(slurm, name):
    error = error_of(slurm[name])
    assert type(error) is SlurmRefused
    assert AS_IT_IS[name] in error.message


def test_a_priority_is_refused_in_each_release_s_own_way(slurm):
    error = error_of(slurm["refused_priority"])
    assert (type(error), error.message.partition(" for job")[0]) in [
        (SlurmRefused, "Changes to job priority are not persistent, change nice instead"),
        (SlurmDenied, "Access/permission denied"),
    ]


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_job(slurm, name):
    assert type(error_of(slurm[name])) is JobNotFound


@pytest.mark.parametrize("name", ["refused_signal_ended"])
def test_a_job_that_is_over_cannot_be_cancelled(slurm, name):
    assert type(error_of(slurm[name])) is JobNotFound


COMMANDS = ["squeue", "job", "config", "sinfo", "scancel", "sbatch"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_dead_controller_is_unavailable(slurm, command):
    error = error_of(slurm[f"down_{command}"])
    assert type(error) is SlurmUnavailable
    assert error.message.startswith("Slurm cannot be reached; try again in a minute. Slurm says: ")
    assert "Unable to contact slurm controller" in error.message


@pytest.mark.parametrize("command", COMMANDS)
def test_a_frozen_controller_is_a_timeout_since_there_may_be_a_job_all_the_same(slurm, command):
    error = error_of(slurm[f"frozen_{command}"])
    assert type(error) is SlurmTimeout
    assert error.message.startswith("Slurm did not answer in time; try again in a minute.")


@pytest.mark.parametrize("name", ["slurmdbd_down_sacct", "munge_down_squeue", "no_conf_squeue"])
def test_what_else_is_away_is_unavailable(slurm, name):
    assert type(error_of(slurm[name])) is SlurmUnavailable


def test_a_cluster_without_accounting_is_not_away(slurm):
    error = error_of(slurm["plain_sacct"])
    assert type(error) is SlurmRefused
    assert error.message == "Slurm accounting storage is disabled"


def test_every_recorded_failure_is_a_failure_we_know(slurm):
    known = ("refused_", "down_", "frozen_", "slurmdbd_down", "plain_", "munge_down", "no_conf")
    failed = [name for name in slurm.names if slurm[name].code]
    assert [name for name in failed if not name.startswith(known)] == []


@pytest.mark.parametrize(
    ("stderr", "kind"),
    [
        # Other versions' words, from slurm_errno.c and the commands' sources.
        (b"slurm_load_jobs error: Zero Bytes were transmitted or received", SlurmTimeout),
        (b"sbatch: error: Unable to contact slurm controller (receive failure)", SlurmTimeout),
        (b"squeue: error: RPC rate limit exceeded", SlurmUnavailable),
        (b"squeue: error: fork: Resource temporarily unavailable", SlurmUnavailable),
        (b"sinfo: error: Slurm backup controller in standby mode", SlurmUnavailable),
        (b"squeue: fatal: Could not establish a configuration source", SlurmUnavailable),
        (b"sacct: error: Failed to connect to the database", SlurmUnavailable),
        (b"scancel: error: Kill job error on job id 1: Access denied", SlurmDenied),
        (b"sbatch: error: X: User's group not permitted to use this partition", SlurmDenied),
    ],
)
def test_words_of_other_versions(stderr, kind):
    assert type(failure("x", stderr, 1)) is kind


@pytest.mark.parametrize("name", ["munge", "munge-nodes", "persistent"])
def test_a_partition_s_name_is_not_taken_for_slurm_s_own_trouble(name):
    stderr = f"sbatch: error: invalid partition specified: {name}".encode()
    assert type(failure("sbatch", stderr, 1)) is SlurmRefused


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("sbatch", SlurmRefused),
        ("scancel", SlurmRefused),
        ("scontrol", SlurmRefused),
        ("squeue", SlurmUnavailable),
        ("sacct", SlurmUnavailable),
        ("sinfo", SlurmUnavailable),
    ],
)
def test_what_we_do_not_know_is_a_refusal_only_of_who_wanted_something_done(program, kind):
    assert type(failure(program, b"error: BRAND NEW", 1)) is kind


@pytest.mark.parametrize("stderr", [b"", b"\n", b"  \n\t\n", b"sbatch: error: \n"])
def test_a_silent_failure_is_told_by_its_exit_status(stderr):
    assert failure("sbatch", stderr, 7).message == (
        "sbatch failed with exit status 7 and said nothing."
    )


@pytest.mark.parametrize(
    ("stderr", "text"),
    [
        (b"sbatch: error: One.\nsbatch: error: Two.\n", "One.; Two."),
        (b"sbatch: error: One.\nsbatch: error: One.\n", "One."),
        (b"sbatch: fatal: One.", "One."),
        (b"error: One.", "One."),
        (b"slurm_load_jobs error: One.", "One."),
        (b"sbatch: lua: Please give a time limit.", "sbatch: lua: Please give a time limit."),
        (b"Disk error: full", "Disk error: full"),
        ("sbatch: error: Übel".encode(), "Übel"),
        (b"sbatch: error: caf\xe9", "caf\ufffd"),
        (b"x" * 5000, "x" * 1000),
    ],
)
def test_sentence(stderr, text):
    assert sentence(stderr) == text


@given(st.binary(), st.integers(-64, 255) | st.none())
def test_no_stderr_makes_it_raise_and_there_is_always_a_sentence(stderr, code):
    error = failure("sbatch", stderr, code)
    assert isinstance(error, (SlurmError, JobNotFound, Conflict))
    assert error.message.strip()
