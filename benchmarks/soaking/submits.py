"""What must hold of submits: one job each, and nothing vanishes that a client was told of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from .evidence import Document, Evidence
from .ledger import Entry
from .site import SPEC
from .traffic import ACCEPTED, CONFLICT, CREATED, INVALID, NOBODY
from .wording import labels, rows, sendings

REFUSED: Final = (INVALID, 503)
OPEN: Final = (ACCEPTED, CONFLICT, 504, NOBODY)


_MIN_JOB_AGE: Final = float(SPEC.settings["MinJobAge"])
_REMEMBERED_FOR: Final = 70.0  # what may be a submit of ours is left alone for a minute


def one_job_a_submit(evidence: Evidence) -> Iterator[str]:
    """Complain of submits with no job or two; NOT_SUBMITTED frees a key, so another may follow."""
    for name, sent in evidence.sent.items():
        made = sorted({one.job_id for one in sent if one.job_id})
        entries = evidence.accounting.get(name, ())
        documents = _carried_out(evidence, name)
        if strange := {one.status for one in sent} - {CREATED, *REFUSED, *OPEN}:
            yield f"{name} was answered {strange}: {[one.body for one in sent]}"
        if len(made) > 1 or len(entries) > 1:
            yield f"{name} was made more than once: {made}; {rows(entries)}; {sendings(sent)}"
        elif made:
            yield from _as_accepted(evidence, name, made[0])
        elif all(one.status in REFUSED for one in sent) and entries:
            yield f"{name} was refused, but Slurm has it: {rows(entries)}; {sendings(sent)}"
        elif entries and len(documents) != 1:
            found = f"{labels(documents)}; {rows(entries)}"
            yield f"{name} is one job and has {found}; {sendings(sent)}"
        elif not entries:
            yield from _never_in_slurm(name, documents)


def _carried_out(evidence: Evidence, name: str) -> Sequence[Document]:
    documents = evidence.documents.get(name, ())
    return [one for one in documents if one["status"] != "NOT_SUBMITTED"]


def _as_accepted(evidence: Evidence, name: str, job_id: str) -> Iterator[str]:
    entries, documents = evidence.accounting.get(name, ()), _carried_out(evidence, name)
    if [one["_id"] for one in documents] != [job_id]:
        yield f"{name} was accepted as {job_id} and has {labels(documents)}; {rows(entries)}"
        return
    at = next(one for one in evidence.sent[name] if one.job_id)
    if not entries:
        if evidence.forgot(at.asked_at, at.asked_at + at.seconds):
            evidence.notes["accepted jobs that the killed controller forgot"] += 1
        else:
            yield f"{name} was accepted, and Slurm has no such job: {labels(documents)}"
    elif documents[0]["slurm_id"] != entries[0].slurm_id:
        yield f"{name}: {labels(documents)} is {rows(entries)}"


def _never_in_slurm(name: str, documents: Sequence[Document]) -> Iterator[str]:
    if [one["status"] for one in documents] not in ([], ["UNKNOWN"]):
        yield f"{name} is no job of Slurm's and has {labels(documents)}"


def nothing_told_vanishes(evidence: Evidence) -> Iterator[str]:
    """Complain of jobs that an answer named, whatever its status, and that are gone."""
    kept = {one["_id"] for one in evidence.jobs}
    for name, sent in evidence.sent.items():
        for job_id in sorted({one.named for one in sent if one.named} - kept):
            yield f"{name} was told of {job_id}, which is gone; {sendings(sent)}"


def all_of_sbatch(evidence: Evidence) -> Iterator[str]:
    """Complain of jobs that were submitted past us and are missing, though a look showed them."""
    for name, slurm_id in evidence.outside.items():
        documents = evidence.documents.get(name, ())
        entries = evidence.accounting.get(name, ())
        if [one["slurm_id"] for one in documents] == [slurm_id]:
            continue
        if documents or any(_was_seen(evidence, one) for one in entries):
            yield f"{name}, by sbatch as {slurm_id}, has {labels(documents)}; {rows(entries)}"
        else:
            evidence.notes["jobs of sbatch that came and went while nobody could look"] += 1


def _was_seen(evidence: Evidence, entry: Entry) -> bool:
    """Tell whether a server looked while the queue showed a job, and lived to tell of it."""
    since = min(row.submit for row in entry.rows)
    until = max(row.end or math.inf for row in entry.rows) + _MIN_JOB_AGE
    return not evidence.forgot(since, until) and any(
        since + 2 < at < until - 2
        and not evidence.broken(f"server {server + 1}", since=at, until=at + _REMEMBERED_FOR)
        for server, at in evidence.looks
    )
