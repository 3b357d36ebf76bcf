"""What the cluster has: its partitions and nodes, asked for once for all who want to know."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from pydantic_core import to_json

from ..cluster import Node, Partition, PartitionUse, sum_of
from ..representation import Representation
from ..search import NodeSearch
from ..slurm.client import Slurm
from ..slurm.inventory import order
from ..threads import DaemonThreads
from .snapshots import Seen, Snapshots, represented

T = TypeVar("T")

# sinfo's short words, and its word for both drained and draining.
_MEANT: Final = {
    "alloc": ("allocated",),
    "comp": ("completing",),
    "drain": ("drained", "draining"),
    "drng": ("draining",),
    "maint": ("maint", "maintenance"),
    "mix": ("mixed",),
    "resv": ("reserved",),
}


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the cluster had at one moment."""

    partitions: Sequence[Partition]
    nodes: Sequence[Node]
    bad_rows: int


class ClusterService:
    """Answers for partitions and nodes from a snapshot that lives some seconds."""

    def __init__(self, slurm: Slurm, *, min_life: float) -> None:
        self._slurm = slurm
        self._snapshots = Snapshots(self._look, name="sinfo", min_life=min_life)
        self._threads = DaemonThreads(1, "slurm-api-cluster")

    async def partitions(self) -> Representation:
        """Return the partitions that this user may see, with what their nodes have, as JSON.

        Raises:
            SlurmError: Slurm has not answered once since this server started.
        """
        return await self._off_loop(partial(_partitions, await self._snapshots.current()))

    async def nodes(self, search: NodeSearch) -> Representation:
        """Return a page of the nodes of these partitions as JSON; errors as above."""
        return await self._off_loop(partial(_nodes, await self._snapshots.current(), search))

    async def open_to(self, accounts: Collection[str] | None) -> list[str]:
        """Return the partitions that take jobs of these accounts, the default one first.

        Of a user whose accounts are not known, none is left out for them.
        """
        found = (await self._snapshots.current()).value.partitions
        takes = [one for one in found if one["state"] == "UP" and _lets_in(one, accounts)]
        return [one["name"] for one in sorted(takes, key=lambda one: not one["is_default"])]

    async def _look(self) -> Inventory:
        partitions, nodes = await asyncio.gather(self._slurm.partitions(), self._slurm.nodes())
        return Inventory(partitions.value, nodes.value, partitions.bad + nodes.bad)

    async def _off_loop(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _lets_in(partition: Partition, accounts: Collection[str] | None) -> bool:
    if accounts is None:
        return True
    allowed, denied = partition["allow_accounts"], partition["deny_accounts"] or ()
    return any((allowed is None or one in allowed) and one not in denied for one in accounts)


def _partitions(seen: Seen[Inventory]) -> Representation:
    by_partition: dict[str, list[Node]] = {one["name"]: [] for one in seen.value.partitions}
    for node in seen.value.nodes:
        for name in node["partitions"]:
            by_partition.setdefault(name, []).append(node)
    rows = [_with_use(one, by_partition[one["name"]]) for one in seen.value.partitions]
    return represented("partitions", to_json(rows), seen, {"bad_rows": seen.value.bad_rows})


def _with_use(partition: Partition, nodes: Sequence[Node]) -> PartitionUse:
    gpus = [node["gpus_by_type"] for node in nodes]
    return {
        **partition,
        "nodes": len(nodes),
        "node_states": dict(Counter(node["state"] for node in nodes)),
        "cpus": sum_of([node["cpus"] for node in nodes]),
        "memory": sum_of([node["memory"] for node in nodes]),
        "gpus": sum_of([node["gpus"] for node in nodes]),
        "gpus_by_type": {
            kind: sum_of([some[kind] for some in gpus if kind in some])
            for kind in sorted({kind for some in gpus for kind in some})
        },
    }


def _nodes(seen: Seen[Inventory], search: NodeSearch) -> Representation:
    """Write the page that begins behind the cursor, which is the name of the last node."""
    states = {word for said in search.state for word in _MEANT.get(said.lower(), (said.lower(),))}
    found = [
        node
        for node in seen.value.nodes
        if (not states or states & {node["state"], *node["flags"]})
        and (not search.partition or set(search.partition) & set(node["partitions"]))
    ]
    after = order(search.cursor) if search.cursor else None
    left = [node for node in found if after is None or order(node["name"]) > after]
    page = left[: search.limit]
    about = {
        "total": len(found),
        "next_cursor": page[-1]["name"] if len(left) > len(page) else None,
        "bad_rows": seen.value.bad_rows,
    }
    return represented("nodes", to_json(page), seen, about)
