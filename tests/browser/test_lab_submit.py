"""The form to submit jobs with, and its script beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from servers import wait_for

_HOSTILE = '<img src=x onerror=alert(1)> & "100%" #\''
_SITE = {"name": "gpu-node", "site": True, "created_at": None, "updated_at": None}


@pytest.fixture
def opened(lab_page) -> Iterator[Callable[..., Locator]]:
    """Open a form filled so; all are closed with the test, without a question."""

    def open_form(**filling: object) -> Locator:
        lab_page.command("jupyter-slurm-api:submit", **filling)
        form: Locator = lab_page.page.locator(".jsa-Submit:visible")
        return form

    yield open_form
    lab_page.close_tabs()


def _jobs(lab_page, name: str) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = lab_page.server.call("GET", "slurm/jobs").json()["jobs"]
    return [job for job in jobs if job["name"] == name]


def _type_into_script(form: Locator, line: str) -> None:
    """Write a line behind the first of the script."""
    script = form.get_by_role("textbox", name="Script")
    script.press("Control+Home")
    script.press("End")
    script.press("Enter")
    script.press_sequentially(line)


def test_the_side_bar_and_the_launcher_lead_to_it(lab_page, opened):
    page = lab_page.page
    lab_page.panel().get_by_role("button", name="Submit", exact=True).click()
    form = page.locator(".jsa-Submit:visible")
    expect(form.get_by_text("is said here")).to_be_visible()
    lab_page.close_tabs()
    lab_page.command("launcher:create", cwd="")
    page.locator(".jp-LauncherCard:visible").filter(has_text="Submit Slurm Job").click()
    expect(form.locator(".cm-content")).to_contain_text("#!/bin/bash")
    lab_page.command("filebrowser:activate")


def test_form_and_script_are_in_step_and_a_job_is_submitted(lab_page, opened):
    form = opened(script="#!/bin/sh\n# what it does\ntrue\n")
    script = form.locator(".cm-content")
    form.get_by_label("Name").fill("fit")
    form.get_by_label("Partition").select_option("long")
    expect(script).to_contain_text("#SBATCH --partition=long")
    _type_into_script(form, "#SBATCH -n2 -t 5  # enough")
    expect(form.get_by_label("Tasks")).to_have_value("2")
    form.get_by_label("Time limit").fill("7")
    expect(script).to_contain_text("#SBATCH -n2 -t 7  # enough")
    form.get_by_label("Partition").select_option("")
    expect(script).not_to_contain_text("--partition")
    expect(form.get_by_text("It would start at once in partition debug")).to_be_visible()
    lab_page.picture("submit")
    form.get_by_label("Name").fill(_HOSTILE)
    lab_page.accessible(".jsa-Submit")
    form.get_by_role("button", name="Submit", exact=True).click()
    expect(lab_page.page.get_by_text(f"{_HOSTILE} is submitted as job").first).to_be_visible()
    (job,) = wait_for("the job", lambda: _jobs(lab_page, _HOSTILE))
    assert job["time_limit"] == "00:07:00"
    assert form.locator("img").count() == 0


def test_a_file_is_submitted_by_its_menu_and_stays_as_it_is(lab_page, opened):
    directory = lab_page.server.work_dir / "sub dir"
    directory.mkdir(exist_ok=True)
    text = "#!/bin/sh\npwd > where\n"
    (directory / "it's.sh").write_text(text)
    (directory / "notes.txt").write_text("no script")
    page = lab_page.page
    lab_page.command("filebrowser:open-path", path="sub dir")
    files = page.locator(".jp-DirListing-item")
    files.filter(has_text="notes.txt").click(button="right")
    expect(page.get_by_role("menuitem", name="Rename")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Submit to Slurm")).to_have_count(0)
    page.keyboard.press("Escape")
    files.filter(has_text="it's.sh").click(button="right")
    page.get_by_role("menuitem", name="Submit to Slurm").click()
    form = page.locator(".jsa-Submit:visible")
    expect(form.get_by_text("From the file sub dir/it's.sh, which stays as it is")).to_be_visible()
    expect(form.get_by_label("Name")).to_have_value("it's.sh")
    expect(form.get_by_label("Work directory")).to_have_value("sub dir")
    lab_page.picture("submit-file")
    form.get_by_role("button", name="Submit", exact=True).click()
    wait_for("the job's work", (directory / "where").exists)
    assert (directory / "it's.sh").read_text() == text


def test_what_is_beyond_a_limit_is_said_before_it_is_submitted(lab_page, opened):
    form = opened(script="#!/bin/sh\ntrue\n")
    time = form.get_by_label("Time limit")
    time.fill("2:00:00")
    expect(form.get_by_text("⚠ Partition debug gives at most 01:00:00.")).to_be_visible()
    expect(time).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Tasks").fill("999")
    form.get_by_label("Work directory").fill("not there")
    expect(form.get_by_text("not there does not exist; create it first").first).to_be_visible()
    expect(form.get_by_label("Work directory")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Work directory").fill("")
    expect(
        form.get_by_text("Slurm would refuse it, or never start it: Requested node")
    ).to_be_visible()
    lab_page.picture("submit-refused")
    with lab_page.theme("Dark"):
        lab_page.picture("submit-refused-dark")
        lab_page.accessible(".jsa-Submit")
    _type_into_script(form, "#SBATCH -p 'no where'")
    expect(form.get_by_text("⚠ There is no partition no where")).to_be_visible()
    form.get_by_role("button", name="Submit", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("invalid partition specified: no where")


def test_a_lost_answer_makes_no_second_job(lab_page, opened):
    form = opened(script="#!/bin/sh\n#SBATCH -J lost-answer\ntrue\n")
    submit = form.get_by_role("button", name="Submit", exact=True)
    lab_page.page.route("**/slurm/submit", lambda route: (route.fetch(), route.abort()))
    submit.click()
    expect(form.get_by_role("alert")).to_contain_text("it stays one job")
    lab_page.page.unroute("**/slurm/submit")
    submit.dblclick()
    expect(lab_page.page.get_by_text("lost-answer is submitted as job").first).to_be_visible()
    expect(form.get_by_role("alert")).to_be_empty()
    assert len(wait_for("the job", lambda: _jobs(lab_page, "lost-answer"))) == 1


def test_a_template_is_saved_used_replaced_and_deleted(lab_page, opened):
    page = lab_page.page
    dialog = page.get_by_role("dialog")
    form = opened(script="#!/bin/sh\n#SBATCH --time=5\ntrue\n")
    template = form.get_by_role("combobox", name="Template")
    saved = f"slurm/templates/{quote(_HOSTILE)}"
    for time in ("6", "7"):
        form.get_by_label("Time limit").fill(time)
        form.get_by_role("button", name="Save as …").click()
        dialog.get_by_role("textbox").fill(_HOSTILE)
        dialog.get_by_role("button", name="Save").click()
        if time == "7":
            expect(dialog).to_contain_text("Replace your template <img")
            dialog.get_by_role("button", name="Replace").click()
        expect(form.get_by_text("Only you see it.")).to_be_visible()
    wait_for("the second", lambda: "--time=7" in lab_page.server.call("GET", saved).text)
    form.get_by_label("Time limit").fill("8")
    form.get_by_role("button", name="Use", exact=True).click()
    dialog.get_by_role("button", name="Replace").click()
    expect(form.get_by_label("Time limit")).to_have_value("7")
    expect(form.locator(".cm-content")).to_contain_text("#SBATCH --time=7")
    lab_page.picture("submit-template")
    form.get_by_role("button", name="Delete", exact=True).click()
    dialog.get_by_role("button", name="Delete").click()
    expect(template.locator("option")).to_have_count(1)


def test_a_template_of_the_site_is_only_used(lab_page, opened):
    form = opened(script="#!/bin/sh\ntrue\n")
    spec = {"script": None, "name": None, "parameters": {"nodes": 2}, "work_dir": None, "tags": []}
    with (
        lab_page.answering("**/slurm/templates", {"json": {"templates": [_SITE]}}),
        lab_page.answering("**/slurm/templates/gpu-node", {"json": {**_SITE, "spec": spec}}),
    ):
        template = form.get_by_role("combobox", name="Template")
        template.focus()
        expect(template.get_by_role("option", name="gpu-node")).to_be_attached()
        template.select_option("gpu-node")
        expect(form.get_by_text("Read-only: the site offers it to everybody")).to_be_visible()
        expect(form.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
        form.get_by_role("button", name="Use", exact=True).click()
        expect(form.locator(".cm-content")).to_contain_text("#SBATCH --nodes=2")


def test_a_job_is_submitted_by_keys_alone(lab_page, opened):
    waited_for = lab_page.submit("true", name="goes-first", begin="now+1hour")
    form = opened(script="#!/bin/sh\ntrue\n")
    page = lab_page.page
    expect(form.get_by_label("Name")).to_be_focused()
    page.keyboard.type("by-keys-alone")
    its_option = form.get_by_label("My job").locator("option", has_text=f"{waited_for} goes-first")
    expect(its_option).to_have_count(1)
    _tab_to(page, "My job")
    page.keyboard.type(waited_for)
    _tab_to(page, "Add")
    page.keyboard.press("Enter")
    _tab_to(page, "Script")
    page.keyboard.press("Escape")  # else Tab would indent a line
    _tab_to(page, "Submit", "Shift+Tab")
    page.keyboard.press("Enter")
    (job,) = wait_for("the job", lambda: _jobs(lab_page, "by-keys-alone"))
    assert job["dependency"].startswith(f"afterok:{waited_for}")
    lab_page.server.call("DELETE", f"slurm/job/{job['job_id']}")  # what it waits for never succeeds


_FOCUSED = """() => {
  const at = document.activeElement;
  return at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent;
}"""


def _tab_to(page: Page, name: str, key: str = "Tab") -> None:
    for _ in range(40):
        if page.evaluate(_FOCUSED) == name:
            return
        page.keyboard.press(key)
    raise AssertionError(f"no key leads to {name}")


def test_what_is_in_the_way_is_said(lab_page, opened):
    form = opened(script="#!/bin/sh\ntrue\n")
    expect(form.get_by_label("Partition").locator("option")).to_have_count(3)
    listed = lab_page.server.call("GET", "slurm/partitions").json()
    away = {"error": "slurm_unavailable", "message": "Slurm is away."}
    for answer, said in (
        ({"status": 403, "body": "{}"}, "Log in again"),
        ({"status": 503, "json": away}, "Slurm is away."),
        ({"json": {**listed, "stale": True}}, "Slurm does not answer. Last known state of"),
        ({"json": {**listed, "partitions": []}}, "This cluster shows you no partition"),
    ):
        with lab_page.answering("**/slurm/partitions", answer):
            lab_page.close_tabs()
            form = opened(script="#!/bin/sh\n#SBATCH --time=5\ntrue\n")
            expect(form.get_by_text(said)).to_be_visible()
            expect(form.get_by_label("Time limit")).to_have_value("5")
            lab_page.picture(f"submit-{said.split()[0]}")
    lab_page.accessible(".jsa-Submit")


def test_it_is_narrow_and_nothing_is_lost(lab_page, opened):
    form = opened(script="#!/bin/sh\ntrue\n")
    form.get_by_label("Name").fill("kept")
    page = lab_page.page
    with lab_page.theme("Dark High Contrast"):
        page.set_viewport_size({"width": 640, "height": 800})
        lab_page.picture("submit-narrow")
        lab_page.accessible(".jsa-Submit")
        assert form.evaluate("form => form.scrollWidth <= form.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.evaluate("window.jupyterapp.shell.currentWidget.close()")
    page.get_by_role("dialog").get_by_role("button", name="Keep open").click()
    kept = lab_page.server.home / "workspaces"
    wait_for(
        "the workspace",
        lambda: any("--job-name=kept" in one.read_text() for one in kept.glob("*")),
    )
    lab_page.open("lab/workspaces/slurm")
    expect(form.get_by_label("Name")).to_have_value("kept")
    expect(page.locator(".jsa-Submit")).to_have_count(1)
