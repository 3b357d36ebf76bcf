"""Why a job did not end well, where its state, exit code or signal says so."""

import pytest

from jupyter_slurm_api import endings, states


@pytest.mark.parametrize(
    ("status", "code", "signal", "word"),
    [
        ("TIMEOUT", 0, 15, "time limit"),
        ("OUT_OF_MEMORY", 0, 125, "more memory"),
        ("NODE_FAIL", None, None, "node"),
        ("BOOT_FAIL", None, None, "node"),
        ("DEADLINE", None, None, "deadline"),
        ("PREEMPTED", 0, 15, "higher priority"),
        ("UNKNOWN", None, None, "not known"),
        ("NOT_SUBMITTED", None, None, "never had"),
        ("FAILED", 0, 53, "could not open the job's output"),
        ("FAILED", 0, 9, "killed"),
        ("FAILED", 137, None, "killed"),
        ("FAILED", 139, None, "crashed"),
        ("FAILED", 126, None, "could not run"),
        ("FAILED", 127, None, "did not find"),
    ],
)
def test_what_says_why(status, code, signal, word):
    assert word in endings.why(status, code, signal)


@pytest.mark.parametrize(
    ("status", "code", "signal"),
    [
        ("FAILED", 1, None),
        ("FAILED", 255, None),
        ("FAILED", 128, None),
        ("FAILED", None, None),
        ("CANCELLED", 0, 15),
        ("BRAND_NEW", None, None),
    ],
)
def test_what_says_nothing(status, code, signal):
    assert endings.why(status, code, signal) is None


@pytest.mark.parametrize("status", sorted(states.OVER - {"COMPLETED"}))
def test_every_end_has_a_sentence(status):
    said = endings.why(status, None, None) or endings.unexplained(status, None, None)
    assert said.endswith(".")


def test_an_end_that_nothing_explains_says_what_is_known():
    assert "was 3" in endings.unexplained("FAILED", 3, None)
    assert "by root" in endings.unexplained("CANCELLED", None, "root")
    assert "BRAND_NEW" in endings.unexplained("BRAND_NEW", None, None)
