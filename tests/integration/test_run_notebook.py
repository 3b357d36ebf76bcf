"""POST notebooks/run on a real Slurm: the notebook is run, as it was, with what it was given."""

from __future__ import annotations

import json
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from servers import wait_for

SMALL = {"mem": "200M", "time": 5}
CELLS = [
    new_code_cell("n = 1\nnames = []", metadata={"tags": ["parameters"]}),
    new_code_cell("import os\nprint('n is', n, names, os.environ.get('WRAPPED'))"),
]


@pytest.fixture(scope="module")
def run(server):
    """Submit a notebook; what the server answers, and what the job has written in the end."""

    def post(path, **body):
        answer = server.call("POST", "slurm/notebooks/run", json={"path": path, **body})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return post


@pytest.fixture(scope="module")
def submitted(server, run):
    """A notebook of no kernel and odd names, and one of a kernel of its own, at the same time."""
    odd = server.work_dir / "100% {n}" / "a {b}.ipynb"
    odd.parent.mkdir()
    odd.write_text(nbformat.writes(new_notebook(cells=CELLS)))
    other = server.work_dir / "other.ipynb"
    metadata = {"kernelspec": {"name": "wrapped", "display_name": "Wrapped"}}
    other.write_text(nbformat.writes(new_notebook(cells=CELLS, metadata=metadata)))
    wrapper = server.home / "python"
    wrapper.write_text(f'#!/bin/sh\nexport WRAPPED=yes\nexec {sys.executable} "$@"\n')
    wrapper.chmod(0o755)
    kernel = server.home / "data" / "kernels" / "wrapped"
    kernel.mkdir(parents=True)
    argv = [str(wrapper), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    described = {"argv": argv, "display_name": "Wrapped", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(described))
    given = {"n": 1.0, "names": ["a", None]}
    answers = (
        run("100% {n}/a {b}.ipynb", parameters=given, options=SMALL),
        run("other.ipynb", options=SMALL),
    )
    odd.write_text("changed since")
    return answers


def printed(server, answer):
    job = server.wait_for_status(answer["job_id"], "COMPLETED", "FAILED")
    path = server.work_dir / answer["output"]
    assert job["status"] == "COMPLETED", job["output"]
    wait_for("the notebook", path.exists)
    content = server.call("GET", f"api/contents/{answer['output']}").json()["content"]
    return "".join(
        output["text"]
        for cell in content["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream"
    )


def test_its_outputs_stand_beside_it(server, submitted):
    answer, _ = submitted
    assert printed(server, answer) == "n is 1.0 ['a', None] None\n"
    job = server.job(answer["job_id"])
    assert (job["name"], job["work_dir"]) == ("a {b}", str(server.work_dir / "100% {n}"))
    assert "n is 1.0 ['a', None] None\n" in job["output"]


def test_it_runs_in_its_own_kernels_python(server, submitted):
    assert printed(server, submitted[1]) == "n is 1 [] yes\n"


def test_submitted_once_more_it_is_the_same_notebook(server, submitted):
    again = server.call("POST", f"slurm/job/{submitted[0]['job_id']}/resubmit")
    output = f"100% {{n}}/a {{b}}-{again.json()['slurm_id']}.ipynb"
    expected = "n is 1.0 ['a', None] None\n"
    assert printed(server, again.json() | {"output": output}) == expected


def test_what_is_not_there_is_said(server):
    answer = server.call("POST", "slurm/notebooks/run", json={"path": "nothing.ipynb"})
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
