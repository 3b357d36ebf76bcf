"""Threads for work that may hang."""

import subprocess
import sys
import threading
import time

import pytest

from jupyter_slurm_api.threads import DaemonThreads


@pytest.fixture
def pool():
    made = DaemonThreads(2, "test-pool")
    yield made
    made.shutdown()


def test_work_is_done_and_its_result_is_told(pool):
    assert pool.submit(divmod, 7, 3).result(5) == (2, 1)
    assert pool.submit(int, "11", base=2).result(5) == 3


def test_an_error_is_told(pool):
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 1, 0).result(5)
    assert pool.submit(abs, -1).result(5) == 1


def test_much_work_is_all_done_by_few_threads(pool):
    names = [pool.submit(lambda: threading.current_thread().name) for _ in range(50)]
    assert {name.result(5) for name in names} <= {"test-pool_0", "test-pool_1"}


def test_as_many_run_at_once_as_there_are_threads(pool):
    both = threading.Barrier(2)
    waiting = [pool.submit(both.wait, 5) for _ in range(2)]
    assert sorted(each.result(5) for each in waiting) == [0, 1]


def test_work_that_hangs_leaves_the_other_thread_to_the_rest(pool):
    hung = threading.Event()
    try:
        pool.submit(hung.wait, 30)
        assert [pool.submit(abs, -1).result(5) for _ in range(5)] == [1] * 5
    finally:
        hung.set()


def test_work_that_was_cancelled_before_it_began_is_not_done(pool):
    busy, done = threading.Event(), []
    first = [pool.submit(busy.wait, 30) for _ in range(2)]
    late = pool.submit(done.append, "late")
    assert late.cancel()
    busy.set()
    assert all(each.result(5) for each in first)
    pool.submit(abs, 1).result(5)
    assert done == []


def test_after_a_shutdown_the_threads_end():
    pool = DaemonThreads(2, "ending")
    pool.submit(abs, 1).result(5)
    threads = list(pool._threads)
    pool.shutdown()
    for thread in threads:
        thread.join(5)
    assert not any(thread.is_alive() for thread in threads)


def test_no_exit_waits_for_work_that_hangs():
    script = (
        "import time; from jupyter_slurm_api.threads import DaemonThreads;"
        "DaemonThreads(1, 'x').submit(time.sleep, 60); print('exit')"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=30, check=True
    )
    assert done.stdout == b"exit\n"
    assert time.monotonic() - began < 20
