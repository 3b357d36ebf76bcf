"""What a job waits for, read from squeue's word for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.dependencies import parse


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("afterok:2(unfulfilled)", [("afterok", "2", "unfulfilled")]),
        (
            "afterok:2(unfulfilled),afterany:12_3(failed)",
            [("afterok", "2", "unfulfilled"), ("afterany", "12_3", "failed")],
        ),
        (
            "after:2+5(unfulfilled)?afternotok:3(unfulfilled)",
            [("after", "2", "unfulfilled"), ("afternotok", "3", "unfulfilled")],
        ),
        ("aftercorr:12_*(unfulfilled)", [("aftercorr", "12", "unfulfilled")]),
        ("singleton(unfulfilled)", [("singleton", None, "unfulfilled")]),
        ("afterok:2", [("afterok", "2", None)]),
        ("", []),
        ("(null)", []),
        ("afterok:x;rm -rf", []),
    ],
)
def test_a_dependency_names_its_jobs(text, found):
    assert [(one.kind, one.slurm_id, one.state) for one in parse(text)] == found


@given(st.text() | st.text(alphabet="after:ok0123456789_*+(),?singleton"))
def test_no_text_makes_it_raise(text):
    parse(text)
