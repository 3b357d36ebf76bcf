"""The only place that starts a process for Slurm."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..cancelling import cancel
from ..errors import SlurmBusy, SlurmError, SlurmMissing, SlurmTimeout, SlurmUnavailable

Ran: TypeAlias = Callable[[str, str, float], None]
"""What is told of a command: the program, its outcome and the seconds that it took in all."""

_REAP_SECONDS = 2.0
_LATE_SECONDS, _READ_SECONDS = 0.1, 0.5
_LINE_BYTES = 1 << 20

_OUTCOMES: Mapping[type[SlurmError], str] = {
    SlurmTimeout: "timeout",
    SlurmBusy: "busy",
    SlurmMissing: "missing",
    SlurmUnavailable: "not_started",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, how it ended and how long it took in seconds."""

    stdout: bytes
    stderr: bytes
    code: int | None
    seconds: float


class Runner:
    """Runs argv lists with a hard time limit, and leaves no process behind.

    Each command leads a process group of its own, which is killed as a whole
    when its time is over or its caller goes away. Where util-linux's setpriv
    can say so to the kernel, it also dies with this server.

    ``at_once`` of each program may run; one more waits for its place, which is no
    part of its time. So squeue never waits behind sbatch, and what has waited for
    ``patience`` seconds was certainly not started. ``ran`` is told of each command.
    """

    def __init__(
        self,
        *,
        seconds: float,
        at_once: int = 8,
        patience: float = 20.0,
        ran: Ran = lambda *_: None,
    ) -> None:
        self._seconds = seconds
        self._patience = patience
        self._ran = ran
        self._places = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(at_once))
        self._found: dict[str, str] = {}
        self._prefix: list[str] | None = None
        self.started = 0

    async def run(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str | None = None,
        stdin: bytes = b"",
        enough: Callable[[bytes], bool] | None = None,
    ) -> Answer:
        """Run a command to its end, or until a line of its output is ``enough``.

        Raises:
            SlurmMissing: the program is not on the PATH of ``env``.
            SlurmBusy: too many of its kind were running; it was not started.
            SlurmTimeout: it took longer than the time limit, and was killed.
        """
        began, outcome = time.monotonic(), "cancelled"
        try:
            answer = await self._answer(argv, env, cwd, stdin, enough)
            outcome = "ok" if _is_well(answer, enough) else "failed"
        except SlurmError as error:
            outcome = _OUTCOMES[type(error)]
            raise
        finally:
            self._ran(argv[0], outcome, time.monotonic() - began)
        return answer

    async def _answer(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: str | None,
        stdin: bytes,
        enough: Callable[[bytes], bool] | None,
    ) -> Answer:
        program = self._find(argv[0], env)
        command = [*await self._dying_with_us(), program, *argv[1:]]
        try:
            async with self._place(argv[0]):
                return await _within(self._seconds, self._run(command, env, cwd, stdin, enough))
        except asyncio.TimeoutError:
            raise SlurmTimeout(
                f"{argv[0]} did not answer within {self._seconds:g} s. Slurm may be busy or"
                " limiting requests; try again in a minute."
            ) from None
        except OSError as error:
            self._found.clear()
            raise SlurmUnavailable(
                f"{argv[0]} could not be started ({error.strerror}); try again in a minute."
            ) from error

    @asynccontextmanager
    async def _place(self, program: str) -> AsyncIterator[None]:
        places = self._places[program]
        try:
            await asyncio.wait_for(places.acquire(), self._patience)
        except asyncio.TimeoutError:
            raise SlurmBusy(
                f"Too many {program} commands are waiting for Slurm, so this one was not started:"
                " nothing has happened. Try again in a minute."
            ) from None
        try:
            yield
        finally:
            places.release()

    async def _run(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        cwd: str | None,
        stdin: bytes,
        enough: Callable[[bytes], bool] | None,
    ) -> Answer:
        began = time.monotonic()
        self.started += 1
        process = await _started(
            asyncio.create_subprocess_exec(
                *command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=env,
                cwd=cwd,
                start_new_session=True,
                limit=_LINE_BYTES,
            )
        )
        try:
            out, err = await _talk(process, stdin, enough)
        finally:
            await _end(process)
        return Answer(out, err, process.returncode, time.monotonic() - began)

    def _find(self, program: str, env: Mapping[str, str]) -> str:
        if program not in self._found:
            path = shutil.which(program, path=env.get("PATH", os.defpath))
            if path is None:
                raise SlurmMissing(
                    f"Slurm's command '{program}' is not on this server's PATH. Load the site's"
                    " Slurm module before Jupyter starts, or install slurm-client."
                )
            self._found[program] = path
        return self._found[program]

    async def _dying_with_us(self) -> list[str]:
        if self._prefix is None:
            prefix = ["setpriv", "--pdeathsig", "KILL"]
            works = await asyncio.to_thread(_works, [*prefix, "true"])
            self._prefix = prefix if works else []
        return self._prefix


def _is_well(answer: Answer, enough: Callable[[bytes], bool] | None) -> bool:
    """Tell whether a command did its work; what had said enough was not left to end by itself."""
    said = answer.stdout.splitlines(keepends=True)
    return answer.code == 0 or bool(enough and said and enough(said[-1]))


async def _within(seconds: float, work: Coroutine[Any, Any, Answer]) -> Answer:
    """Wait for a command's end; where the time is over, end it.

    When this server was asleep, with the whole machine or alone, the time is over for all that
    it waited for; but what has answered meanwhile only needs to be read.
    """
    task = asyncio.ensure_future(work)
    due = time.monotonic() + seconds
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done and time.monotonic() - due > _LATE_SECONDS:
            done, _ = await asyncio.wait({task}, timeout=_READ_SECONDS)
        if not done:
            raise asyncio.TimeoutError
        return task.result()
    finally:
        await cancel(task)


def _works(argv: list[str]) -> bool:
    try:
        return subprocess.run(argv, capture_output=True, timeout=5, check=False).returncode == 0  # noqa: S603 - a fixed argv list
    except (OSError, subprocess.TimeoutExpired):
        return False


async def _talk(
    process: asyncio.subprocess.Process, stdin: bytes, enough: Callable[[bytes], bool] | None
) -> tuple[bytes, bytes]:
    if enough is None:
        return await process.communicate(stdin)
    stderr = asyncio.ensure_future(_read(process.stderr))
    try:
        await _feed(process.stdin, stdin)
        lines: list[bytes] = []
        while line := await _line(process.stdout):
            lines.append(line)
            if enough(line):
                return b"".join(lines), b""
        err = await stderr
        await process.wait()
        return b"".join(lines), err
    finally:
        stderr.cancel()


async def _feed(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    assert stream is not None  # noqa: S101 - we asked for a pipe
    # A command that refuses its options ends without reading its script.
    with suppress(BrokenPipeError, ConnectionResetError):
        stream.write(data)
        await stream.drain()
    stream.close()


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    assert stream is not None  # noqa: S101 - we asked for a pipe
    return await stream.read()


async def _line(stream: asyncio.StreamReader | None) -> bytes:
    assert stream is not None  # noqa: S101 - we asked for a pipe
    try:
        return await stream.readline()
    except ValueError:
        return b"\n"  # a line of more than `_LINE_BYTES` is no answer, and is let go


async def _started(
    starting: Coroutine[Any, Any, asyncio.subprocess.Process],
) -> asyncio.subprocess.Process:
    """Wait for a process to start; where the caller goes away meanwhile, end it.

    asyncio would end the process alone, and leave those that it has started by then.
    """
    task = asyncio.ensure_future(starting)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(OSError):
            await _end(await task)
        raise


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    # A process in uninterruptible sleep cannot be waited for; the loop goes on without it.
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(process.wait(), _REAP_SECONDS)
