"""Where a job's directory and notebook are for Jupyter, which shows what lies below its root."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from ..job import Job

_TAGS: Final = ("notebook", "cell")
"""What the magics name a job's origin by."""


class Places:
    """Finds paths as Jupyter's contents API has them."""

    def __init__(self, root: Path) -> None:
        self._roots = {root, root.resolve()}  # Slurm tells a directory by its real name

    def of(self, job: Job) -> dict[str, str | None]:
        """Return where a job runs, and which cell of which notebook it came from."""
        words = (tag.partition("=") for tag in job.tags)
        origin = {name: value for name, _, value in words if name in _TAGS and value}
        return {
            "work_path": self._path(job.work_dir),
            "notebook_path": self._path(origin.get("notebook")),
            "notebook_cell": origin.get("cell"),
        }

    def _path(self, path: str | None) -> str | None:
        """Return a path below the root, where empty is the root itself; None if it is elsewhere."""
        place = PurePosixPath(path or "")
        for root in self._roots:
            if place.is_relative_to(root):
                below = place.relative_to(root).as_posix()
                return "" if below == "." else below
        return None
