"""Following an output to its job's end: nothing lost, nothing doubled, whatever comes between."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from fakes import until
from jupyter_slurm_api.clock import utc_now
from jupyter_slurm_api.errors import DatabaseUnavailable, JobNotFound, NotReady, TooManyRequests
from jupyter_slurm_api.services import following, growth
from jupyter_slurm_api.services.files import Files
from jupyter_slurm_api.services.following import FollowService
from jupyter_slurm_api.services.reading import ReadingService
from jupyter_slurm_api.services.streams import StreamLimit
from jupyter_slurm_api.store.outputs import Tail


@dataclass
class FakeJobs:
    """One job as it is known, and what was kept of its outputs; ``away`` so many questions."""

    job: object = None
    kept: dict = field(default_factory=dict)
    away: int = 0

    async def current(self, job_id):
        if self.job is None:
            raise JobNotFound("no such job")
        return self.job

    async def get(self, job_id, stream):
        if self.away:
            self.away -= 1
            raise DatabaseUnavailable("away")
        return self.kept.get(stream)


class Follower:
    """Notes what is sent; where ``gate`` is shut, it takes nothing."""

    def __init__(self, service, offset=0, stream="stdout"):
        self.messages = []
        self.beats = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.task = asyncio.ensure_future(service.follow("42", stream, offset, self.send))

    async def send(self, message):
        await self.gate.wait()
        if message is None:
            self.beats += 1
        else:
            self.messages.append(message)

    @property
    def text(self):
        return "".join(one.text for one in self.messages if one.type == "data")

    @property
    def told(self):
        """All but data: its type, and where it begins and goes on."""
        return [
            (one.type, one.offset, getattr(one, "next_offset", None))
            for one in self.messages
            if one.type != "data"
        ]

    async def until(self, text):
        await until(lambda: self.text.endswith(text))

    async def end(self):
        await self.task
        sent = [one for one in self.messages if one.type != "kept"]
        for before, after in pairwise(sent):
            assert after.offset == before.next_offset
        return self.messages[-1]


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(growth, "_SHORTEST_PAUSE", 0.02)
    monkeypatch.setattr(growth, "_LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(following, "_JOB_SECONDS", 0.02)
    monkeypatch.setattr(following, "_SETTLE_SECONDS", 0.2)
    monkeypatch.setattr(following, "_RETRY_SECONDS", 0.02)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def jobs(make_job, now, path):
    """A job that runs, with both streams in one file."""
    facts = {"stdout_path": str(path), "stderr_path": str(path)}
    return FakeJobs(make_job(status="RUNNING", start_time=now, **facts))


@pytest.fixture
def change(jobs):
    def to(**changes):
        jobs.job = jobs.job.model_copy(update=changes)

    return to


@pytest.fixture
def over(change):
    """End the job; its end is so late that its file is its own."""

    def end(status="COMPLETED", **changes):
        change(status=status, end_time=utc_now(), **changes)

    return end


@pytest.fixture
def run(jobs):
    """Run a test's steps with the service."""

    def all_steps(steps, most=200):
        async def inner():
            files = Files("test")
            service = FollowService(ReadingService(jobs, jobs, files), files, StreamLimit(most))
            await steps(service)
            files.close()

        asyncio.run(asyncio.wait_for(inner(), 60))

    return all_steps


def append(path, data):
    with path.open("ab") as file:
        file.write(data)


def test_what_is_there_what_comes_and_the_end(run, path, over):
    async def steps(service):
        path.write_bytes(b"one\n")
        follower = Follower(service)
        await follower.until("one\n")
        append(path, b"two\r 50%\r100%\n")
        await follower.until("100%\n")
        append(path, b"three")
        over("FAILED")
        end = await follower.end()
        assert follower.text == "one\ntwo\r 50%\r100%\nthree"
        assert (end.type, end.status, end.offset) == ("end", "FAILED", 23)
        assert follower.told == [("end", 23, None)]

    run(steps)


def test_it_is_waited_for_the_job_and_then_for_its_file(run, path, change, over, now):
    async def steps(service):
        path.write_text("an earlier job's")
        change(status="PENDING", start_time=None)
        follower = Follower(service)
        await asyncio.sleep(0.1)
        assert (follower.messages, follower.beats) == ([], 1)
        path.unlink()
        change(status="RUNNING", start_time=now)
        await asyncio.sleep(0.1)
        path.write_text("its own")
        await follower.until("its own")
        over()
        await follower.end()
        assert follower.text == "its own"

    run(steps)


def test_a_job_that_never_ran_has_an_end_and_no_more(run, path, over):
    async def steps(service):
        path.write_text("an earlier job's")
        over("CANCELLED", start_time=None)
        follower = Follower(service)
        await follower.end()
        assert follower.told == [("end", 0, None)]
        assert follower.text == ""

    run(steps)


def test_from_an_offset_on(run, path, over):
    async def steps(service):
        path.write_bytes("0123é5".encode())
        over()
        follower = Follower(service, offset=4)
        await follower.end()
        assert (follower.text, follower.messages[0].offset) == ("é5", 4)

    run(steps)


def test_a_last_byte_that_is_half_a_character_is_sent_in_the_end(run, path, over):
    async def steps(service):
        path.write_bytes("a€".encode()[:-1])
        follower = Follower(service)
        await follower.until("a")
        over()
        assert (await follower.end()).offset == 3
        assert follower.text == "a\ufffd"

    run(steps)


def test_bytes_that_come_after_the_job_s_end_are_sent(run, path, over):
    """As a network file system may bring them."""

    async def steps(service):
        path.write_bytes(b"one ")
        follower = Follower(service)
        await follower.until("one ")
        over()
        await asyncio.sleep(0.1)
        append(path, b"late")
        await follower.end()
        assert follower.text == "one late"

    run(steps)


@pytest.mark.parametrize("again", ["new run", "new run that writes more than the old one had"])
def test_a_file_that_begins_anew_is_told_of(run, path, over, again):
    async def steps(service):
        path.write_text("the old run's output")
        follower = Follower(service)
        await follower.until("output")
        path.write_text(again)
        await follower.until(again)
        over()
        await follower.end()
        assert follower.told == [("gap", 20, 0), ("end", len(again), None)]
        assert follower.text == "the old run's output" + again

    run(steps)


def test_a_run_that_writes_elsewhere_begins_anew(run, path, change, over, now):
    async def steps(service):
        path.write_text("first")
        follower = Follower(service)
        await follower.until("first")
        change(status="PENDING", start_time=None)
        await asyncio.sleep(0.05)
        path.with_name("other").write_text("second")
        change(stdout_path=str(path.with_name("other")), status="RUNNING", start_time=now)
        await follower.until("second")
        over()
        await follower.end()
        assert follower.told == [("gap", 5, 0), ("end", 6, None)]
        assert follower.text == "firstsecond"

    run(steps)


def test_who_comes_back_with_more_than_there_is_now_is_told(run, path, over):
    async def steps(service):
        path.write_text("new")
        follower = Follower(service, offset=1000)
        await follower.until("new")
        over()
        await follower.end()
        assert follower.told == [("gap", 1000, 0), ("end", 3, None)]

    run(steps)


def test_who_is_told_of_bytes_before_the_reader_sees_them_waits_for_it(run, path, over):
    async def steps(service):
        path.write_text("0123")
        first = Follower(service)
        await first.until("0123")
        append(path, b"456789")
        second = Follower(service, offset=10)
        append(path, b"ab")
        await second.until("ab")
        over()
        await asyncio.gather(first.end(), second.end())
        assert second.told == [("end", 12, None)]
        assert (first.text, second.text) == ("0123456789ab", "ab")

    run(steps)


def test_who_is_slow_gets_all_of_it_later_and_holds_up_nobody(run, path, over, monkeypatch):
    """More is written meanwhile than is kept in memory."""
    monkeypatch.setattr(growth, "PIECE_BYTES", 100)
    monkeypatch.setattr(growth, "_BUFFERED_BYTES", 400)
    monkeypatch.setattr(following, "PIECE_BYTES", 100)

    async def steps(service):
        path.write_bytes(b"")
        quick, slow = Follower(service), Follower(service)
        slow.gate.clear()
        lines = [f"line {number} of many\n" for number in range(1000)]
        for at in range(0, 1000, 50):
            append(path, "".join(lines[at : at + 50]).encode())
            await asyncio.sleep(0.01)
        await quick.until(lines[-1])
        assert slow.messages == []
        slow.gate.set()
        over()
        await asyncio.gather(quick.end(), slow.end())
        assert quick.text == slow.text == "".join(lines)

    run(steps)


def test_a_disk_that_is_away_is_waited_for(run, path, over, monkeypatch):
    """Nobody knows what stands in the file, so that there is no end yet."""
    look = growth._look
    is_away = True

    def away(*arguments):
        if is_away:
            raise TimeoutError
        return look(*arguments)

    monkeypatch.setattr(growth, "_look", away)

    async def steps(service):
        nonlocal is_away
        path.write_text("hello")
        follower = Follower(service)
        over()
        await asyncio.sleep(0.5)
        assert follower.messages == []
        is_away = False
        await follower.end()
        assert follower.text == "hello"

    run(steps)


class TestAnOutputOfAJobThatIsOver:
    @pytest.fixture
    def kept(self, jobs, over):
        """Keep an output's last bytes, of so many in all."""

        def keep(data, size):
            jobs.kept["stdout"] = Tail(data, size)
            over(output_kept=True)

        return keep

    def test_it_comes_from_the_file_in_whole(self, run, path, kept):
        async def steps(service):
            path.write_text("0123456789")
            kept(b"6789", 10)
            follower = Follower(service)
            await follower.end()
            assert (follower.text, follower.told) == ("0123456789", [("end", 10, None)])

        run(steps)

    @pytest.mark.parametrize("instead", [None, "another job's output"])
    def test_where_the_file_is_gone_it_is_what_was_kept_and_says_so(self, run, path, kept, instead):
        async def steps(service):
            if instead:
                path.write_text(instead)
            kept("é789".encode()[1:], 10)
            follower = Follower(service)
            await follower.end()
            assert [one.type for one in follower.messages] == ["kept", "gap", "data", "end"]
            assert follower.told == [("kept", 6, None), ("gap", 0, 7), ("end", 10, None)]
            assert follower.text == "789"

        run(steps)

    def test_what_was_kept_goes_on_where_the_file_was_left(self, run, path, jobs, over):
        async def steps(service):
            path.write_text("0123")
            follower = Follower(service)
            await follower.until("0123")
            path.unlink()
            jobs.kept["stdout"] = Tail(b"0123456789", 10)
            over()
            await follower.end()
            assert (follower.text, follower.told[0][0]) == ("0123456789", "kept")

        run(steps)

    def test_the_other_stream_in_the_same_file_was_kept_once(self, run, kept):
        async def steps(service):
            kept(b"both", 4)
            follower = Follower(service, stream="stderr")
            await follower.end()
            assert follower.text == "both"

        run(steps)

    def test_a_database_that_is_away_is_waited_for(self, run, path, jobs, kept):
        async def steps(service):
            kept(b"kept", 4)
            jobs.away = 3
            follower = Follower(service)
            await follower.end()
            assert follower.text == "kept"

        run(steps)

    def test_a_file_of_long_after_the_end_is_another_job_s(self, run, path, over, change, now):
        async def steps(service):
            path.write_text("another job's")
            over(output_kept=True)
            change(end_time=now)
            follower = Follower(service)
            await follower.end()
            assert follower.text == ""

        run(steps)


class TestLimits:
    def test_so_many_and_no_more(self, run, path, over):
        async def steps(service):
            path.write_text("x")
            followers = [Follower(service) for _ in range(2)]
            await asyncio.gather(*(one.until("x") for one in followers))
            with pytest.raises(TooManyRequests, match="2 streams"):
                await Follower(service).task
            followers[0].task.cancel()
            await asyncio.wait([followers[0].task])
            third = Follower(service)
            over()
            await asyncio.gather(third.end(), followers[1].end())

        run(steps, most=2)

    def test_a_job_that_is_not_there(self, run, jobs):
        async def steps(service):
            jobs.job = None
            with pytest.raises(JobNotFound):
                await Follower(service).task

        run(steps)

    def test_a_server_that_stops_lets_all_go_without_an_end(self, run, path, change):
        async def steps(service):
            path.write_text("x")
            follower, early = Follower(service), Follower(service)
            await follower.until("x")
            change(status="PENDING", start_time=None)
            service.stop()
            await asyncio.gather(follower.task, early.task)
            assert [one.type for one in follower.messages] == ["data"]
            with pytest.raises(NotReady):
                await Follower(service).task

        run(steps)

    def test_where_nothing_comes_there_is_a_beat_now_and_then(self, run, path, over, monkeypatch):
        monkeypatch.setattr(following, "_HEARTBEAT_SECONDS", 0.05)

        async def steps(service):
            follower = Follower(service)
            await until(lambda: follower.beats > 2)
            over()
            await follower.end()

        run(steps)
