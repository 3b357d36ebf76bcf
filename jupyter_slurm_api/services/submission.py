"""From a submit request to what sbatch is given, or to what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from .. import filenames
from ..errors import InvalidRequest, TooLarge
from ..models import JobSpec
from ..slurm import commands, directives, options
from ..views import SubmitRequest
from .files import Files

_LONGEST_COMMENT: Final = 960


def problem(field: str, message: str) -> InvalidRequest:
    """Return the error for one field of a request."""
    return InvalidRequest(message, [{"field": field, "message": message}])


def script_bytes(script: str, limit: int) -> bytes:
    """Return a script as sbatch reads it.

    Raises:
        InvalidRequest: sbatch would refuse it, or read it otherwise than it looks.
    """
    data = script.encode()
    if len(data) > limit:
        raise TooLarge(
            f"The script has {len(data):,} bytes; at most {limit:,} are allowed. Put data into"
            " files and let the script read them.",
            [{"field": "script", "message": "too large"}],
        )
    if not script.strip():
        raise problem("script", "The script is empty.")
    if "\r\n" in script:
        raise problem(
            "script",
            "The script has Windows line ends (CRLF). Save it with Unix line ends, or remove them"
            " with: sed -i 's/\\r$//' script.sh",
        )
    if not script.startswith("#!"):
        raise problem("script", "The script's first line must begin with #!, as in #!/bin/bash.")
    if "\0" in script:
        raise problem("script", "The script holds a NUL character; a script is text.")
    if directives.value(script, "clusters", "M"):
        raise problem(
            "script", f"Take --clusters out of the script: {options.REFUSED['clusters']}."
        )
    return data


def check_parameters(request: SubmitRequest) -> None:
    """Refuse what cannot be sbatch's options, naming every fault at once."""
    wanted = {"name": request.name} if request.name is not None else {}
    faults = [
        {"field": f"parameters.{name}", "message": fault}
        for name, value in request.parameters.items()
        if (fault := options.option_error(name, value))
    ]
    faults += [
        {"field": "name", "message": fault.replace("'job-name'", "'name'")}
        for value in wanted.values()
        if (fault := options.option_error("job-name", value))
    ]
    if faults:
        raise InvalidRequest(" ".join(fault["message"] for fault in faults), faults)


def option(request: SubmitRequest, name: str, short: str | None = None) -> str:
    """Return what a request sets an option to, by its parameters or its script; empty if not."""
    wanted = request.parameters.get(name)
    if wanted is None or wanted is False:
        return directives.value(request.script, name, short) or ""
    return options.to_text(wanted)


class Checks:
    """Checks requests against the tables, the settings and the file system.

    ``root`` is the server's root directory: where jobs run unless they say
    otherwise. ``limit`` is the largest script in bytes. ``environ`` may hold
    defaults of sbatch's.
    """

    def __init__(self, root: Path, environ: Mapping[str, str], *, limit: int) -> None:
        self._root = root
        self._environ = environ
        self._limit = limit
        self._files = Files("slurm-api-dirs")

    async def spec(self, request: SubmitRequest, job_id: str) -> JobSpec:
        """Return what sbatch is given for a request.

        Raises:
            InvalidRequest: something in it cannot be so; the message says what.
        """
        script = script_bytes(request.script, self._limit)
        check_parameters(request)
        work_dir = self._work_dir(request)
        await self._look_at(work_dir)
        argv = tuple(_argv(request, work_dir, job_id))
        array = option(request, "array", "a")
        return JobSpec(script, argv, str(work_dir), array, *self._outputs(request, work_dir, array))

    def _outputs(self, request: SubmitRequest, work_dir: Path, array: str) -> tuple[str, str]:
        """Return the patterns of the output's paths; a variable is between option and script."""
        default = filenames.DEFAULT_OF_ARRAY if array else filenames.DEFAULT
        stdout = self._output(request, "output", "o") or default
        stderr = self._output(request, "error", "e") or stdout
        in_script = None if request.work_dir else directives.value(request.script, "chdir", "D")
        directory = os.path.join(work_dir, in_script or "")  # noqa: PTH118 - keeps what is written
        return filenames.below(directory, stdout), filenames.below(directory, stderr)

    def _output(self, request: SubmitRequest, name: str, short: str) -> str:
        by_variable = self._environ.get(f"SBATCH_{name.upper()}")
        if by_variable and not request.parameters.get(name):
            return by_variable
        return option(request, name, short)

    def _work_dir(self, request: SubmitRequest) -> Path:
        chdir = request.parameters.get("chdir")
        if request.work_dir is None:
            return self._below_root(options.to_text(chdir)) if chdir else self._root
        work_dir = self._below_root(request.work_dir)
        if chdir and self._below_root(options.to_text(chdir)) != work_dir:
            raise problem(
                "parameters.chdir",
                "'work_dir' and 'chdir' name different directories; send one of them.",
            )
        return work_dir

    def _below_root(self, path: str) -> Path:
        if not path or "\0" in path or "\n" in path:
            raise problem("work_dir", "'work_dir' must be the path of a directory, on one line.")
        try:
            return Path(os.path.normpath(self._root / Path(path).expanduser()))
        except RuntimeError:
            raise problem("work_dir", f"There is no home directory for {path}.") from None

    async def _look_at(self, directory: Path) -> None:
        fault = await self._files.run(str(directory), partial(_fault_of, directory))
        if fault:
            raise problem("work_dir", f"The directory {directory} {fault}.")


def _fault_of(directory: Path) -> str | None:
    try:
        if not directory.is_dir():
            return "does not exist; create it first, or name another as 'work_dir'"
    except OSError as error:
        return f"cannot be looked at ({error.strerror})"
    if not os.access(directory, os.W_OK | os.X_OK):
        return "is not writable by you, so the job could not write its output there"
    return None


def _argv(request: SubmitRequest, work_dir: Path, job_id: str) -> list[str]:
    parameters = {**request.parameters}
    comment = parameters.pop("comment", None)
    if comment is None or comment is False:
        comment = directives.value(request.script, "comment")
    in_script = directives.value(request.script, "chdir", "D")
    if parameters.pop("chdir", None) or (request.work_dir is not None and in_script):
        parameters["chdir"] = str(work_dir)
    if request.name is not None:
        parameters["job-name"] = request.name
    text = None if comment is None else options.to_text(comment)
    if text and len(text.encode()) > _LONGEST_COMMENT:
        raise problem(
            "parameters.comment",
            f"The comment is too long: at most {_LONGEST_COMMENT} bytes, since Slurm takes 1,024"
            " and this service adds its own mark.",
        )
    return commands.sbatch(options.to_argv(parameters), comment=text, job_id=job_id)
