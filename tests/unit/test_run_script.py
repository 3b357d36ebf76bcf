"""The script of a run: it says what is missing on a node, by its exit code and in words."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jupyter_slurm_api.runs import outcome
from jupyter_slurm_api.runs.directory import RunDirectory
from jupyter_slurm_api.runs.outcome import Outcome
from jupyter_slurm_api.runs.run import Run
from jupyter_slurm_api.runs.script import script

HOSTILE = """a 'quoted' "$(touch owned)" name\\"""


@pytest.fixture
def directory(tmp_path):
    (tmp_path / HOSTILE).mkdir()
    made = RunDirectory.create(tmp_path / HOSTILE)
    Run(source="1").write(made)
    return made


def run(text, tmp_path):
    return subprocess.run(
        ["/bin/bash"],
        input=text,
        env={"PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestOnTheNode:
    def test_the_directory_is_not_shared(self, directory, tmp_path):
        text = script("A cell", directory, {})
        (directory.path / "run.json").unlink()
        done = run(text, tmp_path)
        assert done.returncode == outcome.NOT_SHARED
        assert "not shared with this node" in done.stderr
        assert not (tmp_path / "owned").exists()

    def test_the_python_is_not_there(self, directory, tmp_path, monkeypatch):
        monkeypatch.setattr(sys, "executable", f"/nowhere/{HOSTILE}")
        done = run(script("A cell", directory, {}), tmp_path)
        assert done.returncode == outcome.NO_PYTHON
        assert "There is no /nowhere/" in done.stderr
        assert not (tmp_path / "owned").exists()

    def test_the_python_does_not_have_us(self, directory, tmp_path, monkeypatch):
        monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
        done = run(script("A cell", directory, {}), tmp_path)
        assert done.returncode == outcome.NO_PYTHON
        assert "cannot run this here" in done.stderr

    def test_what_lies_where_the_job_runs_is_not_imported(self, directory, tmp_path):
        (tmp_path / "papermill.py").write_text("raise SystemExit(55)")
        text = script("A cell", directory, {})
        assert "sys.exit(runner.main(sys.argv[1]))" in text
        text = text.replace("sys.exit(runner.main(sys.argv[1]))", 'print("imported")')
        assert run(text, tmp_path).stdout == "imported\n"


class TestEnvironment:
    def test_what_makes_an_environment_goes_along_and_no_secret_does(self, directory):
        environ = {
            "PATH": "/opt/a b/bin",
            "CONDA_PREFIX": "/opt/conda",
            "JUPYTERHUB_API_TOKEN": "secret",
            "JUPYTER_SLURM_TOKEN": "secret",
            "HOME": "/home/me",
        }
        text = script("A cell", directory, environ)
        assert "export PATH='/opt/a b/bin'\nexport CONDA_PREFIX=/opt/conda\n" in text
        assert "secret" not in text

    def test_what_it_is_stays_on_its_line(self, directory):
        text = script("The notebook a\nrm -rf b", directory, {})
        assert text.splitlines()[1].startswith("# The notebook a rm -rf b,")


class TestRun:
    def test_is_read_as_it_was_written(self, directory):
        run = Run(source="x", outputs=("a",), tasks=("lr=1",), sys_path=("/x",), notebook="n.ipynb")
        run.write(directory)
        assert Run.read(directory) == run

    def test_of_a_later_release_is_read_too(self, directory):
        directory.write("run.json", b'{"source": "x", "novel": 1}')
        assert Run.read(directory).source == "x"

    @pytest.mark.parametrize(
        ("other", "said"),
        [({"python": "3.6.8"}, "Python 3"), ({"cloudpickle": "2.2.1"}, "cloudpickle is 3")],
    )
    def test_another_python_there_is_told_before_anything_is_unpickled(self, other, said):
        assert said in (Run(**other).mismatch() or "")

    def test_the_same_release_will_do(self):
        assert Run().mismatch() is None


class TestOutcome:
    def test_is_read_as_it_was_written(self):
        told = Outcome(exit_code=1, error="ValueError: no")
        assert Outcome.read(told.written()) == told

    def test_exit_codes_of_ours_are_told_in_words(self):
        assert "--chdir" in (outcome.told_by(outcome.NOT_SHARED, None, "/runs/1") or "")
        assert outcome.told_by(1, None, "/runs/1") is None
        assert outcome.told_by(None, 9, "/runs/1") is None

    def test_so_is_an_output_that_slurm_could_not_open(self):
        assert "/runs/1" in (outcome.told_by(0, 53, "/runs/1") or "")
