"""Errors as answers: every class of ours has its status, and nothing inside leaks."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from jupyter_slurm_api import errors
from jupyter_slurm_api.handlers import problems


def _with_subclasses(kind: type) -> set[type]:
    return {kind}.union(*(_with_subclasses(sub) for sub in kind.__subclasses__()))


def test_every_error_has_its_status():
    assert set(problems.STATUS) == _with_subclasses(errors.SlurmApiError)


def test_a_problem_names_its_kind_and_keeps_jupyters_message():
    described = problems.problem_of(errors.SlurmRefused("Invalid partition"))
    assert described == {
        "type": "about:blank",
        "title": HTTPStatus(422).phrase,  # Python 3.13 has the words of RFC 9110
        "status": 422,
        "detail": "Invalid partition",
        "message": "Invalid partition",
        "error": "slurm_refused",
    }


def test_the_faults_of_a_request_are_listed():
    faults = [{"field": "parameters.tim", "message": "no such option"}]
    described = problems.problem_of(errors.InvalidRequest("no", faults))
    assert described["errors"] == faults


@pytest.mark.parametrize("kind", [errors.Conflict, errors.SlurmTimeout])
def test_the_job_that_an_error_is_about_is_named(kind):
    described = problems.problem_of(kind("no", job_id="0b5e4d3c"))
    assert described["job_id"] == "0b5e4d3c"


async def test_a_fault_of_ours_shows_no_traceback(call, services, monkeypatch):
    def broken(**_):
        raise RuntimeError("secret inside")

    monkeypatch.setattr(services.queue.__class__, "body", lambda self, **_: broken())
    answer = await call("queue")
    assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "secret inside" not in str(answer.body)
    assert "its log" in answer.body["message"]
