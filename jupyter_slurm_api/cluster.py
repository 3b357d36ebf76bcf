"""What a cluster has and what one may use of it: partitions, nodes, limits.

Nodes and amounts are dictionaries and no models: a cluster has thousands of them.
Memory is in bytes, a time ``[D-]HH:MM:SS`` or UNLIMITED.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from typing_extensions import TypedDict

from .models import Model


class Amount(TypedDict):
    """How much there is of something; what is neither used nor free cannot be used now."""

    total: int
    used: int
    free: int


def amount(total: int, used: int, free: int) -> Amount:
    """Return an amount."""
    return {"total": total, "used": used, "free": free}


def sum_of(amounts: Sequence[Amount]) -> Amount:
    """Return amounts together."""
    return amount(
        sum(one["total"] for one in amounts),
        sum(one["used"] for one in amounts),
        sum(one["free"] for one in amounts),
    )


class Node(TypedDict):
    """One node: ``state`` is Slurm's word in small letters, ``flags`` what it marks it with.

    ``gpus`` counts all GPUs, ``gpus_by_type`` those of each type; one without a type is
    a ``gpu``. ``reason`` is why it is down or drained.
    """

    name: str
    state: str
    flags: list[str]
    partitions: list[str]
    cpus: Amount
    memory: Amount
    gpus: Amount
    gpus_by_type: dict[str, Amount]
    features: list[str]
    reason: str | None


class Partition(TypedDict):
    """One partition: its limits, who may use it, and what its nodes have.

    ``state`` is Slurm's word, of which UP alone takes and starts jobs. A limit that is not set
    and a list that does not narrow are null. Where memory is given per CPU the other is null.
    """

    name: str
    state: str
    is_default: bool
    time_limit: str | None
    default_time: str | None
    min_nodes: int | None
    max_nodes: int | None
    max_cpus_per_node: int | None
    default_memory_per_cpu: int | None
    default_memory_per_node: int | None
    max_memory_per_cpu: int | None
    max_memory_per_node: int | None
    priority_tier: int | None
    qos: str | None
    allow_accounts: list[str] | None
    deny_accounts: list[str] | None
    allow_groups: list[str] | None
    allow_qos: list[str] | None
    deny_qos: list[str] | None


class PartitionUse(Partition):
    """A partition with what its nodes have; ``nodes`` counts them, ``node_states`` by state."""

    nodes: int
    node_states: dict[str, int]
    cpus: Amount
    memory: Amount
    gpus: Amount
    gpus_by_type: dict[str, Amount]


class PartitionList(Model):
    """The answer of ``GET partitions``, in Slurm's order: those that this user may see."""

    partitions: list[PartitionUse]
    bad_rows: int
    synced_at: datetime
    stale: bool


class NodePage(Model):
    """The answer of ``GET nodes``: a page in the order of their names.

    ``total`` is how many match the question; ``next_cursor`` is the ``cursor`` of the
    next page, null on the last.
    """

    nodes: list[Node]
    total: int
    next_cursor: str | None
    bad_rows: int
    synced_at: datetime
    stale: bool


class Association(Model):
    """What a user may use through one account, in one partition where ``partition`` says so.

    ``limits`` are under Slurm's names, and hold those alone that are set: ``max_*`` for each
    of this user's jobs here, those of the account included, ``grp_*`` for all together.
    """

    account: str
    partition: str | None
    default_qos: str | None
    qos: tuple[str, ...]
    limits: dict[str, str]


class AccountLimits(Model):
    """The limits that all users of an account share."""

    account: str
    limits: dict[str, str]


class Qos(Model):
    """A QOS that the user may ask for, and its limits under Slurm's names."""

    name: str
    priority: int | None
    flags: tuple[str, ...]
    limits: dict[str, str]


class Limits(Model):
    """The answer of ``GET limits``: what the accounting lets this user use.

    Of a cluster that keeps no accounting ``accounting`` is false, and ``note`` says what
    that means.
    """

    accounting: bool
    note: str | None = None
    user: str
    default_account: str | None = None
    associations: tuple[Association, ...] = ()
    accounts: tuple[AccountLimits, ...] = ()
    qos: tuple[Qos, ...] = ()
    bad_rows: int = 0
    synced_at: datetime | None = None
    stale: bool = False
