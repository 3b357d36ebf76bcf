"""Lists and jobs as HTML; what others named is text in it, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

from .. import states
from ..cli import card as cards
from ..cli.tables import Column
from ..cli.text import harmless
from ..views import JobView

_COLOUR: Final = re.compile(r"\x1b\[[0-9;:]*m")
_STYLE: Final = """\
<style>
.jsa-table, .jsa-table ~ p { font-size: var(--jp-ui-font-size1, 13px); }
.jsa-table { border-collapse: collapse; }
.jsa-table caption { caption-side: top; text-align: left; font-weight: 600; padding: 4px 0; }
.jsa-table :is(th, td) { padding: 2px 8px; text-align: left; vertical-align: top; }
.jsa-table .jsa-number { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
.jsa-table [data-tone] { border-left: 4px solid var(--jp-border-color1, #bdbdbd); }
.jsa-table [data-tone=good] { border-left-color: var(--jp-success-color1, #388e3c); }
.jsa-table [data-tone=going] { border-left-color: var(--jp-brand-color1, #2196f3); }
.jsa-table [data-tone=bad] { border-left-color: var(--jp-error-color1, #d32f2f); }
</style>"""


def table(title: str, columns: Sequence[Column], rows: Iterable[Any], remarks: list[str]) -> str:
    """Return a table with its title, and the remarks below it."""
    head = "".join(f'<th scope="col"{_side(one)}>{_title(one)}</th>' for one in columns)
    body = "".join(f"<tr>{''.join(_cell(one, row) for one in columns)}</tr>\n" for row in rows)
    below = "".join(f"<p>{_text(remark)}</p>" for remark in remarks)
    return (
        f'{_STYLE}\n<table class="jsa-table"><caption>{_text(title)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>{below}"
    )


def card(job: JobView, program: str) -> str:
    """Return a job as a table of what there is to say about it."""
    rows: list[tuple[str, list[str]]] = []
    for label, value in cards.facts(job):
        if label:
            rows.append((label, []))
        rows[-1][1].append(_text(value))
    if ways := cards.ways_on(job, program):
        rows.append(("Go on with", [f"<code>{escape(way)}</code>" for way in ways]))
    body = "".join(
        f'<tr><th scope="row">{_text(label)}</th>'
        f"<td{_tone(job.status) if label == 'State' else ''}>{'<br>'.join(values)}</td></tr>\n"
        for label, values in rows
    )
    shown = f'<table class="jsa-table"><caption>{_text(cards.title(job))}</caption>\n{body}</table>'
    if last := cards.last_lines(job):
        text = _COLOUR.sub("", "\n".join(last))
        shown += f"\n<p>The end of its output:</p>\n<pre>{escape(text)}</pre>"
    return f"{_STYLE}\n{shown}"


def _title(column: Column) -> str:
    return "STATE" if column.state else _text(column.title)


def _cell(column: Column, row: Any) -> str:
    if column.state:
        state = column.state(row)
        return f"<td{_tone(state)}>{_text(state)}</td>"
    return f"<td{_side(column)}>{_text(column.value(row) or '')}</td>"


def _side(column: Column) -> str:
    return ' class="jsa-number"' if column.to_the_right else ""


def _tone(state: str) -> str:
    """Return the mark of a state, which stands beside its word."""
    if state == "COMPLETED":
        return ' data-tone="good"'
    if states.is_over(state):
        return ' data-tone="bad"'
    return ' data-tone="waits"' if states.waits(state) else ' data-tone="going"'


def _text(text: str) -> str:
    return escape(harmless(text))
