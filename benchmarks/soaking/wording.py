"""How a complaint names things."""

from __future__ import annotations

from collections.abc import Sequence

from .evidence import Document
from .ledger import Entry
from .traffic import Sending


def way(document: Document) -> str:
    return " -> ".join(
        f"{one['state']} {one['at']:%H:%M:%S.%f}"[:-5] for one in document["transitions"]
    )


def label(document: Document) -> str:
    task = f"_{document['task']['task_id']}" if document.get("task") else ""
    origin = (document.get("origin") or {}).get("kind")
    return (
        f"{document['name']}{task} ({document['_id'][:8]}, {document['slurm_id']},"
        f" {document['status']}, of {origin}, restarts {document['restarts']})"
    )


def labels(documents: Sequence[Document]) -> str:
    return ", ".join(map(label, documents)) or "no document"


def rows(entries: Sequence[Entry]) -> str:
    return "; ".join(row.text for entry in entries for row in entry.rows) or "not in the accounting"


def sendings(sent: Sequence[Sending]) -> str:
    return "; ".join(
        f"{one.status} by server {one.server + 1} after {one.seconds:.1f} s at {one.asked_at:.1f}"
        f" ({one.job_id or one.body.get('message', '')})"
        for one in sent
    )
