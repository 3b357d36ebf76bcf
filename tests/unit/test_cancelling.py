"""Tasks that are cancelled end, however often they have to be told."""

import asyncio
from contextlib import suppress

from jupyter_slurm_api import cancelling
from jupyter_slurm_api.cancelling import cancel


def test_a_task_is_over_when_it_is_cancelled():
    async def run():
        task = asyncio.ensure_future(asyncio.sleep(60))
        await cancel(task, None)
        return task.cancelled()

    assert asyncio.run(run())


def test_a_loop_that_loses_a_cancellation_is_told_again(monkeypatch):
    """As `asyncio.wait_for` loses it before Python 3.12."""
    monkeypatch.setattr(cancelling, "_PATIENCE_SECONDS", 0.01)

    async def loop():
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    async def run():
        task = asyncio.ensure_future(loop())
        await asyncio.sleep(0)
        await asyncio.wait_for(cancel(task), 5)
        return task.cancelled()

    assert asyncio.run(run())


def test_what_a_task_raised_is_nobody_s_error_any_more():
    async def fail():
        raise ValueError

    async def run():
        task = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        await cancel(task)

    asyncio.run(run())
