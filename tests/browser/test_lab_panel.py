"""One's jobs in JupyterLab's side bar."""

from __future__ import annotations

import os
import signal

import pytest
from playwright.sync_api import expect

_HANGS_MS = 60_000  # until a command of Slurm's has been given up, and a look has gone well again
_HOSTILE = "<img src=x onerror=alert(1)> & 100%"


def test_a_job_appears_and_ends_by_itself(lab_page):
    panel = lab_page.panel()
    job_id = lab_page.submit("sleep 2", name=_HOSTILE)
    line = panel.get_by_role("treeitem").filter(has_text=f"{job_id} · RUNNING")
    expect(line).to_contain_text(_HOSTILE)
    expect(panel.get_by_text(f"{job_id} · COMPLETED")).to_be_visible()
    assert panel.locator("img").count() == 0


def test_an_array_is_one_row_that_opens(lab_page):
    panel = lab_page.panel()
    job_id = lab_page.submit("sleep 60", name="sweep", array="1-30")
    row = panel.get_by_role("treeitem", level=2).filter(has_text=f"{job_id} · ")
    expect(row).to_have_attribute("aria-expanded", "false")
    row.click()
    expect(panel.get_by_text("Task 2", exact=True)).to_be_visible()
    lab_page.picture("panel", panel)
    lab_page.accessible(".jsa-SidePanel-content")
    with lab_page.theme("Dark"):
        lab_page.picture("panel-dark", panel)
        lab_page.accessible(".jsa-SidePanel-content")
    row.click()
    expect(row).to_have_attribute("aria-expanded", "false")


def test_a_job_is_cancelled_by_keys_alone(lab_page):
    panel = lab_page.panel()
    job_id = lab_page.submit("sleep 60", name="by-keys")
    expect(panel.get_by_text(f"{job_id} · RUNNING")).to_be_visible()
    panel.get_by_role("searchbox").fill("by-keys running")
    panel.get_by_role("tree").focus()
    for key in ("Home", "ArrowDown", "Delete"):
        lab_page.page.keyboard.press(key)
    expect(lab_page.page.get_by_role("dialog")).to_contain_text("Cancel 1 job?")
    expect(lab_page.page.get_by_role("button", name="Keep")).to_be_focused()
    lab_page.page.keyboard.press("Tab")
    lab_page.page.keyboard.press("Enter")
    panel.get_by_role("searchbox").fill("")
    expect(panel.get_by_text(f"{job_id} · CANCELLED")).to_be_visible()


def test_what_the_filter_finds_nothing_for_is_said(lab_page):
    panel = lab_page.panel()
    panel.get_by_role("searchbox").fill("no such job")
    expect(panel.get_by_text("None of your jobs matches “no such job”.")).to_be_visible()
    panel.get_by_role("searchbox").fill("")


def test_what_is_in_the_way_is_said_and_the_jobs_stay(lab_page):
    panel = lab_page.panel()
    job_id = lab_page.submit("sleep 60", name="stays")
    expect(panel.get_by_text(f"{job_id} · RUNNING")).to_be_visible()
    jobs = lab_page.server.call("GET", "slurm/jobs?state=RUNNING").json()
    problem = {"error": "database_unavailable", "message": "MongoDB is away."}
    for answer, said in (
        ({"status": 403, "body": "{}"}, "Log in again in another tab and come back"),
        ({"status": 503, "json": problem}, "MongoDB is away."),
        ({"abort": "connectionrefused"}, "The Jupyter server does not answer."),
        ({"json": {**jobs, "stale": True}}, "Slurm does not answer. Last known state of"),
    ):
        with lab_page.answering("**/slurm/jobs?*", answer):
            panel.get_by_role("button", name="Ask Slurm again").click()
            expect(panel.get_by_role("status")).to_contain_text(said)
            expect(panel.get_by_text(f"{job_id} · RUNNING")).to_be_visible()
            lab_page.picture(f"panel-{said.split()[0]}", panel)
    lab_page.accessible(".jsa-SidePanel-content")
    expect(panel.get_by_role("status")).to_be_empty()


@pytest.mark.slow
def test_a_controller_that_hangs_and_comes_back_is_told(lab_page, controller):
    panel = lab_page.panel()
    job_id = lab_page.submit("sleep 300", name="goes-on")
    expect(panel.get_by_text(f"{job_id} · RUNNING")).to_be_visible()
    status = panel.get_by_role("status")
    os.kill(controller, signal.SIGSTOP)
    try:
        panel.get_by_role("button", name="Ask Slurm again").click()
        said = "Slurm does not answer. Last known state of"
        expect(status).to_contain_text(said, timeout=_HANGS_MS)
        expect(panel.get_by_text(f"{job_id} · RUNNING")).to_be_visible()
        lab_page.picture("panel-hangs", panel)
    finally:
        os.kill(controller, signal.SIGCONT)
    expect(status).to_be_empty(timeout=_HANGS_MS)
    expect(panel.get_by_text(f"{job_id} · RUNNING")).to_be_visible()


def test_the_job_of_this_jupyter_is_cancelled_by_its_name_alone(lab_page):
    panel = lab_page.panel()
    job_id = lab_page.submit("sleep 60", name="my-jupyter")
    row = panel.get_by_role("treeitem", level=2).filter(has_text="my-jupyter")
    expect(row).to_contain_text("RUNNING")
    body = lab_page.server.call("GET", "slurm/jobs?state=RUNNING").json()
    body["jobs"][0]["runs_this_server"] = True
    with lab_page.answering("**/slurm/jobs?state*", {"json": body}):
        panel.get_by_role("button", name="Ask Slurm again").click()
        expect(row).to_contain_text("runs this Jupyter")
        dialog = lab_page.page.get_by_role("dialog")
        for name in ("another", "my-jupyter"):
            row.hover()
            row.get_by_role("button", name=f"Cancel {job_id}").click()
            dialog.get_by_role("textbox").fill(name)
            dialog.get_by_role("button", name="Cancel this job").click()
        expect(lab_page.page.get_by_text("That is not the name of the job").first).to_be_visible()
    expect(panel.get_by_text(f"{job_id} · CANCELLED")).to_be_visible()


def test_it_is_narrow_and_of_high_contrast(lab_page):
    panel = lab_page.panel()
    lab_page.submit("sleep 60", name="a-job-with-a-name-that-is-longer-than-any-panel-is-wide")
    expect(panel.get_by_text("a-job-with-a-name")).to_be_visible()
    with lab_page.theme("Dark High Contrast"):
        lab_page.page.set_viewport_size({"width": 480, "height": 700})
        lab_page.picture("panel-narrow", lab_page.page)
        lab_page.accessible(".jsa-SidePanel-content")
        tree = panel.get_by_role("tree")
        assert tree.evaluate("tree => tree.scrollWidth <= tree.clientWidth")
    lab_page.page.set_viewport_size({"width": 1280, "height": 1000})
