"""What the server has told of late about partitions, accounts and jobs, for completion."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from .. import states
from ..client import ApiError, SlurmClient
from .connection import Connection
from .line_words import ACCOUNTS, ACTIVE_JOBS, JOBS, PARTITIONS, QOS

_PATIENCE: Final = 1.0
_FRESH_SECONDS: Final = 30.0
_MOST_JOBS: Final = 200

_Told: TypeAlias = Mapping[str, list[str]]
_Question: TypeAlias = Callable[[SlurmClient], _Told]


class Known:
    """The words of a kind, asked for every half a minute at most.

    Whoever wants them waits for a second, and has none where the server takes longer.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._told: dict[_Question, tuple[float, _Told]] = {}
        self._asking: dict[_Question, threading.Thread] = {}

    def words(self, kind: str) -> list[str]:
        """Return the words of a kind; one that no server tells of has none."""
        question = _QUESTIONS.get(kind)
        if question is None:
            return []
        told_at, _ = self._told.get(question, (None, {}))
        if told_at is None or time.monotonic() - told_at > _FRESH_SECONDS:
            self._ask(question)
        return self._told.get(question, (None, {}))[1].get(kind, [])

    def _ask(self, question: _Question) -> None:
        """Ask in a thread; one that takes longer goes on, and the next to ask has its answer."""
        asking = self._asking.get(question)
        if asking is None or not asking.is_alive():
            asking = threading.Thread(target=self._learn, args=(question,), daemon=True)
            self._asking[question] = asking
            asking.start()
        asking.join(_PATIENCE)

    def _learn(self, question: _Question) -> None:
        try:
            told = self._connection.ask(question)
        except ApiError:
            told = {}
        self._told[question] = (time.monotonic(), told)


def _partitions(client: SlurmClient) -> _Told:
    return {PARTITIONS: [one["name"] for one in client.partitions().partitions]}


def _limits(client: SlurmClient) -> _Told:
    limits = client.limits()
    return {
        ACCOUNTS: [one.account for one in limits.associations],
        QOS: [one.name for one in limits.qos],
    }


def _jobs(client: SlurmClient) -> _Told:
    found = [job for job in client.jobs(limit=_MOST_JOBS).jobs if job.slurm_id]
    active = [job for job in found if not states.is_over(job.status)]
    names = [job.name or "" for job in active]
    return {
        JOBS: [job.slurm_id or "" for job in found] + names,
        ACTIVE_JOBS: [job.slurm_id or "" for job in active] + names,
    }


_QUESTIONS: Final[Mapping[str, _Question]] = {
    PARTITIONS: _partitions,
    ACCOUNTS: _limits,
    QOS: _limits,
    JOBS: _jobs,
    ACTIVE_JOBS: _jobs,
}
