"""What MongoDB keeps against what Slurm itself knows, and complaints where they differ."""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from faults import ON_THE_WAY, REFUSED, SUBMITTED, Submit, rank
from jupyter_slurm_api.local.mongod import EmbeddedMongod

TAG = "jupyter-slurm-api="


@dataclass(frozen=True)
class SlurmJob:
    """One run of a job as Slurm itself tells of it; ``submitted`` is in seconds of the epoch."""

    slurm_id: str
    name: str
    state: str
    submitted: int
    tag: str | None

    @property
    def is_over(self) -> bool:
        return self.state not in ON_THE_WAY


SACCT = ("sacct", "--duplicates", "--allocations", "--noheader", "--parsable2", "--delimiter=\x1f")
SACCT_FIELDS = "--format=JobID,JobName,State,Submit,SubmitLine"
SQUEUE = ("squeue", "--me", "--noheader", "--states=all", "--format=%F\x1f%j\x1f%T\x1f%V\x1f%k")


def slurm_jobs(environment: Mapping[str, str], since: datetime) -> list[SlurmJob]:
    """Return what the accounting and the queue know of this account's jobs since then.

    No arrays: their tasks would be taken for one job.
    """
    start = since.astimezone(timezone.utc).strftime("--starttime=%Y-%m-%dT%H:%M:%S")
    recorded = _ask(environment, *SACCT, SACCT_FIELDS, start)
    queued = _ask(environment, *SQUEUE)
    # The queue is ahead of the accounting until a job is over, and then forgets it.
    ended = {key: job for key, job in recorded.items() if job.is_over}
    return list((recorded | queued | ended).values())


def _ask(environment: Mapping[str, str], *argv: str) -> dict[tuple[str, int], SlurmJob]:
    done = subprocess.run(
        argv,
        env={**os.environ, **environment, "SLURM_TIME_FORMAT": "%s", "TZ": "UTC"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    jobs = [_job(*line.split("\x1f")) for line in done.stdout.splitlines()]
    return {(job.slurm_id, job.submitted): job for job in jobs}


def _job(slurm_id: str, name: str, state: str, submitted: str, comment: str) -> SlurmJob:
    tag = comment.partition(TAG)[2].partition(" ")[0] or None
    # The accounting says who cancelled a job behind the word.
    return SlurmJob(slurm_id, name, state.partition(" ")[0], int(submitted), tag)


@dataclass(frozen=True)
class Kept:
    """What MongoDB keeps: the jobs, and the outputs by job and stream."""

    jobs: Sequence[Mapping[str, Any]]
    outputs: Mapping[tuple[str, str], bytes]


def read(home: Path, host: str | None = None) -> Kept:
    """Read the database that the servers of one home share on a host, on this one if None."""
    mongod = EmbeddedMongod(home / "data" / "slurm-api", host=host)
    try:
        with MongoClient(mongod.start(), tz_aware=True) as client:
            found = client["outputs"]
            outputs = {(one["job_id"], one["stream"]): one["data"] for one in found.outputs.find()}
            return Kept(list(found.jobs.find()), outputs)
    finally:
        mongod.stop()


def audit(kept: Kept, jobs: Sequence[SlurmJob], submits: Sequence[Submit] = ()) -> list[str]:
    """Complain of jobs that were lost, doubled, or given a state that they never had.

    Ask when Slurm has ended what was submitted, and the sync has seen it.
    """
    return [
        *_not_as_answered(jobs, submits),
        *left_over(kept.jobs, submits),
        *_not_as_in_slurm(kept.jobs, jobs),
        *_not_forward(kept.jobs),
        *_not_as_printed(kept, submits),
    ]


def _not_as_answered(jobs: Iterable[SlurmJob], submits: Iterable[Submit]) -> list[str]:
    """Complain of a submit that made no job, or two; what was not answered may have made one."""
    ids = defaultdict(set)
    for job in jobs:
        ids[job.name].add(job.slurm_id)
    allowed = {SUBMITTED: {1}, REFUSED: {0}}
    return [
        f"{submit.name} was answered {submit.status}, and Slurm has {ids[submit.name] or 'none'}"
        for submit in submits
        if len(ids[submit.name]) not in allowed.get(submit.status, {0, 1})
    ]


def left_over(documents: Iterable[Mapping[str, Any]], submits: Iterable[Submit]) -> list[str]:
    """Complain of records without a job whose submit was answered: refused ones go in seconds."""
    answered = {one.name: one.status for one in submits if one.status in (SUBMITTED, REFUSED)}
    return [
        f"{one['name']} was answered {answered[one['name']]} and has {_label(one)}"
        for one in documents
        if one["name"] in answered and one["slurm_id"] is None
    ]


def _not_as_in_slurm(documents: Iterable[Mapping[str, Any]], jobs: Iterable[SlurmJob]) -> list[str]:
    """Complain of a job without its one document, and of a document without its job."""
    runs = defaultdict(list)
    for job in sorted(jobs, key=lambda job: job.submitted):
        runs[job.slurm_id, job.tag].append(job)
    by_key = defaultdict(list)
    for document in documents:
        if document["slurm_id"]:
            by_key[_key(document)].append(document)
    complaints = []
    for (slurm_id, tag), (first, *_, last) in ((key, [*run, run[-1]]) for key, run in runs.items()):
        found = by_key.pop((slurm_id, first.submitted), [])
        if len(found) > 1 or (tag and [one["_id"] for one in found] != [tag]):
            complaints.append(f"{first} has these documents: {[_label(one) for one in found]}")
        ended = [one for one in found if is_over(one) and one["status"] != last.state]
        complaints += [f"{_label(one)} is {last.state} in Slurm" for one in ended]
    return complaints + [f"Slurm has no {_label(one)}" for left in by_key.values() for one in left]


def _key(document: Mapping[str, Any]) -> tuple[str, int]:
    first = document["first_submit_time"]
    return document["slurm_id"], int(first.timestamp()) if first else 0


def _not_forward(documents: Iterable[Mapping[str, Any]]) -> list[str]:
    """Complain of a job that went back; one that was requeued may."""
    ways = [(one, [moved["state"] for moved in one["transitions"]]) for one in documents]
    return [
        f"{_label(one)} went {' -> '.join(states)}"
        for one, states in ways
        if not one["restarts"]
        and any(rank(after) <= rank(before) for before, after in pairwise(states))
    ]


def _not_as_printed(kept: Kept, submits: Iterable[Submit]) -> list[str]:
    """Complain of an output that is not what its job printed: its own name."""
    ended = {one["_id"] for one in kept.jobs if one["status"] == "COMPLETED"}
    outputs = {
        submit.name: kept.outputs.get((submit.job_id, "stdout"))
        for submit in submits
        if submit.job_id in ended
    }
    return [
        f"of {name} is kept {output!r}"
        for name, output in outputs.items()
        if output != f"{name}\n".encode()
    ]


def is_over(document: Mapping[str, Any]) -> bool:
    return document["status"] not in ON_THE_WAY


def _label(document: Mapping[str, Any]) -> str:
    return f"{document['_id']} ({document['slurm_id']}, {document['status']})"
