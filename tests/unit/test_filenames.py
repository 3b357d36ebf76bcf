"""Where a job's output goes, by sbatch's file name patterns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api import filenames

FILLED = filenames.path_words(
    slurm_id="42", array=None, name="my job", user="alice", node_list="n[07-09,12]"
)
OF_A_TASK = filenames.path_words(
    slurm_id="57", array=("42", "3"), name="my job", user="alice", node_list="n1"
)


@pytest.mark.parametrize(
    ("node_list", "head"),
    [
        ("n1", "n1"),
        ("n[1-4]", "n1"),
        ("n[07-09,12]", "n07"),
        ("gpu3,n[1-4]", "gpu3"),
        ("rack-1-n[2,5]", "rack-1-n2"),
        ("", "%N"),
    ],
)
def test_a_pattern_s_node_is_the_first_one(node_list, head):
    filled = filenames.path_words(slurm_id="1", array=None, name="", user="", node_list=node_list)
    assert filled["N"] == head


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("%j.out", "/data/42.out"),
        ("slurm-%A.out", "/data/slurm-42.out"),
        ("%A_%a", "/data/42_4294967294"),
        ("%x-%u.log", "/data/my job-alice.log"),
        ("%N-%n-%t-%s", "/data/n07-0-0-batch"),
        ("%%j", "/data/%j"),
        ("%6j", "/data/000042"),
        ("%06j", "/data/000042"),
        ("%99j", "/data/0000000042"),
        ("%5x", "/data/my job"),
        ("%y-%j", "/data/%y-42"),
        pytest.param(f"%{'9' * 5000}j", f"/data/%{'9' * 5000}j", id="endless width"),
        ("100%", "/data/100%"),
        ("%", "/data/%"),
        ("sub dir/%j", "/data/sub dir/42"),
        ("/abs/%j", "/abs/42"),
        ("/dev/null", "/dev/null"),
        (r"raw\%j", "/data/raw%j"),
        (r"/abs/a\\b%j", r"/abs/a\b%j"),
        ("", "/data/"),
    ],
)
def test_output_path(pattern, path):
    assert filenames.output_path(pattern, "/data", FILLED) == path


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("slurm-%A_%a.out", "/data/slurm-42_3.out"),
        ("%A_%4a.out", "/data/42_0003.out"),
        ("%j.out", "/data/57.out"),
        ("%J.out", "/data/57.out"),
    ],
)
def test_a_task_s_path_has_its_array_its_index_and_its_own_id(pattern, path):
    assert filenames.output_path(pattern, "/data", OF_A_TASK) == path


def test_a_percent_in_the_directory_s_own_name_is_no_pattern():
    assert filenames.output_path("/w/100%j/slurm-%j.out", "/w/100%j", FILLED) == (
        "/w/100%j/slurm-42.out"
    )


def test_the_root_directory_as_work_dir():
    assert filenames.output_path("%j.out", "/", FILLED) == "/42.out"


@given(st.text(), st.text(), st.text(), st.text())
def test_no_pattern_makes_the_path_raise(pattern, work_dir, name, node_list):
    filled = filenames.path_words(
        slurm_id="1", array=("1", "2"), name=name, user="u", node_list=node_list
    )
    assert "/" in filenames.output_path(pattern, work_dir, filled)
