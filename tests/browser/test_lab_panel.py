"""One's jobs in JupyterLab's side bar."""

from __future__ import annotations

from playwright.sync_api import expect

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
