"""POST notebooks/run: a notebook of the user's as a job."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from jupyter_slurm_api.errors import SlurmRefused
from jupyter_slurm_api.runs.directory import RunDirectory
from jupyter_slurm_api.runs.run import Run

NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}


def of_kernel(name):
    return NOTEBOOK | {"metadata": {"kernelspec": {"name": name}}}


@pytest.fixture
def run(call):
    async def post(path, headers=None, **body):
        text = json.dumps({"path": path, **body})
        return await call(
            "slurm", "notebooks", "run", method="POST", body=text, headers=headers or {}
        )

    return post


@pytest.fixture
def write(jp_root_dir):
    def make(path="analysis.ipynb", content=NOTEBOOK):
        place = jp_root_dir / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content if isinstance(content, str) else json.dumps(content))
        return place

    return make


@pytest.fixture
def kernel(jp_data_dir):
    def install(name, *argv, **more):
        place = jp_data_dir / "kernels" / name
        place.mkdir(parents=True)
        described = {"argv": argv, "display_name": name, "language": "any", **more}
        (place / "kernel.json").write_text(json.dumps(described))

    return install


def runs_in(directory):
    return [*(directory / ".slurm-runs").glob("*-*")]


async def test_it_runs_as_it_is_now_where_it_lies(run, write, slurm, database):
    notebook = write("there/100% {a}.ipynb")
    answer = await run("there/100% {a}.ipynb", parameters={"n": 1.0, "names": ["a", None]})
    assert answer.status == 201
    assert answer.body["output"] == f"there/100% {{a}}-{answer.body['slurm_id']}.ipynb"
    assert answer.headers["Location"].endswith(f"/slurm/job/{answer.body['job_id']}")
    (spec,), (job,) = slurm.submits, database.jobs
    directory = RunDirectory.of(spec.work_dir, job["tags"])
    assert directory is not None
    assert spec.work_dir == str(notebook.parent)
    assert "--job-name=100% {a}" in spec.argv
    assert f"--output=.slurm-runs/{directory.path.name}/job.out" in spec.argv
    assert f"\npython={sys.executable}\n" in spec.script.decode()
    assert Run.read(directory).parameters == {"n": 1.0, "names": ["a", None]}
    write("there/100% {a}.ipynb", {})
    assert json.loads(directory.read("notebook.ipynb")) == NOTEBOOK


async def test_sbatchs_options_are_taken_and_win(run, write, slurm):
    write()
    assert (await run("/analysis.ipynb", options={"time": 60, "job-name": "x"})).status == 201
    assert {"--time=60", "--job-name=x"} <= {*slurm.submits[0].argv}


async def test_each_task_of_an_array_writes_its_own(run, write):
    write()
    assert (await run("analysis.ipynb", options={"array": "1-3"})).body["output"] is None


async def test_a_link_is_followed_as_jupyter_does(run, write, jp_root_dir, tmp_path):
    write().rename(tmp_path / "analysis.ipynb")
    (jp_root_dir / "scratch").symlink_to(tmp_path)
    assert (await run("scratch/analysis.ipynb")).status == 201
    assert runs_in(tmp_path)


@pytest.mark.parametrize("path", ["nothing.ipynb", "no/directory.ipynb", "/etc/passwd"])
async def test_no_such_notebook(run, slurm, path):
    answer = await run(path)
    assert (answer.status, answer.body["error"]) == (404, "notebook_not_found")
    assert path in answer.body["message"]


@pytest.mark.parametrize("path", ["../secret.ipynb", "a/../../b.ipynb", "/", "a\0.ipynb", ""])
async def test_what_is_not_below_the_root(run, path, slurm, jp_root_dir):
    (jp_root_dir.parent / "secret.ipynb").write_text(json.dumps(NOTEBOOK))
    answer = await run(path)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "path")
    assert slurm.submits == []


@pytest.mark.parametrize("content", ["", "print(1)", "[]", "{}", '{"nbformat": "x"}', "[" * 10**5])
async def test_what_is_no_notebook(run, write, slurm, jp_root_dir, content):
    write(content=content)
    answer = await run("analysis.ipynb")
    assert answer.status == 422
    assert "analysis.ipynb is no notebook" in answer.body["message"]
    assert (slurm.submits, runs_in(jp_root_dir)) == ([], [])


async def test_what_is_too_large_to_be_copied(run, write, slurm, jp_root_dir):
    os.truncate(write(), (256 << 20) + 1)
    answer = await run("analysis.ipynb")
    assert answer.status == 413
    assert "clear its outputs" in answer.body["message"]
    assert not slurm.submits
    assert not runs_in(jp_root_dir)


async def test_what_is_no_file(run, jp_root_dir):
    (jp_root_dir / "directory.ipynb").mkdir()
    os.mkfifo(jp_root_dir / "fifo.ipynb")
    for path in ("directory.ipynb", "fifo.ipynb"):
        answer = await run(path)
        assert answer.status == 422
        assert "a directory or device" in answer.body["message"]


class TestKernel:
    async def test_another_python(self, run, write, kernel, slurm):
        kernel("old", "/bin/true", "-X", "dev", "-m", "ipykernel_launcher", env={"PATH": "/opt"})
        write(content=of_kernel("old"))
        assert (await run("analysis.ipynb")).status == 201
        assert "\npython=/bin/true\n" in slurm.submits[0].script.decode()
        assert "\nexport PATH=/opt\n" in slurm.submits[0].script.decode()

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("julia", "is no Python"),
            ("runner", "is no Python"),
            ("uninstalled", "is not there"),
            ("broken", "cannot be read"),
            ("nowhere", "There is no kernel 'nowhere' here"),
        ],
    )
    async def test_that_cannot_be(self, run, write, kernel, slurm, jp_root_dir, name, words):
        kernel("julia", "julia", "kernel.jl")
        kernel("runner", sys.executable, "-m", "nb_conda_kernels.runner")
        kernel("uninstalled", "/nowhere/python", "-m", "ipykernel_launcher")
        kernel("broken", "python", "-m", "ipykernel_launcher", env=3)
        write(content=of_kernel(name))
        answer = await run("analysis.ipynb")
        assert (answer.status, answer.body["errors"][0]["field"]) == (422, "kernel_name")
        assert words in answer.body["message"]
        assert (slurm.submits, runs_in(jp_root_dir)) == ([], [])

    async def test_another_may_be_named(self, run, write):
        write(content=of_kernel("nowhere"))
        assert (await run("analysis.ipynb", kernel_name="python3")).status == 201


@pytest.mark.parametrize("name", ["", "a b", "x; import os", "class", "1"])
async def test_a_parameter_is_a_variable(run, write, name, slurm):
    write()
    answer = await run("analysis.ipynb", parameters={name: 1})
    assert answer.status == 422
    assert f"{name!r} is no name of a variable" in answer.body["message"]
    assert slurm.submits == []


async def test_a_notebook_cannot_hold_infinity(run, write, slurm):
    write()
    answer = await run("analysis.ipynb", parameters={"x": [float("inf")]})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "parameters")


class TestRefused:
    async def test_an_option_by_the_name_it_was_sent_under(self, run, write, jp_root_dir):
        write()
        answer = await run("analysis.ipynb", options={"nope": 1})
        assert [fault["field"] for fault in answer.body["errors"]] == ["options.nope"]
        assert runs_in(jp_root_dir) == []

    async def test_by_slurm(self, run, write, slurm, jp_root_dir):
        write()
        slurm.failure = SlurmRefused("Invalid partition name specified")
        answer = await run("analysis.ipynb")
        assert answer.body["message"] == "Invalid partition name specified"
        assert runs_in(jp_root_dir) == []

    async def test_where_nothing_can_be_written(self, run, write):
        (write().parent / ".slurm-runs").touch()
        answer = await run("analysis.ipynb")
        assert answer.status == 422
        assert "cannot be written" in answer.body["message"]

    async def test_where_others_have_access(self, run, write):
        runs = write().parent / ".slurm-runs"
        runs.mkdir()
        runs.chmod(0o777)
        answer = await run("analysis.ipynb")
        assert answer.status == 422
        assert "Others have access" in answer.body["message"]


async def test_one_key_makes_one_job(run, write, slurm, jp_root_dir):
    write()
    key = {"Idempotency-Key": "k-1"}
    one = await run("analysis.ipynb", parameters={"n": 1}, headers=key)
    write(content=of_kernel("python3"))
    two = await run("analysis.ipynb", parameters={"n": 1}, headers=key)
    assert (two.status, two.body) == (201, one.body)
    assert two.headers["Idempotency-Replayed"] == "true"
    assert len(slurm.submits) == len(runs_in(jp_root_dir)) == 1
    assert (await run("analysis.ipynb", parameters={"n": 2}, headers=key)).status == 409
    assert len(runs_in(jp_root_dir)) == 1
    assert Path(slurm.submits[0].work_dir) == jp_root_dir
