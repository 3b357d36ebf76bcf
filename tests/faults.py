"""Clients that watch a service while something breaks, and what they may complain of.

Nothing here breaks anything, so that a test of seconds and a run of hours can use the same
parts. Each check returns complaints, a sentence each: an empty list is what everybody wants.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import count, pairwise
from typing import Any

import httpx

from servers import Server

PATIENCE = 90.0  # of our clients: longer than any answer may take
NOBODY = 0  # the status where nobody answered
SUBMITTED, REFUSED = 201, 503
ON_THE_WAY = ("SUBMITTING", "PENDING", "CONFIGURING", "RUNNING", "COMPLETING")


def now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Answer:
    """What one question got, and after how many seconds."""

    path: str
    asked_at: datetime
    seconds: float
    status: int
    body: Mapping[str, Any]

    @property
    def answered_at(self) -> datetime:
        return self.asked_at + timedelta(seconds=self.seconds)

    @property
    def synced_at(self) -> datetime:
        return datetime.fromisoformat(self.body["synced_at"].replace("Z", "+00:00"))

    def __str__(self) -> str:
        return f"{self.asked_at:%H:%M:%S} GET {self.path}: {self.status} after {self.seconds:.1f} s"


@dataclass(frozen=True)
class Submit:
    """A job that was sent, under a name that no other has, and what was answered."""

    name: str
    status: int
    job_id: str | None
    seconds: float


class _Client:
    """Does something again and again, in threads of its own, until it is left."""

    def __init__(self, server: Server, pause: float) -> None:
        self._server = server
        self._pause = pause
        self._left = threading.Event()
        self._threads: list[threading.Thread] = []

    def _loop(self, turn: Callable[[httpx.Client], None]) -> None:
        self._threads.append(threading.Thread(target=self._run, args=[turn]))

    def _run(self, turn: Callable[[httpx.Client], None]) -> None:
        headers = {"Authorization": f"token {self._server.token}"}
        url = self._server.url
        with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as client:
            while not self._left.is_set():
                turn(client)
                self._left.wait(self._pause)

    def __enter__(self) -> Any:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in self._threads), "a request hangs"


class Poller(_Client):
    """Asks for each group of paths in a thread; within a group one question follows the other."""

    def __init__(self, server: Server, *groups: Sequence[str], pause: float = 0.1) -> None:
        super().__init__(server, pause)
        self.answers: list[Answer] = []
        self.paths = [path for group in groups for path in group]
        for group in groups:
            self._loop(lambda client, paths=group: [self._ask(client, path) for path in paths])

    def _ask(self, client: httpx.Client, path: str) -> None:
        asked_at, began = now(), time.monotonic()
        try:
            answer = client.get(path)
            status, body = answer.status_code, answer.json()
        except httpx.TransportError as error:
            status, body = NOBODY, {"error": repr(error)}
        self.answers.append(Answer(path, asked_at, time.monotonic() - began, status, body))

    @property
    def slowest(self) -> Answer:
        return max(self.answers, key=lambda answer: answer.seconds)

    def of(self, path: str, *, since: datetime | None = None) -> list[Answer]:
        """Return the answers to one path, in their order."""
        answers = [answer for answer in list(self.answers) if answer.path == path]
        return [answer for answer in answers if since is None or answer.asked_at >= since]

    def last(self, path: str) -> Mapping[str, Any]:
        """Return what was answered last where anybody did."""
        answered = [answer.body for answer in self.of(path) if answer.status != NOBODY]
        return answered[-1] if answered else {}

    def ticks(self, since: datetime) -> list[str]:
        """Return the ends of the looks at Slurm that went well, as `health` told of them."""
        ends = {(answer.body.get("sync") or {}).get("last_success") for answer in self.of("health")}
        return sorted(end for end in ends if end and end > since.isoformat())


class Submitter(_Client):
    """Submits small jobs, each of which prints its name."""

    def __init__(
        self, server: Server, prefix: str, *, threads: int = 2, pause: float = 0.4
    ) -> None:
        super().__init__(server, pause)
        self.submits: list[Submit] = []
        self._names = (f"{prefix}-{number}" for number in count(1))
        for _ in range(threads):
            self._loop(self._submit)

    def _submit(self, client: httpx.Client) -> None:
        name, began = next(self._names), time.monotonic()
        body = {"script": f"#!/bin/sh\necho {name}\n", "name": name, "parameters": {"mem": "50M"}}
        try:
            answer = client.post("submit", json=body)
            status, job_id = answer.status_code, answer.json().get("job_id")
        except httpx.TransportError:
            status, job_id = NOBODY, None
        self.submits.append(Submit(name, status, job_id, time.monotonic() - began))


def slow(answers: Iterable[Answer], bound: float) -> list[str]:
    """Complain of answers that took longer than promised."""
    return [str(answer) for answer in answers if answer.seconds > bound]


def refused(answers: Iterable[Answer], allowed: Collection[int]) -> list[str]:
    """Complain of answers with another status."""
    return [str(answer) for answer in answers if answer.status not in allowed]


def hidden(answers: Iterable[Answer], slurm_ids: Collection[str]) -> list[str]:
    """Complain of queues that do not show jobs which were there all the time."""
    return [
        f"{answer} does not show {slurm_id}"
        for answer in answers
        if answer.status == httpx.codes.OK
        for slurm_id in slurm_ids
        if slurm_id not in {row["job_id"] for row in answer.body["jobs"]}
    ]


def backward(answers: Iterable[Answer]) -> list[str]:
    """Complain of a job that was shown in a later state first, or as seen later.

    A server that was just started does not know when the last one looked, and says stale.
    """
    shown = [answer for answer in answers if answer.status == httpx.codes.OK]
    return [
        f"{before.body['status']} was followed by {after}: {after.body['status']}"
        for before, after in pairwise(shown)
        if rank(after.body["status"]) < rank(before.body["status"])
        or (after.synced_at < before.synced_at and not after.body["stale"])
    ]


def rank(state: str) -> int:
    return ON_THE_WAY.index(state) if state in ON_THE_WAY else len(ON_THE_WAY)
