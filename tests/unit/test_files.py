"""Work on files that hang: it holds up what is below the same directory, and nothing else."""

import asyncio
import threading
import time
from pathlib import Path

import pytest

from jupyter_slurm_api.errors import FilesUnavailable
from jupyter_slurm_api.services import files
from jupyter_slurm_api.services.files import Files


class DeadDisk:
    """Reads of it hang until it is back."""

    def __init__(self):
        self.back = threading.Event()
        self.reads = 0

    def read(self):
        self.reads += 1
        self.back.wait(10)
        return "late"


@pytest.fixture
def disk(monkeypatch):
    monkeypatch.setattr(files, "_SECONDS", 0.2)  # as long is waited for a read that hangs
    disk = DeadDisk()
    yield disk
    disk.back.set()


def on_files(work):
    """Run a test's coroutine, and let go of the threads."""

    async def run():
        served = Files("test-files")
        await work(served)
        served.close()

    asyncio.run(run())


async def are_away(*reads):
    """Tell for each read whether its files cannot be reached."""
    outcomes = await asyncio.gather(*reads, return_exceptions=True)
    return [isinstance(outcome, FilesUnavailable) for outcome in outcomes]


def test_what_work_returns_or_raises():
    async def work(served):
        assert await served.run("/d", lambda: 7) == 7
        with pytest.raises(FileNotFoundError):
            await served.run("/d", Path("/no/such").read_text)

    on_files(work)


def test_twenty_reads_at_once_of_a_disk_that_is_well():
    def read():
        time.sleep(0.001)
        return "text"

    async def work(served):
        assert await asyncio.gather(*(served.run("/d", read) for _ in range(20))) == ["text"] * 20

    on_files(work)


def test_a_disk_that_gives_up_by_itself():
    def read():
        raise TimeoutError

    async def work(served):
        assert await are_away(served.run("/d", read), served.run("/d", read)) == [True, True]
        assert await served.run("/d", lambda: "back") == "back"

    on_files(work)


def test_a_dead_disk_is_named_and_holds_two_threads_for_a_directory(disk):
    async def work(served):
        assert all(await are_away(*(served.run("/dead", disk.read) for _ in range(100))))
        with pytest.raises(FilesUnavailable, match="The files in /dead cannot be reached"):
            await served.run("/dead", disk.read)
        assert disk.reads == 2

    on_files(work)


def test_while_a_read_hangs_the_next_is_refused_at_once(disk, monkeypatch):
    async def work(served):
        assert await are_away(served.run("/dead", disk.read)) == [True]
        monkeypatch.setattr(files, "_SECONDS", 600)  # longer than any test may take
        assert all(await are_away(*(served.run("/dead", disk.read) for _ in range(100))))
        assert disk.reads == 1

    on_files(work)


def test_other_directories_are_read_meanwhile(disk):
    async def work(served):
        dead = (served.run(f"/dead/{each}", disk.read) for each in range(10))
        reading = asyncio.gather(are_away(*dead), served.run("/alive", lambda: "text"))
        assert await reading == [[True] * 10, "text"]

    on_files(work)


def test_a_disk_that_is_back_is_read_again(disk):
    async def work(served):
        assert await are_away(served.run("/dead", disk.read)) == [True]
        disk.back.set()
        await asyncio.sleep(0.02)
        assert await served.run("/dead", lambda: "text") == "text"

    on_files(work)


def test_a_hung_read_that_fails_in_the_end_is_nobodys_business(disk, caplog):
    def read():
        disk.read()
        raise OSError

    async def work(served):
        assert await are_away(served.run("/dead", read)) == [True]
        disk.back.set()
        await asyncio.sleep(0.05)

    on_files(work)
    assert caplog.text == ""
