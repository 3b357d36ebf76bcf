"""What is asked of the queue: filters, order, pages that stay, counts."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import queue_row
from jupyter_slurm_api.errors import InvalidRequest
from jupyter_slurm_api.search import SORTABLE_LINES, QueueSearch
from jupyter_slurm_api.selection import Lines, select

ROWS = [
    queue_row("9", "ada", name="Training (a+b)", priority=5, account=None),
    queue_row("10", "ada", state="PENDING", partition="gpu,debug", reason="Priority", priority=7),
    queue_row("12_3", "grace", name="sweep", submit_time="2026-11-25T10:00:00Z", priority=None),
    queue_row("12_10", "grace", name="sweep", submit_time=None, partition="long"),
]


def found(**question):
    return [row["job_id"] for row in select(Lines(ROWS), QueueSearch(**question), "ada").rows]


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ({}, ["9", "10", "12_3", "12_10"]),
        ({"user": "me"}, ["9", "10"]),
        ({"user": "grace"}, ["12_3", "12_10"]),
        ({"state": "pd"}, ["10"]),
        ({"state": ["PENDING,R"]}, ["9", "10", "12_3", "12_10"]),
        ({"partition": ["debug"]}, ["9", "10", "12_3"]),
        ({"partition": ["long", "gpu"]}, ["10", "12_10"]),
        ({"account": ["physics"]}, ["10", "12_3", "12_10"]),
        ({"name": "(A+B"}, ["9"]),
        ({"q": "PRIOR"}, ["10"]),
        ({"q": "12_"}, ["12_3", "12_10"]),
        ({"since": "2026-11-25T00:00:00Z"}, ["12_3"]),
        ({"until": "2026-11-25T00:00:00Z"}, ["9", "10"]),
        ({"since": "2026-11-25T11:00:00+01:00"}, ["12_3"]),
        ({"sort": "job_id"}, ["9", "10", "12_3", "12_10"]),
        ({"sort": "-job_id"}, ["12_10", "12_3", "10", "9"]),
        ({"sort": "priority"}, ["12_3", "9", "10", "12_10"]),
        ({"sort": "account"}, ["9", "10", "12_3", "12_10"]),
        ({"limit": 2}, ["12_3", "10"]),
    ],
)
def test_which_lines_in_what_order(question, ids):
    question = {
        name: [value] if name == "state" and isinstance(value, str) else value
        for name, value in question.items()
    }
    assert found(**question) == ids


def test_the_counts_are_of_all_that_match():
    one = select(Lines(ROWS), QueueSearch(partition=["debug"], limit=1), "ada")
    assert (len(one.rows), one.total) == (1, 3)
    assert one.states == {"RUNNING": 2, "PENDING": 1}
    assert one.partitions == {"debug": 2, "gpu,debug": 1}


@given(
    st.lists(
        st.builds(
            queue_row,
            st.from_regex(r"[0-9]{1,4}(_[0-9]{1,3})?", fullmatch=True),
            st.sampled_from(["ada", "grace"]),
            priority=st.none() | st.integers(0, 2**32 - 1),
            account=st.none() | st.text(),
            submit_time=st.none() | st.just("2026-11-25T10:00:00Z"),
        ),
        unique_by=lambda row: row["job_id"],
        max_size=12,
    ),
    st.sampled_from(SORTABLE_LINES),
    st.booleans(),
    st.integers(1, 5),
)
def test_pages_one_after_the_other_are_the_whole(rows, field, descends, limit):
    sort = f"-{field}" if descends else field
    pages, cursor = [], None
    while True:
        page = select(Lines(rows), QueueSearch(sort=sort, limit=limit, cursor=cursor), "ada")
        pages += page.rows
        if page.next_place is None:
            break
        cursor = page.next_place.cursor()
    assert pages == list(select(Lines(rows), QueueSearch(sort=sort), "ada").rows)


def test_a_line_that_comes_between_two_pages_moves_no_other():
    first = select(Lines(ROWS), QueueSearch(sort="job_id", limit=2), "ada")
    later = [queue_row("8", "ada"), *ROWS]
    rest = QueueSearch(sort="job_id", limit=2, cursor=first.next_place.cursor())
    assert [row["job_id"] for row in select(Lines(later), rest, "ada").rows] == ["12_3", "12_10"]


@pytest.mark.parametrize("sort", ["priority", "name"])
def test_a_cursor_that_somebody_made_up_is_refused(sort):
    forged = {"priority": '["priority", "high", "9"]', "name": '["name", 5, "9"]'}[sort]
    cursor = base64.urlsafe_b64encode(forged.encode()).decode()
    with pytest.raises(InvalidRequest, match="cursor"):
        select(Lines(ROWS), QueueSearch(sort=sort, limit=1, cursor=cursor), "ada")
