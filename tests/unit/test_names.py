"""What a cell needs of the notebook."""

from __future__ import annotations

import math

import pytest

from jupyter_slurm_api.notebook import names


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("x", {"x"}),
        ("x = 1; x", set()),
        ("x = x + 1", {"x"}),
        ("x += 1", {"x"}),
        ("print(len(data))", {"data"}),
        ("for i in range(n): total = i", {"n"}),
        ("[y * k for y in ys]", {"k", "ys"}),
        ("def f(a): return a + b", {"b"}),
        ("def f(): return later\nlater = 1", set()),
        ("class A(Base):\n    def m(self): return self.x + offset", {"Base", "offset"}),
        ("import numpy as np\nnp.zeros(size)", {"size"}),
        ("lambda: inner", {"inner"}),
        ("await something()", {"something"}),
        ("get_ipython().run_line_magic('time', 'x')", set()),
        ("def outer():\n    a = 1\n    def inner(): return a + g\n    return inner", {"g"}),
    ],
)
def test_names_that_are_read_before_they_are_given(source, needed):
    assert names.needed(source) == needed


def test_data_must_be_sent_code_goes_by_itself():
    def f():
        return 1

    namespace = {"data": [1], "math": math, "f": f, "Kind": dict, "other": 1}
    source = "f(math.pi, Kind(), data)"
    assert names.lacking(source, namespace, {}) == ["data"]
    assert names.lacking(source, namespace, {"data": [1]}) == []
    assert names.code_for(source, namespace) == {"Kind": dict, "f": f, "math": math}


def test_what_the_notebook_does_not_have_is_left_to_the_cell():
    assert names.lacking("from math import *\ncos(1)", {}, {}) == []
