"""HTTP done well: gzip, caches, the id of a request."""

from __future__ import annotations

import gzip
import json
from http import HTTPStatus

import pytest

from fakes import queue_row
from jupyter_slurm_api.handlers.compression import accepts_gzip
from jupyter_slurm_api.handlers.contract import OPERATIONS


@pytest.mark.parametrize(
    ("header", "accepts"),
    [
        ("", False),
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("gzip; q=0, *", False),
        ("br , gzip ; q=0.5", True),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("identity", False),
    ],
)
def test_who_accepts_gzip(header, accepts):
    assert accepts_gzip(header) is accepts


@pytest.fixture
def raw(jp_fetch, services):
    async def fetch(*parts, **headers):
        return await jp_fetch(*parts, headers=headers, decompress_response=False)

    return fetch


async def test_what_is_large_comes_smaller(raw, slurm):
    slurm.rows = [queue_row(str(number), "ada") for number in range(100)]
    plain = await raw("queue")
    small = await raw("queue", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(small.body))["jobs"] == json.loads(plain.body)["jobs"]
    assert plain.headers["Vary"] == small.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] == small.headers["ETag"]


async def test_what_is_small_comes_as_it_is(raw):
    assert "Content-Encoding" not in (await raw("health", **{"Accept-Encoding": "gzip"})).headers


async def test_caches_keep_what_has_an_etag_and_ask_each_time(call):
    assert (await call("queue")).headers["Cache-Control"] == "private, no-cache"
    assert (await call("health")).headers["Cache-Control"] == "no-store"


SIMPLE = [
    path
    for (path, verb), operation in OPERATIONS.items()
    if verb == "get" and "{" not in path and operation.media_type == "application/json"
]


@pytest.mark.parametrize("path", [path for path in SIMPLE if path != "/ws"])
async def test_what_has_an_etag_is_said_to_answer_304(call, path):
    answer = await call("slurm", *path.strip("/").split("/"))
    can_be_304 = HTTPStatus.NOT_MODIFIED in OPERATIONS[path, "get"].statuses
    assert ("ETag" in answer.headers) is can_be_304
    if can_be_304:
        etag = answer.headers["ETag"]
        again = await call("slurm", *path.strip("/").split("/"), headers={"If-None-Match": etag})
        assert (again.status, again.body) == (304, None)


async def test_a_job_that_did_not_change_is_304(call, submit):
    job_id = (await submit({"script": "#!/bin/sh\n"})).body["job_id"]
    etag = (await call("job", job_id)).headers["ETag"]
    again = await call("job", job_id, headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, None)


async def test_a_body_that_no_request_of_ours_can_have_is_413(submit, slurm):
    answer = await submit({"script": "#!/bin/sh\n" + "#" * (33 << 20)})
    assert (answer.status, "32 MiB" in answer.body["message"]) == (413, True)
    assert slurm.submits == []


class TestRequestIds:
    async def test_each_request_has_one(self, call):
        ids = {(await call("health")).headers["X-Request-ID"] for _ in range(2)}
        assert len(ids) == 2

    async def test_one_that_a_proxy_gave_is_kept(self, call):
        answer = await call("job", "777", headers={"X-Request-ID": "proxy-1"})
        assert (answer.status, answer.headers["X-Request-ID"]) == (404, "proxy-1")
        assert answer.body["request_id"] == "proxy-1"

    @pytest.mark.parametrize("sent", ["x" * 101, "caf\xe9"])
    async def test_one_that_is_none_is_not(self, call, sent):
        answer = await call("health", headers={"X-Request-ID": sent})
        assert answer.headers["X-Request-ID"] != sent

    async def test_a_problem_can_be_found_in_the_log(self, call, caplog):
        caplog.set_level("INFO")
        answer = await call("job", "777")
        assert answer.body["request_id"] in caplog.text
