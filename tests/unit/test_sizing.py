"""What a job should ask for the next time, from what it used."""

import pytest

from jupyter_slurm_api.array import Array
from jupyter_slurm_api.observation import Usage
from jupyter_slurm_api.services.sizing import Wanted, suggestions

MIB = 1024**2
ONE_TASK = Wanted(tasks=1, cpus_per_task=1, memory_option="mem")


@pytest.fixture
def suggested(make_job):
    """What is suggested for a job, by parameter; ``used`` is what the accounting says."""

    def suggest(wanted=ONE_TASK, used=None, **changes):
        usage = {
            "elapsed": 600,
            "total_cpu": 590.0,
            "max_rss": 1000 * MIB,
            "requested_memory": 1024 * MIB,
        }
        facts = {"status": "COMPLETED", "time_limit": "00:15:00", "cpus": 1, "nodes": 1}
        job = make_job(**(facts | {"usage": Usage(**(usage | (used or {})))} | changes))
        return {one.parameter: one.value for one in suggestions(job, wanted)}

    return suggest


def test_a_job_that_used_what_it_asked_for_may_ask_for_it_again(suggested):
    assert suggested() == {}


@pytest.mark.parametrize(
    ("limit", "elapsed", "value"),
    [
        ("01:00:00", 600, "00:15:00"),
        ("7-00:00:00", 86_400, "1-12:00:00"),
        ("01:00:00", 1, "00:05:00"),
        ("00:20:00", 600, None),
        ("UNLIMITED", 600, None),
        (None, 600, None),
    ],
)
def test_a_job_that_ended_early_needs_less_time(suggested, limit, elapsed, value):
    assert suggested(used={"elapsed": elapsed}, time_limit=limit).get("time") == value


def test_a_job_that_ran_out_of_time_needs_more(suggested):
    found = suggested(status="TIMEOUT", used={"elapsed": 903})
    assert found == {"time": "00:30:00"}
    assert suggested(status="TIMEOUT", usage=None) == {"time": "00:30:00"}


@pytest.mark.parametrize(
    ("option", "parameter", "value"),
    [
        ("mem", "mem", "128M"),
        (None, "mem", "128M"),
        ("mem-per-cpu", "mem-per-cpu", "32M"),
        ("mem-per-gpu", "mem", None),
    ],
)
def test_memory_that_was_not_used_need_not_be_asked_for(suggested, option, parameter, value):
    wanted = Wanted(tasks=1, cpus_per_task=4, memory_option=option)
    used = {"max_rss": 100 * MIB, "total_cpu": 2300.0}
    assert suggested(wanted, used, cpus=4).get(parameter) == value


@pytest.mark.parametrize(
    ("option", "parameter", "value"),
    [("mem", "mem", "1024M"), (None, "mem", "1024M"), ("mem-per-cpu", "mem-per-cpu", "512M")],
)
def test_a_job_that_ran_out_of_memory_needs_twice_as_much(suggested, option, parameter, value):
    wanted = Wanted(tasks=None, cpus_per_task=1, memory_option=option)
    found = suggested(wanted, status="OUT_OF_MEMORY", cpus=4, nodes=2)
    assert found == {parameter: value}


def test_of_many_tasks_one_does_not_tell_how_much_memory_all_need(suggested):
    wanted = Wanted(tasks=8, cpus_per_task=1, memory_option="mem")
    assert suggested(wanted, {"max_rss": 10 * MIB}) == {}


class TestCpus:
    WANTED = Wanted(tasks=1, cpus_per_task=8, memory_option="mem")

    @pytest.mark.parametrize(
        ("total_cpu", "value"),
        [(600.0, 1), (1.0, 1), (620.0, 1), (1250.0, 2), (2390.0, 4), (2600.0, None)],
    )
    def test_cpus_that_idle_need_not_be_asked_for(self, suggested, total_cpu, value):
        found = suggested(self.WANTED, {"total_cpu": total_cpu}, cpus=8)
        assert found == ({"cpus-per-task": value} if value else {})

    @pytest.mark.parametrize(
        ("option", "memory"),
        [(None, {"mem": "1280M"}), ("mem-per-cpu", {"mem-per-cpu": "1280M"}), ("mem", {})],
    )
    def test_memory_that_came_with_them_is_asked_for_apart(self, suggested, option, memory):
        wanted = Wanted(tasks=1, cpus_per_task=8, memory_option=option)
        used = {"total_cpu": 600.0, "requested_memory": 1100 * MIB}
        assert suggested(wanted, used, cpus=8) == {"cpus-per-task": 1, **memory}

    @pytest.mark.parametrize(
        "used", [{"elapsed": 9}, {"total_cpu": None}, {"max_rss": None}, {"elapsed": None}]
    )
    def test_what_is_not_known_or_ran_for_a_moment_tells_nothing(self, suggested, used):
        found = suggested(self.WANTED, {"total_cpu": 1.0} | used, cpus=8)
        assert "cpus-per-task" not in found

    @pytest.mark.parametrize("status", ["FAILED", "CANCELLED", "NODE_FAIL", "UNKNOWN"])
    def test_a_job_that_did_not_end_as_it_was_meant_tells_nothing(self, suggested, status):
        assert suggested(self.WANTED, {"total_cpu": 1.0}, cpus=8, status=status) == {}


def test_of_an_array_each_task_tells_for_itself(suggested):
    assert suggested(array=Array(counts={"COMPLETED": 2}), time_limit="10:00:00") == {}


class TestWanted:
    @pytest.fixture
    def read(self, make_job):
        def read(nodes=1, **options):
            given = {name.replace("_", "-"): value for name, value in options.items()}
            return Wanted.read(make_job(nodes=nodes), lambda name, short: given.get(name, ""))

        return read

    def test_a_job_that_says_nothing_has_one_task_with_one_cpu(self, read):
        assert read() == Wanted(tasks=1, cpus_per_task=1, memory_option=None)

    def test_what_is_said_counts(self, read):
        found = read(ntasks="4", cpus_per_task="2", mem_per_cpu="1G")
        assert found == Wanted(tasks=4, cpus_per_task=2, memory_option="mem-per-cpu")

    def test_where_it_is_not_sure_how_many_tasks_there_were_none_is_said(self, read):
        assert read(ntasks_per_node="4").tasks is None
        assert read(nodes=2).tasks is None
        assert read(ntasks="many").tasks is None
