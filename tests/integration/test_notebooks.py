"""The notebooks that come with the package, each run from top to bottom on a real Slurm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def executed(server):
    """All of them, run at the same time: they mostly wait."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(server.home),
        "JUPYTER_RUNTIME_DIR": str(server.home / f"runtime-{server.port}"),
        "IPYTHONDIR": str(server.home / "ipython"),
    }

    def run(path):
        directory = server.work_dir / path.stem
        directory.mkdir()
        copy = Path(shutil.copy(path, directory))
        subprocess.run(
            [sys.executable, "-m", "jupyter", "execute", "--inplace", "--timeout=150", copy.name],
            env=environment,
            cwd=directory,
            check=True,
            timeout=170,
        )
        return nbformat.read(copy, as_version=4)

    with ThreadPoolExecutor(len(NOTEBOOKS)) as threads:
        return dict(
            zip([path.stem for path in NOTEBOOKS], threads.map(run, NOTEBOOKS), strict=True)
        )


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def texts(notebook):
    """All that is shown as text, cell by cell."""
    return "\n".join(
        one.get("text") or one.get("data", {}).get("text/plain", "") for one in outputs(notebook)
    )


def test_the_first_job(executed):
    shown = texts(executed["01-first-job"])
    assert "Hello from " in shown
    assert "step 1\nstep 2\nstep 3\n" in shown
    assert "COMPLETED" in shown
    assert "It would start at " in shown


def test_python_cells_with_figures(executed):
    notebook = executed["02-python-cells"]
    assert any("image/png" in one.get("data", {}) for one in outputs(notebook))
    shown = texts(notebook)
    assert "[0.79, 3.14, 7.07, 12.57, 19.63]" in shown
    assert "43.2" in shown
    assert [one.ename for one in outputs(notebook) if one.output_type == "error"] == ["RemoteError"]


def test_a_sweep_with_a_plot_at_the_end(executed):
    notebook = executed["03-sweep"]
    table = next(one for one in outputs(notebook) if "loss" in str(one.get("data", "")))
    assert table.data["text/plain"].count("COMPLETED") == 4
    assert "image/png" in outputs(notebook)[-1].data


def test_watching_the_queue(executed):
    shown = texts(executed["04-watch-the-queue"])
    assert "JobHeldUser" in shown
    assert "'COMPLETED'" in shown
    assert "'CANCELLED'" in shown


def test_a_pipeline_with_dependencies(executed):
    assert "5050" in texts(executed["05-pipeline"])
