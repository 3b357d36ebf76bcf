"""Many clients of one server, as a process of its own that costs little.

    python benchmarks/clients.py WHERE --token-file FILE --clients 200 --seconds 30 --every 5

``WHERE`` is a port of this machine or a Unix socket. Each client has one connection that
stays open and asks every so many seconds, beginning at a random moment, or again at once
with ``--every 0``. What is not answered ``--patience`` seconds after the end is given up.
The bodies are counted and thrown away. Prints what was seen as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from figures import percentile

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ETAG: Final = re.compile(rb"\r\netag: *(\S+)", re.IGNORECASE)
_SCRATCH: Final = bytearray(1 << 20)


@dataclass
class Seen:
    """What all clients saw together."""

    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    octets: int = 0


class Connection(asyncio.BufferedProtocol):
    """One connection, which reads one answer at a time and keeps none of its body."""

    def __init__(self) -> None:
        self.octets = 0
        self.etag = b""
        self._head = b""
        self._missing: int | None = None
        self._answered: asyncio.Future[str] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        """Let go of who waits."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(ConnectionError("the server closed the connection"))

    def ask(self, request: bytes) -> asyncio.Future[str]:
        """Send a request; the answer's status, once its last byte is here."""
        self._head, self._missing = b"", None
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answered

    def get_buffer(self, _hint: int) -> bytearray:
        """Read into the same memory always."""
        return _SCRATCH

    def buffer_updated(self, count: int) -> None:
        """Count what came."""
        self.octets += count
        if self._missing is None:
            self._head += _SCRATCH[:count]
            head, end, rest = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            self._head, count = head, len(rest)
            length = _LENGTH.search(head)
            self._missing = int(length[1]) if length else 0
            if etag := _ETAG.search(head):
                self.etag = etag[1]
        self._missing -= count
        if not self._missing and self._answered is not None:
            self._answered.set_result(self._head[9:12].decode())


class Clients:
    """Clients that ask the same until their time is over."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._token = options.token_file.read_bytes() if options.token_file else b""
        self.seen = Seen()

    async def run(self) -> None:
        """Run all clients to their end."""
        end = time.monotonic() + self._options.seconds
        clients = [asyncio.ensure_future(self._client(end)) for _ in range(self._options.clients)]
        patience = self._options.seconds + self._options.patience
        done, waiting = await asyncio.wait(clients, timeout=patience)
        self.seen.statuses["unanswered"] += len(waiting)
        for client in done:
            if isinstance(error := client.exception(), OSError):
                self.seen.statuses[type(error).__name__] += 1
            else:
                client.result()
        self.seen.statuses = +self.seen.statuses

    async def _connected(self) -> Connection:
        loop, where = asyncio.get_running_loop(), self._options.where
        if where.isdecimal():
            return (await loop.create_connection(Connection, "127.0.0.1", int(where)))[1]
        return (await loop.create_unix_connection(Connection, where))[1]

    async def _client(self, end: float) -> None:
        connection = await self._connected()
        due = time.monotonic() + random.uniform(0, self._options.every)
        while due < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            began = time.monotonic()
            if began >= end:
                break
            self.seen.statuses[await connection.ask(self._request(connection.etag))] += 1
            self.seen.seconds.append(time.monotonic() - began)
            self.seen.octets, connection.octets = self.seen.octets + connection.octets, 0
            due = max(due + self._options.every, time.monotonic())
        connection.transport.close()

    def _request(self, etag: bytes) -> bytes:
        options = self._options
        body = options.body.encode()
        lines = [
            f"{'POST' if body else 'GET'} {options.path} HTTP/1.1".encode(),
            b"Host: 127.0.0.1",
        ]
        if self._token:
            lines.append(b"Authorization: token " + self._token)
        if body:
            lines += [b"Content-Type: application/json", b"Content-Length: %d" % len(body)]
        if etag and options.conditional:
            lines.append(b"If-None-Match: " + etag)
        return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("where", help="a port, or the path of a socket")
    parser.add_argument("--token-file", type=Path)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--every", type=float, default=5)
    parser.add_argument("--patience", type=float, default=300)
    parser.add_argument("--path", default="/queue")
    parser.add_argument("--body", default="", help="if there is one, it is posted")
    parser.add_argument("--conditional", action="store_true", help="send the last ETag along")
    return parser.parse_args()


def main() -> None:
    clients = Clients(_options())
    began = time.monotonic()
    asyncio.run(clients.run())
    took = time.monotonic() - began
    seen = clients.seen
    print(
        json.dumps(
            {
                "answers": dict(seen.statuses),
                "a_second": len(seen.seconds) / took,
                "bytes": seen.octets / max(1, len(seen.seconds)),
                "megabytes_a_second": seen.octets / took / 1e6,
                "p50": percentile(seen.seconds, 50) if seen.seconds else None,
                "p95": percentile(seen.seconds, 95) if seen.seconds else None,
                "max": max(seen.seconds, default=None),
                "cpu_share": time.process_time() / took,
            }
        )
    )


if __name__ == "__main__":
    main()
