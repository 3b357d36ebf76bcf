"""The queue in a notebook, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

SETUP = """
from jupyter_slurm_api.notebook.connection import Connection
from jupyter_slurm_api.notebook.queue_widget import QueueWidget
connection = Connection()
"""
BUSY = "import time; time.sleep(600)"
HOSTILE = '<img src=y onerror="document.title=1">'
FILLED = f"""{SETUP}
for name in ("alpha", "beta", "gamma", {HOSTILE!r}):
    connection.client.submit("#!/bin/sh\\n", name=name, parameters={{"hold": True}})
connection.client.submit("#!/bin/sh\\nsleep 600", name="runs")
QueueWidget(connection)
"""
LARGE = f"""{SETUP}
def row(number, state):
    at = f"2026-11-27T{{number // 3600:02}}:{{number // 60 % 60:02}}:{{number % 60:02}}+00:00"
    return (str(number), str(number), f"job {{number}}", "me", "debug", state, "", "", "1", at, "")
queue = QueueWidget(connection)
queue._end()
"""


def names(queue):
    return queue.locator("[role=gridcell][aria-colindex='3']")


def test_my_jobs_are_filtered_sorted_and_cancelled(notebook, picture, accessible):
    notebook.open("queue.ipynb", FILLED, BUSY)
    queue = notebook.run(0).get_by_role("region", name="Queue")
    expect(names(queue).get_by_text("gamma")).to_be_visible()
    expect(names(queue).get_by_text("src=y")).to_be_visible()
    notebook.run(1)
    queue.get_by_role("combobox", name="State").select_option("PENDING")
    expect(names(queue)).to_have_count(4)
    queue.get_by_role("button", name="Name").press("Enter")
    expect(names(queue)).to_have_text([HOSTILE, "alpha", "beta", "gamma"])
    queue.get_by_role("button", name="Name").press("Enter")
    expect(names(queue)).to_have_text(["gamma", "beta", "alpha", HOSTILE])
    expect(queue.get_by_role("columnheader", name="Name")).to_have_attribute(
        "aria-sort", "descending"
    )
    grid = queue.get_by_role("grid")
    for key in ("ArrowDown", "Space", "Shift+ArrowDown"):
        grid.press(key)
    expect(queue).to_contain_text("2 selected")
    for theme in ("Light", "Dark"):
        notebook.theme(theme)
        accessible(".jsa")
        picture(f"queue-{theme}")
    queue.get_by_role("button", name="Cancel").click()
    queue.get_by_role("button", name="No", exact=True).click()
    expect(names(queue)).to_have_count(4)
    queue.get_by_role("button", name="Cancel").click()
    queue.get_by_role("button", name="Cancel 2 jobs").press("Enter")
    expect(queue).to_contain_text("Cancel: 2 of 2 done.")
    expect(names(queue)).to_have_text(["alpha", HOSTILE])
    queue.get_by_role("searchbox").fill("alp")
    expect(names(queue)).to_have_text(["alpha"])
    grid.press("ArrowDown")
    grid.press("Enter")
    expect(queue.get_by_role("region", name="The job that was opened")).to_contain_text("JobHeld")
    queue.get_by_role("combobox", name="Whose").select_option("all")
    queue.get_by_role("combobox", name="State").select_option("")
    queue.get_by_role("searchbox").fill("runs")
    expect(names(queue)).to_have_text(["runs"])
    assert notebook.page.title() != "1"


@pytest.mark.slow
def test_ten_thousand_rows(notebook, picture):
    patch = 'queue._put([*(row(n, "PENDING") for n in range(9999)), row(9999, "RUNNING")])'
    fill = 'queue._put(row(n, "PENDING") for n in range(10_000))'
    notebook.open("large.ipynb", f"{LARGE}\n{fill}\nqueue", patch)
    queue = notebook.run(0).get_by_role("region", name="Queue")
    grid = queue.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "10001")
    rows = queue.locator(".jsa-body .jsa-row")
    assert rows.count() < 60
    expect(names(queue).first).to_have_text("job 9999")
    grid.press("ArrowDown")
    grid.press("Space")
    grid.press("End")
    expect(names(queue).get_by_text("job 0", exact=True)).to_be_visible()
    assert rows.count() < 60
    notebook.run(1)
    expect(queue).to_contain_text("1 RUNNING")
    expect(queue).to_contain_text("1 selected")
    grid.press("Home")
    expect(rows.filter(has_text="RUNNING")).to_have_attribute("aria-selected", "true")
    picture("queue-large")
