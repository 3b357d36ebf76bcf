"""One job under its cell, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from servers import Server

SETUP = """
from jupyter_slurm_api.notebook.connection import Connection
from jupyter_slurm_api.notebook.job_widget import JobWidget
connection = Connection()
def submit(script, **more):
    return connection.client.submit("#!/bin/bash\\n" + script, **more).job_id
"""
BUSY = "import time; time.sleep(600)"
NO_SUBSHELLS = """() => {
  const {kernel} = window.jupyterapp.shell.currentWidget.sessionContext.session;
  kernel.commsOverSubshells = 'disabled';
}"""
HOSTILE = '<img src=x onerror="document.title=1">\x1b[31m\u202eevil'
MOVES = r"""
echo -e '\e[31mred\e[0m line'
for i in $(seq 100); do printf '\rtrain: %3d%%|###   | %d/100 [00:01<00:09]' $i $i; sleep 0.2; done
"""


def shows(notebook, job, *more, **options):
    """Run a cell that shows a job; its widget."""
    notebook.open("job.ipynb", f"{SETUP}\nJobWidget(connection, {job})", *more, **options)
    return notebook.run(0).get_by_role("region", name="Job")


@pytest.mark.parametrize("within", ["lab", "notebook"])
def test_a_job_is_watched_and_cancelled_while_the_kernel_is_busy(notebook, picture, within):
    job = shows(notebook, f"submit({MOVES!r}, name='moves')", BUSY, within=within)
    expect(job).to_contain_text("RUNNING")
    notebook.run(1)
    expect(notebook.page.locator(".jp-InputPrompt").nth(1)).to_have_text("[*]:")
    expect(job.get_by_role("progressbar", name="train")).to_have_attribute(
        "aria-label", re.compile(r"train: ([5-9]|\d\d) %")
    )
    expect(job.locator(".jsa-fg1")).to_have_text("red")
    expect(job.get_by_text("|###")).to_be_hidden()
    expect(notebook.output(0).locator(".jsa-last-state")).to_be_hidden()
    picture(f"job-running-{within}")
    job.get_by_role("button", name="Cancel", exact=True).click()
    job.get_by_role("button", name="Let it go on").press("Escape")
    job.get_by_role("button", name="Cancel", exact=True).click()
    job.get_by_role("button", name="Cancel it").press("Enter")
    expect(job).to_contain_text("CANCELLED")
    expect(job.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)


def test_what_waits_is_released_when_a_kernel_without_subshells_is_free(notebook):
    held = "submit('echo done', parameters={'hold': True})"
    notebook.open("job.ipynb", f"{SETUP}\nJobWidget(connection, {held})", "input()")
    notebook.page.evaluate(NO_SUBSHELLS)
    job = notebook.run(0).get_by_role("region", name="Job")
    expect(job).to_contain_text("JobHeldUser")
    asks = notebook.run(1).get_by_role("textbox")
    expect(asks).to_be_visible()
    job.get_by_role("button", name="Release").click()
    expect(job).to_contain_text("This waits for the cell that is running.")
    asks.press("Enter")
    expect(job).to_contain_text("COMPLETED")
    expect(job.get_by_role("log")).to_contain_text("done")
    job.get_by_role("button", name="Open output").click()
    job.get_by_role("link", name="Open it").click()
    expect(notebook.page.locator(".jp-FileEditor")).to_contain_text("done")


def test_a_failure_is_explained_and_submitted_again_with_more(notebook, picture, accessible):
    script = "echo out; echo 'No module named torch' >&2; exit 3"
    more = f"name={HOSTILE!r}, parameters={{'time': 5, 'error': 'errors'}}"
    job = shows(notebook, f"submit({script!r}, {more})")
    expect(job).to_contain_text("FAILED")
    expect(job).to_contain_text('<img src=x onerror="document.title=1">\\x1b[31m\\u202eevil')
    expect(job.get_by_role("log", name="Errors")).to_contain_text("No module named torch")
    job.get_by_text("Details").click()
    for theme in ("Light", "Dark"):
        notebook.theme(theme)
        accessible(".jsa")
        picture(f"job-failed-{theme}", job)
    job.get_by_role("button", name="Submit again").click()
    picture("job-again", job)
    job.get_by_role("textbox", name="--time").fill("7")
    job.get_by_role("textbox", name="--time").press("Enter")
    expect(job).to_contain_text("Submitted as job")
    expect(job).to_contain_text("7:00")
    assert notebook.page.title() != "1"


def test_an_array_is_a_grid_of_its_tasks(notebook, picture, accessible):
    script = "[ $SLURM_ARRAY_TASK_ID != 2 ] && echo task $SLURM_ARRAY_TASK_ID"
    job = shows(
        notebook,
        f"submit({script!r}, parameters={{'array': '0-11'}}), {{2: 'lr=0.1, seed=<b>2</b>'}}",
    )
    cells = job.get_by_role("listbox").get_by_role("option")
    expect(cells).to_have_text([*"CC", "F", *"CCCCCCCCC"])
    expect(job.locator(".jsa-legend")).to_contain_text("11 completed")
    grid = job.get_by_role("listbox")
    for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
        grid.press(key)
    expect(job).to_contain_text("Task 2: failed, lr=0.1, seed=<b>2</b>")
    grid.press("ArrowRight")
    grid.press("Enter")
    expect(job.get_by_role("log", name="Output of task 3")).to_contain_text("task 3")
    for theme in ("Light", "Dark"):
        notebook.theme(theme)
        accessible(".jsa")
        picture(f"array-{theme}", job)


def test_a_saved_notebook_shows_how_it_was(notebook, picture):
    job = shows(notebook, f"submit('echo a; echo b', name={HOSTILE!r})")
    expect(job.get_by_role("log")).to_contain_text("b")
    expect(job).to_contain_text("COMPLETED")
    kept = notebook.output(0).locator(".jsa-last-state")
    expect(kept.locator("pre")).to_have_text("a\nb", use_inner_text=False)
    notebook.command("docmanager:save")
    notebook.close()
    notebook.open("job.ipynb")
    expect(kept).to_be_visible()
    expect(kept).to_contain_text("COMPLETED")
    expect(kept).to_contain_text("<img src=x")
    expect(notebook.output(0).get_by_text("Loading widget")).to_have_count(0)
    expect(notebook.output(0).get_by_text("Error displaying widget")).to_be_hidden()
    picture("job-saved")


@pytest.mark.slow
def test_a_server_that_goes_makes_it_stale_and_comes_back(
    notebook, picture, tmp_path, cluster_environment
):
    with Server(tmp_path, cluster_environment) as server:
        job_id = server.submit("#!/bin/sh\nsleep 600\n")
        server.wait_for_status(job_id, "RUNNING")
        there = f"Connection({server.url!r}, {server.token!r})"
        notebook.open("stale.ipynb", f"{SETUP}\nJobWidget({there}, {job_id!r})")
        job = notebook.run().get_by_role("region", name="Job")
        expect(job).to_contain_text("RUNNING")
        server.stop()
        expect(job).to_contain_text("Stale since")
        picture("job-stale", job)
        server.start()
        expect(job).not_to_contain_text("Stale since")
        job.get_by_role("button", name="Cancel", exact=True).click()
        job.get_by_role("button", name="Cancel it").click()
        expect(job).to_contain_text("CANCELLED")
