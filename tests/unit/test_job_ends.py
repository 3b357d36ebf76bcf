"""What a notebook is told of a run that did not end well."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from jupyter_slurm_api.client import NotFound
from jupyter_slurm_api.notebook.cell_job import CellJob
from jupyter_slurm_api.notebook.failures import JobFailedError, RemoteError
from jupyter_slurm_api.report import Failure, Suggestion
from jupyter_slurm_api.runs import outcome
from jupyter_slurm_api.runs.directory import RunDirectory, write_whole
from jupyter_slurm_api.runs.outcome import Outcome
from jupyter_slurm_api.views import JobView

MORE_MEMORY = Suggestion(parameter="mem", value="4G", reason="it used all that it had.")


class Client:
    """A server that knows one job, which is over."""

    def __init__(self, status, **facts):
        self.view = JobView(
            job_id="u", slurm_id="12", status=status, status_code="X", user="me", **facts
        )

    def job(self, _job_id):
        return self.view

    def report(self, _job_id):
        failure = Failure(
            explanation="It took more memory than it asked for.",
            reason=None,
            exit_code=None,
            exit_signal=None,
            last_lines=[],
        )
        return SimpleNamespace(failure=failure, suggestions=[MORE_MEMORY])


@pytest.fixture
def result(tmp_path):
    """Ask for the result of a job that ended so, and told so much of itself."""

    def result(client, told=None):
        directory = RunDirectory.create(tmp_path)
        if told:
            directory.results("12").mkdir(0o700)
            write_whole(directory.results("12") / outcome.FILE, told.written())
        return CellJob(SimpleNamespace(client=client), "u", "12", directory=directory).result()

    return result


def test_a_job_that_slurm_ended_says_why_and_what_to_ask_for(result):
    with pytest.raises(JobFailedError, match=r"OUT_OF_MEMORY.*more memory.*--mem=4G"):
        result(Client("OUT_OF_MEMORY"), Outcome(exit_code=outcome.DIED, message="It died."))


@pytest.mark.parametrize("status", ["TIMEOUT", "NODE_FAIL", "CANCELLED"])
def test_a_job_that_left_nothing_says_how_it_ended(result, status):
    with pytest.raises(JobFailedError, match=f"ended as {status}"):
        result(Client(status))


def test_what_was_wrong_around_the_code_is_told(result):
    told = Outcome(exit_code=outcome.NOT_READY, message="numpy is missing on n1.")
    with pytest.raises(JobFailedError, match=r"failed: numpy is missing on n1\."):
        result(Client("FAILED", exit_code=outcome.NOT_READY), told)


def test_an_exit_code_of_ours_is_told_in_words(result):
    with pytest.raises(JobFailedError, match="does not have the notebook's Python"):
        result(Client("FAILED", exit_code=outcome.NO_PYTHON))


def test_an_exception_is_the_codes_own(result):
    with pytest.raises(RemoteError, match="ValueError: no"):
        result(Client("RUNNING"), Outcome(exit_code=outcome.FAILED, error="ValueError: no"))


def test_what_could_not_come_back_is_told_before_slurm_tells_the_end(result):
    told = Outcome(exit_code=outcome.FAILED, message="The cell has made no r.")
    with pytest.raises(JobFailedError, match=r"failed: The cell has made no r\."):
        result(Client("RUNNING"), told)


def test_a_job_that_ended_well_and_left_nothing_is_no_success(result, monkeypatch):
    monkeypatch.setattr("jupyter_slurm_api.notebook.results._LATE_SECONDS", 0)
    with pytest.raises(JobFailedError, match="has left nothing in"):
        result(Client("COMPLETED"))


def test_without_a_report_the_job_itself_explains(result, monkeypatch):
    def none(_self, _job_id):
        raise NotFound("no such job")

    monkeypatch.setattr(Client, "report", none)
    with pytest.raises(JobFailedError, match=r"ended as TIMEOUT\. It ran too long\."):
        result(Client("TIMEOUT", explanation="It ran too long."))
