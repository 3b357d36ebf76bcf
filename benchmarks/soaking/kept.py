"""What must hold of every job that is kept: what Slurm's accounting has, once, and its output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from .evidence import WAYS, Document, Evidence
from .ledger import Entry, Row
from .wording import label, rows, way

_SECONDS_APART: Final = 2.0  # Slurm's times are in whole seconds, ours are not


def nothing_twice(evidence: Evidence) -> Iterator[str]:
    keys = Counter(
        (one["cluster"], one["slurm_id"], str(one["first_submit_time"]))
        for one in evidence.jobs
        if one["slurm_id"]
    )
    tasks = Counter(
        (one["task"]["array_job_id"], one["task"]["task_id"])
        for one in evidence.jobs
        if one.get("task")
    )
    for key, count in (keys + tasks).items():
        if count > 1:
            yield f"{key} has {count} documents"


def ends(evidence: Evidence) -> Iterator[str]:
    for documents in evidence.documents.values():
        for document in documents:
            entry = evidence.entry_of(document)
            if entry is None or document.get("array"):
                continue
            yield from _end(evidence, document, entry.last)
            if not document["accounted"] and not entry.last.is_live:
                yield f"{label(document)} was never looked up; {entry.last.text}"
    for document in evidence.jobs:
        if document["status"] in (*WAYS, "REQUEUED", "REQUEUE_HOLD"):
            found = rows(evidence.accounting.get(document["name"], ()))
            yield f"{label(document)} still goes on; {found}"


def _end(evidence: Evidence, document: Document, row: Row) -> Iterator[str]:
    if document["status"] == row.state:
        return
    if row.is_live and document["status"] == "UNKNOWN":
        evidence.notes["jobs that the accounting has as live for ever, and we as UNKNOWN"] += 1
        return
    is_forgotten = row.state == "REQUEUED" and _is_shaken(evidence, document)
    if is_forgotten and document["status"] == "UNKNOWN":  # of its next run nobody has heard
        evidence.notes["requeued jobs that the killed controller forgot"] += 1
        return
    yield f"{label(document)} is {row.state} in the accounting: {row.text}; {way(document)}"


def arrays(evidence: Evidence) -> Iterator[str]:
    for documents in evidence.documents.values():
        for document in documents:
            entry = evidence.entry_of(document)
            if entry is None or not (document.get("array") or entry.is_array):
                continue
            counts = (document.get("array") or {}).get("counts")
            if counts != (truth := entry.counts()):
                yield f"{label(document)} counts {counts}, sacct {truth}; {rows([entry])}"
            yield from _tasks(evidence, document, entry)


def _tasks(evidence: Evidence, array: Document, entry: Entry) -> Iterator[str]:
    kept = {one["task"]["task_id"]: one for one in evidence.tasks.get(array["_id"], ())}
    started = entry.started()
    if kept.keys() != started.keys():
        yield (f"{label(array)} has tasks {sorted(kept)}, sacct {sorted(started)}; {rows([entry])}")
    for task_id in kept.keys() & started.keys():
        yield from _end(evidence, kept[task_id], started[task_id])


def ways(evidence: Evidence) -> Iterator[str]:
    """Complain of ways that no job can take; a requeued one may begin anew."""
    for document in evidence.jobs:
        moved = document["transitions"]
        states = [one["state"] for one in moved]
        times = [one["at"].timestamp() for one in moved]
        if _is_shaken(evidence, document):
            evidence.notes[
                "jobs whose way was not checked, for the controller forgot some of it"
            ] += 1
            continue
        if any(earlier == later for earlier, later in pairwise(states)):
            yield f"{label(document)} came twice into one state: {way(document)}"
        again = document["restarts"] or document.get("array") or document["runs"]
        if not again and any(_rank(b) <= _rank(a) for a, b in pairwise(states)):
            yield f"{label(document)} went {way(document)}"
        if any(later < earlier - _SECONDS_APART for earlier, later in pairwise(times)):
            yield f"{label(document)} went back in time: {way(document)}"
        if states and states[-1] != document["status"] and not document.get("array"):
            yield f"{label(document)} went {way(document)}"


def outputs(evidence: Evidence) -> Iterator[str]:
    """Complain of outputs that are another job's, or were not kept."""
    for document in evidence.jobs:
        if document["status"] != "COMPLETED" or document.get("array"):
            continue
        output = evidence.outputs.get(document["_id"])
        if output is None or not output.startswith(document["name"].encode() + b" "):
            yield f"{label(document)} has the output {output!r}, kept: {document['output_kept']}"


def _is_shaken(evidence: Evidence, document: Document) -> bool:
    """Tell whether the controller was killed while the job went on, and may have forgotten."""
    first = document["first_submit_time"] or document["submit_time"]
    last = document["end_time"] or document["synced_at"]
    return evidence.forgot(first.timestamp(), last.timestamp())


def _rank(state: str) -> int:
    return WAYS.index(state) if state in WAYS else len(WAYS)
