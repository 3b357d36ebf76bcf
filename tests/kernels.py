"""Real kernels, as a notebook of a server has them."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.manager import KernelManager


@dataclass
class Reply:
    """What a cell has shown, and how it ended."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None

    def take(self, message: dict[str, Any]) -> None:
        """Take what comes while the cell runs."""
        kind, content = message["msg_type"], message["content"]
        if kind in ("stream", "display_data", "execute_result"):
            self.outputs.append(content)
        elif kind == "error":
            self.error = "\n".join(content["traceback"])

    @property
    def text(self) -> str:
        """All that stands under the cell, as text."""
        return "".join(
            one.get("text") or one.get("data", {}).get("text/plain", "") + "\n"
            for one in self.outputs
        )

    def shown(self, kind: str = "text/plain") -> str:
        """What is displayed, as one kind of it."""
        return "\n".join(one["data"].get(kind, "") for one in self.outputs if "data" in one)


class Kernel:
    """A kernel in the directory ``work`` of a home, which finds the server that runs there."""

    def __init__(self, home: Path, runtime: Path, **environment: str) -> None:
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel(
            cwd=str(home / "work"),
            env={
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": str(home),
                "JUPYTER_RUNTIME_DIR": str(runtime),
                "IPYTHONDIR": str(home / "ipython"),
                **environment,
            },
        )
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)

    def run(self, code: str, seconds: float = 90, answer: str | None = None) -> Reply:
        """Run a cell to its end; what it asks the user is answered, or cannot be asked."""
        reply = Reply()
        done = self._client.execute_interactive(
            code,
            timeout=seconds,
            output_hook=reply.take,
            allow_stdin=answer is not None,
            stdin_hook=lambda _asked: self._client.input(answer),
        )
        assert (done["content"]["status"] == "ok") == (reply.error is None)
        return reply

    def complete(self, code: str) -> list[str]:
        """Return what Tab at the end of a cell offers."""
        reply = self._client.complete(code, reply=True, timeout=60)
        return list(reply["content"]["matches"])

    def value(self, expression: str) -> Any:
        """Return what an expression is, which may follow other lines."""
        *lines, last = expression.splitlines()
        reply = self.run("\n".join([*lines, "import json", f"print(json.dumps({last}))"]))
        assert reply.error is None, reply.error
        return json.loads(reply.text)

    def later(self, seconds: float) -> list[dict[str, Any]]:
        """Return what is shown within so many seconds, under cells that are over."""
        shown = []
        try:
            while True:
                shown.append(self._client.get_iopub_msg(timeout=seconds))
        except Empty:
            return [
                {"kind": one["msg_type"], **one["content"]}
                for one in shown
                if one["msg_type"] not in ("status", "comm_msg", "comm_open", "comm_close")
            ]

    def interrupt(self) -> None:
        """Do what the button with the square does, from any thread."""
        os.kill(self._manager.provisioner.pid, signal.SIGINT)  # its manager would leave a loop open

    def stop(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
