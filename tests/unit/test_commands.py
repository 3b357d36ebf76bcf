"""Slurm's command lines, and what they read of comments."""

import re
import time
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.slurm import commands
from jupyter_slurm_api.slurm.commands import Separators

UUID = "0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817"
OTHER = "11111111-2222-3333-4444-555555555555"
TAG = f"jupyter-slurm-api={UUID}"
MARKS = Separators("fff", "rrr")


@pytest.fixture
def zone(monkeypatch):
    def be_in(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield be_in
    monkeypatch.undo()
    time.tzset()


def test_separators_are_fresh_for_each_command():
    made = [Separators() for _ in range(50)]
    assert len({mark for one in made for mark in (one.field, one.record)}) == 100


@pytest.mark.parametrize("_", range(20))
def test_separators_have_letters_only_since_squeue_takes_digits_for_a_width(_):
    marks = Separators()
    assert re.fullmatch("[a-z]{10}", marks.field)
    assert re.fullmatch("[a-z]{10}", marks.record)


def test_sacct_ends_a_record_with_its_delimiter_and_a_line_feed():
    marks = Separators.of_sacct()
    assert re.fullmatch("[a-z]{10}", marks.field)
    assert marks.record == marks.field + "\n"


def test_squeue_asks_for_the_whole_queue():
    argv = commands.squeue(MARKS)
    assert argv[:3] == ["squeue", "--all", "--noheader"]
    assert argv[3:] == [
        (
            "--Format=JobArrayID:fff,Name:fff,UserName:fff,State:fff,TimeUsed:fff,NumNodes:fff,"
            "NodeList:fff,StateCompact:fff,Partition:fff,Account:fff,Reason:fff,ArrayJobID:fff,"
            "ArrayTaskID:fff,PriorityLong:fff,NumCPUs:fff,SubmitTime:fff,StartTime:fff,EndTime:fff,"
            "TimeLimit:rrr"
        )
    ]


def test_squeue_own_asks_the_controller_for_this_user_s_jobs_in_any_state():
    argv = commands.squeue_own(MARKS)
    assert argv[:5] == ["squeue", "--me", "--all", "--states=all", "--noheader"]
    assert argv[5].startswith("--Format=JobArrayID:fff,JobID:fff,State:fff,Name:fff,")
    assert argv[5].endswith(",Comment:rrr")
    assert argv[5].count("fff") == len(commands.OWN_FIELDS) - 1


def test_sacct_asks_for_every_run_of_jobs_from_a_time_on(zone):
    zone("UTC")
    argv = commands.sacct(["12", "13"], datetime(2025, 7, 1, 12, tzinfo=timezone.utc), MARKS)
    assert argv == [
        "sacct",
        "--duplicates",
        "--noheader",
        "--parsable",
        "--delimiter=fff",
        "--starttime=2025-07-01T12:00:00",
        f"--format={','.join(commands.ACCOUNTING_FIELDS)}",
        "--jobs=12,13",
    ]


def test_sacct_tells_of_steps_too_which_alone_know_what_was_used(zone):
    argv = commands.sacct(["12"], datetime(2025, 7, 1, tzinfo=timezone.utc), MARKS)
    assert "--allocations" not in argv


def test_sacct_tells_how_this_user_s_jobs_in_any_state_were_submitted(zone):
    zone("UTC")
    argv = commands.sacct_tags("alice", datetime(2025, 7, 1, 12, tzinfo=timezone.utc), MARKS)
    assert argv == [
        "sacct",
        "--duplicates",
        "--noheader",
        "--parsable",
        "--delimiter=fff",
        "--starttime=2025-07-01T12:00:00",
        "--format=JobID,User,Submit,SubmitLine",
        "--allocations",
        "--user=alice",
        "--state=PD,R,S,CD,CA,F,TO,NF,PR,BF,DL,OOM",
        "--endtime=now+1days",
    ]


def test_two_moments_are_two_when_the_clocks_go_back(zone):
    zone("CET-1CEST,M3.5.0,M10.5.0/3")
    before, after = (datetime(2025, 10, 26, hour, 30, tzinfo=timezone.utc) for hour in (0, 1))
    assert commands.sacct(["1"], before, MARKS) != commands.sacct(["1"], after, MARKS)


def test_scontrol_asks_for_one_job_on_one_line():
    assert commands.scontrol_job("12") == ["scontrol", "--oneliner", "show", "job", "12"]


def test_scontrol_asks_for_the_configuration():
    assert commands.scontrol_config() == ["scontrol", "show", "config"]


def test_sinfo_asks_for_the_nodes_that_one_may_see():
    argv = commands.sinfo(Separators("ff", "rr"))
    assert argv[:3] == ["sinfo", "--Node", "--noheader"]
    assert argv[3].startswith("--Format=NodeList:ff,Partition:ff,")
    assert argv[3].endswith(",Reason:rr")


def test_sbatch_carries_our_tag():
    assert commands.sbatch([], comment=None, job_id=UUID) == [
        "sbatch",
        "--parsable",
        f"--comment={TAG}",
    ]


def test_sbatch_carries_our_tag_beside_the_user_s_comment_and_behind_the_options():
    assert commands.sbatch(["--hold", "--time=5"], comment="it's mine", job_id=UUID) == [
        "sbatch",
        "--parsable",
        "--hold",
        "--time=5",
        f"--comment=it's mine {TAG}",
    ]


@pytest.mark.parametrize(
    ("comment", "own", "tag"),
    [
        ("", None, None),
        ("mine", "mine", None),
        (TAG, None, UUID),
        (f"mine {TAG}", "mine", UUID),
        (f"mine, too {TAG}", "mine, too", UUID),
        (f"{TAG} added later", "added later", UUID),
        (f"before {TAG} after", "before after", UUID),
        (f"copied jupyter-slurm-api={OTHER} {TAG}", "copied", UUID),  # ours is the last
        (f"x{TAG}", f"x{TAG}", None),
        (f"x-{TAG}", "x-", UUID),
        ("jupyter-slurm-api=", "jupyter-slurm-api=", None),
        ("jupyter-slurm-api=1234", "jupyter-slurm-api=1234", None),
        (TAG.upper(), TAG.upper(), None),
        (f"two\nlines {TAG}", "two\nlines", UUID),
        (f"\u202e\U0001f680\x00\t'\" {TAG}", "\u202e\U0001f680\x00\t'\"", UUID),
        ("x" * 1000 + f" {TAG}", "x" * 1000, UUID),
    ],
)
def test_a_comment_parts_into_the_user_s_words_and_our_uuid(comment, own, tag):
    assert commands.split_tag(comment) == (own, tag)


@given(st.text().filter(lambda text: text.strip() and "jupyter-slurm-api" not in text))
def test_what_sbatch_is_given_as_comment_is_read_back(comment):
    given_text = commands.sbatch([], comment=comment, job_id=UUID)[-1].removeprefix("--comment=")
    assert commands.split_tag(given_text) == (comment.strip(), UUID)
