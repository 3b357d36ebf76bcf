"""Many followers of one job's output, as a process of its own.

    python benchmarks/followers.py PORT TOKEN_FILE JOB_ID --way events --followers 100

Each has a connection of its own and follows the output from its beginning to its end. Its
lines begin with the moment they were written. Prints what was seen as JSON: of each follower
how many bytes it got and their SHA-256, and how late the lines came.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from figures import percentile
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

_LIMIT = 64 << 20


@dataclass
class Seen:
    """What all followers saw together."""

    got: list[tuple[int, str]] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    messages: int = 0


class Output:
    """What one follower got: counted and hashed, not kept."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._hash = hashlib.sha256()
        self._count = 0
        self._line = ""

    def take(self, message: dict[str, Any]) -> bool:
        """Take a message; False after the last."""
        now = time.time()
        self._seen.messages += 1
        if message["type"] == "end":
            self._seen.got.append((self._count, self._hash.hexdigest()))
            return False
        data = message["text"].encode()
        if message["offset"] != self._count:
            raise SystemExit(f"{message['offset']} came after {self._count}")
        self._count += len(data)
        self._hash.update(data)
        *lines, self._line = (self._line + message["text"]).split("\n")
        self._seen.late += [now - float(line.partition(" ")[0]) for line in lines]
        return True


async def _events(options: argparse.Namespace) -> AsyncIterator[dict[str, Any]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", options.port, limit=_LIMIT)
    lines = [
        f"GET /slurm/job/{options.job_id}/output/stream HTTP/1.1",
        f"Host: 127.0.0.1:{options.port}",
        f"Authorization: token {options.token_file.read_text()}",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await reader.readuntil(b"\r\n\r\n")
    waiting = b""
    while size := int(await reader.readline(), 16):
        waiting += (await reader.readexactly(size + 2))[:-2]
        *events, waiting = waiting.split(b"\n\n")
        for event in events:
            _, found, data = event.partition(b"\ndata: ")
            if found:
                yield json.loads(data)
    writer.close()


async def _socket(options: argparse.Namespace) -> AsyncIterator[dict[str, Any]]:
    headers = {"Authorization": f"token {options.token_file.read_text()}"}
    where = HTTPRequest(f"ws://127.0.0.1:{options.port}/slurm/ws", headers=headers)
    socket = await websocket_connect(where, max_message_size=_LIMIT)
    await socket.write_message(json.dumps({"type": "follow", "job_id": options.job_id}))
    while text := await socket.read_message():
        yield json.loads(text)
    socket.close()


async def _follow(options: argparse.Namespace, seen: Seen) -> None:
    output = Output(seen)
    async for message in {"events": _events, "socket": _socket}[options.way](options):
        if not output.take(message):
            break


async def _all(options: argparse.Namespace, seen: Seen) -> None:
    await asyncio.gather(*(_follow(options, seen) for _ in range(options.followers)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("token_file", type=Path)
    parser.add_argument("job_id")
    parser.add_argument("--way", choices=("events", "socket"), default="events")
    parser.add_argument("--followers", type=int, default=100)
    options = parser.parse_args()
    seen, began = Seen(), time.monotonic()
    asyncio.run(_all(options, seen))
    took = time.monotonic() - began
    print(
        json.dumps(
            {
                "got": seen.got,
                "lines": len(seen.late),
                "messages": seen.messages,
                "p50": percentile(seen.late, 50),
                "p95": percentile(seen.late, 95),
                "max": max(seen.late),
                "seconds": took,
                "cpu_share": time.process_time() / took,
            }
        )
    )


if __name__ == "__main__":
    main()
