"""Sets of array task ids, as sbatch's --array writes them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api import task_ids

LARGEST = task_ids.LARGEST
SETS = st.sets(st.integers(0, LARGEST) | st.integers(0, 40))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("7", {7}),
        ("0-3", {0, 1, 2, 3}),
        ("1,3,5", {1, 3, 5}),
        ("1-9:3", {1, 4, 7}),
        ("1-9:3,20,30-31", {1, 4, 7, 20, 30, 31}),
        ("3-4,4-5,4", {3, 4, 5}),
        ("007", {7}),
        # how many may run at once is no id, wherever it stands
        ("2-5%2", {2, 3, 4, 5}),
        ("2-3%2,7-8%2", {2, 3, 7, 8}),
        # cut, as a squeue without SLURM_BITSTR_LEN=0 prints it
        ("1,3,5,...", {1, 3, 5}),
        ("", set()),
    ],
)
def test_ids_are_read(text, ids):
    assert task_ids.expand(text) == ids


@pytest.mark.parametrize(
    "word",
    ["", "-", "%", "a-b", "-1", "1-", "1:2", "1-2:", "1-2-3", "9-1", " 1", "1\n", "\u0663", "1.5"],
)
def test_what_is_no_id_takes_no_other_with_it(word):
    assert task_ids.expand(f"3,{word},5") == {3, 5}


def test_a_step_of_nothing_is_one():
    assert task_ids.expand("1-3:0") == {1, 2, 3}


@pytest.mark.parametrize("text", ["9" * 5000, f"0-{'9' * 5000}", "99999999", f"{LARGEST + 1}"])
def test_an_id_beyond_any_array_is_not_believed(text):
    assert task_ids.expand(text) == set()


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("0-9%4", 4),
        ("2-3%2,7-8%2", 2),
        ("0-9", None),
        ("0-9%", None),
        ("0-9%0", None),
        ("0-9%x", None),
        ("0-9%-1", None),
        ("0-9%\u0664", None),
        (f"0-9%{'9' * 5000}", None),
        ("", None),
    ],
)
def test_how_many_may_run_at_once(text, limit):
    assert task_ids.throttle(text) == limit


@pytest.mark.parametrize(
    ("ids", "text"),
    [
        (set(), ""),
        ({7}, "7"),
        ({0, 1}, "0-1"),
        ({3, 1, 2}, "1-3"),
        ({1, 2, 4, 6, 7, 8}, "1-2,4,6-8"),
        ({0, 2, 4, 6}, "0-6:2"),
        ({1, 4, 7, 20}, "1,4,7,20"),
        ({5, 9}, "5,9"),
        (set(range(100_000)), "0-99999"),
    ],
)
def test_ids_are_written_as_ranges(ids, text):
    assert task_ids.compress(ids) == text


@given(SETS)
def test_what_is_written_is_read_back(ids):
    assert task_ids.expand(task_ids.compress(ids)) == ids


@given(st.integers(0, 10**6), st.integers(1, 2000), st.integers(1, 1000))
def test_what_lies_evenly_apart_is_read_back(first, step, many):
    ids = set(range(first, first + step * many, step))
    text = task_ids.compress(ids)
    assert text.count(",") <= 1
    assert task_ids.expand(text) == {one for one in ids if one <= LARGEST}


@given(
    st.text()
    | st.text("0123456789-:,%")
    | st.lists(st.from_regex(r"[0-9]{1,3}(-[0-9]{1,3}(:[0-9])?)?(%[0-9])?", fullmatch=True)).map(
        ",".join
    )
)
def test_any_text_is_read(text):
    ids = task_ids.expand(text)
    assert task_ids.expand(task_ids.compress(ids)) == ids
    assert task_ids.throttle(text) is None or task_ids.throttle(text) > 0


@pytest.mark.parametrize("text", ["0-4000000", "0-4000001:1", "1-4000000:2"])
def test_many_huge_ranges_cost_no_more_than_one_array_of_the_largest(text):
    began = time.process_time()
    ids = task_ids.expand(",".join([text] * 2000))
    assert time.process_time() - began < 5
    assert len(ids) <= LARGEST


@pytest.mark.parametrize(
    ("slurm_id", "other", "expected"),
    [
        ("12", "12", True),
        ("12", "13", False),
        ("1", "12", False),
        ("12", "12_3", True),
        ("12_3", "12_3", True),
        ("12_4", "12_3", False),
        ("12_[1-3%2]", "12_3", True),
        ("12_[4-9]", "12_3", False),
        ("12+1", "12", True),
        ("12_3", "12", True),
    ],
)
def test_what_an_id_holds(slurm_id, other, expected):
    assert task_ids.holds(slurm_id, other) is expected
