"""Everything that was seen in a soak, and what was left in the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from .ledger import Entry
from .site import Outage
from .traffic import Sending
from .watch import Seen

Document = Mapping[str, Any]

WAYS: Final = ("SUBMITTING", "PENDING", "CONFIGURING", "RUNNING", "COMPLETING")
"""The way of a job, each state behind the one it can follow; every other word is an end."""

_CONTROLLER_SAVES_WITHIN: Final = 10.0


@dataclass
class Evidence:
    """What clients sent and saw, what was broken, and what Slurm and MongoDB have of it."""

    sent: Mapping[str, Sequence[Sending]]
    outside: Mapping[str, str]
    seen: Sequence[Seen]
    outages: Sequence[Outage]
    accounting: Mapping[str, Sequence[Entry]]
    jobs: Sequence[Document]
    outputs: Mapping[str, bytes]
    notes: Counter[str] = field(default_factory=Counter)

    @cached_property
    def documents(self) -> Mapping[str, Sequence[Document]]:
        """The jobs that are no tasks, by name."""
        found: dict[str, list[Document]] = defaultdict(list)
        for one in self.jobs:
            if not one.get("task"):
                found[one["name"]].append(one)
        return found

    @cached_property
    def tasks(self) -> Mapping[str, Sequence[Document]]:
        """The tasks by the UUIDs of their arrays."""
        found: dict[str, list[Document]] = defaultdict(list)
        for one in self.jobs:
            if one.get("task"):
                found[one["task"]["array_job_id"]].append(one)
        return found

    def broken(self, *parts: str, since: float, until: float) -> bool:
        """Tell whether a part was broken at any moment of a time."""
        return any(one.part in parts and one.overlaps(since, until) for one in self.outages)

    def forgot(self, since: float, until: float) -> bool:
        """Tell whether the controller was killed then, and with it what it had not saved."""
        return any(
            one.kind == "slurmctld killed" and one.overlaps(since, until + _CONTROLLER_SAVES_WITHIN)
            for one in self.outages
        )

    @cached_property
    def looks(self) -> Collection[tuple[int, float]]:
        """The looks at Slurm that came into MongoDB, each a server and a moment."""
        return {
            (one.server, one.facts["last_success"])
            for one in self.seen
            if one.facts.get("last_success")
        }

    def entry_of(self, document: Document) -> Entry | None:
        """Return what the accounting has of a document's job."""
        entries = self.accounting.get(document["name"], ())
        return next((one for one in entries if one.slurm_id == document["slurm_id"]), None)
