"""What JupyterLab shows of jobs around its panels: status bar, Running panel, notices."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import expect

# Other tests may have left jobs of theirs.
_COUNTS: Final = re.compile(r"^Slurm: [1-9]\d* running, [1-9]\d* pending$")

_BROWSER: Final = """() => {
  Object.assign(window, { asked: 0, told: [], itsNotification: window.Notification });
  document.hasFocus = () => false;
  window.Notification = class {
    static permission = 'default';
    static requestPermission() {
      window.asked += 1;
      this.permission = 'granted';
      return Promise.resolve('granted');
    }
    constructor(_, { body }) {
      window.told.push(body);
      window.opens = () => this.onclick();
    }
    close() {}
  };
}"""

_BROWSER_AGAIN: Final = """() => {
  delete document.hasFocus;
  window.Notification = window.itsNotification;
}"""


@pytest.fixture
def browser_notifications(lab_page):
    """Take down what the browser is asked to show; the page is as it was afterwards."""
    lab_page.page.evaluate(_BROWSER)
    yield
    lab_page.page.evaluate(_BROWSER_AGAIN)
    lab_page.close_tabs()


def test_the_status_bar_counts_and_opens_the_list(lab_page):
    lab_page.submit("sleep 60", name="counted")
    lab_page.submit("true", name="waits", begin="now+1hour")
    item = lab_page.page.get_by_role("button", name=_COUNTS)
    lab_page.command("filebrowser:activate")
    item.click()
    expect(lab_page.page.get_by_role("region", name="Slurm jobs")).to_be_visible()
    lab_page.accessible(".jsa-Status")


def test_a_running_job_is_cancelled_in_the_running_panel(lab_page):
    job_id = lab_page.submit("sleep 60", name="beside-kernels")
    lab_page.command("running:show-panel")
    running = lab_page.page.locator("#jp-running-sessions")
    item = running.locator(".jp-RunningSessions-item").filter(has_text="beside-kernels")
    item.hover()
    item.get_by_title("Cancel").click()
    lab_page.page.get_by_role("dialog").get_by_role("button", name="Cancel (1)").click()
    expect(item).to_have_count(0)
    expect(lab_page.panel().get_by_text(f"{job_id} · CANCELLED")).to_be_visible()


def test_a_job_that_fails_is_told_of(lab_page):
    job_id = lab_page.submit("exit 3", name="<b>breaks</b>")
    notice = lab_page.page.get_by_text(f"Slurm job {job_id} <b>breaks</b> has ended: FAILED.")
    expect(notice.first).to_be_visible()
    lab_page.picture("notice")


@pytest.mark.usefixtures("browser_notifications")
def test_outside_of_the_page_the_browser_tells_if_that_is_switched_on(lab_page):
    asked = "window.asked"
    assert lab_page.page.evaluate(asked) == 0
    lab_page.command("settingeditor:open", query="Slurm Notices")
    switch = lab_page.page.get_by_label("Tell outside of this page, too")
    switch.check()
    lab_page.page.wait_for_function(f"{asked} === 1")
    job_id = lab_page.submit("exit 3", name="outside")
    lab_page.page.wait_for_function("window.told.length > 0")
    assert lab_page.page.evaluate("window.told") == [
        f"Slurm job {job_id} outside has ended: FAILED."
    ]
    lab_page.page.evaluate("window.opens()")
    expect(lab_page.page.locator(".jsa-Job").get_by_role("heading")).to_have_text("outside")
    lab_page.command("settingeditor:open", query="Slurm Notices")
    switch.uncheck()
