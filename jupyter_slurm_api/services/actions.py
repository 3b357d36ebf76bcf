"""Doing something to jobs: cancel, hold, release and the like, for one or for many."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .. import task_ids
from ..actions import ChangeRequest, Verb
from ..errors import Conflict, JobNotFound, SlurmApiError
from ..job import Job
from ..slurm.client import Slurm
from ..slurm.words import job_of
from . import parts
from .jobs import JobService, is_slurm_id

_DONE: Final[Mapping[str, str]] = {
    "cancel": "The job is cancelled.",
    "hold": "The job is held until it is released.",
    "release": "The job is released; it starts when its turn comes.",
    "requeue": "The job is back in the queue, and its next run begins from the start.",
    "suspend": "The job is suspended until it is resumed.",
    "resume": "The job goes on.",
    "signal": "The signal is sent.",
}
_HELD: Final = frozenset({"JobHeldUser", "JobHeldAdmin"})
_WOULD_RELEASE: Final = (
    "This job is held, and Slurm would release it with its nice value. Release it first, or change"
    " something else."
)
_ALSO_WHEN_OVER: Final = frozenset({"requeue"})
_LEFT_OUT: Final = (
    "This Jupyter server itself runs in this job, so it was left out. To do it all the same, name"
    " this job alone."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action on one job; ``name`` is what the question called it.

    ``message`` says what was done, or why not: then there is an ``error``.
    """

    name: str
    slurm_id: str | None
    job_id: str | None
    message: str
    error: SlurmApiError | None = None


class ActionService:
    """Has Slurm do something to jobs, and waits until that can be seen.

    What we know to be over, or not to be there, is refused without asking Slurm;
    all else it decides. ``acted`` waits for a look at Slurm that shows what was
    done. ``own_slurm_id`` is the job in which this server itself runs.
    """

    def __init__(
        self,
        slurm: Slurm,
        jobs: JobService,
        *,
        acted: Callable[[], Awaitable[None]],
        own_slurm_id: str | None,
    ) -> None:
        self._slurm = slurm
        self._jobs = jobs
        self._acted = acted
        self._own_slurm_id = own_slurm_id

    async def act(self, verb: Verb, name: str, signal: str | None = None) -> Outcome:
        """Do something to one job, task (``12_3``) or range of tasks (``12_[3-9]``).

        Raises:
            InvalidRequest: this is no id.
            JobNotFound: there is no such job.
            Conflict: the job is in a state in which that cannot be done.
            SlurmDenied: Slurm does not let this user do it.
            SlurmError: Slurm does not do it, or does not answer.
        """
        job = (await self._named(verb, [name])).get(name)
        slurm_id = _slurm_id(verb, name, job)
        refused = await self._slurm.act(verb, [slurm_id], signal)
        if slurm_id in refused:
            raise refused[slurm_id]
        await self._acted()
        return _outcome(name, job, _DONE[verb])

    async def change(self, name: str, request: ChangeRequest) -> Outcome:
        """Change what a job asks for; the errors are those of `act`."""
        if request.nice is not None:
            await self._acted()  # one may have been held since it was last seen
        job = (await self._jobs.named([name])).get(name)
        if request.nice is not None and job and job.reason in _HELD:
            raise Conflict(_WOULD_RELEASE, job_id=job.job_id)
        await self._slurm.update(_slurm_id("change", name, job), request.changes())
        await self._acted()
        return _outcome(name, job, f"Changed: {', '.join(request.changes())}.")

    async def act_on_many(
        self, verb: Verb, names: Sequence[str], signal: str | None = None
    ) -> list[Outcome]:
        """Do something to many by one command; returns what became of each, in their order.

        Raises:
            InvalidRequest: one of them is no id; nothing was done.
            SlurmError: Slurm does not answer.
        """
        jobs = await self._named(verb, names)
        checked = {name: self._checked(verb, name, jobs.get(name)) for name in names}
        ids = {name: one for name, one in checked.items() if isinstance(one, str)}
        errors = {name: one for name, one in checked.items() if isinstance(one, SlurmApiError)}
        refused = (
            await self._slurm.act(verb, list(dict.fromkeys(ids.values())), signal) if ids else {}
        )
        if len(refused) < len(ids):
            await self._acted()
        errors |= {name: refused[one] for name, one in ids.items() if one in refused}
        return [_outcome(name, jobs.get(name), _DONE[verb], errors.get(name)) for name in names]

    async def _named(self, verb: str, names: Sequence[str]) -> dict[str, Job]:
        if verb != "signal":
            return await self._jobs.named(names)
        jobs = await self._with_waiting_parts(names)
        if any(job.status == "PENDING" for job in jobs.values()):
            await self._acted()  # one that waited when it was last seen may have started
            jobs = await self._with_waiting_parts(names)
        return jobs

    async def _with_waiting_parts(self, names: Sequence[str]) -> dict[str, Job]:
        """Return jobs as stored, and waiting parts of which the whole alone tells."""
        wholes = {name: job_of(name) for name in names if is_slurm_id(name)}
        found = await self._jobs.named([*names, *wholes.values()])
        for name, whole in wholes.items():
            if name not in found and whole in found:
                part = None if "[" in name else parts.part_of(found[whole], name)
                if (part or found[whole]).status == "PENDING":
                    found[name] = part or found[whole]
        return {name: found[name] for name in names if name in found}

    def _checked(self, verb: str, name: str, job: Job | None) -> str | SlurmApiError:
        """Return the id by which Slurm is asked for one of many, or why it is left out."""
        try:
            slurm_id = _slurm_id(verb, name, job)
        except SlurmApiError as error:
            return error
        own = self._own_slurm_id
        return Conflict(_LEFT_OUT) if own and task_ids.holds(slurm_id, own) else slurm_id


def _slurm_id(verb: str, name: str, job: Job | None) -> str:
    """Return the id by which Slurm is asked; refuse what needs no question to Slurm."""
    if job is None:
        if is_slurm_id(name):
            return name
        raise JobNotFound(f"There is no job {name}, or it is not one of yours.")
    if job.is_over and verb not in _ALSO_WHEN_OVER:
        raise Conflict(f"Job {name} is over: {job.status}.", job_id=job.job_id)
    # scancel would try again and again, longer than anybody waits for it.
    if verb == "signal" and job.status == "PENDING":
        raise Conflict(
            f"Job {name} waits, and nothing of it could take a signal yet. To end it, cancel it.",
            job_id=job.job_id,
        )
    if job.slurm_id is None:
        raise Conflict(
            f"Slurm has not said yet whether it has job {name}. Try again in a moment.",
            job_id=job.job_id,
        )
    return job.slurm_id


def _outcome(
    name: str, job: Job | None, message: str, error: SlurmApiError | None = None
) -> Outcome:
    return Outcome(
        name,
        job.slurm_id if job else name if is_slurm_id(name) else None,
        job.job_id if job else None,
        error.message if error else message,
        error,
    )
