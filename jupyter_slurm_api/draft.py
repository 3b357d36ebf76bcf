"""The pure core of the sync: what we knew, what was seen and found, what is to be written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from . import garbage, reconcile, states, tally, task_ids
from .job import Job
from .known import KnownJobs
from .models import ClusterInfo
from .observation import Observation
from .reconcile import Change, Findings

_NEVER_RECORDED: Final = (
    "Slurm has no record of some tasks: they left the queue without having started, as tasks do"
    " that are cancelled while they wait."
)


class Draft:
    """The writes that one look at Slurm makes necessary, at most one a job.

    A task of an array becomes a job of its own when it starts. Each array of
    which something changed is counted again by `finish`.
    """

    def __init__(self, known: KnownJobs, info: ClusterInfo, *, user: str, now: datetime) -> None:
        self._known = known
        self._info = info
        self._user = user
        self._now = now
        self._before = {job.job_id: job for job in known.all()}
        self._ids = dict(known.ids_by_slurm_id())
        self._after: dict[str, Job] = {}
        self._touched: dict[str, dict[int, Job]] = {}  # arrays, with the tasks that changed
        self._confirmed: set[str] = set()
        self.postponed: set[str] = set()
        """Slurm ids of new jobs that are left alone for now: they may be a submit of ours."""

    @property
    def changes(self) -> list[Change]:
        """The known jobs that are to be written anew."""
        return [
            Change(self._before[job_id], after)
            for job_id, after in self._after.items()
            if job_id in self._before and after is not self._before[job_id]
        ]

    @property
    def new(self) -> list[Job]:
        """The jobs that are to be written for the first time."""
        return [job for job_id, job in self._after.items() if job_id not in self._before]

    def see(self, observations: Sequence[Observation]) -> None:
        """Take in what squeue shows: whole jobs first, since tasks belong to them."""
        self._give_up_the_forgotten()
        wholes = [one for one in observations if not one.is_task]
        tasks = [one for one in observations if one.is_task]
        self._see_wholes([*wholes, *self._unknown_arrays(wholes, tasks)])
        for one in tasks:
            self._see_task(one)

    def settle(self, jobs: Iterable[Job], findings: Findings, visible: Collection[str]) -> None:
        """Take in what was found out about jobs of which the queue does not tell all.

        Of those that are ``visible`` in it, it tells whether they are over.
        """
        arrays = findings.by_array()
        for job in jobs:
            if job.job_id not in findings.asked:
                continue
            tasks = {
                task_id: own
                for task_id, runs in arrays.get(job.slurm_id or "", {}).items()
                if (own := reconcile.own_runs(job, runs))
            }
            if job.array or tasks:
                self._settle_array(job, findings, tasks)
            elif job.slurm_id in visible and not job.is_over:
                self._put(self._requeued(job, findings))
            else:
                self._put(self._settled(job, findings))

    def answer(self, findings: Findings, answering_since: datetime) -> None:
        """Take in what is known by now of submits whose sbatch did not answer."""
        for job in self._unanswered():
            after = reconcile.unanswered(
                job, findings, self._info, answering_since=answering_since, now=self._now
            )
            self._put(after)

    def finish(self) -> None:
        """Count the arrays of which something changed."""
        for job_id, changed in self._touched.items():
            job = self._latest(job_id)
            if job is None:
                continue
            states_ = self._known.tasks(job_id) | {
                task_id: task.status for task_id, task in changed.items()
            }
            is_confirmed = job_id in self._confirmed or not self._info.accounting
            counted = tally.counted(job, states_, self._now, confirmed=is_confirmed)
            here = self._tasks_of(job_id) if counted.is_over else ()
            self._put(tally.with_times(counted, [*here, *changed.values()]))

    def let_go(self) -> None:
        """Forget all, when everything is written."""
        garbage.let_go(self._before, self._after, self._ids)

    def _give_up_the_forgotten(self) -> None:
        """Call the jobs UNKNOWN that were never seen, and whose id Slurm has given to another."""
        for job in self._before.values():
            holder = self._ids.get(job.slurm_id or "", job.job_id)
            if job.first_submit_time is None and not job.is_over and holder != job.job_id:
                self._after[job.job_id] = reconcile.forgotten(job, self._now)

    def _see_wholes(self, observations: Sequence[Observation]) -> None:
        seen = reconcile.match(observations, self._before.values())
        for job, one in seen.pairs:
            self._see_whole(job, one)
        self.postponed = reconcile.perhaps_ours(seen.strangers, self._unanswered(), self._now)
        for one in seen.strangers:
            if one.slurm_id not in self.postponed:
                self._adopt(one)

    def _see_whole(self, job: Job, seen: Observation) -> None:
        if seen.unstarted is None and not job.array:
            self._put(job.with_observation(seen, self._now))
            return
        facts = reconcile.facts_of_array(seen, job.status)
        after = job.with_observation(facts, self._now)
        array = tally.with_row(after.array, seen, self._known.tasks(job.job_id))
        self._put(after if array == after.array else after.model_copy(update={"array": array}))
        self._touched.setdefault(job.job_id, {})
        if seen.status == "PENDING":
            self._see_requeued(job, seen)

    def _see_requeued(self, array: Job, row: Observation) -> None:
        """Take in tasks that have run and wait again: squeue shows them in their array's row."""
        has_run = self._known.tasks(array.job_id).keys() & task_ids.expand(row.unstarted or "")
        for task_id in has_run:
            job = self._at(f"{array.slurm_id}_{task_id}")
            if job and job.status != "PENDING":
                facts = Observation(slurm_id=job.slurm_id or "", status="PENDING")
                self._touch(self._put(job.with_observation(facts, self._now)))

    def _adopt(self, seen: Observation) -> None:
        is_array = seen.unstarted is not None
        facts = reconcile.facts_of_array(seen, "PENDING") if is_array else seen
        job = reconcile.adopt(facts, cluster=self._info.name, user=self._user, now=self._now)
        self._put(job)
        if is_array:
            self._see_whole(job, seen)

    @staticmethod
    def _without_row(task: Observation) -> Observation:
        return replace(reconcile.facts_of_array(task, "PENDING"), unstarted="")

    def _unknown_arrays(
        self, wholes: Iterable[Observation], tasks: Iterable[Observation]
    ) -> list[Observation]:
        """Return what tasks say of arrays that we do not know and that have no row any more."""
        shown = {one.slurm_id for one in wholes}
        found: dict[str, Observation] = {}
        for one in tasks:
            slurm_id = one.array_slurm_id
            if slurm_id not in shown and slurm_id not in found and self._array_of(one) is None:
                found[slurm_id] = self._without_row(one)
        return list(found.values())

    def _see_task(self, seen: Observation) -> None:
        job = self._at(seen.slurm_id)
        if job and job.is_in(seen):
            self._touch(self._put(job.with_observation(seen, self._now)))
        elif array := self._array_of(seen):
            self._touch(self._put(reconcile.adopt_task(array, seen, self._now)))
        else:
            self.postponed.add(seen.slurm_id)

    def _array_of(self, task: Observation) -> Job | None:
        job = self._at(task.array_slurm_id)
        return job if job and job.is_in(task) else None

    def _requeued(self, job: Job, findings: Findings) -> Job:
        """Return a job that goes on, with how its earlier runs ended."""
        runs = reconcile.own_runs(job, findings.runs.get(job.slurm_id or "", ()))
        earlier = [run for run in runs if run.start_time and run.end_time]
        are_all = len(earlier) >= max(job.restarts or 0, len(job.runs))
        if are_all or job.job_id not in findings.patient:
            return (job.since(runs[0]) if runs else job).with_earlier_runs(earlier, runs, self._now)
        return job

    def _settled(self, job: Job, findings: Findings) -> Job:
        runs = reconcile.own_runs(job, findings.runs.get(job.slurm_id or "", ()))
        if runs and runs[-1].is_over:
            after = job.since(runs[0])
            after = after if after.is_over else after.with_observation(runs[-1], self._now)
            return self._touch(after.with_accounting(runs, self._now))
        if job.job_id in findings.patient:
            return job
        if job.is_over:  # its record never came: what squeue showed has to do
            return job.model_copy(update={"accounted": True})
        shown = findings.shown.get(job.slurm_id or "")
        if shown and job.is_in(shown):
            return self._touch(job.with_observation(shown, self._now))
        return self._touch(reconcile.gone(job, self._now))

    def _settle_array(
        self, job: Job, findings: Findings, tasks: Mapping[int, Sequence[Observation]]
    ) -> None:
        here = self._known.tasks(job.job_id)
        slurm_id = job.slurm_id or ""
        shown = findings.shown.get(slurm_id)
        rows = reconcile.own_runs(job, findings.runs.get(slurm_id, ()))
        for row in [*rows, shown] if shown and job.is_in(shown) else rows:
            if row.unstarted:
                self._see_whole(self._latest(job.job_id) or job, row)
        for task_id, runs in tasks.items():
            if task_id not in here:
                self._add_task(job, runs)
        self._touched.setdefault(job.job_id, {})
        if job.job_id not in findings.patient:
            row_ids = shown.unstarted if shown else findings.waiting.get(slurm_id)
            self._give_up_on(job.job_id, row_ids or "")
            self._confirmed.add(job.job_id)
        elif len(tasks) >= len(here):
            self._confirmed.add(job.job_id)

    def _add_task(self, array: Job, runs: Sequence[Observation]) -> None:
        job = reconcile.adopt_task(array, runs[-1], self._now)
        job = job.model_copy(update={"first_submit_time": runs[0].submit_time})
        if runs[-1].is_over:
            job = job.with_accounting(runs, self._now)
        self._touch(self._put(job))

    def _give_up_on(self, job_id: str, row_ids: str) -> None:
        """Call the tasks UNKNOWN that left the queue and of which nobody has a record."""
        job = self._latest(job_id)
        if job is None or job.array is None:
            return
        has_record = self._touched[job_id].keys() | self._known.tasks(job_id).keys()
        if lost := tally.lost(job.array, row_ids) - has_record:
            array = tally.moved(job.array, lost, states.UNKNOWN)
            self._put(job.model_copy(update={"array": array, "reason": _NEVER_RECORDED}))

    def _touch(self, job: Job) -> Job:
        """Note that a job has changed, if it is a task."""
        if job.task:
            self._touched.setdefault(job.task.array_job_id, {})[job.task.task_id] = job
        return job

    def _tasks_of(self, array_job_id: str) -> list[Job]:
        jobs = (self._latest(job_id) for job_id in [*self._before, *self._after])
        return [job for job in jobs if job and job.task and job.task.array_job_id == array_job_id]

    def _unanswered(self) -> list[Job]:
        """Return the submits of which no Slurm id is known, seen ones left out."""
        return [
            job
            for job in self._before.values()
            if job.slurm_id is None and not job.is_over and job.job_id not in self._after
        ]

    def _at(self, slurm_id: str) -> Job | None:
        return self._latest(self._ids.get(slurm_id, ""))

    def _latest(self, job_id: str) -> Job | None:
        """Return a job as it stands with what has been drafted so far."""
        return self._after.get(job_id) or self._before.get(job_id)

    def _put(self, job: Job) -> Job:
        self._after[job.job_id] = job
        if job.slurm_id:
            self._ids[job.slurm_id] = job.job_id
        return job
