"""Every error this package raises on purpose.

    SlurmApiError
    ├── InvalidRequest          what was sent cannot be a job or a question
    │   └── TooLarge            ... because it is too big
    ├── JobNotFound             no such job, or not one this user may see
    ├── TemplateNotFound        no such template
    ├── NotebookNotFound        no such notebook
    ├── OutputGone              a job's output, of which nothing is left
    ├── RangeNotSatisfiable     a range in which an output has no byte
    ├── Conflict                what is there, or its state, does not let it be done
    │   └── Outdated            ... because it is not what it was when it was read
    ├── SlurmError              Slurm was asked and did not do it
    │   ├── SlurmRefused        it said no, and why
    │   ├── SlurmDenied         it said no to this user
    │   ├── SlurmUnavailable    nobody answered
    │   │   └── SlurmMissing    its commands are not installed here
    │   ├── SlurmBusy           too many commands wait already; nothing was started
    │   └── SlurmTimeout        it did not answer in time
    ├── DatabaseUnavailable     MongoDB is away
    │   └── MongodUnavailable   ... because the mongod of this user cannot run here
    ├── FilesUnavailable        a file system does not answer
    ├── TooManyRequests         the places for what was asked are all taken
    ├── NotReady                the server is still starting, or stopping
    └── DevClusterError         the personal Slurm could not be started or stopped

The message of each is one sentence for the person who asked: what happened and
what to do next. What only an administrator can use goes into the log.
"""

from __future__ import annotations

from collections.abc import Sequence


class SlurmApiError(Exception):
    """Root of all errors of this package; ``job_id`` is the UUID of the job that one is about."""

    def __init__(self, message: str, *, job_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.job_id = job_id


class InvalidRequest(SlurmApiError):
    """The request cannot be carried out as it was sent.

    ``errors`` names each fault with the place it stands in, as
    ``{"field": "parameters.time", "message": "..."}``.
    """

    def __init__(self, message: str, errors: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(message)
        self.errors = list(errors)


class TooLarge(InvalidRequest):
    """Something in the request is over its size limit."""


class JobNotFound(SlurmApiError):
    """There is no such job, or it is not one that this user may see."""


class TemplateNotFound(SlurmApiError):
    """There is no such template."""


class NotebookNotFound(SlurmApiError):
    """There is no such notebook."""


class OutputGone(SlurmApiError):
    """A job's output is not where it was written, and nothing of it was kept."""


class RangeNotSatisfiable(SlurmApiError):
    """A range has no byte that can be had of an output; ``size`` is the whole output's."""

    def __init__(self, message: str, *, size: int) -> None:
        super().__init__(message)
        self.size = size


class Conflict(SlurmApiError):
    """The request contradicts what there is already, or cannot be done in its state."""


class Outdated(Conflict):
    """What the request is to change has been changed by another since."""


class SlurmError(SlurmApiError):
    """Slurm did not do what it was asked."""


class SlurmRefused(SlurmError):
    """Slurm understood and said no; the message is Slurm's own sentence."""


class SlurmDenied(SlurmError):
    """Slurm does not let this user do that."""


class SlurmUnavailable(SlurmError):
    """The Slurm controller or accounting cannot be reached."""


class SlurmMissing(SlurmUnavailable):
    """A Slurm command is not installed, or not on the server's PATH."""


class SlurmBusy(SlurmError):
    """A Slurm command found no free place and was not started."""


class SlurmTimeout(SlurmError):
    """A Slurm command did not answer within its time limit and was ended."""


class DatabaseUnavailable(SlurmApiError):
    """MongoDB cannot be reached or did not answer in time."""


class MongodUnavailable(DatabaseUnavailable):
    """This user's own mongod cannot be started on this machine."""


class FilesUnavailable(SlurmApiError):
    """A file system did not answer in time."""


class TooManyRequests(SlurmApiError):
    """As many as may be served at once are being served."""


class NotReady(SlurmApiError):
    """The extension is still starting, or already stopping."""


class DevClusterError(SlurmApiError):
    """The personal Slurm cluster could not be started or stopped."""
