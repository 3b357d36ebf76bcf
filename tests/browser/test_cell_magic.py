"""`%%slurm` as people use it: a cell in JupyterLab, its job below it, and both after a restart."""

from __future__ import annotations

from playwright.sync_api import expect

LOAD = "%load_ext jupyter_slurm_api"
CELL = """
%%slurm python --out total --time 5
import time
import matplotlib.pyplot as plt

for step in range(3):
    print("step", step, flush=True)
    time.sleep(1)
total = 42
plt.figure(figsize=(4, 2))
plt.plot([1, 3, 2])
plt.show()
total
""".strip()
RESTART = """async () => {
  const {sessionContext} = window.jupyterapp.shell.currentWidget;
  await sessionContext.session.kernel.restart();
}"""


def test_a_cell_is_watched_and_its_run_brought_back_after_a_restart(notebook, picture):
    attach = CELL.replace("python", "python --attach", 1)
    notebook.open("cells.ipynb", LOAD, CELL, LOAD, attach, "_slurm.result()")
    notebook.run(0)
    below = notebook.run(1)
    job = below.get_by_role("region", name="Job")
    expect(job).to_contain_text("RUNNING")
    expect(job.get_by_role("log")).to_contain_text("step 1")
    expect(below.locator("img")).to_be_visible()
    expect(below.get_by_text("42", exact=True)).to_be_visible()
    expect(job).to_contain_text("COMPLETED")
    picture("cell", notebook.page.locator(".jp-Notebook-cell").nth(1))
    notebook.page.evaluate(RESTART)
    notebook.run(2)
    again = notebook.run(3)
    expect(again.get_by_role("region", name="Job")).to_contain_text("COMPLETED")
    expect(again.locator("img")).to_be_visible()
    expect(notebook.run(4)).to_contain_text("{'total': 42}")


def test_a_sweep_is_a_grid_of_its_tasks(notebook, picture):
    sweep = "%%slurm python --sweep a=[1,2] --sweep b=range(3) --out c --time 5\nc = a + b"
    notebook.open("sweep.ipynb", LOAD, sweep)
    notebook.run(0)
    job = notebook.run(1).get_by_role("region", name="Job")
    expect(job.get_by_title("a=2, b=1")).to_be_visible()
    expect(job).to_contain_text("COMPLETED")
    picture("sweep", job)
