"""sbatch's options: which exist, what they take, and how they are written."""

import pytest

from jupyter_slurm_api.slurm import options
from jupyter_slurm_api.slurm.options import OPTIONS, REFUSED, Takes

FLAGS = sorted(name for name, takes in OPTIONS.items() if takes is Takes.NOTHING)
MAYBE = sorted(name for name, takes in OPTIONS.items() if takes is Takes.MAYBE)
VALUES = sorted(name for name, takes in OPTIONS.items() if takes is Takes.VALUE)


def errors(names, value):
    found = {name: options.option_error(name, value) for name in names}
    return {name: error for name, error in found.items() if error}


def test_no_option_is_both_allowed_and_refused():
    assert not set(OPTIONS) & set(REFUSED)


@pytest.mark.parametrize("name", sorted(REFUSED))
@pytest.mark.parametrize("value", [True, False, None, "x"])
def test_a_refused_option_is_refused_with_its_reason_whatever_its_value(name, value):
    error = options.option_error(name, value)
    assert error == f"'{name}' cannot be set here: {REFUSED[name]}."


@pytest.mark.parametrize(
    "name",
    ["parsable", "wrap", "wait", "test-only", "uid", "gid", "clusters", "quiet", "help"],
)
def test_what_would_break_the_service_is_refused(name):
    assert name in REFUSED


@pytest.mark.parametrize("value", [None, False])
def test_null_and_false_leave_any_option_out(value):
    assert errors(OPTIONS, value) == {}
    assert options.to_argv(dict.fromkeys(OPTIONS, value)) == []


def test_true_sets_an_option_that_needs_no_value():
    assert errors([*FLAGS, *MAYBE], value=True) == {}
    assert options.to_argv({"hold": True, "exclusive": True}) == ["--hold", "--exclusive"]


def test_true_is_no_value():
    assert errors(VALUES, value=True) == {name: f"'{name}' needs a value." for name in VALUES}


@pytest.mark.parametrize("value", ["yes", "", 1, 0, ["a"]])
def test_an_option_without_a_value_takes_none(value):
    assert errors(FLAGS, value) == {
        name: f"'{name}' takes no value: send true or false." for name in FLAGS
    }


@pytest.mark.parametrize("value", ["x", 0, 1, 1.5, ["a", 2], " ", "-x", "--wrap=evil", "é"])
def test_an_option_with_a_value_takes_text_numbers_and_lists(value):
    assert errors([*MAYBE, *VALUES], value) == {}


@pytest.mark.parametrize("value", ["", []])
def test_an_empty_value_is_refused(value):
    assert errors([*MAYBE, *VALUES], value) == {
        name: f"'{name}' is empty: send null to leave it out." for name in [*MAYBE, *VALUES]
    }


@pytest.mark.parametrize("value", [2**63, -(2**63), 10**30])
def test_a_number_beyond_slurm_s_is_refused(value):
    assert "larger number" in options.option_error("nice", value)
    assert options.option_error("nice", 2**63 - 1) is None


@pytest.mark.parametrize("value", ["x" * 10_001, ["x" * 100] * 100])
def test_a_value_that_would_fill_the_command_line_is_refused(value):
    assert "at most 10,000 are allowed" in options.option_error("comment", value)
    assert options.option_error("comment", "x" * 10_000) is None


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b", "\n", ["a", "b\n"]])
def test_a_line_break_or_a_nul_is_refused(value):
    assert "one line of text" in options.option_error("comment", value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("partitoin", "partition"),
        ("job_name", "job-name"),
        ("CPUS_PER_TASK", "cpus-per-task"),
        ("Time", "time"),
        ("jobname", "job-name"),
    ],
)
def test_a_misspelt_option_gets_a_hint(name, meant):
    error = options.option_error(name, "x")
    assert error == f"'{name}' is not an option of sbatch. Did you mean '{meant}'?"


@pytest.mark.parametrize("name", ["", "J", "p", "zzzzzzz", "--partition=x --wrap", "\n"])
def test_another_unknown_option_is_refused(name):
    assert options.option_error(name, "x").startswith(f"'{name}' is not an option of sbatch.")


@pytest.mark.parametrize("value", [None, False])
def test_an_unknown_option_is_refused_even_where_it_is_left_out(value):
    assert options.option_error("no-such", value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"),
        (4, "4"),
        (1.5, "1.5"),
        (["a", "b"], "a,b"),
        ([1, 2.5, "c"], "1,2.5,c"),
        ((1, 2), "1,2"),
        (0, "0"),
    ],
)
def test_to_text(value, text):
    assert options.to_text(value) == text


def test_to_argv_keeps_the_order_and_binds_each_value_to_its_name():
    argv = options.to_argv(
        {
            "time": "1:00",
            "hold": True,
            "requeue": False,
            "qos": None,
            "nice": 0,
            "mail-type": ["END", "FAIL"],
            "comment": "--wrap=x; rm -rf /",
        }
    )
    assert argv == [
        "--time=1:00",
        "--hold",
        "--nice=0",
        "--mail-type=END,FAIL",
        "--comment=--wrap=x; rm -rf /",
    ]
