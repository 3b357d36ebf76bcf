"""One job as a tab of JupyterLab's main area."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from servers import wait_for

_HOSTILE = "<img src=x onerror=alert(1)>"
_STEP = re.compile(rf"^red {re.escape(_HOSTILE)}step \d+ of 300$")
_MOVES = f"""
printf '\\033[31mred\\033[0m {_HOSTILE}\\n'
for i in $(seq 300); do printf '\\rstep %d of 300' $i; sleep 0.1; done
"""


@pytest.fixture
def view(lab_page):
    """The view of a job, opened as the panel and others do; all of them are closed at the end."""

    def opened(job_id: str | None = None) -> Locator:
        if job_id is not None:
            lab_page.command("jupyter-slurm-api:open-job", id=job_id)
        return lab_page.page.locator(".jsa-Job:visible")

    yield opened
    lab_page.close_tabs()


def test_what_a_job_writes_is_followed(lab_page, view):
    job_id = lab_page.submit(_MOVES, name=f"moves {_HOSTILE}")
    panel = lab_page.panel()
    expect(panel.get_by_text(f"{job_id} · RUNNING")).to_be_visible()
    panel.get_by_role("searchbox").fill(job_id)
    panel.get_by_role("tree").focus()
    for key in ("Home", "ArrowDown", "Enter"):
        lab_page.page.keyboard.press(key)
    job = view()
    expect(job.get_by_role("heading")).to_have_text(f"moves {_HOSTILE}")
    log = job.get_by_role("log", name="Output")
    expect(log.locator(".jsa-fg1")).to_have_text("red")
    expect(log).to_contain_text(_HOSTILE)
    expect(log).to_have_text(_STEP)
    before = log.inner_text()
    expect(log).not_to_have_text(before)
    expect(log).to_have_text(_STEP)
    assert job.locator("img").count() == 0
    job.get_by_role("searchbox").fill("STEP")
    expect(job.get_by_text("1 of 1")).to_be_visible()
    for theme in ("Light", "Dark"):
        with lab_page.theme(theme):
            lab_page.accessible(".jsa-Job")
            lab_page.picture(f"job-{theme}")
    panel.get_by_role("searchbox").fill("")
    job.get_by_role("button", name="Cancel", exact=True).click()
    lab_page.page.get_by_role("dialog").get_by_role("button", name="Cancel (1)").click()
    expect(job.locator(".jsa-Head-state")).to_contain_text("CANCELLED")


def test_a_failure_is_explained_and_the_job_submitted_again(lab_page, view):
    script = "#SBATCH --comment=why\necho out; echo 'No module named torch' >&2; exit 3"
    job_id = lab_page.submit(script, name="fails", error="errors", time=5)
    lab_page.server.wait_for_status(job_id, "FAILED")
    job = view(job_id)
    expect(job.get_by_role("tab", name="Report")).to_have_attribute("aria-selected", "true")
    expect(job.get_by_role("tabpanel")).to_contain_text("No module named torch")
    expect(job.get_by_text("exit code 3")).to_be_visible()
    lab_page.picture("job")
    with lab_page.theme("Dark High Contrast"):
        lab_page.accessible(".jsa-Job")
        lab_page.picture("job-failed")
    job.get_by_role("tab", name="Report").press("ArrowRight")
    expect(job.locator(".cm-content")).to_contain_text("#SBATCH --comment=why")
    lab_page.accessible(".jsa-Job")
    lab_page.picture("job-script")
    job.get_by_role("tab", name="Errors").click()
    expect(job.get_by_role("log", name="Errors")).to_have_text("No module named torch")
    job.get_by_role("button", name="Submit again").click()
    dialog = lab_page.page.get_by_role("dialog")
    dialog.get_by_label("--time").fill("7")
    lab_page.picture("job-again")
    dialog.get_by_role("button", name="Submit").click()
    again = view()
    expect(again.get_by_role("button", name="Made of an earlier job")).to_be_visible()
    again.get_by_role("tab", name="Details").click()
    expect(again.get_by_role("tabpanel")).to_contain_text("00:07:00")
    lab_page.picture("job-details")
    again.get_by_role("button", name="Open in a form").click()
    form = lab_page.page.locator(".jsa-Submit:visible")
    expect(form.get_by_label("Name")).to_have_value("fails")
    expect(form.get_by_label("Time limit")).to_have_value("7")


def test_an_array_opens_and_each_of_its_tasks(lab_page, view):
    job_id = lab_page.submit("echo task $SLURM_ARRAY_TASK_ID; sleep 60", name="sweep", array="1-3")
    panel = lab_page.panel()
    panel.get_by_role("searchbox").fill(job_id)
    panel.get_by_role("treeitem", level=2).click()
    panel.get_by_role("tree").press("Shift+Enter")
    panel.get_by_role("searchbox").fill("")
    tasks = view().get_by_role("table")
    expect(tasks.get_by_role("row").filter(has_text="Task 2")).to_contain_text("RUNNING")
    lab_page.picture("job-array")
    lab_page.accessible(".jsa-Job")
    tasks.get_by_role("button", name="Task 2").press("Enter")
    expect(view().get_by_role("log")).to_contain_text("task 2")
    view().get_by_role("button", name=f"Task 2 of array {job_id}").click()
    expect(view().get_by_role("heading")).to_have_text("sweep")
    expect(tasks).to_be_visible()


def test_the_components_of_a_heterogeneous_job_are_shown_and_opened(lab_page, view):
    script = "#SBATCH --ntasks=1\n#SBATCH hetjob\n#SBATCH --ntasks=2\necho both; sleep 60"
    job_id = lab_page.submit(script, name="parts")
    job = view(job_id)
    expect(job.get_by_role("log")).to_contain_text("both")
    job.get_by_role("tab", name="Components").click()
    second = job.get_by_role("row").filter(has_text=f"{job_id}+1")
    expect(second).to_contain_text("RUNNING")
    lab_page.picture("job-components")
    lab_page.accessible(".jsa-Job")
    second.get_by_role("button", name=f"{job_id}+1").press("Enter")
    expect(view().get_by_role("definition").first).to_have_text(f"{job_id}+1")
    lab_page.picture("job-component")
    expect(view().get_by_role("button", name="Cancel")).to_have_count(0)
    view().get_by_role("button", name="Component 1 of a heterogeneous job").click()
    expect(view().get_by_role("tab", name="Components")).to_be_visible()


def test_what_waits_says_why_and_is_released_from_the_palette(lab_page, view):
    first = lab_page.submit("sleep 60", name="first")
    waiting = lab_page.submit("true", name="waits", hold=True, dependency=f"afterok:{first}")
    queue = lab_page.queue()
    queue.get_by_role("searchbox").fill("waits")
    queue.locator(".jsa-Grid-line").dblclick()
    job = view()
    expect(job.locator(".jsa-Why")).to_contain_text("JobHeldUser")
    expect(job.get_by_role("list", name="It waits for")).to_contain_text(f"afterok {first}")
    lab_page.picture("job-waits")
    lab_page.accessible(".jsa-Job")
    lab_page.command("jupyter-slurm-api:release-job")
    expect(job.locator(".jsa-Why")).to_contain_text("Dependency")
    lab_page.command("jupyter-slurm-api:open-queue")
    queue.get_by_role("searchbox").fill("first")
    queue.get_by_role("grid").press("Enter")
    expect(view().get_by_role("heading")).to_have_text("first")
    assert lab_page.server.call("GET", f"slurm/job/{waiting}").json()["reason"] == "Dependency"


def test_one_gets_to_its_directory_and_to_its_cell(lab_page, view):
    work = lab_page.server.work_dir
    (work / "runs").mkdir(exist_ok=True)
    (work / "runs" / "beside.txt").touch()
    cells = [nbformat.v4.new_code_cell(f"print({number})") for number in range(3)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), work / "of a job.ipynb")
    tags = [f"notebook={work / 'of a job.ipynb'}", f"cell={cells[2].id}"]
    job = view(lab_page.submit("true", tags=tags, chdir=str(work / "runs")))
    job.get_by_role("button", name="Open directory").click()
    expect(lab_page.page.locator(".jp-DirListing").get_by_text("beside.txt")).to_be_visible()
    job.get_by_role("button", name="Go to its cell").click()
    active = lab_page.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    expect(active).to_contain_text("print(2)")
    lab_page.command("filebrowser:go-to-path", path="/")


def test_it_is_there_again_after_a_reload_and_what_ended_is_told(lab_page):
    job_id = lab_page.submit("echo stays; sleep 60", name="stays")
    lab_page.command("jupyter-slurm-api:open-job", id=job_id)
    uuid = lab_page.server.job(job_id)["job_id"]
    current = f'"current":"jupyter-slurm-api-job:{uuid}"'
    kept = lab_page.server.home / "workspaces"

    def is_kept() -> bool:
        """What other tests' jobs came to has been seen, and is not told of once more."""
        states = "COMPLETED,FAILED,CANCELLED"
        over = lab_page.server.call("GET", f"slurm/jobs?state={states}").json()["jobs"]
        last = max((one["end_time"] for one in over), default="")
        return any(current in text and last in text for text in map(Path.read_text, kept.glob("*")))

    wait_for("the workspace", is_kept)
    lab_page.page.goto("about:blank")
    failed = lab_page.submit("exit 1", name="meanwhile")
    lab_page.server.wait_for_status(failed, "FAILED")
    lab_page.open("lab/workspaces/slurm")
    expect(lab_page.page.locator(".jsa-Job").get_by_role("log")).to_contain_text("stays")
    told = f"While you were away Slurm job {failed} meanwhile has ended: FAILED."
    expect(lab_page.page.get_by_text(told)).to_be_visible()
    lab_page.close_tabs()
