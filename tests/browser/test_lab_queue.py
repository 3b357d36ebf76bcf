"""The cluster's queue in JupyterLab's main area."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from servers import wait_for


def test_jobs_are_filtered_selected_and_held(lab_page):
    for number in range(2):
        lab_page.submit("true", name=f"to-be-held-{number}", begin="now+1hour")
    lab_page.submit("sleep 60", name="beside-them")
    queue = lab_page.queue()
    lines = queue.locator(".jsa-Grid-line")
    expect(lines.filter(has_text="beside-them")).to_contain_text("RUNNING")
    queue.get_by_role("searchbox").fill("to-be-held")
    expect(lines).to_have_count(2)
    queue.get_by_role("grid").press("Control+a")
    expect(queue.get_by_role("status").last).to_contain_text("2 selected")
    lab_page.picture("queue", lab_page.page)
    lab_page.accessible(".jsa-Queue")
    with lab_page.theme("Dark High Contrast"):
        lab_page.picture("queue-dark", lab_page.page)
        lab_page.accessible(".jsa-Queue")
    queue.get_by_role("button", name="Hold (2)").click()
    expect(queue.get_by_role("button", name="Release (2)")).to_be_enabled()
    queue.get_by_role("button", name="Cancel (2)").click()
    dialog = lab_page.page.get_by_role("dialog")
    expect(dialog).to_contain_text("to-be-held-1")
    dialog.get_by_role("button", name="Cancel (2)").click()
    expect(queue.get_by_text("No job of the queue passes this filter.")).to_be_visible()
    queue.get_by_role("searchbox").fill("")


def test_what_became_of_each_is_told(lab_page):
    job_id = lab_page.submit("true", name="gone", begin="now+1hour")
    queue = lab_page.queue()
    queue.get_by_role("checkbox", name=f"Select {job_id}", exact=True).check()
    queue.get_by_role("button", name="Cancel (1)").click()
    lab_page.end()
    dialog = lab_page.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel (1)").click()
    expect(dialog).to_contain_text("1 job stays as it was")
    expect(dialog).to_contain_text(f"Job {job_id} is over: CANCELLED.")
    dialog.get_by_role("button", name="Close").click()


def test_columns_are_kept_in_the_settings(lab_page):
    lab_page.submit("sleep 60", name="columns")
    queue = lab_page.queue()
    queue.get_by_role("button", name="Name").press("Alt+ArrowLeft")
    queue.locator("summary").click()
    queue.get_by_role("checkbox", name="Account").check()
    queue.locator("summary").click()
    kept = lab_page.server.home / "settings/jupyter-slurm-api/queue.jupyterlab-settings"
    expect(queue.get_by_role("columnheader").nth(1)).to_contain_text("Name")
    expect(queue.get_by_role("columnheader").last).to_contain_text("Account")
    wait_for("the settings", lambda: kept.exists() and "account" in kept.read_text())
    assert re.findall(r'"id": "(\w+)"', kept.read_text())[:2] == ["name", "job_id"]


def test_ten_thousand_jobs_are_sorted_and_filtered(lab_page):
    """As no cluster of a test has them, the server's answer is made larger."""
    lab_page.submit("sleep 60", name="many")
    queue = lab_page.queue()
    lines = queue.locator(".jsa-Grid-line")
    expect(lines.filter(has_text="many")).to_be_visible()
    answer = lab_page.server.call("GET", "slurm/queue").json()
    jobs = [_line(answer["jobs"][0], number) for number in range(10_000)]
    by_id = queue.get_by_role("button", name="Job")
    with lab_page.answering("**/slurm/queue", {"json": {**answer, "jobs": jobs}}):
        lab_page.command("jupyter-slurm-api:refresh")
        expect(queue.get_by_text("10,000 jobs")).to_be_visible()
        assert lines.count() < 100
        by_id.click()
        by_id.click()
        expect(lines.first).to_contain_text("name-9999")
        queue.get_by_role("searchbox").fill("name-77")
        expect(queue.get_by_text("111 of 10,000 jobs")).to_be_visible()
        queue.get_by_role("grid").press("End")
        expect(lines.last).to_contain_text("name-77")
        queue.get_by_role("searchbox").fill("")
        by_id.click()
    expect(queue.get_by_text("10,000 jobs")).to_have_count(0)


def _line(line: dict[str, Any], number: int) -> dict[str, Any]:
    return {**line, "job_id": str(1_000_000 + number), "name": f"name-{number}"}


def test_it_is_there_again_after_a_reload(lab_page):
    lab_page.queue()
    kept = lab_page.server.home / "workspaces"
    wait_for(
        "the workspace", lambda: any("api-queue:" in one.read_text() for one in kept.glob("*"))
    )
    lab_page.open("lab/workspaces/slurm")
    expect(lab_page.page.locator(".jsa-Queue")).to_be_visible()
