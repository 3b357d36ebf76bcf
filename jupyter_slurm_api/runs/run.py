"""What is to be run, as `run.json` has it."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any, Final

from .directory import RunDirectory

FILE: Final = "run.json"
NOTEBOOK: Final = "notebook.ipynb"
CELL: Final = "slurm-cell"
"""The tag of the cell in there that is the user's own; the others are ours."""


def _here() -> str:
    return platform.python_version()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A cell, or a whole notebook where ``notebook`` names one.

    ``outputs`` are the variables that come back; ``tasks`` what each task of a sweep
    is called, for people. ``sys_path`` is where the notebook finds its modules. Of a
    whole notebook, which lies beside as it was, ``parameters`` are papermill's, and
    ``written_to`` is where it is written with its outputs, with ``{job}`` for the job's id.
    """

    source: str = ""
    outputs: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    sys_path: tuple[str, ...] = ()
    notebook: str | None = None
    written_to: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    python: str = field(default_factory=_here)
    cloudpickle: str = field(default_factory=lambda: version("cloudpickle"))

    def write(self, directory: RunDirectory) -> None:
        """Write this down for the job."""
        directory.write(FILE, json.dumps(asdict(self)).encode())

    @classmethod
    def read(cls, directory: RunDirectory) -> Run:
        """Return what is to be run; what a later release says besides is passed over."""
        said = json.loads(directory.read(FILE))
        known = {name: value for name, value in said.items() if name in cls.__dataclass_fields__}
        for name in ("outputs", "tasks", "sys_path"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)

    def mismatch(self) -> str | None:
        """Say why what was pickled for this run cannot be read by the Python here, if so."""
        if _release(self.python) != _release(_here()):
            return (
                f"{sys.executable} is Python {_here()} on this node, and {self.python} where the"
                " notebook runs: what the one has pickled the other cannot read."
            )
        if _release(self.cloudpickle)[0] != _release(version("cloudpickle"))[0]:
            return (
                f"cloudpickle is {version('cloudpickle')} on this node, and {self.cloudpickle}"
                " where the notebook runs: give both the same."
            )
        return None


def _release(text: str) -> list[str]:
    return text.split(".")[:2]
