"""How a run went, as the job itself tells it in `outcome.json`, or else by its exit code."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

FILE: Final = "outcome.json"

FAILED: Final = 1
"""The exit code of a job whose own code raised an exception."""

NOT_SHARED: Final = 91
NO_PYTHON: Final = 92
NOT_READY: Final = 93
DIED: Final = 94

_OUTPUT_NOT_OPENED: Final = 53
"""What slurmd says in a signal's place; source: its ``ESLURMD_`` codes, seen with 22.05."""

_BY_EXIT_CODE: Final = {
    NOT_SHARED: (
        "The node does not see the directory of this run ({path}): it is not shared with the"
        " nodes. Start the notebook in a directory that is, or name one with --chdir."
    ),
    NO_PYTHON: (
        "The node does not have the notebook's Python with jupyter-slurm-api. Install it where the"
        " nodes see it, such as in an environment in your home."
    ),
    NOT_READY: "The cell could not be begun on the node; its output says why.",
    DIED: "The notebook's kernel died on the node; its output may say why.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run went.

    ``exit_code`` is the job's; ``message`` says what went wrong around the code, and
    ``error`` which exception the code itself raised, as ``ValueError: no``.
    """

    exit_code: int
    message: str | None = None
    error: str | None = None

    @property
    def is_of_code(self) -> bool:
        """Whether the code itself came to its end, well or with an exception of its own."""
        return self.exit_code in (0, FAILED)

    def written(self) -> bytes:
        """Return this as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, text: bytes) -> Outcome:
        """Return what a job has written."""
        said = json.loads(text)
        return cls(**{name: said.get(name) for name in cls.__dataclass_fields__})


def told_by(exit_code: int | None, exit_signal: int | None, path: str) -> str | None:
    """Return what a job's end means that its script chose, or Slurm in place of its script.

    The job's output lies in the directory of its run, ``path``: Slurm cannot open it where
    that is not shared, and begins no script; or makes it, as newer ones do, and the script tells.
    """
    is_shared = exit_signal != _OUTPUT_NOT_OPENED
    told = _BY_EXIT_CODE.get(exit_code or 0 if is_shared else NOT_SHARED)
    return told.format(path=path) if told else None
