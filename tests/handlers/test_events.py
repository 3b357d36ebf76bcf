"""``GET events``: what changes, as it changes; whoever comes back misses nothing, or is told so."""

import asyncio
import json
from dataclasses import dataclass

import pytest

from jupyter_slurm_api.events import QueueEvent
from jupyter_slurm_api.handlers import event_stream
from jupyter_slurm_api.handlers import events as events_module
from jupyter_slurm_api.services import events as service_module

SCRIPT = {"script": "#!/bin/sh\n", "name": "n"}
BUS = "https://events.jupyter.org/jupyter_slurm_api/"
MISSED = {"reason": "missed"}


@pytest.fixture(autouse=True)
def _told_at_once(monkeypatch):
    monkeypatch.setattr(service_module, "_TOGETHER_SECONDS", 0.001)


@dataclass
class Stream:
    """One who follows, block by block."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int
    headers: dict
    last_id: str = ""

    async def block(self):
        """The lines of the next block."""
        lines = []
        while True:
            line = await asyncio.wait_for(self.reader.readline(), 20)
            if line == b"\n":
                return lines
            if line == b"":
                raise EOFError
            if not line.endswith(b"\r\n"):  # that is the chunked encoding's own
                lines.append(line.decode().removesuffix("\n"))

    async def event(self, kind=None):
        """The id, the kind and the data of the next event, or of the next of a kind."""
        while True:
            fields = dict(line.split(": ", 1) for line in await self.block())
            self.last_id = fields.get("id", self.last_id)
            if "event" in fields and kind in (None, fields["event"]):
                return fields["id"], fields["event"], json.loads(fields["data"])

    async def changes(self):
        _, _, data = await self.event("jobs")
        return [(job["previous_status"], job["status"]) for job in data["jobs"]]

    async def submitted(self):
        """The UUID of the next job that is told to wait in Slurm's queue."""
        while True:
            _, _, data = await self.event("jobs")
            for job in data["jobs"]:
                if job["status"] == "PENDING":
                    return job["job_id"]

    async def body(self):
        return json.loads(await self.reader.readexactly(int(self.headers["content-length"])))

    def close(self):
        self.writer.close()


async def until(is_so):
    while not is_so():  # noqa: ASYNC110 - of what is far from any event
        await asyncio.sleep(0.01)


@pytest.fixture
def follow(http_server, jp_http_port, jp_base_url, jp_auth_header, services):
    """Open a stream."""
    opened = []

    async def open_one(last_id=None):
        reader, writer = await asyncio.open_connection("localhost", jp_http_port)
        asked = {**jp_auth_header, "Host": f"localhost:{jp_http_port}"}
        if last_id is not None:
            asked["Last-Event-ID"] = last_id
        lines = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
        writer.write(f"GET {jp_base_url}slurm/events HTTP/1.1\r\n{lines}\r\n".encode())
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)).decode()
        first, *rest = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
        stream = Stream(reader, writer, int(first.split()[1]), headers)
        opened.append(stream)
        return stream

    yield open_one
    for stream in opened:
        stream.close()


async def test_a_stream_begins_with_how_to_come_back(follow):
    stream = await follow()
    assert stream.status == 200
    assert stream.headers["content-type"] == "text/event-stream"
    assert stream.headers["cache-control"] == "no-cache"
    retry, place = await stream.block()
    assert retry == "retry: 5000"
    assert place.startswith("id: ")


async def test_a_submit_is_told_while_it_happens_and_when_it_is_done(follow, submit, slurm):
    slurm.hangs = asyncio.Event()
    stream = await follow()
    submitting = asyncio.ensure_future(submit(SCRIPT))
    assert await stream.changes() == [(None, "SUBMITTING")]
    slurm.hangs.set()
    _, _, data = await stream.event("jobs")
    answer = (await submitting).body
    (job,) = data["jobs"]
    assert (job["job_id"], job["slurm_id"]) == (answer["job_id"], answer["slurm_id"])
    assert (job["name"], job["previous_status"], job["status"]) == ("n", "SUBMITTING", "PENDING")


async def test_who_comes_back_is_told_what_was_missed(follow, submit):
    stream = await follow()
    await submit(SCRIPT)
    await stream.submitted()
    stream.close()
    missed = (await submit(SCRIPT)).body["job_id"]
    again = await follow(stream.last_id)
    assert await again.submitted() == missed


async def test_who_has_seen_nothing_yet_can_come_back_too(follow, submit):
    stream = await follow()
    _, place = await stream.block()
    stream.close()
    missed = (await submit(SCRIPT)).body["job_id"]
    again = await follow(place.removeprefix("id: "))
    assert await again.submitted() == missed


@pytest.mark.parametrize("last_id", ["another-life-3", "", "\xe9-1", "0"])
async def test_an_id_of_another_life_of_the_server_leads_to_a_reset(follow, last_id):
    stream = await follow(last_id)
    _, kind, data = await stream.event()
    assert (kind, data) == ("reset", MISSED)


async def test_health_and_counts_are_told_too(follow, services, sync_status):
    stream = await follow()
    services.events.looked(well=True)
    assert (await stream.event("health"))[2]["status"] == "ok"
    assert (await stream.event("reset"))[2] == {"reason": "started"}
    assert (await stream.event("queue"))[2] == {"counts": {}}
    sync_status |= {"slurm_error": "away", "failures": 1, "last_error": {"message": "away"}}
    services.events.looked(well=False)
    assert (await stream.event("health"))[2] == {
        "status": "degraded",
        "slurm": "degraded",
        "database": "ok",
        "sync": "degraded",
    }


async def test_silence_is_broken_by_a_comment(follow, monkeypatch):
    monkeypatch.setattr(events_module, "_HEARTBEAT_SECONDS", 0.01)
    stream = await follow()
    await stream.block()
    assert await stream.block() == [": nothing new"]


async def test_one_too_many_is_told_when_to_come_back(follow, services):
    first, _ = await follow(), await follow()
    refused = await follow()
    assert (refused.status, refused.headers["retry-after"]) == (429, "15")
    assert (await refused.body())["error"] == "too_many_requests"
    first.close()

    await until(lambda: services.streams._open < 2)
    assert (await follow()).status == 200


async def test_who_takes_nothing_is_let_go(follow, services, monkeypatch, caplog):
    monkeypatch.setattr(event_stream, "_TAKEN_SECONDS", 0.05)
    await follow()
    for number in range(40):
        services.events._tell(QueueEvent(counts={"x" * 500_000: number}))
    await until(lambda: services.streams._open == 0)
    assert "Traceback" not in caplog.text


async def test_all_are_let_go_when_the_server_stops(follow, services):
    stream = await follow()
    await stream.block()
    await services.events.stop()
    await asyncio.wait_for(stream.reader.readuntil(b"0\r\n\r\n"), 20)


async def test_the_same_goes_over_jupyters_event_bus(submit, services, jp_serverapp):
    heard = []

    async def listen(logger, schema_id, data):
        heard.append((schema_id.removeprefix(BUS), data))

    for kind in ("jobs", "queue", "health", "reset"):
        jp_serverapp.event_logger.add_listener(schema_id=f"{BUS}{kind}/v1", listener=listen)
    services.events.looked(well=True)
    answer = (await submit(SCRIPT)).body

    def is_told():
        told = [job for kind, data in heard if kind == "jobs/v1" for job in data["jobs"]]
        return [job["status"] for job in told if job["job_id"] == answer["job_id"]][-1:]

    await until(lambda: is_told() == ["PENDING"])
    await until(lambda: ("queue/v1", {"counts": {"PENDING": 1}}) in heard)
    assert [kind for kind, _ in heard[:3]] == ["health/v1", "reset/v1", "queue/v1"]
