"""sbatch's command line, read for the API."""

import os
from datetime import datetime, timezone

import pytest

from jupyter_slurm_api.cli.sbatch_line import UsageError
from jupyter_slurm_api.cli.submitting import exit_code, read, script_of, submit
from jupyter_slurm_api.estimate import Estimate
from jupyter_slurm_api.requests import EstimateAnswer
from jupyter_slurm_api.views import JobView, SubmitAnswer


class TestLine:
    def test_what_is_ours_is_not_sent(self):
        line = read(["-W", "--parsable", "-Q", "-v", "--json", "--tag=a", "--tag", "b", "job.sh"])
        assert line.parameters == {}
        assert line.ours.keys() == {"wait", "parsable", "quiet", "verbose", "json"}
        assert line.repeated["tag"] == ["a", "b"]

    @pytest.mark.parametrize("words", [["job.sh", "--time=10"], ["job.sh", "argument"]])
    def test_what_follows_the_script_would_be_lost_and_is_told(self, words):
        with pytest.raises(UsageError, match="before the script"):
            read(words)


class TestScript:
    def test_it_is_read_as_it_is(self, tmp_path):
        path = tmp_path / "job.sh"
        path.write_bytes(b"#!/bin/sh\r\n\xc3\xa9\n")
        assert script_of(read([str(path)])) == "#!/bin/sh\r\né\n"

    def test_a_command_is_wrapped(self):
        assert script_of(read(["--wrap=echo $HOME"])).splitlines()[0] == "#!/bin/sh"
        assert script_of(read(["--wrap=echo $HOME"])).endswith("\necho $HOME\n")

    def test_a_command_with_braces_stays(self):
        assert "echo ${A} {}" in script_of(read(["--wrap", "echo ${A} {}"]))

    def test_both_is_too_much(self):
        with pytest.raises(UsageError, match="not both"):
            script_of(read(["--wrap=true", "job.sh"]))

    def test_a_script_that_is_not_there(self):
        with pytest.raises(UsageError, match="/nowhere cannot be read: No such file"):
            script_of(read(["/nowhere"]))

    def test_a_script_that_is_no_text(self, tmp_path):
        (tmp_path / "job").write_bytes(b"\x7fELF\xff")
        with pytest.raises(UsageError, match="no text"):
            script_of(read([str(tmp_path / "job")]))


class Client:
    """Takes submits, and shows jobs."""

    def __init__(self, job=None, tasks=(), slurm_id="7"):
        self.sent = {}
        self._job, self._tasks, self._slurm_id = job, tasks, slurm_id

    def submit(self, script, **sent):
        self.sent = sent
        return SubmitAnswer(message="Not yet", job_id="uuid", slurm_id=self._slurm_id)

    def wait(self, job_id):
        return self._job

    def iter_tasks(self, job_id, limit):
        return iter(self._tasks)


def job(status, code=None, **more):
    at = datetime(2026, 1, 1, tzinfo=timezone.utc)
    return JobView(
        job_id="uuid", status=status, status_code="", user="a", exit_code=code, end_time=at, **more
    )


class TestSending:
    @pytest.fixture(autouse=True)
    def here(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def sent(self, *words, script="#!/bin/sh\n"):
        client = Client()
        submit(client, read(words), script)
        return client.sent

    def test_a_job_has_its_scripts_name(self):
        assert self.sent("dir/job.sh")["name"] == "job.sh"
        assert self.sent("--wrap=true")["name"] == "wrap"
        assert self.sent("-")["name"] is None

    @pytest.mark.parametrize(
        ("words", "script"),
        [(["-Jx", "job.sh"], "#!/bin/sh\n"), (["job.sh"], "#!/bin/sh\n#SBATCH -J x\n")],
    )
    def test_but_where_another_is_given(self, words, script):
        assert self.sent(*words, script=script)["name"] is None

    @pytest.mark.parametrize(
        ("words", "script", "where"),
        [
            ([], "#!/bin/sh\n", "."),
            (["-D", "sub"], "#!/bin/sh\n", "sub"),
            (["-D", "/abs"], "#!/bin/sh\n", "/abs"),
            ([], "#!/bin/sh\n#SBATCH --chdir=in-script\n", "in-script"),
            (["--chdir=../x"], "#!/bin/sh\n#SBATCH -D y\n", "../x"),
        ],
    )
    def test_it_runs_where_we_are_or_where_it_says(self, here, words, script, where):
        sent = self.sent(*words, "job.sh", script=script)
        assert sent["work_dir"] == os.path.normpath(here / where)
        assert "chdir" not in sent["parameters"]

    @pytest.mark.parametrize(
        ("words", "printed"),
        [([], "Submitted batch job 7\n"), (["--parsable"], "7\n"), (["-Q"], ""), (["--json"], "")],
    )
    def test_what_is_printed(self, capsys, words, printed):
        self.sent(*words, "job.sh")
        assert capsys.readouterr().out == printed

    def test_a_job_that_slurm_has_not_named_yet_is_told_by_its_uuid(self, capsys):
        submit(Client(slurm_id=None), read(["-"]), "#!/bin/sh\n")
        assert capsys.readouterr() == ("uuid\n", "Not yet.\n")


class TestEstimate:
    def estimated(self, *estimates):
        class Estimating(Client):
            def estimate(self, script, **sent):
                self.sent = sent
                found = [Estimate(**one) for one in estimates]
                return EstimateAnswer.of(found, not_asked=[], asked_at=datetime.now(timezone.utc))

        return Estimating()

    def test_when_and_where_it_would_start(self, capsys):
        at = datetime(2026, 1, 1).astimezone()
        client = self.estimated({"partition": "debug", "start_time": at, "node_list": "n1"})
        assert submit(client, read(["--test-only", "-t5", "job.sh"]), "#!/bin/sh\n") == 0
        said = "It would start at 2026-01-01 00:00:00 on n1 in debug.\n"
        assert capsys.readouterr().out == said
        assert client.sent["parameters"] == {"time": "5"}

    def test_or_why_it_would_not(self, capsys):
        client = self.estimated({"partition": None, "refusal": "Requested node\nis not there"})
        assert submit(client, read(["--test-only", "job.sh"]), "#!/bin/sh\n") == 1
        assert capsys.readouterr() == ("", "Requested node\nis not there\n")


class TestExitCode:
    @pytest.mark.parametrize(
        ("ended", "code"),
        [
            (job("COMPLETED", 0), 0),
            (job("FAILED", 3), 3),
            (job("FAILED", 0, exit_signal=9), 1),
            (job("CANCELLED", 0, exit_signal=15), 1),
            (job("CANCELLED"), 1),
            (job("TIMEOUT", 0), 1),
            (job("UNKNOWN"), 1),
        ],
    )
    def test_of_a_job(self, ended, code):
        assert exit_code(Client(), ended) == code
        assert submit(Client(ended), read(["-W", "job.sh"]), "#!/bin/sh\n") == code

    def test_of_an_array_the_highest(self):
        array = {"counts": {"FAILED": 2, "COMPLETED": 1}}
        tasks = [job("COMPLETED", 0), job("FAILED", 5), job("FAILED", 2)]
        assert exit_code(Client(tasks=tasks), job("FAILED", array=array)) == 5
