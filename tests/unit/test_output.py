"""A job's output: read where the job writes it, and kept when the job is over."""

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from jupyter_slurm_api.errors import DatabaseUnavailable, FilesUnavailable
from jupyter_slurm_api.services import files, output
from jupyter_slurm_api.services.output import OutputService, read_tail
from jupyter_slurm_api.store.outputs import Tail


@dataclass
class FakeStores:
    """Both stores: what was kept, and which jobs are marked as kept, with which end.

    ``asked``, ``written`` and ``noted`` are how many jobs or streams each question or write was
    of. ``meanwhile`` end while an output is kept, and are handed ``over``.
    """

    kept: dict = field(default_factory=dict)
    marked: list = field(default_factory=list)
    ends: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    written: list = field(default_factory=list)
    noted: list = field(default_factory=list)
    away: int = 0
    unwanted: set = field(default_factory=set)
    meanwhile: list = field(default_factory=list)
    over: Callable = lambda jobs: None

    async def keep(self, tails):
        if self.away:
            self.away -= 1
            raise DatabaseUnavailable("away")
        self.written.append(len(tails))
        self.kept |= tails
        self.over([self.meanwhile.pop()] if self.meanwhile else [])

    async def get(self, job_id, stream):
        return self.kept.get((job_id, stream))

    async def wanting_output(self, jobs):
        self.asked.append(len(jobs))
        return {job.job_id for job in jobs} - self.unwanted

    async def mark_output_kept(self, jobs):
        self.noted.append(len(jobs))
        self.marked += [job.job_id for job in jobs]
        self.ends += [job.end_time for job in jobs]


@pytest.fixture
def stores():
    return FakeStores()


@pytest.fixture
def keep(stores, monkeypatch):
    """Keep the outputs of jobs, until all are marked."""
    monkeypatch.setattr(output, "_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(output, "_AWAY_SECONDS", 0.02)

    async def run(jobs, until):
        service = OutputService(stores, stores, limit=10)
        service.start()
        stores.over = service.keep_soon
        service.keep_soon(jobs)
        for _ in range(200):
            await asyncio.sleep(0.01)
            if until(stores):
                break
        await service.stop()

    return lambda *jobs, until=lambda stores: stores.marked: asyncio.run(run(jobs, until))


@pytest.fixture
def ended(make_job, tmp_path, now):
    """A job that ran and is over, with both streams in one file."""

    def make(job_id="aaaa", **changes):
        path = str(tmp_path / f"{job_id}.out")
        facts = {"status": "COMPLETED", "start_time": now, "stdout_path": path, "stderr_path": path}
        return make_job(job_id, **(facts | changes))

    return make


class TestRead:
    @staticmethod
    def read(stores, job, stream="stdout"):
        async def once():
            return await OutputService(stores, stores, limit=10).read(job, stream)

        return asyncio.run(once())

    def test_a_running_job_s_file(self, stores, ended, tmp_path):
        (tmp_path / "aaaa.out").write_text("so far, so good")
        found = self.read(stores, ended(status="RUNNING"))
        assert found == Tail(b"r, so good", 15)

    def test_the_other_stream(self, stores, ended, tmp_path):
        (tmp_path / "err").write_text("oops")
        job = ended(stderr_path=str(tmp_path / "err"))
        assert self.read(stores, job, "stderr") == Tail(b"oops", 4)

    def test_what_was_kept_comes_before_the_file_which_may_be_another_job_s(
        self, stores, ended, tmp_path
    ):
        stores.kept["aaaa", "stdout"] = Tail(b"kept", 4)
        (tmp_path / "aaaa.out").write_text("another")
        assert self.read(stores, ended(output_kept=True)) == Tail(b"kept", 4)

    def test_another_job_s_output_is_not_shown(self, stores, ended, tmp_path):
        stores.kept["bbbb", "stdout"] = Tail(b"kept", 4)
        (tmp_path / "aaaa.out").write_text("another")
        assert self.read(stores, ended(output_kept=True)) is None

    def test_before_a_job_runs_its_file_can_only_be_an_earlier_job_s(self, stores, ended, tmp_path):
        (tmp_path / "aaaa.out").write_text("another")
        assert self.read(stores, ended(status="PENDING", start_time=None)) is None

    @pytest.mark.parametrize(
        "path",
        [None, "", "/no/such/file", "/dev/null", "relative/and/missing", "with\0nul", "x" * 5000],
    )
    def test_there_is_none_to_be_had(self, stores, ended, path):
        assert self.read(stores, ended(stdout_path=path)) is None

    def test_a_disk_that_does_not_answer(self, stores, ended, monkeypatch):
        monkeypatch.setattr(files, "_SECONDS", 0.05)
        monkeypatch.setattr(output, "read_tail", lambda *_: asyncio.run(asyncio.sleep(0.3)))
        with pytest.raises(FilesUnavailable, match="cannot be reached"):
            self.read(stores, ended())


class TestAFileThatWasWrittenAfterItsJobsEnd:
    @pytest.fixture
    def written(self, tmp_path, now):
        """Write the job's file some minutes after the job's end."""

        def write(minutes):
            path = tmp_path / "aaaa.out"
            path.write_text("text")
            os.utime(path, (at := (now + timedelta(minutes=minutes)).timestamp(), at))

        return write

    @pytest.mark.parametrize(("minutes", "is_there"), [(-60, True), (4.9, True), (5.1, False)])
    def test_is_another_jobs_by_then(self, keep, stores, ended, written, now, minutes, is_there):
        job = ended(end_time=now)
        written(minutes)
        assert (TestRead.read(stores, job) is not None) == is_there
        keep(job)
        assert (("aaaa", "stdout") in stores.kept) == is_there
        assert stores.marked == ["aaaa"]

    @pytest.mark.parametrize("facts", [{"status": "RUNNING"}, {"status": "UNKNOWN"}])
    def test_is_its_own_where_no_end_was_seen(self, stores, ended, written, facts):
        written(60)
        assert TestRead.read(stores, ended(**facts)) == Tail(b"text", 4)


class TestKeep:
    def test_the_end_of_both_streams_in_one_file_is_kept_once(self, keep, stores, ended, tmp_path):
        (tmp_path / "aaaa.out").write_text("0123456789abc")
        keep(ended())
        assert stores.kept == {("aaaa", "stdout"): Tail(b"3456789abc", 13)}
        assert stores.marked == ["aaaa"]

    def test_two_files_are_kept_both(self, keep, stores, ended, tmp_path):
        (tmp_path / "aaaa.out").write_text("out")
        (tmp_path / "err").write_text("err")
        keep(ended(stderr_path=str(tmp_path / "err")))
        assert stores.kept == {
            ("aaaa", "stdout"): Tail(b"out", 3),
            ("aaaa", "stderr"): Tail(b"err", 3),
        }

    def test_a_file_that_appears_late_is_waited_for(self, keep, stores, ended, tmp_path):
        tries = iter(range(100))

        def until(stores):
            if next(tries) == 4:
                assert stores.marked == []
                (tmp_path / "aaaa.out").write_text("late")
            return stores.marked

        keep(ended(), until=until)
        assert stores.kept == {("aaaa", "stdout"): Tail(b"late", 4)}

    def test_a_file_that_never_appears_is_given_up(self, keep, stores, ended):
        keep(ended())
        assert (stores.kept, stores.marked) == ({}, ["aaaa"])
        assert len(stores.asked) == 6

    @pytest.mark.parametrize("path", ["/dev/null", "{directory}", "{directory}/link"])
    def test_what_becomes_no_file_any_more_is_not_waited_for(
        self, keep, stores, ended, tmp_path, path
    ):
        (tmp_path / "link").symlink_to("/etc/passwd")
        path = path.format(directory=tmp_path)
        keep(ended(stdout_path=path, stderr_path=path))
        assert (stores.kept, stores.marked, stores.asked) == ({}, ["aaaa"], [1])

    def test_a_job_without_a_script_has_no_output_to_wait_for(self, keep, stores, ended):
        keep(ended(stdout_path=None, stderr_path=None))
        assert (stores.kept, stores.marked, stores.asked) == ({}, ["aaaa"], [1])

    def test_a_job_that_never_ran_has_no_output_and_an_older_file_is_not_its_own(
        self, keep, stores, ended, tmp_path
    ):
        (tmp_path / "aaaa.out").write_text("another")
        keep(ended(start_time=None), until=lambda stores: stores.marked)
        assert (stores.kept, stores.marked) == ({}, ["aaaa"])

    def test_a_database_that_is_away_is_waited_for(self, keep, stores, ended, tmp_path):
        (tmp_path / "aaaa.out").write_text("patient")
        stores.away = 3
        keep(ended())
        assert stores.kept == {("aaaa", "stdout"): Tail(b"patient", 7)}

    def test_a_disk_that_is_away_is_waited_for_as_long_as_need_be(
        self, keep, stores, ended, monkeypatch
    ):
        tries = iter(range(100))

        def read(path, *limits):
            if next(tries) < 10:
                raise TimeoutError
            return Tail(b"back", 4)

        monkeypatch.setattr(output, "_AWAY_SECONDS", 0.001)
        monkeypatch.setattr(output, "read_tail", read)
        keep(ended())
        assert stores.kept == {("aaaa", "stdout"): Tail(b"back", 4)}

    def test_a_fault_with_one_job_does_not_end_the_keeping(
        self, keep, stores, ended, tmp_path, monkeypatch
    ):
        def read(path, *limits):
            if "aaaa" in path:
                raise MemoryError
            return read_tail(path, *limits)

        monkeypatch.setattr(output, "read_tail", read)
        (tmp_path / "bbbb.out").write_text("mine")
        keep(ended("aaaa"), ended("bbbb"))
        assert stores.marked == ["bbbb"]

    def test_nor_does_one_with_many(self, keep, stores, ended, tmp_path, monkeypatch):
        def wanting(jobs):
            monkeypatch.undo()
            stores.over([ended("bbbb")])
            raise ZeroDivisionError

        (tmp_path / "bbbb.out").write_text("mine")
        monkeypatch.setattr(stores, "wanting_output", wanting)
        keep(ended("aaaa"))
        assert stores.marked == ["bbbb"]

    def test_one_job_s_missing_file_holds_up_no_other(self, keep, stores, ended, tmp_path):
        (tmp_path / "bbbb.out").write_text("mine")
        keep(ended("aaaa"), ended("bbbb"))
        assert stores.marked[0] == "bbbb"

    def test_one_job_s_hung_disk_holds_up_no_other(
        self, keep, stores, ended, tmp_path, monkeypatch
    ):
        (tmp_path / "bbbb.out").write_text("mine")
        hangs = threading.Event()

        def read(path, *limits):
            if path.startswith("/dead"):
                hangs.wait(5)
            return read_tail(path, *limits)

        monkeypatch.setattr(output, "read_tail", read)
        keep(ended("aaaa", stdout_path="/dead/aaaa.out"), ended("bbbb"))
        hangs.set()
        assert stores.marked == ["bbbb"]

    def test_a_job_that_is_named_twice_is_kept_once(self, keep, stores, ended, tmp_path):
        (tmp_path / "aaaa.out").write_text("x")
        (tmp_path / "bbbb.out").write_text("x")
        keep(
            *(ended("aaaa"), ended("aaaa"), ended("bbbb")),
            until=lambda stores: len(stores.marked) >= 2,
        )
        assert sorted(stores.marked) == ["aaaa", "bbbb"]

    def test_what_is_kept_already_is_not_replaced_by_what_the_file_says_now(
        self, keep, stores, ended, tmp_path
    ):
        (tmp_path / "aaaa.out").write_text("another")
        (tmp_path / "bbbb.out").write_text("mine")
        stores.unwanted.add("aaaa")
        keep(ended("aaaa"), ended("bbbb"))
        assert (list(stores.kept), stores.marked) == ([("bbbb", "stdout")], ["bbbb"])

    def test_many_are_asked_for_and_written_together(
        self, keep, stores, ended, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(output, "_AT_ONCE", 20)
        names = [f"{number:03}" for number in range(90)]
        for name in names:
            (tmp_path / f"{name}.out").touch()
        keep(*map(ended, names), until=lambda stores: len(stores.marked) >= len(names))
        assert stores.asked == [20, 20, 20, 20, 10]
        assert {job_id for job_id, _ in stores.kept} == set(names)
        assert sorted(stores.marked) == names
        assert stores.written == stores.noted
        assert max(stores.noted) > 1

    def test_not_much_more_than_the_limit_is_held_at_once(self, keep, stores, ended, tmp_path):
        names = [f"{number:03}" for number in range(20)]
        for name in names:
            (tmp_path / f"{name}.out").write_text("1234567")
        keep(*map(ended, names), until=lambda stores: len(stores.marked) >= len(names))
        assert max(stores.written) == 2  # of seven bytes each, where ten are enough

    def test_jobs_that_never_ran_take_one_question_and_one_write(self, keep, stores, ended):
        never = [ended(f"{number:03}", start_time=None) for number in range(150)]
        keep(*never)
        assert (stores.asked, stores.written, stores.noted) == ([150], [], [150])

    def test_a_job_that_ends_again_meanwhile_is_kept_as_it_ended_last(
        self, keep, stores, ended, tmp_path, now
    ):
        again = ended(end_time=now)
        keep(ended(end_time=None), again, until=lambda stores: now in stores.ends)
        assert stores.ends == [now]

    def test_a_job_that_ends_again_while_it_is_kept_is_kept_once_more(
        self, keep, stores, ended, tmp_path, now
    ):
        (tmp_path / "aaaa.out").write_text("x")
        stores.meanwhile = [ended(end_time=now)]
        keep(ended(), until=lambda stores: now in stores.ends)
        assert stores.ends == [None, now]
