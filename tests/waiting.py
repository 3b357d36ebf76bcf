"""Stores for tests that do not run in an event loop."""

from __future__ import annotations

import asyncio


class Waiting:
    """A store each of whose methods is waited for."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return lambda *arguments: asyncio.run(getattr(self._store, name)(*arguments))
