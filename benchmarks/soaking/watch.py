"""Clients that look at the queue, at jobs and at the service's health all the time."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx

from .site import Site
from .traffic import NOBODY, Traffic

_PATIENCE: Final = 90.0
_PAUSE: Final = 0.3


@dataclass(frozen=True)
class Seen:
    """One answer, without what nobody will ask of it later; times are of `time.time`."""

    kind: str
    server: int
    path: str
    asked_at: float
    seconds: float
    status: int
    stale: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def ended_at(self) -> float:
        """When the answer was there."""
        return self.asked_at + self.seconds

    def __str__(self) -> str:
        return (
            f"GET {self.path} of server {self.server + 1}: {self.status} after {self.seconds:.1f} s"
        )


class Watch:
    """Asks each server for each kind of thing in a thread; use it in a ``with``.

    ``always`` are names of jobs that are in the queue all the time.
    """

    def __init__(self, site: Site, traffic: Traffic, always: set[str]) -> None:
        self._traffic = traffic
        self._always = always
        self._left = threading.Event()
        self.seen: list[Seen] = []
        self._threads = [
            threading.Thread(target=self._run, args=[site, server, path])
            for server in range(len(site.servers))
            for path in (lambda: "queue", lambda: "health", self._any_job, self._any_tasks)
        ]

    def __enter__(self) -> Watch:  # noqa: PYI034 - Self is in typing from 3.11 on
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _run(self, site: Site, server: int, choose: Callable[[], str]) -> None:
        headers = {"Authorization": f"token {site.servers[server].token}"}
        alone = httpx.Limits(max_keepalive_connections=0)
        url = site.servers[server].url
        with httpx.Client(base_url=url, headers=headers, timeout=_PATIENCE, limits=alone) as client:
            while not self._left.is_set():
                if path := choose():
                    self.seen.append(self._ask(client, server, path))
                self._left.wait(_PAUSE)

    def _ask(self, client: httpx.Client, server: int, path: str) -> Seen:
        asked_at, began = time.time(), time.monotonic()
        try:
            answer = client.get(path)
            status, body = answer.status_code, answer.json()
        except httpx.TransportError:
            status, body = NOBODY, {}
        seconds = time.monotonic() - began
        kind = "tasks" if path.endswith("/tasks") else path.partition("/")[0]
        facts = self._facts(kind, body) if status == httpx.codes.OK else {}
        return Seen(kind, server, path, asked_at, seconds, status, bool(body.get("stale")), facts)

    def _facts(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        if kind == "queue":
            missing = self._always - {row["name"] for row in body["jobs"]}
            return {"missing": missing, "synced_at": _epoch(body["synced_at"])}
        if kind == "health":
            last = body.get("sync", {}).get("last_success")
            return {"last_success": _epoch(last) if last else 0.0}
        return {"state": body["status"]} if kind == "job" else {}

    def _any_job(self) -> str:
        """Choose a job that an answer named, one of the latest half of the time."""
        sent = [one for some in list(self._traffic.sent.values()) for one in list(some)]
        ids = [one.named for one in sent if one.named]
        some = ids[-10:] if random.random() < 0.5 else ids
        return f"job/{random.choice(some)}" if some else ""

    def _any_tasks(self) -> str:
        arrays = [one for one in list(self._traffic.known.values()) if one.kind == "array"]
        return f"job/{random.choice(arrays).slurm_id}/tasks" if arrays else ""


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
