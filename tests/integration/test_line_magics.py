"""The line magics in a real kernel, with a real server and a real Slurm."""

from __future__ import annotations

import json
import secrets
import threading

import pytest

from kernels import Kernel
from servers import wait_for

SCRIPT = "#!/bin/sh\n#SBATCH --mem=20M\n"
HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J\u202e'\"|{x}"


@pytest.fixture(scope="module")
def kernel(server):
    kernel = Kernel(server.home, server.home / f"runtime-{server.port}")
    loaded = kernel.run("%load_ext jupyter_slurm_api")
    assert (loaded.outputs, loaded.error) == ([], None)
    yield kernel
    kernel.stop()


@pytest.fixture(scope="module")
def waiting(server):
    """A job that waits, of which Slurm has said why, and whose name nobody should give one."""
    job_id = server.submit(SCRIPT, name=HOSTILE, parameters={"hold": True})
    wait_for("why it waits", lambda: server.job(job_id)["reason"])
    return job_id


@pytest.fixture(scope="module")
def ended(server):
    job_id = server.submit(f"{SCRIPT}echo one; echo '\033[32mtwo\033[0m\033[2J'", name="ended")
    return server.wait_for_status(job_id, "COMPLETED")["slurm_id"]


class TestLists:
    @pytest.mark.parametrize(
        "line", ["%squeue --me", "%slurm queue -t PD", "%slurm jobs", "%sacct -s PENDING"]
    )
    def test_they_are_tables_and_whatever_a_job_is_called_is_text(self, kernel, waiting, line):
        ran = kernel.run(line)
        assert ran.error is None
        assert r"<img src=x onerror=alert(1)>\x1b[2J\u202e'" in ran.shown()
        page = ran.shown("text/html")
        assert "<img" not in page and "&lt;img src=x" in page  # noqa: PT018
        assert '<th scope="col">NAME</th>' in page
        assert ">PENDING</td>" in page

    def test_they_are_values_too(self, kernel, server, waiting):
        kernel.run("jobs = %slurm jobs --limit 50\nqueue = %squeue --me")
        slurm_id = server.job(waiting)["slurm_id"]
        ran = kernel.run(
            f"[len(jobs), jobs[0].slurm_id, '{slurm_id}' in [row['job_id'] for row in queue]]"
        )
        assert ran.shown().endswith("True]")

    @pytest.mark.parametrize("line", ["%squeue -j 999", "%slurm jobs -n nobody", "%sacct --name=-"])
    def test_they_may_be_empty(self, kernel, line):
        assert len(kernel.run(line).shown().splitlines()) == 1

    @pytest.mark.parametrize("line", ["%squeue --df", "%slurm jobs --df", "%sinfo --df"])
    def test_as_data_frames_their_times_are_times_and_their_numbers_numbers(
        self, kernel, waiting, line
    ):
        kernel.run(f"frame = {line}")
        asked = "import json; print(json.dumps({n: str(kind) for n, kind in frame.dtypes.items()}))"
        kinds = json.loads(kernel.run(asked).text)
        assert kinds["nodes"] == "Int64"
        assert kinds.get("submit_time", "datetime64[ns, UTC]") == "datetime64[ns, UTC]"
        assert kernel.run("len(frame)").shown() != "0"

    def test_partitions_tell_what_is_free(self, kernel):
        assert "of 16" in kernel.run("%slurm partitions").shown()
        assert kernel.run("%sinfo -p nowhere").shown().splitlines()[1:] == []


class TestOne:
    def test_a_job_is_shown_with_what_one_can_do(self, kernel, server, waiting):
        ran = kernel.run(f"%slurm show {waiting}")
        slurm_id = server.job(waiting)["slurm_id"]
        assert f"%slurm release {slurm_id}" in ran.shown()
        page = ran.shown("text/html")
        assert "<img" not in page
        assert '<th scope="row">State</th><td data-tone="waits">PENDING (JobHeldUser)' in page

    def test_its_output_keeps_its_colours_and_nothing_else(self, kernel, ended):
        said = "one\n\x1b[32mtwo\x1b[0m\\x1b[2J\n"
        assert kernel.run(f"%slurm output {ended}").text == said
        assert kernel.run(f"%slurm output -n 1 {ended}").text == said.partition("\n")[2]

    def test_it_is_followed_until_the_job_is_over(self, kernel, ended):
        ran = kernel.run(f"%slurm output -f -n 1 {ended}")
        assert ran.text.endswith("\nThe job is over: COMPLETED.\n")

    def test_or_until_it_is_interrupted_and_the_job_goes_on(self, kernel, server):
        job_id = server.submit(f"{SCRIPT}echo begun; sleep 60", name="endless")
        server.wait_for_status(job_id, "RUNNING")
        wait_for("its output", lambda: server.job(job_id)["output"])
        threading.Timer(1.0, kernel.interrupt).start()
        ran = kernel.run("%slurm output -f endless")
        assert ran.text == "begun\n"
        assert ran.error.startswith("Interrupted: job ")
        assert server.job(job_id)["status"] == "RUNNING"
        assert kernel.run("%scancel endless").error is None
        server.wait_for_status(job_id, "CANCELLED")


class TestActing:
    def submit(self, server, count, name="acted"):
        return [
            server.job(server.submit(SCRIPT, name=name, parameters={"hold": True}))["slurm_id"]
            for _ in range(count)
        ]

    def test_of_each_is_said_what_became_of_it(self, kernel, server):
        (one,) = self.submit(server, 1)
        released = kernel.run(f"%slurm release {one}")
        assert released.error is None
        assert released.text.startswith(f"{one}: ")
        server.wait_for_status(one, "COMPLETED")
        ran = kernel.run(f"%slurm hold {one} 99999999")
        assert [line.partition(":")[0] for line in ran.error.splitlines()] == [one, "99999999"]

    def test_many_are_cancelled_only_when_the_user_says_so(self, kernel, server):
        ids = self.submit(server, 2)
        line = f"%slurm cancel {' '.join(ids)}"
        assert "--yes" in kernel.run(line).error  # as where "Run all" has nobody to ask
        assert kernel.run(line, answer="n").error == "Nothing was done."
        assert {server.job(one)["status"] for one in ids} == {"PENDING"}
        assert kernel.run(line, answer="y").error is None
        for one in ids:
            server.wait_for_status(one, "CANCELLED")
        assert kernel.run(f"%scancel --yes {' '.join(self.submit(server, 2))}").error is None

    def test_a_name_that_two_have_means_neither(self, kernel, server):
        ids = self.submit(server, 2, name="twins")
        assert "2 active jobs" in kernel.run("%slurm cancel twins").error
        kernel.run(f"%scancel --yes {' '.join(ids)}")
        wait_for("both to end", lambda: "No active job" in kernel.run("%scancel twins").error)


class TestSubmitting:
    def test_a_script_is_submitted_as_with_sbatch(self, kernel, server):
        (server.work_dir / "job.sh").write_text(f"{SCRIPT}echo $0 $x {{x}}; exit 3\n")
        kernel.run("x = 'of the notebook'")
        line = "%sbatch --time=5 -J 'a job' --comment='{x} $x' job.sh"
        assert kernel.run(f"submitted = {line}").error is None
        assert kernel.value("submitted.wait(60).status") == "FAILED"
        assert kernel.value("[_slurm.view().name, _slurm.view().parameters['comment']]") == [
            "a job",
            "{x} $x",
        ]

    @pytest.mark.parametrize(
        "line",
        ["%slurm estimate -n 2", "%sbatch --test-only --wrap=true", "%slurm estimate job.sh"],
    )
    def test_when_it_would_start_can_be_asked_first(self, kernel, server, line):
        (server.work_dir / "job.sh").write_text(SCRIPT)
        assert "WOULD START" in kernel.run(line).shown()

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("%sbatch --tme=5 --wrap=true", "--tme is no option. Did you mean --time?"),
            ("%sbatch", "Name a script"),
            ("%sbatch nowhere.sh", "nowhere.sh cannot be read"),
            ("%sbatch -p nowhere --wrap=true", "Invalid partition name specified"),
            ("%slurm estimate -p nowhere", "Invalid partition name specified"),
            ("%slurm show 99999999", "There is no job"),
            ("%slurm cancle 1", "Did you mean `%slurm cancel`?"),
            ("%squeue -t NONSENSE", "'NONSENSE' is no state"),
        ],
    )
    def test_what_cannot_be_is_a_sentence_and_a_cell_that_failed(self, kernel, line, said):
        ran = kernel.run(line)
        assert said in ran.error
        assert "Traceback" not in ran.error


class TestCompletion:
    def test_of_options_partitions_and_jobs(self, kernel, waiting, server):
        assert "debug" in kernel.complete("%squeue -p ")
        assert "--partition" in kernel.complete("%sbatch --part")
        assert "cancel" in kernel.complete("%slurm ")
        assert server.job(waiting)["slurm_id"] in kernel.complete("%slurm cancel ")


class TestServers:
    def test_another_is_named_and_its_token_is_not_shown(self, kernel, server):
        kernel.run("%config SlurmMagics.url = 'http://127.0.0.1:1/'")
        assert "cannot be reached" in kernel.run("%squeue").error
        kernel.run(f"%config SlurmMagics.url = '{server.url}'\n%config SlurmMagics.token = 'wrong'")
        assert "token is missing or wrong" in kernel.run("%squeue").error
        kernel.run(f"%config SlurmMagics.token = '{server.token}'")
        assert kernel.run("%squeue").error is None
        assert server.token not in kernel.run("%config SlurmMagics").text
        kernel.run("%config SlurmMagics.url = ''\n%config SlurmMagics.token = ''")

    def test_one_that_was_started_anew_is_found(self, kernel, server):
        assert kernel.run("%squeue").error is None
        server.stop()
        assert kernel.run("%squeue").error
        server.token = secrets.token_hex(16)
        server.start()
        wait_for("the new one", lambda: kernel.run("%squeue").error is None)
