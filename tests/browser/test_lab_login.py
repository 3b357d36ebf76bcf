"""JupyterLab whose server begins anew with another token, while a page of it is open."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Locator, Page, expect

from lab_page import LabPage, lab_server

_WRITES = "for i in $(seq 3000); do echo line $i; sleep 0.1; done"


@pytest.fixture
def own_lab(browser, browser_context_args, tmp_path, cluster_environment):
    """A page of a server of its own, which other tests need not log in to again."""
    context = browser.new_context(**browser_context_args)
    with lab_server(tmp_path, cluster_environment) as server:
        opened = LabPage(context.new_page(), server)
        opened.open()
        yield opened
        opened.end()
    context.close()


@pytest.mark.slow
def test_after_a_new_login_all_goes_on_as_it_was(own_lab):
    page = own_lab.page
    panel = own_lab.panel()
    job_id = own_lab.submit(_WRITES, name="goes-on")
    own_lab.command("jupyter-slurm-api:open-job", id=job_id)
    log = page.get_by_role("log", name="Output")
    expect(log).to_contain_text("line 1")
    own_lab.command("jupyter-slurm-api:submit", script="#!/bin/sh\ntrue\n")
    form = page.locator(".jsa-Submit:visible")
    form.get_by_label("Name").fill("after-login")
    _begin_anew(own_lab)

    panel.get_by_role("button", name="Ask Slurm again").click()
    status = panel.get_by_role("status")
    expect(status).to_contain_text("Log in again in another tab and come back")
    submit = form.get_by_role("button", name="Submit", exact=True)
    submit.click()
    expect(form.get_by_role("alert")).to_contain_text("what is open here stays as it is")
    own_lab.picture("logged-out")
    own_lab.accessible(".jsa-SidePanel-content")
    with page.context.expect_page() as another:
        form.get_by_role("alert").get_by_role("link", name="Log in").click()
    _log_in(another.value, own_lab.server.token)

    panel.get_by_role("button", name="Ask Slurm again").click()
    expect(status).to_be_empty()
    expect(panel.get_by_text(f"{job_id} · RUNNING")).to_be_visible()
    expect(form.get_by_label("Name")).to_have_value("after-login")
    expect(form.get_by_label("Partition").locator("option")).to_have_count(3)
    submit.click()
    expect(page.get_by_text("after-login is submitted as job")).to_be_visible()
    own_lab.command("jupyter-slurm-api:open-job", id=job_id)
    number = log.locator(".jsa-Log-line").count()
    expect(log.get_by_text(f"line {number + 20}", exact=True)).to_be_visible()
    lines = log.locator(".jsa-Log-line").all_text_contents()
    assert lines[:number] == [f"line {one}" for one in range(1, number + 1)]


def _begin_anew(lab: LabPage) -> None:
    """Start the server again as it is in a new container: it knows no login of before."""
    lost = lab.page.get_by_role("dialog").filter(has_text="Server Connection Error")
    lab.page.add_locator_handler(lost, _close)
    server = lab.server
    server.stop()
    server.token = secrets.token_hex(16)
    (server.home / f"runtime-{server.port}" / "jupyter_cookie_secret").unlink()
    server.start()


def _close(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Close").click()


def _log_in(page: Page, token: str) -> None:
    page.get_by_label("Password or token:").fill(token)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/lab*", wait_until="commit")
    page.close()
