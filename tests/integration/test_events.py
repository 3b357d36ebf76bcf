"""What becomes of a real job, told as it happens: as Server-Sent Events and on Jupyter's bus."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

SCRIPT = "#!/bin/sh\nsleep 4\n"
SMALL = {"mem": "20M"}
LIFE = ["SUBMITTING", "PENDING", "RUNNING", "COMPLETED"]
JOBS = "https://events.jupyter.org/jupyter_slurm_api/jobs/v1"


class Seen:
    """The states that a job was told to be in, by who was told."""

    def __init__(self):
        self.states = []
        self.is_over = asyncio.Event()

    def note(self, job_id, changes):
        for change in changes:
            if change["job_id"] == job_id and change["status"] != change["previous_status"]:
                self.states.append(change["status"])
                if change["status"] == "COMPLETED":
                    self.is_over.set()


async def stream(server, last_id=None):
    """Yield the id, kind and data of each event."""
    headers = {"Authorization": f"token {server.token}"}
    if last_id:
        headers["Last-Event-ID"] = last_id
    url = server.url + "slurm/events"
    async with (
        httpx.AsyncClient(timeout=60) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        fields = {}
        async for line in answer.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            yield fields.get("id"), fields.get("event"), json.loads(fields.pop("data", "null"))
            fields.pop("event", None)


async def bus(server):
    """Connect to Jupyter's own event bus."""
    url = f"ws{server.url.removeprefix('http')}api/events/subscribe"
    headers = {"Authorization": f"token {server.token}"}
    return await websocket_connect(HTTPRequest(url, headers=headers))


async def follow_a_job(server):
    """Submit a job; what was told of it by the stream and by the bus, and all ids of events."""
    by_stream, by_bus, ids, told = Seen(), Seen(), [], asyncio.Queue()

    async def read_stream():
        async for event_id, kind, data in stream(server):
            ids.append(event_id)
            await told.put((by_stream, kind, data))

    async def read_bus():
        while message := await connection.read_message():
            event = json.loads(message)
            if event["schema_id"] == JOBS:
                await told.put((by_bus, "jobs", event))

    connection = await bus(server)
    reading = [asyncio.ensure_future(read_stream()), asyncio.ensure_future(read_bus())]
    await told.get()  # the stream has begun
    is_released = False
    job_id = await asyncio.to_thread(server.submit, SCRIPT, parameters={"hold": True, **SMALL})
    while not (by_stream.is_over.is_set() and by_bus.is_over.is_set()):
        who, kind, data = await asyncio.wait_for(told.get(), 60)
        if kind == "jobs":
            who.note(job_id, data["jobs"])
        if "PENDING" in who.states and not is_released:
            is_released = True
            await asyncio.to_thread(server.call, "POST", f"slurm/job/{job_id}/release")
    for one in reading:
        one.cancel()
    connection.close()
    await asyncio.gather(*reading, return_exceptions=True)
    return job_id, by_stream.states, by_bus.states, ids


async def first(events, kind):
    async for event in events:
        if event[1] == kind:
            return event
    return None


@pytest.fixture(scope="module")
def followed(server):
    return asyncio.run(follow_a_job(server))


def test_a_jobs_life_is_told(followed):
    _, by_stream, by_bus, _ = followed
    assert by_stream == by_bus
    # Between the submit's record and sbatch's answer there may be less than is told together.
    assert by_stream in (LIFE, LIFE[1:])


def test_who_comes_back_is_told_what_was_missed(server, followed):
    job_id, states, _, ids = followed

    async def again():
        seen = Seen()
        async for _, kind, data in stream(server, ids[0]):
            if kind == "jobs":
                seen.note(job_id, data["jobs"])
            if seen.is_over.is_set():
                return seen.states
        return None

    assert asyncio.run(again()) == states


def test_who_knew_the_server_before_it_was_started_again_reads_all_anew(make_server, followed):
    *_, ids = followed
    with make_server() as other:
        _, _, data = asyncio.run(first(stream(other, ids[-1]), "reset"))
    assert data == {"reason": "missed"}
