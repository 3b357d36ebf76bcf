"""`%%slurm` in a real kernel, on a real server and a real Slurm."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kernels import Kernel
from servers import wait_for

QUICK = "--time 5 --mem 200M"


@pytest.fixture(scope="module")
def start_kernel(server):
    """Start kernels of that server; all are ended."""
    started = []

    def start(**environment):
        kernel = Kernel(server.home, server.home / f"runtime-{server.port}", **environment)
        started.append(kernel)
        assert kernel.run("%load_ext jupyter_slurm_api").error is None
        return kernel

    yield start
    for kernel in started:
        kernel.stop()


@pytest.fixture(scope="module")
def kernel(start_kernel):
    return start_kernel()


@pytest.fixture(scope="module")
def value(kernel):
    """What an expression is in the kernel."""
    return kernel.value


def runs(server):
    directory = server.work_dir / ".slurm-runs"
    return (
        {one.name for one in directory.iterdir() if one.is_dir()} if directory.exists() else set()
    )


class TestShell:
    def test_block_shows_what_the_job_prints(self, kernel, value):
        reply = kernel.run(f"%%slurm {QUICK} -J hello --block\necho hello; exit 0")
        assert reply.error is None
        assert "hello\n" in reply.text
        assert value("_slurm.view().name") == "hello"
        assert value("_slurm.view().parameters['mem']") == "200M"

    def test_it_returns_at_once_and_the_job_goes_on(self, kernel, value):
        reply = kernel.run(
            f"%%slurm {QUICK} --into job --hold\n#SBATCH --comment=from-the-cell\ntrue"
        )
        assert reply.error is None
        kinds = {kind for one in reply.outputs for kind in one.get("data", {})}
        assert {"application/vnd.jupyter.widget-view+json", "text/html"} <= kinds
        assert value("job.status") == "PENDING"
        kernel.run("job.release()")
        assert value("job.wait().status") == "COMPLETED"
        assert value("job.view().comment") == "from-the-cell"

    def test_a_shebang_is_kept(self, kernel):
        reply = kernel.run(f"%%slurm {QUICK} --block\n#!/usr/bin/env python3\nprint(6 * 7)")
        assert "42\n" in reply.text

    def test_variables_of_the_notebook_stand_in_it_only_if_asked(self, kernel):
        kernel.run("word = 'from the notebook'")
        reply = kernel.run(f"%%slurm {QUICK} --block --format\necho {{word}} ${{USER}}!")
        assert "from the notebook " in reply.text
        reply = kernel.run(f"%%slurm {QUICK} --block\necho {{word}}")
        assert "{word}\n" in reply.text

    def test_a_failure_says_why_and_stops_the_notebook(self, kernel):
        reply = kernel.run(f"%%slurm {QUICK} --block\nexit 3")
        assert "exit code is not 0" in reply.error
        assert "Traceback" not in reply.error

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("--tim 3", "Did you mean --time?"),
            ("--time", "needs a value"),
            ("ruby", "knows no 'ruby'"),
            ("--in word", "for Python cells"),
            ("-p nowhere", "partition"),
            ("--into 1a", "no name"),
            ("--attach", "No job of this very cell"),
        ],
    )
    def test_a_line_that_cannot_be_meant_is_one_sentence(self, kernel, line, said):
        before = kernel.value("jobs = %slurm jobs\njobs[0].job_id")
        reply = kernel.run(f"%%slurm {line}\ntrue # {line}")
        assert said in reply.error
        assert "Traceback" not in reply.error
        assert kernel.value("jobs = %slurm jobs\njobs[0].job_id") == before

    def test_dry_run_shows_what_would_be_and_submits_nothing(self, kernel, value):
        before = value("jobs = %slurm jobs\nlen(jobs)")
        reply = kernel.run(f"%%slurm {QUICK} --dry-run\nhostname")
        assert "#!/bin/bash\nhostname" in reply.text
        assert "It would start at " in reply.text
        assert value("jobs = %slurm jobs\nlen(jobs)") == before

    def test_an_interrupt_leaves_the_job_alone(self, kernel, value):
        threading.Timer(3, kernel.interrupt).start()
        reply = kernel.run(f"%%slurm {QUICK} --block --into alone\nsleep 60")
        assert reply.error is None
        assert "goes on" in reply.text
        assert value("alone.status") in ("PENDING", "RUNNING")

    @pytest.mark.parametrize(("answer", "said"), [("y", "being cancelled"), (None, "Nobody")])
    def test_a_second_interrupt_asks_whether_to_cancel(self, kernel, answer, said):
        for seconds in (2, 3):
            threading.Timer(seconds, kernel.interrupt).start()
        reply = kernel.run(f"%%slurm {QUICK} --block\nsleep 60 # {answer}", answer=answer)
        assert said in reply.text


class TestPython:
    def test_what_goes_there_and_comes_back(self, kernel, value):
        kernel.run("import math\nradius = 2\ndef area(r): return math.pi * r**2")
        reply = kernel.run(
            f"%%slurm python {QUICK} --in radius --out result,where --block\n"
            "import os\n"
            "import matplotlib.pyplot as plt\n"
            "print('on the node')\n"
            "result = area(radius)\n"
            "where = dict(os.environ)\n"
            "plt.plot([1, 2])\n"
            "plt.show()\n"
            "round(result, 2)"
        )
        assert reply.error is None, reply.error
        assert "on the node\n" in reply.text
        data = [one["data"] for one in reply.outputs if "data" in one]
        assert any("image/png" in one for one in data)
        assert data[-1]["text/plain"] == "12.57"
        assert round(value("result"), 2) == 12.57
        assert value("where['SLURM_JOB_ID']") == value("_slurm.id")
        assert not value("[name for name in where if 'TOKEN' in name]")

    def test_its_exception_is_shown_as_it_was_there(self, kernel, value):
        reply = kernel.run(f"%%slurm python {QUICK} --block\n{{}}['key that is not there']")
        assert "KeyError" in reply.error
        assert "key that is not there" in reply.error
        reply = kernel.run("_slurm.result()")
        assert "KeyError" in reply.error

    def test_figures_come_under_the_cell_when_it_is_long_over(self, kernel):
        reply = kernel.run(f"%%slurm python {QUICK} --out n --into later\nn = 1\n'the last value'")
        assert reply.error is None
        seen = []

        def has_come():
            seen.extend(kernel.later(1))
            return [one for one in seen if "'the last value'" in str(one.get("data"))]

        wait_for("the value under the cell", has_come)
        assert kernel.run("later.result()").text == "{'n': 1}\n"

    @pytest.mark.parametrize(
        ("before", "line", "cell", "said"),
        [
            ("data = [1]", "", "data", r"Send them with --in data"),
            ("data = [1]", "--in dat", "1", "no variable 'dat'"),
            ("import threading; lock = threading.Lock()", "--in lock", "lock", "'lock' (lock)"),
            (
                "%config SlurmMagics.max_bytes = 1000\nbig = b'x' * 5000",
                "--in big",
                "1",
                "big (4.9 KiB)",
            ),
            ("%config SlurmMagics.max_bytes = 2**30", "--out 1a", "1", "names of variables"),
            ("", "", "1 +", "no Python"),
            ("", "--sweep a=[]", "1", "no values"),
            ("", "--sweep a=[1] --array 1-2", "1", "leave --array out"),
            ("", "--format", "1", "--in"),
            ("", "-p nowhere", "1", "partition"),
        ],
    )
    def test_what_cannot_go_is_said_before_anything_is_sent(
        self, kernel, server, before, line, cell, said
    ):
        kernel.run(before)
        earlier = runs(server)
        reply = kernel.run(f"%%slurm python {QUICK} {line}\n{cell}")
        assert said in reply.error
        assert "Traceback" not in reply.error
        assert runs(server) == earlier

    def test_what_is_missing_on_the_node_is_said_in_words(self, kernel, server):
        kernel.run(f"%%slurm python {QUICK} --into unshared --hold\n1")
        path = kernel.run("print(unshared.directory.path)").text.strip()
        Path(path, "run.json").unlink()  # newer Slurms make the directory where it is missing
        kernel.run("import sys; real, sys.executable = sys.executable, '/nowhere/python'")
        kernel.run(f"%%slurm python {QUICK} --into nowhere\n1")
        kernel.run("sys.executable = real; unshared.release()")
        assert "not shared with the nodes" in kernel.run("unshared.result()").error
        assert "does not have the notebook's Python" in kernel.run("nowhere.result()").error

    def test_nothing_is_unpickled_that_others_could_have_written(self, kernel):
        kernel.run(f"%%slurm python {QUICK} --out n --into opened\nn = 1")
        assert kernel.run("opened.result()").text == "{'n': 1}\n"
        kernel.run("opened.directory.path.chmod(0o777)")
        assert "Others have access" in kernel.run("opened.result()").error


class TestSweep:
    def test_a_frame_of_what_came_back_and_a_retry_of_what_did_not(self, kernel, value, server):
        reply = kernel.run(
            f"%%slurm python {QUICK} --sweep a=[1,2] --sweep b=range(2) --out c --into grid\n"
            "from pathlib import Path\n"
            "if (a, b) == (2, 1) and not Path('mended').exists(): raise ValueError('no')\n"
            "c = 10 * a + b"
        )
        assert reply.error is None
        assert value("grid.wait(90).failed()") == [3]
        assert value("grid.frame().to_dict('records')[:2]") == [
            {"a": 1, "b": 0, "c": 10.0, "status": "COMPLETED"},
            {"a": 1, "b": 1, "c": 11.0, "status": "COMPLETED"},
        ]
        assert value("grid.frame()['status'].tolist()[3]") == "FAILED"
        assert "job.retry()" in kernel.run("grid.result()").error
        Path(server.work_dir / "mended").touch()
        assert value("grid.retry().wait(90).result()") == {"c": [10, 11, 20, 21]}


class TestAfterARestart:
    def test_a_run_is_brought_back_by_its_id_or_by_its_cell(self, kernel, start_kernel):
        cell = "n = 40 + 2\nprint('once')"
        kernel.run(f"%%slurm python {QUICK} --out n --block\n{cell}")
        job = kernel.run("print(_slurm.id)").text.strip()
        another = start_kernel()
        reply = another.run(f"mine = %slurm attach {job}")
        assert reply.error is None, reply.error
        assert another.run("mine.result()").text == "{'n': 42}\n"
        reply = another.run(f"%%slurm python {QUICK} --out n --attach\n{cell}")
        assert reply.error is None, reply.error
        assert another.run("print(_slurm.id)").text.strip() == job

    def test_the_same_cell_twice_is_two_jobs_and_is_mentioned(self, kernel, value):
        for _ in range(2):
            reply = kernel.run(f"%%slurm {QUICK} --into twice\nsleep 30 # twice")
            kernel.run("both = [*globals().get('both', []), twice]")
        assert "goes on" in reply.text
        assert value("both[0].id != both[1].id")
        kernel.run("for job in both: job.cancel()")


class TestNotebook:
    def test_it_runs_with_parameters_and_can_be_read_meanwhile(self, kernel, value, server):
        from nbformat.v4 import new_code_cell, new_notebook, writes

        cells = [
            new_code_cell("n = 1", metadata={"tags": ["parameters"]}),
            new_code_cell("print('n is', n)"),
            new_code_cell(
                "import time\nfrom pathlib import Path\n"
                "while not Path('go on').exists(): time.sleep(0.2)"
            ),
        ]
        path = server.work_dir / "long one.ipynb"
        path.write_text(
            writes(
                new_notebook(
                    cells=cells,
                    metadata={
                        "kernelspec": {
                            "name": "somewhere-else",
                            "display_name": "x",
                            "language": "python",
                        }
                    },
                )
            )
        )
        reply = kernel.run(f"long = %slurm run 'long one.ipynb' --param n=10 {QUICK}")
        assert reply.error is None, reply.error
        wait_for("the second cell", lambda: value("long.progress().done") >= 3)
        assert "n is 10" in Path(value("str(long.path)")).read_text()
        (server.work_dir / "go on").touch()
        assert value("str(long.result(60))") == value("str(long.path)")
        assert value("long.progress()") == [4, 4]
        path = value("str(long.path)")
        kernel.run("long")
        seen = []

        def is_told():
            seen.extend(kernel.later(0.5))
            return f"4 of 4 cells done: {path}" in str(seen)

        wait_for("its cells to be counted below it", is_told)
        assert value("long.view().name") == "long one"
