"""What stays of a widget in a notebook that is saved: text, and HTML without a script."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from IPython.display import publish_display_data

from ..cli.tables import moment
from ..cli.text import harmless, harmless_lines
from ..views import JobView
from .job_card import card_of

_LAST_LINES: Final = 15
_SGR: Final = re.compile(r"\x1b\[[0-9;:]*m")
_STYLE: Final = (
    "<style>.jp-OutputArea-child:has(.jsa-last-state):has(+ .jp-OutputArea-child .jsa-live),"
    " .jp-OutputArea-child:has(.jsa-last-state) + .jp-OutputArea-child"
    " .jupyter-widgets:not(:has(*)):not(:has(.jsa)) { display: none; }</style>"
)
"""Either the widget is alive, or where it was is nothing but an error."""


class LastState:
    """The output that is shown before a widget's, and kept as the widget is."""

    def __init__(self) -> None:
        self._display_id: str | None = None
        self._bundle: dict[str, str] = {}

    def show(self, bundle: dict[str, str]) -> None:
        """Put it below the cell that runs."""
        self._display_id, self._bundle = uuid.uuid4().hex, bundle
        publish(bundle, display_id=self._display_id)

    def is_old(self, bundle: dict[str, str]) -> bool:
        """Tell whether it is shown, and is not this."""
        return self._display_id is not None and bundle != self._bundle

    def update(self, bundle: dict[str, str]) -> None:
        """Put this in its place, from any thread; a page finds the place by its id."""
        if self.is_old(bundle):
            self._bundle = bundle
            publish(bundle, display_id=self._display_id, update=True)


def publish(bundle: dict[str, Any], display_id: str | None = None, *, update: bool = False) -> None:
    """Show what is given by MIME type."""
    transient = {"display_id": display_id} if display_id else None
    publish_display_data(bundle, transient=transient, update=update)


def of_job(job: JobView, output: str) -> dict[str, str]:
    """Return a job as it is now, for whoever opens the notebook later, by MIME type."""
    shown = card_of(job, None)
    head = f"Job {shown['slurm_id'] or shown['job_id']} {shown['name']}".rstrip()
    state = shown["status"] + (f" ({shown['reason']})" if shown["reason"] else "")
    facts = [("State", state), *((label, moment(_at(at)) or "") for label, at in shown["timeline"])]
    if shown["counts"]:
        facts.append(("Tasks", ", ".join(f"{n} {one}" for one, n in shown["counts"].items())))
    if job.stdout_path:
        facts.append(("Output", harmless(job.stdout_path)))
    words = [shown["explanation"]] if shown["explanation"] else []
    return _bundle(head, facts, words, last_lines(output))


def of_nothing(head: str) -> dict[str, str]:
    """Return what is shown of that of which nothing is known yet, by MIME type."""
    return _bundle(head, [], [], [])


def of_queue(
    head: str, counts: dict[str, int], rows: Sequence[Sequence[str]], total: int
) -> dict[str, str]:
    """Return the first rows of a table as they are now, by MIME type."""
    facts = [(state, str(count)) for state, count in counts.items()]
    lines = ["  ".join(row) for row in rows]
    if len(rows) < total:
        lines.append(f"… {total - len(rows)} more")
    return _bundle(head, facts, [], lines)


def last_lines(output: str) -> list[str]:
    """Return the last lines of an output as a terminal would have left them, without colours."""
    lines = _SGR.sub("", harmless_lines(output)).rstrip("\n").split("\n")[-_LAST_LINES:]
    return [line.rstrip("\r").rpartition("\r")[2] for line in lines] if output else []


def _bundle(
    head: str, facts: Iterable[tuple[str, str]], words: Sequence[str], lines: Sequence[str]
) -> dict[str, str]:
    facts = list(facts)
    text = [head, *(f"{label}: {value}" for label, value in facts), *words]
    if lines:
        text += ["", *lines]
    return {"text/plain": "\n".join(text), "text/html": _html(head, facts, words, lines)}


def _html(
    head: str, facts: Sequence[tuple[str, str]], words: Sequence[str], lines: Sequence[str]
) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="text-align: left">{escape(label)}</th>'
        f'<td style="text-align: left">{escape(value)}</td></tr>'
        for label, value in facts
    )
    parts = [f"<p><strong>{escape(head)}</strong></p>", f"<table>{rows}</table>"]
    parts += [f"<p>{escape(word)}</p>" for word in words]
    if lines:
        parts.append(f"<pre>{escape(chr(10).join(lines))}</pre>")
    return f'<div class="jsa-last-state">{_STYLE}{"".join(parts)}</div>'


def _at(iso: Any) -> datetime:
    return datetime.fromisoformat(iso)
