"""Slurm by its commands: what is run, with which environment, and what its answers become."""

import asyncio
import re
import threading
from dataclasses import dataclass, field
from datetime import datetime, timezone
from unittest.mock import Mock

import pytest

from jupyter_slurm_api.errors import (
    JobNotFound,
    SlurmDenied,
    SlurmError,
    SlurmRefused,
    SlurmTimeout,
    SlurmUnavailable,
)
from jupyter_slurm_api.models import ClusterInfo, JobSpec, Submitted
from jupyter_slurm_api.slurm import cli, commands
from jupyter_slurm_api.slurm.cli import SlurmCommands
from jupyter_slurm_api.slurm.commands import tag
from jupyter_slurm_api.slurm.parsing import Parsed
from jupyter_slurm_api.slurm.runner import Answer

ENVIRON = {"PATH": "/bin", "JUPYTER_TOKEN": "secret", "SLURM_JOB_ID": "1", "SBATCH_QOS": "mine"}
LONG_AGO = datetime(2025, 1, 1, tzinfo=timezone.utc)
UUID = "0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817"
SPEC = JobSpec(b"#!/bin/sh\n", ("sbatch", "--parsable"), "/work")


@dataclass
class FakeRunner:
    """Answers every command with one answer; remembers what it ran."""

    stdout: bytes = b""
    stderr: bytes = b""
    code: int | None = 0
    calls: list = field(default_factory=list)

    async def run(self, argv, **options):
        self.calls.append((list(argv), options))
        return Answer(self.stdout, self.stderr, self.code, 0.01)

    def says(self, case):
        self.stdout, self.stderr, self.code = case.stdout, case.stderr, case.code


@pytest.fixture
def runner():
    return FakeRunner()


@pytest.fixture
def cluster(runner):
    return SlurmCommands(runner, ENVIRON, "alice")


@pytest.fixture
def marks(monkeypatch, slurm):
    """Have commands use the separators that a recorded answer was made with."""

    def use(name):
        case = slurm[name]
        fresh = Mock(return_value=case.separators, of_sacct=lambda: case.separators)
        monkeypatch.setattr(commands, "Separators", fresh)
        return case

    return use


class TestSubmit:
    def test_the_answer_is_the_job_s_id(self, cluster, runner, slurm):
        runner.says(slurm["sbatch"])
        answer = asyncio.run(cluster.submit(SPEC))
        assert answer == Submitted(slurm["sbatch"].stdout.decode().strip())

    @pytest.mark.parametrize(
        ("stdout", "found"),
        [
            (b"123;north\n", Submitted("123", "north")),
            (b"Welcome to the cluster!\n2 news\n123\n", Submitted("123")),
        ],
    )
    def test_the_id_is_found_with_its_cluster_and_behind_banners(
        self, cluster, runner, stdout, found
    ):
        runner.stdout = stdout
        assert asyncio.run(cluster.submit(SPEC)) == found

    def test_what_is_run(self, cluster, runner):
        runner.stdout = b"1\n"
        asyncio.run(cluster.submit(SPEC))
        ((argv, options),) = runner.calls
        assert argv == ["sbatch", "--parsable"]
        assert (options["cwd"], options["stdin"]) == ("/work", b"#!/bin/sh\n")
        assert options["env"] == {"PATH": "/bin", "SBATCH_QOS": "mine"}

    @pytest.mark.parametrize(
        ("line", "enough"),
        [(b"123\n", True), (b"123;c\n", True), (b"Welcome!\n", False), (b"\n", False)],
    )
    def test_the_first_line_with_an_id_is_enough(self, cluster, runner, line, enough):
        runner.stdout = b"1\n"
        asyncio.run(cluster.submit(SPEC))
        assert runner.calls[0][1]["enough"](line) is enough

    def test_an_id_counts_whatever_comes_after(self, cluster, runner):
        runner.stdout, runner.code = b"7\n", -9  # ended by us, since its line was enough
        assert asyncio.run(cluster.submit(SPEC)) == Submitted("7")

    def test_a_refusal(self, cluster, runner, slurm):
        runner.says(slurm["refused_partition"])
        with pytest.raises(SlurmRefused, match="Invalid partition name specified"):
            asyncio.run(cluster.submit(SPEC))

    @pytest.mark.parametrize(
        ("name", "kind"), [("down_sbatch", SlurmUnavailable), ("frozen_sbatch", SlurmTimeout)]
    )
    def test_nobody_answers(self, cluster, runner, slurm, name, kind):
        runner.says(slurm[name])
        with pytest.raises(kind):
            asyncio.run(cluster.submit(SPEC))

    def test_an_sbatch_that_was_killed_may_have_made_a_job(self, cluster, runner):
        runner.code = -9
        with pytest.raises(SlurmTimeout, match="signal 9"):
            asyncio.run(cluster.submit(SPEC))

    def test_success_without_an_id_is_no_job(self, cluster, runner, slurm):
        runner.says(slurm["refused_test_only"])
        with pytest.raises(SlurmRefused, match="without a job id, so nothing was submitted"):
            asyncio.run(cluster.submit(SPEC))


class TestInfo:
    def test_it_is_asked_once(self, cluster, runner, slurm):
        runner.says(slurm["config"])
        first = asyncio.run(cluster.info())
        assert asyncio.run(cluster.info()) is first
        assert first == ClusterInfo(
            "devcluster", slurm.directory.name, accounting=True, min_job_age=3600
        )
        assert len(runner.calls) == 1

    def test_many_who_ask_at_once_are_one_question(self, cluster, runner, slurm):
        async def at_once():
            return await asyncio.gather(*[cluster.info() for _ in range(5)])

        runner.says(slurm["config"])
        assert len(set(asyncio.run(at_once()))) == 1
        assert len(runner.calls) == 1

    def test_many_who_ask_in_vain_all_learn_why_and_a_later_one_asks_again(
        self, cluster, runner, slurm, monkeypatch
    ):
        monkeypatch.setattr(cli, "_ASK_AGAIN_AFTER", 0.0)

        async def at_once():
            return await asyncio.gather(*[cluster.info() for _ in range(3)], return_exceptions=True)

        runner.says(slurm["down_config"])
        assert {type(answer) for answer in asyncio.run(at_once())} == {SlurmUnavailable}
        runner.says(slurm["config"])
        assert asyncio.run(cluster.info()).name == "devcluster"

    def test_who_asks_soon_after_a_failure_is_told_the_same_without_a_question(
        self, cluster, runner, slurm
    ):
        runner.says(slurm["down_config"])
        for _ in range(3):
            with pytest.raises(SlurmUnavailable):
                asyncio.run(cluster.info())
        assert len(runner.calls) == 1

    def test_once_slurm_has_answered_anything_it_is_asked_again(
        self, cluster, runner, slurm, marks
    ):
        runner.says(slurm["down_config"])
        with pytest.raises(SlurmUnavailable):
            asyncio.run(cluster.info())
        runner.says(marks("sinfo"))
        asyncio.run(cluster.partitions())
        runner.says(slurm["config"])
        assert asyncio.run(cluster.info()).name == "devcluster"

    def test_half_an_answer_is_not_remembered(self, cluster, runner, slurm, monkeypatch):
        monkeypatch.setattr(cli, "_ASK_AGAIN_AFTER", 0.0)
        with pytest.raises(SlurmUnavailable):
            asyncio.run(cluster.info())
        runner.says(slurm["config"])
        assert asyncio.run(cluster.info()).name == "devcluster"


class TestQuestions:
    def test_they_get_an_environment_for_questions(self, cluster, runner, slurm):
        runner.says(slurm["config"])
        asyncio.run(cluster.info())
        assert runner.calls[0][1]["env"] == {
            "PATH": "/bin",
            "SLURM_TIME_FORMAT": "%s",
            "SLURM_BITSTR_LEN": "0",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
        }

    def test_the_queue(self, cluster, runner, marks):
        case = marks("squeue")
        runner.says(case)
        found = asyncio.run(cluster.queue())
        assert found.bad == 0
        assert len(found.value) == case.stdout.count(case.separators.record.encode())
        assert runner.calls[0][0] == list(case.argv)

    def test_a_large_queue_is_parsed_off_the_loop_to_the_same_rows(self, cluster, runner, marks):
        case = marks("squeue")
        runner.says(case)
        runner.stdout = case.stdout * 20
        assert len(runner.stdout) > 64 * 1024
        found = asyncio.run(cluster.queue())
        assert len(found.value) == 20 * case.stdout.count(case.separators.record.encode())

    def test_one_s_own_jobs(self, cluster, runner, marks, slurm):
        case = marks("squeue_own")
        runner.says(case)
        found = asyncio.run(cluster.own_jobs())
        mine = set(slurm.zoo.values()) - {slurm.zoo["foreign"], slurm.zoo["completing"]}
        assert mine <= {slurm_id.partition("_")[0] for slurm_id in found.value}
        assert runner.calls[0][0] == list(case.argv)

    def test_the_accounting_s_answer_is_this_user_s_alone(self, cluster, runner, marks, slurm):
        case = marks("sacct")
        runner.says(case)
        found = asyncio.run(cluster.recorded(list(slurm.zoo.values()), LONG_AGO))
        assert found.value[slurm.zoo["failing"]][0].exit_code == 3
        assert slurm.zoo["foreign"] not in found.value

    def test_who_cancelled_is_told_by_name(self, cluster, runner, marks, slurm, monkeypatch):
        monkeypatch.setattr(cli, "account_name", "account {}".format)
        runner.says(marks("sacct"))
        found = asyncio.run(cluster.recorded([], LONG_AGO))
        (run,) = found.value[slurm.zoo["cancelled_running"]]
        assert re.fullmatch(r"account [0-9]+", run.cancelled_by)

    def test_the_loop_waits_for_no_name(self, cluster, runner, marks, monkeypatch):
        asked_in = []
        monkeypatch.setattr(
            cli, "account_name", lambda uid: asked_in.append(threading.current_thread()) or uid
        )
        runner.says(marks("sacct"))
        asyncio.run(cluster.recorded([], LONG_AGO))
        assert asked_in
        assert threading.main_thread() not in asked_in

    def test_how_this_user_s_jobs_were_submitted(self, cluster, runner, marks):
        case = marks("sacct_tags")
        runner.says(case)
        assert asyncio.run(cluster.tagged(LONG_AGO)) == Parsed({}, 0)
        line = b"sbatch --parsable --time=1"
        assert line in case.stdout
        runner.stdout = case.stdout.replace(line, line + b" --comment=" + tag(UUID).encode())
        assert asyncio.run(cluster.tagged(LONG_AGO)) == Parsed({UUID: "1"}, 0)
        argv, recorded = (
            [word for word in words if not word.startswith("--starttime=")]
            for words in (runner.calls[0][0], case.argv)
        )
        assert argv == recorded

    def test_the_partitions(self, cluster, runner, slurm):
        runner.says(slurm["partitions"])
        found = asyncio.run(cluster.partitions())
        assert [row["name"] for row in found.value][:2] == ["debug", "long"]
        assert runner.calls[0][0] == list(slurm["partitions"].argv)

    def test_the_nodes(self, cluster, runner, marks):
        case = marks("sinfo")
        runner.says(case)
        found = asyncio.run(cluster.nodes())
        assert [row["name"] for row in found.value] == ["n1", "n2", "n3", "n4"]
        assert runner.calls[0][0] == list(case.argv)

    def test_an_estimate(self, cluster, runner, slurm):
        runner.says(slurm["estimate_plain"])
        found = asyncio.run(cluster.estimate(SPEC, None))
        assert (found.partition, found.node_list) == ("debug", "n1")
        ((argv, options),) = runner.calls
        assert argv == ["sbatch", "--test-only", "--parsable"]
        assert (options["cwd"], options["stdin"]) == ("/work", b"#!/bin/sh\n")
        assert options["env"]["SLURM_TIME_FORMAT"] == "%s"
        assert "JUPYTER_TOKEN" not in options["env"]

    def test_an_estimate_that_is_refused(self, cluster, runner, slurm):
        runner.says(slurm["refused_estimate_memory"])
        with pytest.raises(SlurmRefused, match="Requested node configuration is not available"):
            asyncio.run(cluster.estimate(SPEC, None))

    def test_a_job_that_is_shown(self, cluster, runner, slurm):
        runner.says(slurm["job_failing"])
        slurm_id = slurm.zoo["failing"]
        assert asyncio.run(cluster.shown(slurm_id))[slurm_id].exit_code == 3

    def test_the_tasks_of_an_array_that_are_shown(self, cluster, runner, slurm):
        runner.says(slurm["job_array"])
        slurm_id = slurm.zoo["array"]
        found = asyncio.run(cluster.shown(slurm_id))
        assert sorted(found) == [slurm_id, f"{slurm_id}_0", f"{slurm_id}_1"]
        assert runner.calls[0][0] == ["scontrol", "--oneliner", "show", "job", slurm_id]

    def test_a_job_that_the_controller_does_not_know(self, cluster, runner, slurm):
        runner.says(slurm["refused_job_unknown"])
        assert asyncio.run(cluster.shown("1")) == {}

    @pytest.mark.parametrize(
        "ask",
        [
            lambda cluster: cluster.info(),
            lambda cluster: cluster.queue(),
            lambda cluster: cluster.own_jobs(),
            lambda cluster: cluster.partitions(),
            lambda cluster: cluster.nodes(),
            lambda cluster: cluster.qos(),
            lambda cluster: cluster.estimate(SPEC, None),
            lambda cluster: cluster.shown("1"),
            lambda cluster: cluster.recorded(["1"], LONG_AGO),
            lambda cluster: cluster.tagged(LONG_AGO),
        ],
        ids=[
            "info",
            "queue",
            "own_jobs",
            "partitions",
            "nodes",
            "qos",
            "estimate",
            "shown",
            "recorded",
            "tagged",
        ],
    )
    def test_a_controller_that_is_down_is_never_an_empty_answer(self, cluster, runner, slurm, ask):
        runner.says(slurm["down_squeue"])
        with pytest.raises(SlurmUnavailable):
            asyncio.run(ask(cluster))

    @pytest.mark.parametrize("name", ["slurmdbd_down_sacct", "plain_sacct"])
    def test_an_accounting_that_is_down_is_never_an_empty_answer(
        self, cluster, runner, slurm, name
    ):
        runner.says(slurm[name])
        with pytest.raises(SlurmError):
            asyncio.run(cluster.recorded(["1"], LONG_AGO))
        with pytest.raises(SlurmError):
            asyncio.run(cluster.tagged(LONG_AGO))


class TestAct:
    def test_one_command_does_it_to_all(self, cluster, runner, slurm):
        runner.says(slurm["cancelled"])
        assert asyncio.run(cluster.act("cancel", ["1", "2"])) == {}
        assert [argv for argv, *_ in runner.calls] == [["scancel", "--verbose", "1", "2"]]

    def test_what_was_refused_is_told_by_job(self, cluster, runner, slurm):
        runner.says(slurm["refused_scancel_two"])
        refused = asyncio.run(cluster.act("cancel", ["20", "9999999"]))
        assert {slurm_id: type(error) for slurm_id, error in refused.items()} == {
            "9999999": JobNotFound
        }

    def test_a_change_that_is_refused_is_an_error(self, cluster, runner, slurm):
        runner.says(slurm["refused_raise_limit"])
        with pytest.raises(SlurmDenied, match=r"^Access/permission denied$"):
            asyncio.run(cluster.update("14", {"time_limit": "99:00:00"}))
