"""Variables between a notebook and a job."""

from __future__ import annotations

import io
import threading

import pytest

import __main__
from jupyter_slurm_api.runs import variables
from jupyter_slurm_api.runs.variables import TooLargeError, VariableError

PLENTY = 10**9


def sent(values, namespace=None):
    """What arrives."""
    file = io.BytesIO()
    variables.dump(values, file, PLENTY)
    return variables.load(io.BytesIO(file.getvalue()), {} if namespace is None else namespace)


@pytest.fixture
def notebook():
    """Run code as a notebook does, in __main__."""
    names = set(vars(__main__))

    def run(code):
        exec(code, vars(__main__))
        return vars(__main__)

    yield run
    for name in set(vars(__main__)) - names:
        delattr(__main__, name)


class TestValues:
    def test_arrive_as_they_were(self):
        assert sent({"a": [1, 2], "b": {"c": None}}) == {"a": [1, 2], "b": {"c": None}}

    def test_two_names_of_one_object_are_so_there(self):
        one = [1]
        arrived = sent({"a": one, "b": one})
        assert arrived["a"] is arrived["b"]

    def test_a_module_goes_by_its_name(self):
        assert sent({"io": io})["io"] is io


class TestCode:
    def test_a_function_takes_along_what_it_uses(self, notebook):
        here = notebook("scale = 2\ndef f(x): return x * scale")
        there = {}
        there |= sent({"f": here["f"]}, there)
        assert there["f"](3) == 6

    def test_a_function_sees_the_variables_of_where_it_has_arrived(self, notebook):
        here = notebook("scale = 2\ndef f(x): return x * scale")
        there = {}
        there |= sent({"f": here["f"]}, there)
        there["scale"] = 10
        assert there["f"](3) == 30

    def test_so_do_the_methods_of_a_class(self, notebook):
        here = notebook("scale = 2\nclass A:\n    def f(self): return scale")
        there = {}
        there |= sent({"A": here["A"], "a": here["A"]()}, there)
        there["scale"] = 10
        assert (there["A"]().f(), there["a"].f()) == (10, 10)

    def test_what_comes_back_changes_no_variable_of_the_notebook(self, notebook):
        here = notebook("scale = 2\ndef f(x): return x * scale")
        file = io.BytesIO()
        variables.dump({"f": here["f"]}, file, PLENTY)
        here["scale"] = 3
        back = variables.load(io.BytesIO(file.getvalue()), {})
        assert (back["f"](1), here["scale"]) == (2, 3)


class TestRefused:
    def test_what_cannot_be_pickled_is_named_with_the_reason(self):
        with pytest.raises(VariableError, match=r"'lock' \(lock\).*cannot pickle"):
            sent({"fine": 1, "lock": threading.Lock()})

    def test_too_much_is_told_by_size_the_largest_first(self):
        values = {"small": b"x", "large": b"x" * 20_000, "larger": b"x" * 50_000}
        with pytest.raises(TooLargeError, match=r"larger \(48.\d+ KiB\), large \(19.\d+ KiB\)"):
            variables.dump(values, io.BytesIO(), 60_000)

    def test_nothing_is_unpickled_by_another_reference(self):
        with pytest.raises(Exception, match="unknown reference"):
            variables.load(io.BytesIO(b"Pother\n."), {})
