"""GET job/{id}/output: the bytes that a job wrote, or a part of them, and where they come from."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest
from tornado.httpclient import HTTPClientError

from fakes import until

SCRIPT = "#!/bin/sh\necho hello\n"
BINARY = b"one\r 50%\r100%\ntwo\n\x00\xff\xfe\x1b[31m\nthree"


@pytest.fixture
def path(jp_root_dir):
    return jp_root_dir / "out.txt"


@pytest.fixture
def change(submit, database, known):
    """Submit a job, of which Slurm then shows what is given; the store alone has it."""

    async def to(**seen):
        if not database.jobs:
            await submit({"script": SCRIPT})
            known.drop(database.jobs[0]["_id"])
        database.client["outputs"]["jobs"].update_one({}, {"$set": seen})
        return database.jobs[0]["_id"]

    return to


@pytest.fixture
def running(change, path):
    """Let the job run, and write into one file."""

    async def run(data):
        if data is not None:
            path.write_bytes(data)
        now = datetime.now(timezone.utc)
        paths = {"stdout_path": str(path), "stderr_path": str(path)}
        return await change(status="RUNNING", start_time=now, **paths)

    return run


@pytest.fixture
def over(running, change, database):
    """Let the job be over, with so much kept of its output."""

    async def end(data, kept=None, size=0):
        job_id = await running(data)
        now = datetime.now(timezone.utc)
        await change(status="COMPLETED", end_time=now, output_kept=True)
        if kept is not None:
            where = {"_id": f"{job_id}:stdout", "user": "ada"}
            database.client["outputs"]["outputs"].insert_one({**where, "data": kept, "size": size})
        return job_id

    return end


@pytest.fixture
def fetch(jp_fetch, services):
    """Get the output; an error status is an answer like any other."""

    async def get(query="", **headers):
        params = dict(word.split("=") for word in query.split("&") if word)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        where = ("slurm", "job", "101", "output")
        return await jp_fetch(*where, params=params, headers=named, raise_error=False)

    return get


def told(answer):
    """What the headers tell: source, size, offset, next."""
    names = ("Source", "Size", "Offset", "Next")
    source, *numbers = (answer.headers[f"Output-{name}"] for name in names)
    return (source, *map(int, numbers))


async def test_the_whole_as_the_bytes_that_it_is(fetch, running):
    await running(BINARY)
    answer = await fetch()
    assert (answer.code, answer.body) == (200, BINARY)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert told(answer) == ("file", len(BINARY), 0, len(BINARY))


async def test_more_than_is_read_at_once_comes_whole(fetch, running):
    data = bytes(range(256)) * 10_000
    await running(data)
    assert (await fetch()).body == data


async def test_a_file_that_becomes_shorter_meanwhile_is_no_whole_answer(
    fetch, running, services, monkeypatch
):
    """Who counts bytes sees it: the connection ends before as many as were announced."""
    read = services.reading.read

    async def shortened(place, offset, limit):
        return await read(place, offset, limit) if offset == 0 else b""

    monkeypatch.setattr(services.reading, "read", shortened)
    await running(b"x" * 3_000_000)
    with pytest.raises(HTTPClientError):
        await fetch()


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("offset=0", slice(0, None)),
        ("offset=4&limit=9", slice(4, 13)),
        ("limit=3", slice(0, 3)),
        ("offset=1000", slice(39, 39)),
        ("tail=1", slice(27, None)),
        ("tail=2", slice(18, None)),
        ("tail=100", slice(0, None)),
        ("tail=1&offset=4", slice(27, None)),
        ("tail=4&limit=10", slice(29, None)),
    ],
)
async def test_a_part_that_the_query_asks_for(fetch, running, query, part):
    data = BINARY.ljust(39, b"!")
    await running(data)
    answer = await fetch(query)
    first, end, _ = part.indices(39)
    assert (answer.code, answer.body) == (200, data[part])
    assert told(answer) == ("file", 39, first, end)


@pytest.mark.parametrize("header", ["bytes=0-2", "bytes=5-", "bytes=-4", "bytes=0-"])
async def test_a_range(fetch, running, header):
    await running(BINARY)
    first, _, last = header.removeprefix("bytes=").partition("-")
    part = BINARY[int(first) : int(last) + 1 if last else None] if first else BINARY[-int(last) :]
    answer = await fetch(Range=header)
    start = BINARY.index(part)
    assert (answer.code, answer.body) == (206, part)
    assert answer.headers["Accept-Ranges"] == "bytes"
    end = start + len(part) - 1
    assert answer.headers["Content-Range"] == f"bytes {start}-{end}/{len(BINARY)}"


async def test_a_range_in_which_there_is_nothing(fetch, running):
    await running(b"short")
    answer = await fetch(Range="bytes=5-")
    assert answer.code == 416
    assert answer.headers["Content-Range"] == "bytes */5"
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("header", ["bytes=0-1,3-4", "lines=0-1", "bytes=3-1"])
async def test_a_range_that_is_none_gets_the_whole(fetch, running, header):
    await running(b"short")
    answer = await fetch(Range=header)
    assert (answer.code, answer.body) == (200, b"short")


@pytest.mark.parametrize(
    "query",
    ["stream=stdlog", "offset=-1", "limit=0", "limit=99999999", "tail=0", "tail=x", "what=1"],
)
async def test_what_cannot_be_asked(fetch, running, query):
    await running(b"short")
    assert (await fetch(query)).code == 422


async def test_the_other_stream(fetch, running, change, jp_root_dir):
    await running(b"out")
    (jp_root_dir / "err.txt").write_text("err")
    await change(stderr_path=str(jp_root_dir / "err.txt"))
    assert (await fetch("stream=stderr")).body == b"err"
    assert (await fetch("stream=stdout")).body == b"out"


@pytest.mark.parametrize("is_running", [True, False])
async def test_before_there_is_one_it_is_empty(fetch, running, change, path, is_running):
    await running(None if is_running else b"an earlier job's")
    if not is_running:
        await change(status="PENDING", start_time=None)
    answer = await fetch()
    assert (answer.code, answer.body) == (200, b"")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert told(answer) == ("none", 0, 0, 0)


async def test_a_job_that_is_over_has_its_whole_file(fetch, over):
    await over(b"0123456789", kept=b"6789", size=10)
    answer = await fetch()
    assert (answer.body, told(answer)) == (b"0123456789", ("file", 10, 0, 10))


@pytest.mark.parametrize("instead", [None, b"another job's output"])
async def test_where_the_file_is_gone_it_is_what_was_kept_and_says_so(fetch, over, instead):
    await over(instead, kept=b"6789", size=10)
    answer = await fetch()
    assert (answer.body, told(answer)) == (b"6789", ("kept", 10, 6, 10))
    answer = await fetch("offset=2&limit=6")
    assert (answer.body, told(answer)) == (b"67", ("kept", 10, 6, 8))
    answer = await fetch(Range="bytes=0-7")
    assert (answer.body, answer.headers["Content-Range"]) == (b"67", "bytes 6-7/10")
    assert (await fetch(Range="bytes=0-5")).code == 416


async def test_where_nothing_is_left_it_says_so(fetch, over):
    await over(None)
    answer = await fetch()
    assert answer.code == 404
    assert b"nothing is left" in answer.body


async def test_a_file_that_is_none_is_not_read(fetch, running, path):
    path.symlink_to("/etc/passwd")
    await running(None)
    answer = await fetch()
    assert (answer.body, told(answer)) == (b"", ("none", 0, 0, 0))


async def test_an_array_has_none_but_its_tasks_do(fetch, running, change):
    await running(b"x")
    await change(array={"counts": {"RUNNING": 1}})
    answer = await fetch()
    assert answer.code == 409
    assert b"101_1" in answer.body


async def test_a_job_that_is_not_there(call):
    answer = await call("slurm", "job", "999", "output")
    assert (answer.status, answer.body["error"]) == (404, "job_not_found")


class TestEvents:
    """GET job/{id}/output/stream."""

    @pytest.fixture
    def stream(self, jp_fetch, services):
        """Follow, and give each event's lines to ``on_event`` as it comes; all of them."""

        async def follow(query="", on_event=lambda event: None, **headers):
            params = dict(word.split("=") for word in query.split("&") if word)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            waiting, events = "", []

            def take(chunk):
                nonlocal waiting
                *whole, waiting = (waiting + chunk.decode()).split("\n\n")
                for event in whole:
                    events.append(event.split("\n"))
                    on_event(events[-1])

            where = ("slurm", "job", "101", "output", "stream")
            answer = await jp_fetch(
                *where, params=params, headers=named, streaming_callback=take, request_timeout=60
            )
            assert answer.headers["Content-Type"] == "text/event-stream"
            assert waiting == ""
            return events

        return follow

    async def test_what_is_there_and_the_end(self, stream, over):
        await over(b"one\r\ntwo\xff", kept=b"one\r\ntwo\xff", size=9)
        output, text = '"job_id":"101","stream":"stdout"', '"text":"one\\r\\ntwo\ufffd"'
        assert await stream() == [
            [": nothing new"],
            [
                "event: data",
                "id: 9",
                f'data: {{{output},"type":"data","offset":0,"next_offset":9,{text}}}',
            ],
            [
                "event: end",
                "id: 9",
                f'data: {{{output},"type":"end","offset":9,"status":"COMPLETED"}}',
            ],
        ]

    async def test_what_comes_while_it_is_followed(self, stream, running, change, path):
        await running(b"one\n")

        def write_on(event):
            if '"text":"one\\n"' in event[-1]:
                path.write_text("one\ntwo\n")
                ends.append(asyncio.ensure_future(change(status="FAILED", end_time=after)))

        ends, after = [], datetime.now(timezone.utc)
        events = await stream(on_event=write_on)
        assert [event[0] for event in events if event != [": nothing new"]] == [
            "event: data",
            "event: data",
            "event: end",
        ]
        assert '"status":"FAILED"' in events[-1][-1]

    async def test_who_was_here_before_goes_on(self, stream, over):
        await over(b"0123456789", kept=b"0123456789", size=10)
        events = await stream("offset=2", Last_Event_ID="7")
        assert '"text":"789"' in events[1][-1]
        events = await stream("offset=2")
        assert '"text":"23456789"' in events[1][-1]

    async def test_what_was_kept_says_so(self, stream, over):
        await over(None, kept=b"6789", size=10)
        events = await stream()
        assert [event[0] for event in events[1:]] == [
            "event: kept",
            "event: gap",
            "event: data",
            "event: end",
        ]

    async def test_an_id_that_is_none_is_refused(self, stream, over):
        await over(b"x")
        with pytest.raises(HTTPClientError) as refused:
            await stream(Last_Event_ID="x")
        assert refused.value.code == 422

    async def test_no_more_than_the_server_follows(self, jp_fetch, stream, running, services):
        await running(b"x")
        following = [asyncio.ensure_future(stream()) for _ in range(2)]
        await until(lambda: len(services.following._followers) > 1)
        with pytest.raises(HTTPClientError) as refused:
            await stream()
        assert refused.value.code == 429
        assert int(refused.value.response.headers["Retry-After"]) > 0
        services.following.stop()
        await asyncio.gather(*following)

    async def test_who_goes_away_is_not_followed_for(self, stream, running, services, jp_fetch):
        await running(b"x")
        with pytest.raises(HTTPClientError):
            await jp_fetch("slurm", "job", "101", "output", "stream", request_timeout=0.5)
        await until(lambda: not services.following._followers)
