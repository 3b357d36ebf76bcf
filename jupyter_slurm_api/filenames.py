"""Where a job's output goes: sbatch's file name patterns, filled in.

Source: "filename pattern" in https://slurm.schedmd.com/sbatch.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

DEFAULT: Final = "slurm-%j.out"
DEFAULT_OF_ARRAY: Final = "slurm-%A_%a.out"

_NO_TASK: Final = "4294967294"  # what Slurm writes for a job that is no array
_PATTERN: Final = re.compile(r"%([0-9]{0,9})([%AajJNnstux])")
_HEAD_OF_LIST: Final = re.compile(r"([^\[,]+)(?:\[(\d+))?")


def path_words(
    *, slurm_id: str, array: tuple[str, str] | None, name: str, user: str, node_list: str
) -> dict[str, str]:
    """Return what each letter of a file name pattern stands for in a batch job's own output.

    ``array`` is a task's array and index.
    """
    node = _HEAD_OF_LIST.match(node_list)
    array_id, task_id = array or (slurm_id, _NO_TASK)
    return {
        "%": "%",
        "A": array_id,
        "a": task_id,
        "J": slurm_id,
        "j": slurm_id,
        "N": f"{node[1]}{node[2] or ''}" if node else "%N",
        "n": "0",
        "s": "batch",
        "t": "0",
        "u": user,
        "x": name,
    }


def output_path(pattern: str, work_dir: str, filled: Mapping[str, str]) -> str:
    """Fill in a file name pattern and make it absolute."""
    # Slurm's default path begins with the directory, whose own % is no pattern.
    pattern = pattern.removeprefix(f"{work_dir.rstrip('/')}/")
    if "\\" in pattern:  # a backslash anywhere turns all patterns off
        return below(work_dir, re.sub(r"\\(.)", r"\1", pattern))

    def fill(found: re.Match[str]) -> str:
        width = min(int(found[1] or 0), 10)
        value = filled[found[2]]
        return value.zfill(width) if value.isdigit() else value

    return below(work_dir, _PATTERN.sub(fill, pattern))


def below(work_dir: str, path: str) -> str:
    """Return a path that is relative to a directory as an absolute one."""
    return path if path.startswith("/") else f"{work_dir.rstrip('/')}/{path}"
