"""papermill's engine for runs: printed text is the job's output, and a little of it the notebook's.

Source: https://papermill.readthedocs.io/en/latest/extending-overview.html
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import Any, Final

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

NAME: Final = "slurm"
_MOST_TEXT: Final = 2**20
_CUT: Final = "\n… the rest stands in the job's output alone.\n"
_KERNEL: Final = [
    sys.executable,
    *("-m", "ipykernel_launcher", "-f", "{connection_file}", "--IPKernelApp.log_level=50"),
    # Hundreds of tasks would wait for each other at the one file of IPython's history.
    "--HistoryManager.enabled=False",
]


class OwnPython(AsyncKernelManager):
    """Starts kernels with this very Python, whatever kernels this account has under that name."""

    def __init__(self, **settings: Any) -> None:
        # By sockets in a directory of its own: nobody else on the node can connect to them.
        place = f"{os.environ['JUPYTER_RUNTIME_DIR']}/kernel"
        super().__init__(transport="ipc", ip=place, **settings)

    @property
    def kernel_spec(self) -> KernelSpec:
        """How the kernel is started."""
        return KernelSpec(argv=_KERNEL, display_name="Python", language="python")


class _Client(PapermillNotebookClient):  # type: ignore[misc]  # it has no types
    """Keeps a megabyte of each cell's printed text: all of it would be written again and again."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._printed: Counter[int] = Counter()

    def output(self, outs: Any, msg: Any, display_id: str | None, cell_index: int) -> Any:
        output = super().output(outs, msg, display_id, cell_index)
        if output is None or output.output_type != "stream":
            return output
        before = self._printed[cell_index]
        self._printed[cell_index] += len(output.text)
        if self._printed[cell_index] > _MOST_TEXT:
            outs.pop()
            if before <= _MOST_TEXT:
                outs.append(new_output("stream", name=output.name, text=_CUT))
        return output


class _Engine(NBClientEngine):  # type: ignore[misc]  # it has no types
    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **settings: Any) -> None:
        passed = ("stdout_file", "stderr_file", "kernel_manager_class")
        known = {name: settings[name] for name in passed if name in settings}
        _Client(nb_man, kernel_name=kernel_name, **known).execute()


papermill_engines.register(NAME, _Engine)
