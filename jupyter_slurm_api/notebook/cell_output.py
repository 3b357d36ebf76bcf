"""Where what belongs to a cell is shown, also when the cell is over, and from any thread."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from IPython.core.interactiveshell import InteractiveShell

from ..sizes import written

_MOST: Final = 10 * 2**20
_FIELDS: Final = {
    "stream": ("name", "text"),
    "display_data": ("data", "metadata"),
    "execute_result": ("data", "metadata"),
    "error": ("ename", "evalue", "traceback"),
}
"""What a message has of an output of each kind.

Source: https://jupyter-client.readthedocs.io/en/stable/messaging.html
"""


class CellOutput:
    """The place under the cell that runs now.

    What is more than 10 MiB is not shown, but told, with the file that has it.
    """

    def __init__(self, shell: InteractiveShell | None) -> None:
        self._shell: Any = shell  # a kernel's has more than IPython's own
        self._parent = getattr(self._shell, "get_parent", lambda: None)()
        self._line = str(uuid.uuid4())
        self._has_line = False

    @property
    def is_notebook(self) -> bool:
        """Whether this is a kernel's, and no terminal."""
        return self._parent is not None

    def show(self, outputs: Iterable[Mapping[str, Any]], path: str) -> None:
        """Show outputs of nbformat 4, which ``path`` holds too."""
        left = _MOST
        for output in outputs:
            if output["output_type"] not in _FIELDS:
                continue
            size = len(json.dumps(output))
            if size > left:
                self.say(
                    f"An output of {written(size)} is not shown: at most"
                    f" {written(_MOST)} are. It is in {path}.\n"
                )
                continue
            left -= size
            self._publish(output)

    def status(self, text: str) -> None:
        """Show a line in the place of the last one."""
        if self._parent is None:
            print(f"\r\x1b[K{text}", end="", flush=True)
            return
        content = {
            "data": {"text/plain": text},
            "metadata": {},
            "transient": {"display_id": self._line},
        }
        self._send("update_display_data" if self._has_line else "display_data", content)
        self._has_line = True

    def say(self, text: str) -> None:
        """Show a line of our own."""
        self._publish({"output_type": "stream", "name": "stderr", "text": text})

    def _publish(self, output: Mapping[str, Any]) -> None:
        kind = output["output_type"]
        content: dict[str, Any] = {name: output.get(name) for name in _FIELDS[kind]}
        if "data" in content:
            content["data"] = {
                mime: value if mime.endswith("json") else joined(value)
                for mime, value in content["data"].items()
            }
        if "text" in content:
            content["text"] = joined(content["text"])
        if self._parent is None:
            print(_as_text(content))
            return
        # A result has the number of its cell, which is not this one.
        self._send("display_data" if kind == "execute_result" else kind, content)

    def _send(self, kind: str, content: dict[str, Any]) -> None:
        publisher = self._shell.display_pub
        publisher.session.send(publisher.pub_socket, kind, content, parent=self._parent)


def joined(value: Any) -> Any:
    """Return a text of nbformat in one piece, which may stand there as its lines."""
    is_lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
    return "".join(value) if is_lines else value


def _as_text(content: Mapping[str, Any]) -> str:
    if "traceback" in content:
        return "\n".join(content["traceback"])
    return str(content.get("text") or content.get("data", {}).get("text/plain", ""))
