"""Lists of jobs on a real MongoDB, filled by a real Slurm."""

from __future__ import annotations

from datetime import datetime

import pytest

from jupyter_slurm_api.search import SORTABLE
from servers import wait_for

HELLO = "#!/bin/sh\necho hello\n"
SMALL = {"mem": "20M"}


@pytest.fixture(scope="module")
def ours(server):
    """Three jobs that wait and have no start, two that have ended, and an array."""
    held = {"hold": True, **SMALL}
    waiting = [server.submit(HELLO, name=f"b{n}", parameters=held) for n in range(3)]
    ended = [server.submit(HELLO + f"exit {n}\n", name="a+b", parameters=SMALL) for n in (0, 3)]
    array = server.submit(HELLO, name="sweep", parameters={"array": "0-2", **SMALL})
    for job_id in (*ended, array):
        server.wait_for_status(job_id, "COMPLETED", "FAILED")
    yield {"waiting": waiting, "ended": ended, "array": [array]}
    server.call("POST", "slurm/jobs/actions", json={"action": "cancel", "ids": waiting})


def jobs(server, **params):
    answer = server.call("GET", "slurm/jobs", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def comparable(value):
    """Slurm's times are whole seconds, ours are not."""
    is_time = value and value.endswith("Z") and value[:2] == "20"
    return datetime.fromisoformat(value).isoformat("T", "milliseconds") if is_time else value or ""


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("field", SORTABLE)
def test_pages_in_any_order_hold_each_job_once_and_arrays_as_one(server, ours, field, direction):
    wanted = {job_id for some in ours.values() for job_id in some}
    seen, values, params = [], [], {"sort": direction + field, "limit": 2}
    while True:
        page = jobs(server, **params)
        seen += [job["job_id"] for job in page["jobs"]]
        values += [comparable(job[field]) for job in page["jobs"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen)) == page["total"]
    assert wanted <= set(seen)  # beside what other tests have left in the queue
    assert values == sorted(values, reverse=direction == "-")


def test_filters(server, ours):
    failed = jobs(server, state="F", name="A+B")
    assert [job["job_id"] for job in failed["jobs"]] == ours["ended"][1:]
    held = jobs(server, state="PENDING", q="echo hello")
    assert {job["job_id"] for job in held["jobs"]} == set(ours["waiting"])
    assert {job["explanation"] for job in held["jobs"]} == {
        server.job(ours["waiting"][0])["explanation"]
    }


def test_the_total_is_of_all_that_match_on_every_page(server, ours):
    asked = {"state": "PENDING", "q": "echo hello", "limit": 1}
    first = jobs(server, **asked)
    second = jobs(server, **asked, cursor=first["next_cursor"])
    for page in (first, second):
        assert (len(page["jobs"]), page["total"]) == (1, len(ours["waiting"]))


def test_who_asks_again_gets_304(server, ours):
    def ask_twice():
        etag = server.call("GET", "slurm/jobs").headers["ETag"]
        return server.call("GET", "slurm/jobs", headers={"If-None-Match": etag})

    # Jobs of other tests may end in between: then it is another list.
    again = wait_for(
        "a list that stands still", lambda: (one := ask_twice()).status_code == 304 and one
    )
    assert again.content == b""
