"""README, tutorial and how-to pages, each followed to the letter on a real Slurm."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_async_kernel

from kernels import Reply
from pages import PAGES, Block, Ids, blocks

_SHELL = """\
[[ ! -e .variables ]] || . ./.variables
set -aeuo pipefail
{}
export -p >.variables
"""
_COLOUR = r"\x1b\[[\d;]*m"
_URL = "http://127.0.0.1:8000"


class Reader:
    """Somebody who does what a page says, in a directory of their own.

    They have one shell and, from the first cell on, one notebook. What is at .demo/token,
    and behind port 8000, is the test's server's.
    """

    def __init__(self, page, server):
        self._page = page
        self._server = server
        self._directory = server.work_dir / page.stem
        self._ids = Ids()
        self._kernel = None
        self._environment = {
            **server.environment,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(server.home),
            "JUPYTER_RUNTIME_DIR": str(server.home / f"runtime-{server.port}"),
            "IPYTHONDIR": str(server.home / "ipython"),
        }

    async def read(self):
        """Do all of it."""
        (self._directory / ".demo").mkdir(parents=True)
        (self._directory / ".demo" / "token").write_text(self._server.token)
        try:
            for block in blocks(self._page):
                if block.language != "text" and not block.reason:
                    await self._do(block)
        finally:
            if self._kernel:
                manager, client = self._kernel
                client.stop_channels()
                await manager.shutdown_kernel(now=True)

    async def _do(self, block: Block):
        code = self._ids.put_into(block.code).replace(_URL, self._server.url.rstrip("/"))
        run = self._in_shell if block.language == "bash" else self._in_notebook
        printed, error = await run(code)
        place = f"{self._page.name}:{block.line}"
        if block.shown is None or block.language == "bash":
            assert error is None, f"{place} fails:\n{error}"
        if block.shown is not None:
            said = f"{printed}{error or ''}"
            assert self._ids.fits(block.shown, said), f"{place} says:\n{said}"

    async def _in_shell(self, code):
        process = await asyncio.create_subprocess_exec(
            *("bash", "-c", _SHELL.format(code)),
            cwd=self._directory,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, said = await process.communicate()
        failed = f"{said.decode()}exit status {process.returncode}"
        return printed.decode(), failed if process.returncode else None

    async def _in_notebook(self, code):
        if not self._kernel:
            self._kernel = await start_new_async_kernel(
                kernel_name="python3", cwd=str(self._directory), env=self._environment
            )
        reply = Reply()
        _, client = self._kernel
        answer = await client.execute_interactive(
            code, timeout=90, allow_stdin=False, output_hook=reply.take
        )
        failed = answer["content"]["status"] != "ok"
        return reply.text, re.sub(_COLOUR, "", reply.error) if failed else None


@pytest.fixture(scope="module")
def followed(request, server, run_slurm):
    """What came of each page: all are followed at the same time, since one mostly waits."""
    (server.home / ".curlrc").write_text("fail-with-body\n")
    here = [item for item in request.session.items if item.path == request.path]
    pages = [item.callspec.params["path"] for item in here]

    async def follow():
        readers = [Reader(page, server).read() for page in pages]
        return await asyncio.gather(*readers, return_exceptions=True)

    yield dict(zip(pages, asyncio.run(follow()), strict=True))
    run_slurm("scancel", "--me")


def _marked(path):
    """The first pages that people read are tried each time, all others with `--all`."""
    marks = [pytest.mark.slow] if path.parent.name == "howto" else []
    return pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.parametrize("path", [_marked(path) for path in PAGES])
def test_a_page_does_what_it_says(followed, path):
    if followed[path]:
        raise followed[path]
