"""The directory of a run: what the kernel writes for the job, and the job for the kernel.

    <work_dir>/.slurm-runs/<id>/
        run.json              what is to be run: `run.Run`
        notebook.ipynb        of a whole notebook: as it was when it was submitted
        inputs.pickle         the variables that the cell is given
        tasks.pickle          of a sweep: each task's parameters
        job.out               what the job prints; of a sweep's task job-<task>.out
        results/<slurm_id>/   of each job, or array task, that has run it
            outcome.json      how it went: `outcome.Outcome`
            notebook.ipynb    the cell with its outputs
            outputs.pickle    the variables that came back

All of it is this user's alone. A pickle is code, so whatever others could have
written to is not read.
"""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

RUNS: Final = ".slurm-runs"
_TAG: Final = "run="
_PRIVATE: Final = 0o700
_OTHERS: Final = 0o077
_OTHERS_WRITE: Final = 0o022


class UnsafeFileError(Exception):
    """A file or directory of a run that somebody else owns, or may write to or read."""


class RunDirectory:
    """One run's directory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, work_dir: Path) -> RunDirectory:
        """Make the directory of a new run.

        Raises:
            OSError: it cannot be made there.
            UnsafeFileError: the runs there are not this user's.
        """
        runs = work_dir / RUNS
        runs.mkdir(_PRIVATE, exist_ok=True)
        _check(runs.lstat(), runs)
        ignored = runs / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n")
        path = runs / str(uuid.uuid4())
        path.mkdir(_PRIVATE)
        (path / "results").mkdir(_PRIVATE)
        return cls(path)

    @classmethod
    @contextmanager
    def begun(cls, work_dir: Path) -> Iterator[RunDirectory]:
        """Give a new directory, of which nothing stays if what is written there goes wrong.

        Raises:
            OSError, UnsafeFileError: as `create`.
        """
        directory = cls.create(work_dir)
        try:
            yield directory
        except BaseException:
            directory.remove()
            raise

    @classmethod
    def of(cls, work_dir: str | None, tags: Sequence[str]) -> RunDirectory | None:
        """Return the run that a job is of, as its tags say; None if it is of none."""
        ids = [tag.removeprefix(_TAG) for tag in tags if tag.startswith(_TAG)]
        if not ids or work_dir is None:
            return None
        try:
            return cls(Path(work_dir) / RUNS / str(uuid.UUID(ids[0])))
        except ValueError:  # somebody's own tag
            return None

    @property
    def tag(self) -> str:
        """The tag of the jobs of this run."""
        return f"{_TAG}{self.path.name}"

    def results(self, slurm_id: str) -> Path:
        """Return where a job, or a task of an array, writes how it went."""
        return self.path / "results" / slurm_id

    def remove(self) -> None:
        """Remove it with all that is in it: no job is to come of it."""
        shutil.rmtree(self.path, ignore_errors=True)

    def write(self, name: str, data: bytes) -> None:
        """Write a file whole, or not at all."""
        write_whole(self.path / name, data)

    def open(self, name: str) -> BinaryIO:
        """Open a file of this run, such as ``results/12/outcome.json``.

        Raises:
            FileNotFoundError: there is none.
            UnsafeFileError: it, or a directory on the way, is not this user's alone.
        """
        *parents, last = Path(name).parts
        at, place = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW), self.path
        try:
            _check(os.fstat(at), place)
            for part in parents:
                place /= part
                below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                os.close(at)
                at = below
                _check(os.fstat(at), place)
            descriptor = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
        finally:
            os.close(at)
        file = os.fdopen(descriptor, "rb")
        try:
            _check(os.fstat(descriptor), place / last)
        except UnsafeFileError:
            file.close()
            raise
        return file

    def read(self, name: str) -> bytes:
        """Return what is in a file; see `open`."""
        with self.open(name) as file:
            return file.read()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that this user alone can read, so that nobody ever sees half of it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    partial.replace(path)


def _check(found: os.stat_result, path: Path) -> None:
    if found.st_uid != os.geteuid():
        raise UnsafeFileError(
            f"{path} belongs to somebody else (user id {found.st_uid}): nothing is read from it."
        )
    is_directory = stat.S_ISDIR(found.st_mode)
    if not (is_directory or stat.S_ISREG(found.st_mode)):
        raise UnsafeFileError(f"{path} is no file: nothing is read from it.")
    if found.st_mode & (_OTHERS if is_directory else _OTHERS_WRITE):
        raise UnsafeFileError(
            f"Others have access to {path}, so that nothing is read from it. If you trust what is"
            f" in it, take their access away: chmod -R go= '{path}'"
        )
