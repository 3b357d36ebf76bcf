"""What the widgets make of jobs before any browser sees it."""

from datetime import datetime, timezone

import pytest

from jupyter_slurm_api.events import JobChange
from jupyter_slurm_api.notebook import last_state
from jupyter_slurm_api.notebook.job_card import card_of, next_run
from jupyter_slurm_api.notebook.queue_table import QueueTable, row_of_job, row_of_line
from jupyter_slurm_api.notebook.task_states import TaskStates
from jupyter_slurm_api.report import Efficiency, Failure, JobReport, Suggestion, Timeline
from jupyter_slurm_api.views import JobView

AT = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
HOSTILE = "<b>\x1b[31m\u202e"
HARMLESS = "<b>\\x1b[31m\\u202e"


def job(**facts):
    base = {"job_id": "u", "slurm_id": "7", "status": "RUNNING", "status_code": "R", "user": "a"}
    return JobView.model_validate(base | facts)


def report(*suggestions, **facts):
    nothing = Efficiency(used=None, available=None, percent=None)
    base = {
        "job_id": "u",
        "slurm_id": "7",
        "name": None,
        "status": "FAILED",
        "timeline": Timeline.model_construct(),
        "cpu": Efficiency(used=5, available=10, percent=50),
        "memory": nothing,
        "failure": None,
        "suggestions": list(suggestions),
        "parameters": {},
        "note": None,
    }
    return JobReport.model_construct(**base | facts)


class TestCard:
    @pytest.mark.parametrize(
        ("facts", "can"),
        [
            ({"status": "PENDING"}, ["cancel", "hold"]),
            ({"status": "PENDING", "reason": "JobHeldUser"}, ["cancel", "release"]),
            ({"status": "RUNNING"}, ["cancel"]),
            ({"status": "FAILED", "script": "#!/bin/sh"}, ["resubmit"]),
            ({"status": "FAILED"}, []),
        ],
    )
    def test_what_can_be_done(self, facts, can):
        assert card_of(job(**facts), None)["can"] == can

    def test_times_stand_once_in_the_time_line(self):
        shown = card_of(job(submit_time=AT, eligible_time=AT, start_time=AT), None)
        assert shown["timeline"] == [["Submitted", AT.isoformat()], ["Started", AT.isoformat()]]
        assert not {"Submitted", "Started"} & {label for label, _ in shown["facts"]}

    def test_what_others_wrote_is_harmless(self):
        failure = Failure(
            explanation="Why.", reason=None, exit_code=1, exit_signal=None, last_lines=[HOSTILE]
        )
        shown = card_of(
            job(status="FAILED", name=HOSTILE, stdout_path=HOSTILE), report(failure=failure)
        )
        assert (shown["name"], shown["stdout"]) == (HARMLESS, HARMLESS)
        assert shown["report"]["failure"]["last_lines"] == ["<b>\x1b[31m\\u202e"]  # in colour
        assert shown["report"]["cpu"]["text"] == "CPU: 50 % used (5 s of 10 s)"
        assert shown["report"]["memory"] is None

    def test_the_next_run_asks_for_what_is_suggested_in_the_job_s_own_words(self):
        more = Suggestion(parameter="mem-per-cpu", value="2G", reason="It needed more.")
        asked = {"mem-per-cpu": "1G", "time": 5}
        found = next_run(job(status="FAILED", parameters=asked), report(more))
        assert [(one["parameter"], one["now"], one["value"]) for one in found] == [
            ("time", "5", "5"),
            ("mem-per-cpu", "1G", "2G"),
        ]


class TestTaskStates:
    def test_a_letter_for_each_task(self):
        states = TaskStates()
        array = {"counts": {}, "unstarted": {"PENDING": "3-4", "CANCELLED": "9"}}
        task = {"array_job_id": "u", "array_slurm_id": "7", "task_id": 1}
        states.put(job(array=array), [job(status="OUT_OF_MEMORY", task=task)])
        assert (states.ids, states.letters) == ([1, 3, 4, 9], "MPPX")
        states.change([changed("7_3", "RUNNING"), changed("7", "FAILED"), changed("7_4", "ODD")])
        assert states.letters == "MR?X"

    def test_a_task_that_has_started_does_not_wait_again_by_an_older_word(self):
        states = TaskStates()
        states.put(job(array={"counts": {}, "unstarted": {"PENDING": "0-1"}}), [])
        states.change([changed("7_0", "RUNNING")])
        states.put(job(array={"counts": {}, "unstarted": {"PENDING": "1"}}), [])
        assert states.letters == "RP"


def changed(slurm_id, status):
    return JobChange.model_construct(slurm_id=slurm_id, status=status)


class TestQueueTable:
    def test_only_what_differs_is_told(self):
        table = QueueTable()
        one, two = row_of_job(job()), row_of_job(job(job_id="v", slurm_id="8"))
        assert table.put([one, two]) == {"number": 1, "changed": [one, two], "removed": []}
        assert table.put([one, two]) is None
        now = row_of_job(job(status="COMPLETED"))
        assert table.put([now]) == {"number": 2, "changed": [now], "removed": ["v"]}
        assert table.all() == {"number": 2, "rows": [now]}
        assert table.counts() == {"COMPLETED": 1}

    def test_both_kinds_of_rows_have_the_same_columns(self):
        line = {"job_id": "7", "name": HOSTILE, "user": "a", "partition": "p", "state": "PENDING"}
        line |= {"start_time": None, "end_time": None, "nodes": "1", "nodelist": ""}
        line |= {"submit_time": AT.isoformat(), "reason": "Priority"}
        mine = job(name=HOSTILE, partition="p", status="PENDING", nodes=1, reason="Priority")
        mine = mine.model_copy(update={"submit_time": AT})
        assert row_of_line(line)[1:] == row_of_job(mine)[1:]
        assert HARMLESS in row_of_line(line)


class TestLastState:
    def test_it_is_text_and_html_of_the_same(self):
        bundle = last_state.of_job(job(name="<i>x", stdout_path="/a&b"), "one\ntwo\n")
        assert bundle["text/plain"].splitlines() == [
            "Job 7 <i>x",
            "State: RUNNING",
            "Output: /a&b",
            "",
            "one",
            "two",
        ]
        assert "<i>" not in bundle["text/html"]
        assert "&lt;i&gt;x" in bundle["text/html"]
        assert "/a&amp;b" in bundle["text/html"]

    def test_an_output_is_as_a_terminal_leaves_it(self):
        written = "\x1b[31mred\x1b[0m\r\nold\rnew\n" + "\x1b[2J<b>\n"
        assert last_state.last_lines(written) == ["red", "new", "\\x1b[2J<b>"]

    def test_of_a_long_queue_it_says_how_many_more_there_are(self):
        bundle = last_state.of_queue("My jobs", {"PENDING": 3}, [("7", "<x>")], 3)
        assert bundle["text/plain"].endswith("7  <x>\n… 2 more")
        assert "7  &lt;x&gt;" in bundle["text/html"]
