"""`--sweep`: a task for each combination."""

from __future__ import annotations

import itertools

import pytest

from jupyter_slurm_api.notebook.sweep import SweepError, combinations, label


def evaluate(text):
    return eval(text, {"itertools": itertools, "ns": [1, 2]})


def test_every_combination_the_last_parameter_changing_first():
    assert combinations(["a=[1,2]", "b='xy'.split('|') + ['z']"], evaluate) == [
        {"a": 1, "b": "xy"},
        {"a": 1, "b": "z"},
        {"a": 2, "b": "xy"},
        {"a": 2, "b": "z"},
    ]


def test_values_may_be_what_the_notebook_has():
    assert combinations(["n=ns"], evaluate) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["lr"], "give a name and its values"),
        (["1a=[1]"], "give a name and its values"),
        (["a=[1"], "SyntaxError"),
        (["a=nowhere"], "NameError"),
        (["a=5"], r"a=\[5\]"),
        (["a='text'"], "one by one"),
        (["a=[]"], "no values"),
        (["a=[1]", "a=[2]"], "once"),
        (["a=itertools.count()"], "more than 100,000"),
        (["a=range(1000)", "b=range(1000)"], "1,000,000 combinations"),
    ],
)
def test_what_cannot_be_swept_over(asked, said):
    with pytest.raises(SweepError, match=said):
        combinations(asked, evaluate)


def test_a_label_is_for_people_and_not_long():
    assert label({"lr": 0.1, "kind": "adam"}) == "lr=0.1, kind='adam'"
    assert len(label({"data": "x" * 1000})) == 200
