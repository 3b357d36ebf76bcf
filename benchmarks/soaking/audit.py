"""What must hold after a soak, whatever broke. A check returns complaints, a sentence each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from .ledger import Entry, Row
from .site import COMMAND_TIMEOUT, Outage
from .traffic import ACCEPTED, CONFLICT, CREATED, INVALID, NOBODY, Sending
from .watch import Seen

Document = Mapping[str, Any]

REFUSED: Final = (INVALID, 503)
OPEN: Final = (ACCEPTED, CONFLICT, 504, NOBODY)
WAYS: Final = ("SUBMITTING", "PENDING", "CONFIGURING", "RUNNING", "COMPLETING")
"""The way of a job, each state behind the one it can follow; every other word is an end."""

BOUNDS: Final = {
    "queue": COMMAND_TIMEOUT + 3,
    "health": 3.0,
    "job": 15.0,
    "tasks": 15.0,
    "submit": 2 * COMMAND_TIMEOUT + 25,
}
"""The longest that an answer may take, in seconds, on a machine that is busy."""

_CONTROLLER_SAVES_WITHIN: Final = 10.0
_NOTICED_WITHIN: Final = COMMAND_TIMEOUT + 5.0
_DATABASE_BACK_WITHIN: Final = 15.0
_SECONDS_APART: Final = 2.0  # Slurm's times are in whole seconds, ours are not


@dataclass
class Evidence:
    """Everything that was seen, and what was left in the end."""

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


def audit(evidence: Evidence) -> list[str]:
    """Return every complaint."""
    checks = (
        _one_job_a_submit,
        _nothing_twice,
        _ends,
        _arrays,
        _ways,
        _outputs,
        _answers_in_time,
        _answered,
        _nothing_hidden,
        _stale_said,
    )
    return [f"{check.__name__[1:]}: {said}" for check in checks for said in check(evidence)]


def _one_job_a_submit(evidence: Evidence) -> Iterator[str]:
    for name, sent in evidence.sent.items():
        made = sorted({one.job_id for one in sent if one.job_id})
        entries = evidence.accounting.get(name, ())
        documents = evidence.documents.get(name, ())
        if strange := {one.status for one in sent} - {CREATED, *REFUSED, *OPEN}:
            yield f"{name} was answered {strange}: {[one.body for one in sent]}"
        if len(made) > 1 or len(entries) > 1:
            yield f"{name} was made more than once: {made}; {_rows(entries)}; {_sent(sent)}"
        elif made:
            yield from _as_accepted(evidence, name, made[0])
        elif all(one.status in REFUSED for one in sent) and entries:
            yield f"{name} was refused, but Slurm has it: {_rows(entries)}; {_sent(sent)}"
        elif entries and len(documents) != 1:
            yield f"{name} is one job and has {_labels(documents)}; {_rows(entries)}; {_sent(sent)}"
        elif not entries:
            yield from _never_in_slurm(name, documents)
    for name, slurm_id in evidence.outside.items():
        yield from _outside(evidence, name, slurm_id)


def _as_accepted(evidence: Evidence, name: str, job_id: str) -> Iterator[str]:
    entries, documents = evidence.accounting.get(name, ()), evidence.documents.get(name, ())
    if [one["_id"] for one in documents] != [job_id]:
        yield f"{name} was accepted as {job_id} and has {_labels(documents)}; {_rows(entries)}"
        return
    at = next(one for one in evidence.sent[name] if one.job_id)
    if not entries:
        if evidence.forgot(at.asked_at, at.asked_at + at.seconds):
            evidence.notes["accepted jobs that the killed controller forgot"] += 1
        else:
            yield f"{name} was accepted, and Slurm has no such job: {_labels(documents)}"
    elif documents[0]["slurm_id"] != entries[0].slurm_id:
        yield f"{name}: {_labels(documents)} is {_rows(entries)}"


def _never_in_slurm(name: str, documents: Sequence[Document]) -> Iterator[str]:
    wrong = [one for one in documents if one["status"] not in ("NOT_SUBMITTED", "UNKNOWN")]
    if wrong or len(documents) > 1:
        yield f"{name} is no job of Slurm's and has {_labels(documents)}"


def _outside(evidence: Evidence, name: str, slurm_id: str) -> Iterator[str]:
    documents = evidence.documents.get(name, ())
    entries = evidence.accounting.get(name, ())
    if len(documents) == 1 and documents[0]["slurm_id"] == slurm_id:
        return
    last = entries[0].last if entries else None
    if not documents and (
        not last or evidence.broken("slurmctld", "mongod", since=last.submit, until=last.end + 60)
    ):
        evidence.notes["jobs of sbatch that came and went while nobody could look"] += 1
        return
    yield f"{name}, submitted by sbatch as {slurm_id}, has {_labels(documents)}; {_rows(entries)}"


def _nothing_twice(evidence: Evidence) -> Iterator[str]:
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


def _ends(evidence: Evidence) -> Iterator[str]:
    for name, documents in evidence.documents.items():
        for document in documents:
            entry = _entry_of(evidence, name, document)
            if entry is None or document.get("array"):
                continue
            yield from _end(evidence, document, entry.last)
            if not document["accounted"] and not entry.last.is_live:
                yield f"{_label(document)} was never looked up; {entry.last.text}"
    for document in evidence.jobs:
        if document["status"] in (*WAYS, "REQUEUED", "REQUEUE_HOLD"):
            rows = _rows(evidence.accounting.get(document["name"], ()))
            yield f"{_label(document)} still goes on; {rows}"


def _end(evidence: Evidence, document: Document, row: Row) -> Iterator[str]:
    if document["status"] == row.state:
        return
    if row.is_live and document["status"] == "UNKNOWN":
        evidence.notes["jobs that the accounting has as live for ever, and we as UNKNOWN"] += 1
        return
    yield f"{_label(document)} is {row.state} in the accounting: {row.text}; {_way(document)}"


def _arrays(evidence: Evidence) -> Iterator[str]:
    for name, documents in evidence.documents.items():
        for document in documents:
            entry = _entry_of(evidence, name, document)
            if entry is None or not (document.get("array") or entry.is_array):
                continue
            counts = (document.get("array") or {}).get("counts")
            if counts != (truth := entry.counts()):
                yield f"{_label(document)} counts {counts}, sacct {truth}; {_rows([entry])}"
            yield from _tasks(evidence, document, entry)


def _tasks(evidence: Evidence, array: Document, entry: Entry) -> Iterator[str]:
    kept = {one["task"]["task_id"]: one for one in evidence.tasks.get(array["_id"], ())}
    started = entry.started()
    if kept.keys() != started.keys():
        yield (
            f"{_label(array)} has tasks {sorted(kept)}, sacct {sorted(started)}; {_rows([entry])}"
        )
    for task_id in kept.keys() & started.keys():
        yield from _end(evidence, kept[task_id], started[task_id])


def _ways(evidence: Evidence) -> Iterator[str]:
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
            yield f"{_label(document)} came twice into one state: {_way(document)}"
        again = document["restarts"] or document.get("array") or document["runs"]
        if not again and any(_rank(b) <= _rank(a) for a, b in pairwise(states)):
            yield f"{_label(document)} went {_way(document)}"
        if any(later < earlier - _SECONDS_APART for earlier, later in pairwise(times)):
            yield f"{_label(document)} went back in time: {_way(document)}"
        if states and states[-1] != document["status"] and not document.get("array"):
            yield f"{_label(document)} went {_way(document)}"


def _outputs(evidence: Evidence) -> Iterator[str]:
    """Complain of outputs that are another job's, or were not kept."""
    for document in evidence.jobs:
        if document["status"] != "COMPLETED" or document.get("array"):
            continue
        output = evidence.outputs.get(document["_id"])
        if output is None or not output.startswith(document["name"].encode() + b" "):
            yield f"{_label(document)} has the output {output!r}, kept: {document['output_kept']}"


def _answers_in_time(evidence: Evidence) -> Iterator[str]:
    for seen in evidence.seen:
        if seen.seconds > BOUNDS[seen.kind]:
            yield f"{seen} (at most {BOUNDS[seen.kind]:g} s)"
    for sent in evidence.sent.values():
        for one in sent:
            if one.seconds > BOUNDS["submit"]:
                yield f"{_sent([one])} (at most {BOUNDS['submit']:g} s)"


def _answered(evidence: Evidence) -> Iterator[str]:
    for seen in evidence.seen:
        if seen.status == 200 or _may_refuse(evidence, seen):
            continue
        if seen.kind == "tasks" and seen.status == INVALID:
            evidence.notes["questions for the tasks of arrays that were not known as such yet"] += 1
            continue
        yield f"{seen}, at {seen.asked_at:.1f}"


def _may_refuse(evidence: Evidence, seen: Seen) -> bool:
    since, until = seen.asked_at, seen.ended_at
    if seen.status == NOBODY:
        return evidence.broken(f"server {seen.server + 1}", since=since, until=until)
    if seen.status != 503:
        return False
    if seen.kind == "queue":  # only a server that has never seen the queue may say so
        slurm_away = evidence.broken("slurmctld", since=since - 60, until=until)
        return slurm_away and _is_young(evidence, seen)
    back = _DATABASE_BACK_WITHIN
    return seen.kind != "health" and (
        evidence.broken("mongod", since=since - back, until=until) or _is_young(evidence, seen)
    )


def _is_young(evidence: Evidence, seen: Seen) -> bool:
    """Tell whether a server was started again not long before."""
    part = f"server {seen.server + 1}"
    return evidence.broken(part, since=seen.asked_at - 60, until=seen.asked_at)


def _nothing_hidden(evidence: Evidence) -> Iterator[str]:
    for seen in evidence.seen:
        if missing := seen.facts.get("missing"):
            yield f"{seen} does not show {missing}"


def _stale_said(evidence: Evidence) -> Iterator[str]:
    """Complain of queues that are called fresh long after the controller has gone."""
    for seen in evidence.seen:
        if seen.kind == "queue" and seen.status == 200 and not seen.stale:
            for outage in evidence.outages:
                away = outage.part == "slurmctld"
                if (
                    away
                    and outage.since + _NOTICED_WITHIN < seen.asked_at
                    and (seen.ended_at < outage.until)
                ):
                    yield f"{seen} is called fresh, {seen.asked_at - outage.since:.1f} s after"


def _entry_of(evidence: Evidence, name: str, document: Document) -> Entry | None:
    entries = evidence.accounting.get(name, ())
    return next((one for one in entries if one.slurm_id == document["slurm_id"]), None)


def _is_shaken(evidence: Evidence, document: Document) -> bool:
    """Tell whether the controller was killed while the job went on, and may have forgotten."""
    first = document["first_submit_time"] or document["submit_time"]
    last = document["end_time"] or document["synced_at"]
    return evidence.forgot(first.timestamp(), last.timestamp())


def _rank(state: str) -> int:
    return WAYS.index(state) if state in WAYS else len(WAYS)


def _way(document: Document) -> str:
    return " -> ".join(
        f"{one['state']} {one['at']:%H:%M:%S.%f}"[:-5] for one in document["transitions"]
    )


def _label(document: Document) -> str:
    task = f"_{document['task']['task_id']}" if document.get("task") else ""
    origin = (document.get("origin") or {}).get("kind")
    return (
        f"{document['name']}{task} ({document['_id'][:8]}, {document['slurm_id']},"
        f" {document['status']}, of {origin}, restarts {document['restarts']})"
    )


def _labels(documents: Sequence[Document]) -> str:
    return ", ".join(map(_label, documents)) or "no document"


def _rows(entries: Sequence[Entry]) -> str:
    return "; ".join(row.text for entry in entries for row in entry.rows) or "not in the accounting"


def _sent(sent: Sequence[Sending]) -> str:
    return "; ".join(
        f"{one.status} by server {one.server + 1} after {one.seconds:.1f} s at {one.asked_at:.1f}"
        f" ({one.job_id or one.body.get('message', '')})"
        for one in sent
    )
