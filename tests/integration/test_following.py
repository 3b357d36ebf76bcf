"""A job's output followed while the job runs, by events and by a WebSocket, at the same time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import websocket

from servers import Server, wait_for

PRINTING = """#!/bin/bash
printf 'begin \\303'; sleep 1; printf '\\251\\n'
for percent in $(seq 1 100); do printf '\\r%3d%%' $percent; sleep 0.02; done
printf '\\nno UTF-8: \\377\\n'
echo oops >&2
seq 1 50000
"""
STDOUT = (
    b"begin \xc3\xa9\n"
    + b"".join(b"\r%3d%%" % percent for percent in range(1, 101))
    + b"\nno UTF-8: \xff\n"
    + b"".join(b"%d\n" % number for number in range(1, 50001))
)


def events(server: Server, job_id: str, stream: str = "stdout") -> Iterator[dict[str, Any]]:
    """Follow by Server-Sent Events."""
    url = f"{server.url}slurm/job/{job_id}/output/stream?stream={stream}"
    headers = {"Authorization": f"token {server.token}"}
    with httpx.stream("GET", url, headers=headers, timeout=60) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def messages(server: Server, job_ids: list[str]) -> Iterator[dict[str, Any]]:
    """Follow both outputs of some jobs over one WebSocket, until all have ended."""
    url = f"{server.url}slurm/ws".replace("http", "ws", 1)
    header = [f"Authorization: token {server.token}"]
    socket = websocket.create_connection(url, timeout=60, header=header)
    try:
        wanted = [(job_id, stream) for job_id in job_ids for stream in ("stdout", "stderr")]
        for job_id, stream in wanted:
            asked = {"type": "follow", "job_id": job_id, "stream": stream, "offset": 0}
            socket.send(json.dumps(asked))
        ended = 0
        while ended < len(wanted):
            message = json.loads(socket.recv())
            ended += message["type"] == "end"
            yield message
    finally:
        socket.close()


def text_of(found: list[dict[str, Any]]) -> str:
    """Return the text of one output, of which nothing may be missing or doubled."""
    offset = 0
    for message in found:
        assert message["offset"] == offset
        offset = message.get("next_offset", offset)
    return "".join(message.get("text", "") for message in found)


@pytest.fixture(scope="module")
def printing(server):
    """A job that prints for some seconds, and all that was seen of it on each way."""
    parameters = {"output": "out-%j.txt", "error": "err-%j.txt", "mem": "50M"}
    job_id = server.submit(PRINTING, name="printing", parameters=parameters)
    with ThreadPoolExecutor(2) as threads:
        by_events = threads.submit(lambda: list(events(server, job_id)))
        by_socket = threads.submit(lambda: list(messages(server, [job_id])))
        return job_id, by_events.result(90), by_socket.result(90)


def test_by_events_all_of_it_comes_and_then_its_end(printing):
    _, found, _ = printing
    assert text_of(found) == STDOUT.decode(errors="replace")
    assert [one["type"] for one in found].count("end") == 1
    end = found[-1]
    assert (end["type"], end["status"], end["offset"]) == ("end", "COMPLETED", len(STDOUT))


def test_it_came_while_the_job_ran(printing):
    _, found, _ = printing
    assert len([one for one in found if one["type"] == "data"]) > 3


def test_by_the_socket_both_outputs_come(printing):
    _, _, found = printing
    outputs = {
        stream: [one for one in found if one["stream"] == stream] for stream in ("stdout", "stderr")
    }
    assert text_of(outputs["stdout"]) == STDOUT.decode(errors="replace")
    assert text_of(outputs["stderr"]) == "oops\n"
    assert {outputs[stream][-1]["status"] for stream in outputs} == {"COMPLETED"}


def test_the_whole_and_its_parts_can_be_read(printing, server):
    job_id, _, _ = printing
    path = f"slurm/job/{job_id}/output"
    assert server.call("GET", path).content == STDOUT
    assert server.call("GET", path, headers={"Range": "bytes=0-4"}).content == b"begin"
    assert server.call("GET", f"{path}?tail=2").content == b"49999\n50000\n"
    assert server.call("GET", f"{path}?stream=stderr").content == b"oops\n"


def test_when_the_file_is_gone_what_was_kept_comes(printing, server):
    job_id, _, _ = printing
    path = f"slurm/job/{job_id}/output"

    def is_kept():
        return server.call("GET", path).headers["Output-Source"] == "kept"

    server.work_dir.joinpath(f"out-{server.job(job_id)['slurm_id']}.txt").unlink()
    wait_for("the output to be kept", is_kept)
    answer = server.call("GET", path)
    assert (answer.content, answer.headers["Output-Size"]) == (STDOUT, str(len(STDOUT)))
    found = list(events(server, job_id))
    assert [one["type"] for one in found][:2] == ["kept", "data"]
    assert text_of(found) == STDOUT.decode(errors="replace")


def test_a_requeued_job_s_next_run_begins_anew(server, run_slurm, tmp_path):
    """Each run writes its number; the first waits until it is requeued."""
    gate = tmp_path / "gate"
    script = (
        "#!/bin/sh\n#SBATCH --requeue\n"
        'echo "run ${SLURM_RESTART_COUNT:-0} of many"\n'
        f'[ -n "$SLURM_RESTART_COUNT" ] || sleep 100\nuntil [ -e {gate} ]; do sleep 0.1; done\n'
    )
    job_id = server.submit(script, parameters={"mem": "50M"})
    slurm_id = server.wait_for_status(job_id, "RUNNING")["slurm_id"]
    found = []
    for message in events(server, job_id):
        found.append(message)
        if message.get("text") == "run 0 of many\n":
            run_slurm("scontrol", "requeue", slurm_id)
            server.wait_for_status(job_id, "PENDING")
            run_slurm("scontrol", "update", f"JobId={slurm_id}", "StartTime=now+2")
        if message.get("text") == "run 1 of many\n":
            gate.touch()
    end = found[-1]
    assert (end["type"], end["status"]) == ("end", "COMPLETED"), (found, server.job(job_id))
    gaps = [number for number, one in enumerate(found) if one["type"] == "gap"]
    assert [found[number]["reason"] for number in gaps] == ["truncated"], found
    assert "run 0 of many" in "".join(one["text"] for one in found[: gaps[0]])
    assert text_of(found[gaps[0] + 1 :]) == "run 1 of many\n"


def test_a_task_is_followed_from_before_it_has_started(server):
    script = "#!/bin/sh\necho task $SLURM_ARRAY_TASK_ID\n"
    parameters = {"array": "3-4%1", "begin": "now+3", "mem": "50M"}
    job_id = server.submit(script, parameters=parameters)
    task = f"{server.job(job_id)['slurm_id']}_4"
    found = list(events(server, task))
    assert text_of(found) == "task 4\n"
    assert {one["job_id"] for one in found} == {task}
