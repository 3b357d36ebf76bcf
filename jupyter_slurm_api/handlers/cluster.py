"""``GET partitions``, ``GET nodes`` and ``GET limits``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..representation import Representation
from .base import SlurmHandler

if TYPE_CHECKING:
    from ..search import NodeSearch


class PartitionsHandler(SlurmHandler):
    """Shows the cluster's partitions."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the partitions that this user may see, and what they have."""
        await self.send_new(await (await self.services()).cluster.partitions())


class NodesHandler(SlurmHandler):
    """Shows the cluster's nodes."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with one page; ``next_cursor`` asks for the next as ``cursor``."""
        search: NodeSearch = self.asked_query()
        await self.send_new(await (await self.services()).cluster.nodes(search))


class LimitsHandler(SlurmHandler):
    """Shows what the accounting lets the user use."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the user's accounts, limits and QOS."""
        limits = await (await self.services()).limits.show()
        await self.send_new(Representation.of(limits, {"synced_at": True}))
