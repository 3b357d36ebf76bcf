"""A server extension that measures how long the event loop keeps others waiting.

It asks to be called every 5 ms and notes how much later it was. ``GET
benchmark/lag`` answers with what was noted since the last time it was asked.

    python loop_lag.py

does so in a loop with nothing else to do, until its standard input ends, and prints it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from array import array
from typing import Any, Final

from figures import percentile
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

_EVERY: Final = 0.005


class Sampler:
    """Notes the loop's lag, in seconds."""

    def __init__(self) -> None:
        self.lags = array("d")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sample, in the loop that runs."""
        self._task = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(_EVERY)
            self.lags.append(time.monotonic() - began - _EVERY)

    def take(self) -> dict[str, Any]:
        """Return the distribution of what was noted, in seconds, and begin anew."""
        lags, self.lags = self.lags, array("d")
        return {
            "samples": len(lags),
            "p50": percentile(lags, 50),
            "p99": percentile(lags, 99),
            "max": max(lags),
            "over_50_ms": sum(lag > 0.05 for lag in lags),
            "largest": sorted(lags)[-10:],
        }


class LagHandler(APIHandler):
    """Shows the lag."""

    def initialize(self, sampler: Sampler) -> None:
        """Take the sampler."""
        self.sampler = sampler

    @web.authenticated
    def get(self) -> None:
        """Answer with the lag's distribution in seconds."""
        self.finish(self.sampler.take())


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "loop_lag"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    sampler = Sampler()
    path = url_path_join(serverapp.web_app.settings["base_url"], "benchmark/lag")
    serverapp.web_app.add_handlers(".*", [(path, LagHandler, {"sampler": sampler})])
    serverapp.io_loop.add_callback(sampler.start)


async def _alone() -> dict[str, Any]:
    sampler = Sampler()
    sampler.start()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    return sampler.take()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_alone())))
