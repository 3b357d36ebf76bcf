"""Notebooks of the user's as jobs, as `client.run_notebook` makes them."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME
from pydantic import BaseModel, ValidationError

from ..errors import (
    FilesUnavailable,
    InvalidRequest,
    NotebookNotFound,
    SlurmApiError,
    SlurmTimeout,
    TooLarge,
)
from ..job import Job
from ..requests import NotebookRequest, NotebookSubmission
from ..runs import notebooks
from ..runs.directory import UnsafeFileError
from ..runs.notebooks import NotebookRun
from .files import Files
from .kernels import Kernels
from .regular_file import open_regular, size_of
from .submission import problem
from .submit import Receipt, SubmitService

_MOST_BYTES: Final = 256 << 20  # of a notebook, which is read whole
_OPTION: Final = "parameters."
"""What a submit's field begins with that is one of ``options`` here."""


@dataclass(frozen=True, slots=True)
class NotebookReceipt:
    """The job of a request, and where it writes the notebook with its outputs, if that is known."""

    submitted: Receipt
    output: str | None


class _KernelSpec(BaseModel):
    name: str = NATIVE_KERNEL_NAME


class _Metadata(BaseModel):
    kernelspec: _KernelSpec = _KernelSpec()


class _Notebook(BaseModel):
    """What a notebook says of itself, in any of its formats."""

    nbformat: int
    metadata: _Metadata = _Metadata()


class NotebookService:
    """Runs notebooks below ``root``, the server's root directory, where Jupyter shows them."""

    def __init__(self, submit: SubmitService, kernels: Kernels, root: Path, files: Files) -> None:
        self._submit = submit
        self._kernels = kernels
        self._root = root
        self._files = files

    async def run(self, request: NotebookRequest, key: str | None = None) -> NotebookReceipt:
        """Submit a notebook as it is now; with a key once, as `SubmitService.submit` does.

        Raises:
            NotebookNotFound: there is none at this path.
            TooLarge: it is too large to be copied.
            InvalidRequest: it is no notebook, or its kernel is no Python that is here.
            FilesUnavailable: its file system does not answer; and the errors of a submit.
        """
        path = self._path(request.path)
        run = await self._files.run(str(path.parent), partial(self._prepare, path, request))
        try:
            receipt = await self._submit.submit(_submission(run, request), key)
        except SlurmTimeout:
            raise  # Slurm may have it all the same
        except InvalidRequest as error:
            await self._remove(run)
            raise type(error)(error.message, _as_asked(error.errors)) from error
        except SlurmApiError:
            await self._remove(run)
            raise
        if receipt.replayed:
            await self._remove(run)
        return NotebookReceipt(receipt, _output(request.path, receipt.job))

    async def _remove(self, run: NotebookRun) -> None:
        with suppress(FilesUnavailable):  # it takes up room, and no more
            await self._files.run(run.work_dir, run.directory.remove)

    def _path(self, asked: str) -> Path:
        """Return where a notebook is that Jupyter calls so; links are followed, as Jupyter does."""
        parts = asked.strip("/").split("/")
        if ".." in parts or "\0" in asked or parts == [""]:
            raise problem(
                "path", "'path' must lead to a notebook from this server's root directory, down."
            )
        return self._root.joinpath(*parts)

    def _prepare(self, path: Path, request: NotebookRequest) -> NotebookRun:
        source = _read(path, request.path)
        said = _said(source, request.path)
        python = self._kernels.python(request.kernel_name or said.metadata.kernelspec.name)
        try:
            return notebooks.prepare(
                path, source, request.parameters, python=python.path, environ=python.environ
            )
        except UnsafeFileError as error:
            raise problem("path", str(error)) from error
        except OSError as error:
            raise problem(
                "path",
                f"What the job needs cannot be written to {path.parent} ({error.strerror}). Copy"
                " the notebook to a directory that you can write to, and that the nodes see.",
            ) from error


def _read(path: Path, asked: str) -> bytes:
    try:
        with open_regular(os.path.realpath(path)) as file:
            if size_of(file) > _MOST_BYTES:
                raise TooLarge(
                    f"{asked} has more than {_MOST_BYTES >> 20} MiB: clear its outputs and save it."
                )
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise NotebookNotFound(
            f"There is no notebook {asked}. Its path is that from this server's root directory."
        ) from None
    except OSError as error:
        if error.errno == errno.EINVAL:
            raise problem("path", f"{asked} is no notebook, but a directory or device.") from None
        raise problem("path", f"{asked} cannot be read ({error.strerror}).") from error


def _said(source: bytes, asked: str) -> _Notebook:
    try:
        return _Notebook.model_validate_json(source)
    except ValidationError as error:
        raise problem(
            "path", f"{asked} is no notebook, or is broken: open and save it in Jupyter."
        ) from error


def _submission(run: NotebookRun, request: NotebookRequest) -> NotebookSubmission:
    return NotebookSubmission(
        script=run.script,
        parameters={**run.options, **request.options},
        work_dir=run.work_dir,
        tags=(run.directory.tag,),
        asked=request,
    )


def _as_asked(faults: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Name the faults of a submit by the fields of this request."""
    return [
        fault | {"field": f"options.{fault['field'].removeprefix(_OPTION)}"}
        if fault["field"].startswith(_OPTION)
        else fault
        for fault in faults
    ]


def _output(asked: str, job: Job) -> str | None:
    """Return the path of what a job writes; of an array each task writes another."""
    if job.slurm_id is None or job.array is not None:
        return None
    path = PurePosixPath(asked.strip("/"))
    return str(path.with_name(notebooks.with_outputs(path.stem, job.slurm_id)))
