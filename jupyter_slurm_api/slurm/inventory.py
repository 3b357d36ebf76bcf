"""What sinfo and scontrol say of nodes and partitions: pure parsers.

Any bytes go in and no exception comes out. Nobody but an administrator chooses these words,
but for a node's reason, which may hold anything: hence sinfo's separators.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ..cluster import Amount, Node, Partition, amount
from . import commands, words
from .parsing import Parsed, Record, records

_NUMBER: Final = re.compile(r"([0-9]+)")
_SETTING: Final = re.compile(r"(\w+)=(\S*)")
_NOT_SET: Final = frozenset({"", "(null)", "ALL", "UNLIMITED", "NONE", "N/A", "NO"})
# What Slurm writes behind a state, by the word for it in a node's flags.
_FLAGS: Final = {
    "*": "not_responding",
    "~": "powered_down",
    "#": "powering_up",
    "!": "power_down",
    "%": "powering_down",
    "$": "maint",
    "@": "reboot_requested",
    "^": "reboot_issued",
    "-": "planned",
}
_MIB: Final = 1024 * 1024
_CPU_COUNTS: Final = 4


def nodes(output: bytes, separators: commands.Separators) -> Parsed[list[Node]]:
    """Read sinfo's nodes, each once with all its partitions, in the order of their names."""
    parsed = records(output, separators, len(commands.NODE_FIELDS))
    found: dict[str, list[Record]] = {}
    for record in parsed.value:
        found.setdefault(record[0], []).append(record)
    rows = [_node(rows) for _, rows in sorted(found.items(), key=lambda item: order(item[0]))]
    return Parsed(rows, parsed.bad)


def order(name: str) -> list[tuple[int, str]]:
    """Return the key that sorts names by the numbers in them: n2 before n10."""
    parts = [part.lstrip("0") if at % 2 else part for at, part in enumerate(_NUMBER.split(name))]
    numbered = [(len(part) if at % 2 else 0, part) for at, part in enumerate(parts)]
    return [*numbered, (0, name)]


def _node(rows: Sequence[Record]) -> Node:
    row = dict(zip(commands.NODE_FIELDS, rows[0], strict=True))
    word = row["StateLong"]
    state = word.rstrip("".join(_FLAGS))
    cpus = _cpus(row["CPUsState"])
    # Of a node that is down or drained Slurm counts the CPUs that are not used as neither.
    serves = cpus["used"] + cpus["free"] == cpus["total"]
    gpus, gpus_used = words.gpus(row["Gres"]), words.gpus(row["GresUsed"])
    return {
        "name": row["NodeList"],
        "state": state,
        "flags": [_FLAGS[sign] for sign in word[len(state) :]],
        # sorted, since sinfo has them in any order, and each look shall say the same
        "partitions": sorted({record[1].removesuffix("*") for record in rows}),
        "cpus": cpus,
        "memory": _amount(_mib(row["Memory"]), _mib(row["AllocMem"]), serves=serves),
        "gpus": _amount(sum(gpus.values()), sum(gpus_used.values()), serves=serves),
        "gpus_by_type": {
            kind: _amount(total, gpus_used.get(kind, 0), serves=serves)
            for kind, total in gpus.items()
        },
        "features": _names(row["Features"]) or [],
        "reason": words.text(row["Reason"]),
    }


def _cpus(word: str) -> Amount:
    """Read ``allocated/idle/other/total``."""
    counts = [words.number(part) or 0 for part in word.split("/")]
    if len(counts) != _CPU_COUNTS:
        return amount(0, 0, 0)
    used, free, _, total = counts
    return amount(total, used, free)


def _amount(total: int, used: int, *, serves: bool) -> Amount:
    return amount(total, used, max(0, total - used) if serves else 0)


def _mib(word: str) -> int:
    return (words.number(word) or 0) * _MIB


def partitions(output: bytes) -> Parsed[list[Partition]]:
    """Read ``scontrol --oneliner show partition``."""
    lines = [line for line in output.decode("utf-8", errors="replace").split("\n") if line.strip()]
    found = [dict(_SETTING.findall(line)) for line in lines]
    good = [_partition(row) for row in found if row.get("PartitionName")]
    return Parsed(good, len(lines) - len(good))


def _partition(row: Mapping[str, str]) -> Partition:
    def number(name: str) -> int | None:
        return words.number(row.get(name, ""))

    def memory(name: str) -> int | None:
        each = number(name)
        return each * _MIB if each is not None else None

    return {
        "name": row["PartitionName"],
        "state": row.get("State", "UNKNOWN"),
        "is_default": row.get("Default") == "YES",
        "time_limit": words.time_limit(row.get("MaxTime", "")),
        "default_time": words.time_limit(row.get("DefaultTime", "")),
        "min_nodes": number("MinNodes"),
        "max_nodes": number("MaxNodes"),
        "max_cpus_per_node": number("MaxCPUsPerNode"),
        "default_memory_per_cpu": memory("DefMemPerCPU"),
        "default_memory_per_node": memory("DefMemPerNode"),
        "max_memory_per_cpu": memory("MaxMemPerCPU"),
        "max_memory_per_node": memory("MaxMemPerNode"),
        "priority_tier": number("PriorityTier"),
        "qos": words.text(row.get("QoS", "")),
        "allow_accounts": _names(row.get("AllowAccounts", "")),
        "deny_accounts": _names(row.get("DenyAccounts", "")),
        "allow_groups": _names(row.get("AllowGroups", "")),
        "allow_qos": _names(row.get("AllowQos", "")),
        "deny_qos": _names(row.get("DenyQos", "")),
    }


def _names(word: str) -> list[str] | None:
    return None if word in _NOT_SET else [name for name in word.split(",") if name]
