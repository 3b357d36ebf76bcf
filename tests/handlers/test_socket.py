"""GET ws: one WebSocket for all that a page follows."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import jsonschema
import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError

from fakes import until


@pytest.fixture
def make_job(submit, known, database, jp_root_dir):
    """Make a job that runs and has written something; it is in memory."""

    async def make(output):
        answer = await submit({"script": "#!/bin/sh\n"})
        path = jp_root_dir / answer.body["slurm_id"]
        path.write_bytes(output)
        seen = {"status": "RUNNING", "start_time": datetime.now(timezone.utc)}
        seen |= {"stdout_path": str(path), "stderr_path": str(path), "revision": 9}
        job = known.get(answer.body["job_id"])
        known.put([job.model_copy(update=seen)])
        return answer.body["slurm_id"], path

    return make


@pytest.fixture
def end(known, database):
    """Let a job be over."""

    def end(slurm_id):
        job = known.get(slurm_id)
        over = {"status": "COMPLETED", "end_time": datetime.now(timezone.utc), "revision": 10}
        known.put([job.model_copy(update=over)])
        seen = known.get(slurm_id).model_dump(include={*over, "start_time", "stdout_path"})
        database.client["outputs"]["jobs"].update_one({"slurm_id": slurm_id}, {"$set": seen})

    return end


class Page:
    """A page with its WebSocket."""

    def __init__(self, socket, schema):
        self.socket = socket
        self.schema = schema["properties"]["server"] | {"$defs": schema["$defs"]}

    async def say(self, **message):
        await self.socket.write_message(json.dumps(message))

    async def hear(self):
        """Return the next message; each is as the schema says."""
        message = json.loads(await self.socket.read_message())
        jsonschema.validate(message, self.schema)
        return message


@pytest.fixture
def open_page(jp_ws_fetch, call):
    async def open_one():
        schema = (await call("slurm", "ws", "schema.json")).body
        return Page(await jp_ws_fetch("slurm", "ws"), schema)

    return open_one


async def test_many_outputs_are_followed_at_once(make_job, end, open_page):
    page = await open_page()
    ids = {}
    for number in range(2):
        slurm_id, path = await make_job(f"é{number}\r".encode())
        ids[slurm_id] = path
        await page.say(type="follow", job_id=slurm_id, stream="stdout", offset=0)
    heard = [await page.hear() for _ in range(2)]
    assert {one["job_id"]: one["text"] for one in heard} == {
        slurm_id: path.read_bytes().decode() for slurm_id, path in ids.items()
    }
    assert {(one["type"], one["offset"], one["next_offset"]) for one in heard} == {("data", 0, 4)}
    for slurm_id, path in ids.items():
        with path.open("a") as file:
            file.write("more")
        end(slurm_id)
    heard = [await page.hear() for _ in range(4)]
    assert sorted(one["type"] for one in heard) == ["data"] * 2 + ["end"] * 2
    for one in heard:
        assert one.get("text", "more") == "more"
        assert one.get("status", "COMPLETED") == "COMPLETED"


async def test_a_file_that_begins_anew(make_job, open_page):
    page = await open_page()
    slurm_id, path = await make_job(b"old run")
    await page.say(type="follow", job_id=slurm_id)
    assert (await page.hear())["text"] == "old run"
    path.write_text("new")
    gap = await page.hear()
    assert (gap["type"], gap["offset"], gap["next_offset"]) == ("gap", 7, 0)
    assert gap["reason"] == "truncated"
    assert (await page.hear())["text"] == "new"


async def test_to_follow_again_is_to_follow_from_there(make_job, open_page, services):
    page = await open_page()
    slurm_id, _ = await make_job(b"0123456789")
    await page.say(type="follow", job_id=slurm_id)
    await page.hear()
    await page.say(type="follow", job_id=slurm_id, offset=8)
    assert (await page.hear())["text"] == "89"
    assert len(services.following._followers) == 1


async def test_what_is_not_followed_any_more_is_not_sent(make_job, open_page, services):
    page = await open_page()
    slurm_id, _ = await make_job(b"one")
    await page.say(type="follow", job_id=slurm_id)
    await page.hear()
    await page.say(type="unfollow", job_id=slurm_id)
    await page.say(type="follow", job_id="999")
    assert (await page.hear())["type"] == "error"
    assert not services.following._followers
    await page.say(type="unfollow", job_id="never followed")


async def test_errors_are_told_and_the_socket_stays(make_job, open_page):
    page = await open_page()
    await page.say(type="follow", job_id="999", stream="stderr")
    error = await page.hear()
    assert (error["type"], error["status"], error["error"]) == ("error", 404, "job_not_found")
    assert (error["job_id"], error["stream"]) == ("999", "stderr")
    slurm_id, _ = await make_job(b"x")
    await page.say(type="follow", job_id=slurm_id)
    assert (await page.hear())["text"] == "x"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"type": "dance"}',
        '{"type": "follow"}',
        '{"type": "follow", "job_id": "1", "offset": -1}',
        '{"type": "follow", "job_id": "1", "stream": "stdin"}',
        '{"type": "follow", "job_id": "1", "also": 1}',
    ],
)
async def test_what_is_no_message(open_page, text):
    page = await open_page()
    await page.socket.write_message(text)
    error = await page.hear()
    assert (error["type"], error["status"], error["error"]) == ("error", 422, "invalid_request")
    assert "schema.json" in error["message"]


async def test_no_more_than_the_server_follows(make_job, open_page):
    page = await open_page()
    for _ in range(2):
        slurm_id, _ = await make_job(b"x")
        await page.say(type="follow", job_id=slurm_id)
        await page.hear()
    slurm_id, _ = await make_job(b"x")
    await page.say(type="follow", job_id=slurm_id)
    error = await page.hear()
    assert (error["status"], error["error"]) == (429, "too_many_requests")


async def test_with_the_page_all_it_followed_goes(make_job, open_page, services):
    page = await open_page()
    slurm_id, _ = await make_job(b"x")
    await page.say(type="follow", job_id=slurm_id)
    await page.hear()
    page.socket.close()
    await until(lambda: not services.following._followers)


async def test_who_asks_without_opening_a_socket_is_told(call):
    answer = await call("slurm", "ws")
    assert (answer.status, answer.headers["Upgrade"]) == (426, "websocket")
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_the_schema_tells_what_may_be_sent(call):
    schema = (await call("slurm", "ws", "schema.json")).body
    client = schema["properties"]["client"] | {"$defs": schema["$defs"]}
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"type": "follow", "job_id": "1", "offset": 7}, client)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"type": "follow"}, client)


class TestWhoMayCome:
    async def test_not_without_a_login(self, jp_ws_fetch, services):
        with pytest.raises(HTTPClientError) as refused:
            await jp_ws_fetch("slurm", "ws", headers={"Authorization": ""})
        assert refused.value.code == 403

    async def test_no_page_of_elsewhere(
        self, http_server_client, jp_base_url, jp_http_port, jp_auth_header, jp_ws_fetch, services
    ):
        """By the cookie that browsers send along; who has the token may come from anywhere."""
        token = jp_auth_header["Authorization"].split()[-1]
        url = f"{jp_base_url}api/status?token={token}"
        host = {"Host": f"localhost:{jp_http_port}"}  # a cookie is of one host
        answer = await http_server_client.fetch(url, headers=host)
        set_cookies = answer.headers.get_list("Set-Cookie")
        cookie = "; ".join(one.partition(";")[0] for one in set_cookies)
        headers = {"Authorization": "", "Cookie": cookie}
        (await jp_ws_fetch("slurm", "ws", headers={**headers})).close()
        with pytest.raises(HTTPClientError) as refused:
            await jp_ws_fetch("slurm", "ws", headers=headers | {"Origin": "https://evil.example"})
        assert refused.value.code == 403


class Nobody(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return resource != "slurm"


class TestWhoMayNotRead:
    @pytest.fixture
    def jp_server_config(self):
        return {
            "ServerApp": {
                "jpserver_extensions": {"jupyter_slurm_api": True},
                "authorizer_class": Nobody,
            }
        }

    async def test_is_refused(self, jp_ws_fetch, services):
        with pytest.raises(HTTPClientError) as refused:
            await jp_ws_fetch("slurm", "ws")
        assert refused.value.code == 403
