"""`--format`: variables of the notebook in a shell cell."""

from __future__ import annotations

import pytest

from jupyter_slurm_api.notebook.formatting import formatted


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("echo {n}", "echo 7"),
        ("echo {n:03d} {n!r}", "echo 007 7"),
        ("echo {name!r}", "echo 'a b'"),
        ("echo ${HOME} ${n}", "echo ${HOME} ${n}"),
        ("echo {a,b} {1..3}", "echo {a,b} {1..3}"),
        ("awk '{{n}}'", "awk '{n}'"),
        ("f() { echo; }", "f() { echo; }"),
        ("", ""),
    ],
)
def test_values_stand_where_their_names_did(text, becomes):
    assert formatted(text, {"n": 7, "name": "a b"}) == becomes


def test_a_name_that_is_not_there_is_told():
    with pytest.raises(NameError, match=r"no variable 'm'.*\{\{m\}\}"):
        formatted("echo {m}", {})
