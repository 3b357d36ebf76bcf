"""What is to be done in a soak, and when: follows from a seed alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

BETWEEN_ACTIONS: Final = 1.1
BETWEEN_FAULTS: Final = (6.0, 22.0)
FIRST_FAULT: Final = 8.0
SERVERS: Final = 2


@dataclass(frozen=True)
class Post:
    """One sending of a submit: to which server, and how many seconds after its turn."""

    server: int
    delay: float = 0.0


@dataclass(frozen=True)
class Submit:
    """A job to be submitted under a name that no other has.

    Without ``posts`` it is sbatch that submits it, past our service. ``after`` says on
    which end of another job it waits, ``pick`` on which: see `Pick`.
    """

    name: str
    kind: str
    script: str
    parameters: dict[str, Any] = field(default_factory=dict)
    posts: tuple[Post, ...] = (Post(0),)
    key: str | None = None
    after: str | None = None
    pick: float = 0.0


@dataclass(frozen=True)
class Pick:
    """Something done to one of the latest jobs: ``at`` is its place among them, from 0 to 1."""

    verb: str
    at: float


@dataclass(frozen=True)
class Fault:
    """A part that breaks for some seconds; for one that is killed, until it is started again."""

    kind: str
    seconds: float


@dataclass(frozen=True)
class Step:
    """Something that is done at a moment, in seconds from the start."""

    at: float
    deed: Submit | Pick | Fault


FAULTS: Final = {
    "slurmctld stopped": (2.0, 20.0),
    "slurmctld killed": (1.0, 12.0),
    "slurmdbd stopped": (3.0, 15.0),
    "slurmdbd killed": (3.0, 25.0),
    "mongod stopped": (2.0, 15.0),
    "mongod killed": (0.0, 0.0),
    "mongod and its keeper killed": (0.0, 0.0),
    "server 1 killed": (0.5, 8.0),
    "server 2 killed": (0.5, 8.0),
}
"""What breaks, and for how many seconds at least and at most."""


def steps(seed: int, seconds: float) -> list[Step]:
    """Return the plan of a soak, in order of time."""
    # One generator each, so that a change of the one kind leaves the other as it was.
    faults = _faults(random.Random(f"{seed} faults"), seconds)
    actions = _actions(random.Random(f"{seed} actions"), seconds)
    return sorted([*faults, *actions], key=lambda step: step.at)


def _faults(chance: random.Random, seconds: float) -> Iterator[Step]:
    at, bag = FIRST_FAULT, list[str]()
    while at < seconds:
        bag = bag or chance.sample(list(FAULTS), len(FAULTS))  # all before any a second time
        kind = bag.pop()
        yield Step(at, Fault(kind, round(chance.uniform(*FAULTS[kind]), 1)))
        at += chance.uniform(*BETWEEN_FAULTS)


def _actions(chance: random.Random, seconds: float) -> Iterator[Step]:
    at, number = 1.0, 0
    while at < seconds:
        number += 1
        make = chance.choices([*_DEEDS], [*_DEEDS.values()])[0]
        yield Step(round(at, 2), make(chance, f"soak-{number}"))
        at += chance.expovariate(1 / BETWEEN_ACTIONS)


def _single(chance: random.Random, name: str) -> Submit:
    return _submit(chance, name, "short", f"sleep {chance.uniform(0, 4):.1f}")


def _long(chance: random.Random, name: str) -> Submit:
    return _submit(chance, name, "long", f"sleep {chance.uniform(15, 60):.0f}")


def _failing(chance: random.Random, name: str) -> Submit:
    end = chance.choice(["exit 1", "exit 137", "kill -9 $$", "kill -TERM $$"])
    return _submit(chance, name, "failing", f"sleep {chance.uniform(0, 3):.1f}\n{end}")


def _array(chance: random.Random, name: str) -> Submit:
    tasks = f"0-{chance.randint(1, 25)}"
    step, limit = chance.choice(["", "", ":2", ":3"]), chance.choice(["", "%2", "%5"])
    end = f"exit $((SLURM_ARRAY_TASK_ID % {chance.randint(2, 9)} == 1))"  # some tasks fail
    work = f"sleep {chance.uniform(0, 5):.1f}\n{end}"
    return _submit(chance, name, "array", work, {"array": f"{tasks}{step}{limit}"})


def _dependent(chance: random.Random, name: str) -> Submit:
    after = chance.choice(["afterok", "afterany", "afternotok", "after"])
    return _submit(chance, name, after, "sleep 1", after=after, pick=chance.random())


def _outside(chance: random.Random, name: str) -> Submit:
    return Submit(name, "sbatch", _script(f"sleep {chance.uniform(0, 6):.1f}"), posts=())


def _picked(verb: str) -> Callable[[random.Random, str], Pick]:
    return lambda chance, _: Pick(verb, chance.random())


_DEEDS: Final[dict[Callable[[random.Random, str], Submit | Pick], int]] = {
    _single: 26,
    _long: 7,
    _failing: 10,
    _array: 9,
    _dependent: 7,
    _outside: 5,
    _picked("cancel"): 14,
    _picked("cancel a task"): 5,
    _picked("requeue"): 8,
    _picked("hold and release"): 4,
}


def _submit(
    chance: random.Random,
    name: str,
    kind: str,
    work: str,
    parameters: dict[str, Any] | None = None,
    **more: Any,
) -> Submit:
    """Give a submit its posts: most have a key, many of those are sent more than once."""
    first = Post(chance.randrange(SERVERS))
    key = f"key of {name}" if chance.random() < 0.7 else None
    again = chance.choice([0, 0, 1, 1, 2, 4]) if key else 0
    copies = [
        Post(chance.randrange(SERVERS), round(chance.choice([0, chance.uniform(0, 3)]), 2))
        for _ in range(again)
    ]
    options = {"mem": "10M", **(parameters or {})}
    return Submit(name, kind, _script(work), options, (first, *copies), key, **more)


def _script(work: str) -> str:
    return f'#!/bin/bash\necho "$SLURM_JOB_NAME $SLURM_ARRAY_TASK_ID"\n{work}\n'
