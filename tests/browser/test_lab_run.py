"""Notebooks as jobs: from the button in their toolbar to what the job has written."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect

_RUN = """path => {
  void window.jupyterapp.commands.execute('jupyter-slurm-api:run-notebook', { path });
}"""
_KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


@pytest.fixture
def write(lab_page):
    """Write notebooks into the server's root directory; what is open is closed at the end."""

    def make(name, *sources):
        cells = [new_code_cell(source) for source in sources]
        cells[0].metadata["tags"] = ["parameters"]
        notebook = new_notebook(cells=cells, metadata=_KERNEL)
        (lab_page.server.work_dir / name).write_text(nbformat.writes(notebook))

    yield make
    lab_page.close_tabs()


@pytest.fixture
def dialog(lab_page):
    return lab_page.page.get_by_role("dialog")


def test_a_notebook_runs_from_its_toolbar_with_parameters(lab_page, write, dialog):
    page = lab_page.page
    waits = "import os, time\nwhile not os.path.exists('go on'): time.sleep(0.1)\nprint('went on')"
    prints = "print('n is', n, name, more, edited)"
    write("fit.ipynb", "n = 10  # how many\nname = 'a <b>'", prints, waits)
    lab_page.command("docmanager:open", path="fit.ipynb")
    page.locator(".jp-Notebook .cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nedited = 5")
    page.get_by_role("button", name="Run this notebook as a Slurm job, with parameters").click()
    expect(dialog).to_contain_text("It has changes that are not saved")
    dialog.get_by_role("button", name="Save and Go On").click()
    expect(dialog.get_by_label("n", exact=True)).to_be_focused()
    expect(dialog.get_by_text("how many")).to_be_visible()
    for key in ("Control+a", "t", "Enter"):
        page.keyboard.press(key)
    expect(dialog.get_by_text("a text stands in quotes")).to_be_visible()
    expect(dialog.get_by_label("n", exact=True)).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("n", exact=True).fill("4.0")
    dialog.get_by_role("button", name="Add a parameter").press("Enter")
    page.keyboard.type("more")
    dialog.get_by_label("Value").fill("['x', None]")
    dialog.get_by_label("Memory").fill("200M")
    lab_page.picture("run")
    lab_page.accessible(".jsa-RunDialog")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Open the output notebook").click()
    expect(page.get_by_text("n is 4.0 a <b> ['x', None] 5")).to_be_visible()
    expect(page.get_by_text("No Kernel").first).to_be_visible()
    (lab_page.server.work_dir / "go on").touch()
    expect(page.get_by_text("went on", exact=True)).to_be_visible()
    lab_page.picture("run-output")


def test_what_it_was_run_with_is_there_again(lab_page, write, dialog):
    write("again.ipynb", "n = 1")
    lab_page.command("filebrowser:go-to-path", path="/")
    lab_page.command("filebrowser:refresh")
    lab_page.command("filebrowser:activate")
    file = lab_page.page.locator(".jp-DirListing-item").filter(has_text="again.ipynb")
    for value in ("1", "2"):
        file.click(button="right")
        lab_page.page.get_by_role("menuitem", name="Run Notebook on Slurm").click()
        expect(dialog.get_by_label("n", exact=True)).to_be_focused()
        expect(dialog.get_by_label("n", exact=True)).to_have_value(value)
        dialog.get_by_label("n", exact=True).fill("2")
        dialog.get_by_label("Memory").fill("200M")
        dialog.get_by_role("button", name="Run").click()
        expect(dialog).to_have_count(0)
    expect(lab_page.page.get_by_text("again.ipynb is submitted as job").first).to_be_visible()


def test_what_is_refused_is_said_and_can_be_mended(lab_page, write, dialog):
    write("refused.ipynb", "path = HERE / 'x'")
    with lab_page.theme("Dark"):
        lab_page.page.evaluate(_RUN, "refused.ipynb")
        expect(dialog.get_by_label("path", exact=True)).to_be_focused()
        dialog.get_by_label("Time limit").fill("soon")
        dialog.get_by_role("button", name="Run").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Invalid --time specification")
        faults = [{"field": "options.partition", "message": "There is no such partition."}]
        refusal = {"error": "invalid_request", "message": "Not so.", "errors": faults}
        with lab_page.answering("**/notebooks/run", {"status": 422, "json": refusal}):
            dialog.get_by_role("button", name="Run").click()
            expect(dialog.get_by_text("There is no such partition.")).to_be_visible()
        expect(dialog.get_by_label("Partition")).to_have_attribute("aria-invalid", "true")
        expect(dialog.get_by_label("Partition")).to_be_focused()
        lab_page.picture("run-refused")
        lab_page.accessible(".jsa-RunDialog")
    dialog.get_by_label("Time limit").press("Escape")
    expect(dialog).to_have_count(0)


def test_what_is_there_no_more_is_said(lab_page, dialog):
    lab_page.page.evaluate(_RUN, "gone.ipynb")
    expect(dialog).to_contain_text("gone.ipynb cannot be read")
    dialog.get_by_role("button", name="Close").click()
