"""A submit's body: what tells one request from another."""

import json

import pytest
from pydantic import ValidationError

from jupyter_slurm_api.views import SubmitRequest

BODY = {
    "script": "#!/bin/sh\necho é\n",
    "name": "a job",
    "parameters": {"time": "5", "ntasks": 1, "hold": True, "mail-type": ["END", "FAIL"]},
    "work_dir": "runs",
}


def sha256(body):
    return SubmitRequest.model_validate_json(json.dumps(body)).sha256


def reversed_in_order(body):
    return {
        name: reversed_in_order(value) if isinstance(value, dict) else value
        for name, value in reversed(body.items())
    }


def test_the_order_of_names_does_not_matter():
    assert sha256(reversed_in_order(BODY)) == sha256(BODY)


@pytest.mark.parametrize(
    "unsaid", [{"name": None}, {"parameters": {}}, {"work_dir": None}, {"tags": []}]
)
def test_a_default_that_is_sent_does_not_matter(unsaid):
    assert sha256({"script": "#!/bin/sh\n", **unsaid}) == sha256({"script": "#!/bin/sh\n"})


@pytest.mark.parametrize(
    "other",
    [
        {"script": "#!/bin/sh\necho e\n"},
        {"name": "another job"},
        {"name": None},
        {"work_dir": "./runs"},
        {"tags": ["paper"]},
        {"parameters": {}},
        {"parameters": {**BODY["parameters"], "ntasks": "1"}},
        {"parameters": {**BODY["parameters"], "ntasks": True}},
        {"parameters": {**BODY["parameters"], "mail-type": ["FAIL", "END"]}},
        {"parameters": {**BODY["parameters"], "qos": None}},
    ],
)
def test_any_other_difference_does(other):
    assert sha256({**BODY, **other}) != sha256(BODY)


def test_it_stays_what_it_is_from_release_to_release():
    """Else a request that is sent again after an upgrade would be taken for another."""
    assert sha256(BODY) == "87864e095184ac469b4b01db5aaf9468144cd9322fb4d7b9da99fb82572d7a7e"


def test_a_tag_that_is_said_twice_is_one():
    request = SubmitRequest(script="#!/bin/sh\n", tags=("paper", "fig 2", "paper"))
    assert request.tags == ("paper", "fig 2")


@pytest.mark.parametrize("tag", ["", " paper", "a,b", "a\nb", "x" * 501])
def test_what_no_tag_can_be(tag):
    with pytest.raises(ValidationError):
        SubmitRequest(script="#!/bin/sh\n", tags=(tag,))
